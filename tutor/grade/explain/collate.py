"""How a batch is made of examples that do not stack: repairs that say it with a collate_fn."""

from __future__ import annotations

import ast
import re

from tutor.grade.explain import absent, origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair

_SINGLE = re.compile(r"label|target|class|score|len|idx|index|^y|^id$|stars|rating", re.IGNORECASE)
_NAMES = ("x", "y", "z")


def padded(case: Case, loader: ast.Call, plain: bool) -> tuple[Repair, ...]:
    """Examples of several parts, the ragged of them padded; `plain` where they are lists, not tensors."""
    plain = plain or re.search(r"\b(np|numpy)\.", case.code) is not None
    pad = f"{case.nn}.utils.rnn.pad_sequence"
    for example in _examples(case, loader):
        if isinstance(example, ast.Dict) and all(isinstance(k, ast.Constant) for k in example.keys):
            return _dicts(case, loader, example, pad, plain)
        if isinstance(example, ast.Tuple) and 1 < len(example.elts) <= len(_NAMES):
            return _tuples(case, loader, len(example.elts), pad, plain)
    return _tuples(case, loader, 2, pad, plain) if _taken_in_pairs(case) else ()


def dataset(loader: ast.Call) -> ast.expr | None:
    """What a loader takes its examples from."""
    return loader.args[0] if loader.args else next((k.value for k in loader.keywords if k.arg == "dataset"), None)


def _examples(case: Case, loader: ast.Call) -> list[ast.expr]:
    """How an example of the dataset is written: what __getitem__ returns, or the entries of a list."""
    data = dataset(loader)
    found: list[ast.expr] = []
    for made in origin.followed(case, data) if data is not None else []:
        own = origin.own_class(case, made)
        get = origin.function_named(own, "__getitem__") if own else None
        if get is not None:
            values = [n.value for n in ast.walk(get) if isinstance(n, ast.Return) and n.value is not None]
            found += [m for v in values for m in _local(get, v)]
        elif isinstance(made, (ast.ListComp, ast.GeneratorExp)):
            found.append(made.elt)
        else:
            found += origin.entries(made)[:1] if isinstance(made, (ast.List, ast.Tuple)) else []
    return found


def _local(within: ast.AST, value: ast.expr) -> list[ast.expr]:
    """A value, or what its name was bound to in the same function."""
    if not isinstance(value, ast.Name):
        return [value]
    bound = [n for n in ast.walk(within) if isinstance(n, ast.Assign)]
    return [n.value for n in bound if any(origin.last_name(t) == value.id for t in n.targets)]


def _taken_in_pairs(case: Case) -> bool:
    """Whether the loop over the loader takes each batch apart in two."""
    loop = case.statement
    return isinstance(loop, ast.For) and isinstance(loop.target, ast.Tuple) and len(loop.target.elts) == 2


def _dicts(case: Case, loader: ast.Call, example: ast.Dict, pad: str, plain: bool) -> tuple[Repair, ...]:
    pairs = zip(example.keys, example.values, strict=True)
    keys = [(k.value, v) for k, v in pairs if isinstance(k, ast.Constant) and isinstance(k.value, str)]

    def part(key: str, value: ast.expr, single: bool) -> str:
        at = f'e["{key}"]'
        if _is_text(key, value):
            return f"[{at} for e in batch]"
        each = f"torch.as_tensor({at})" if plain else at
        return f"torch.tensor([{at} for e in batch])" if single else f"{pad}([{each} for e in batch], batch_first=True)"

    found: tuple[Repair, ...] = ()
    for singles in ([bool(_SINGLE.search(key)) for key, _ in keys], [n > 0 for n in range(len(keys))]):
        made = [part(key, value, single) for (key, value), single in zip(keys, singles, strict=True)]
        parts = ", ".join(f'"{key}": {text}' for (key, _), text in zip(keys, made, strict=True))
        found += with_collate(case, loader, f"lambda batch: {{{parts}}}", "sequences padded with zeros to the longest")
    return found


def _is_text(key: str, value: ast.expr) -> bool:
    """Whether it is a text that an example has there."""
    written = isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))
    return written or key in ("name", "title", "path", "file", "text")


def _tuples(case: Case, loader: ast.Call, count: int, pad: str, plain: bool) -> tuple[Repair, ...]:
    def part(at: int, single: bool) -> str:
        name = _NAMES[at]
        taken = ", ".join(name if n == at else "_" for n in range(count))
        each = f"torch.as_tensor({name})" if plain and not single else name
        many = f"[{each} for {taken} in batch]"
        return f"torch.tensor({many})" if single else f"{pad}({many}, batch_first=True)"

    means = "the inputs padded with zeros to the longest"
    last = [n == count - 1 for n in range(count)]
    found: tuple[Repair, ...] = ()
    for singles, why in (
        ([n > 0 for n in range(count)], means),
        ([False] * count, "inputs and labels padded"),
        (last, "all but the last padded with zeros"),
    ):
        parts = ", ".join(part(n, single) for n, single in enumerate(singles))
        found += with_collate(case, loader, f"lambda batch: ({parts})", why)
    return found


def with_collate(case: Case, loader: ast.Call, function: str, means: str) -> tuple[Repair, ...]:
    """The loader with its own way to make a batch, where it has none yet."""
    text = case.text(loader)
    if any(k.arg == "collate_fn" for k in loader.keywords):
        return ()
    return case.instead(f"{text[:-1].rstrip().rstrip(',')}, collate_fn={function})", means, of=loader)


def nothing(case: Case, loader: ast.Call) -> Explanation | None:
    """Examples that are None: a __getitem__ that gives nothing, or not always."""
    if not case.says(r"(NoneType.*batch|found <class 'NoneType'>|expected Tensor as element .* got NoneType)"):
        return None
    data = dataset(loader)
    makers = origin.followed(case, data) if data is not None else []
    own = next((c for m in makers if (c := origin.own_class(case, m))), None)
    get = origin.function_named(own, "__getitem__") if own else None
    never = get is not None and absent.gives_nothing(get)
    what = f"`{words.short(case.text(data))}`" if data is not None else "the dataset"
    line = f" `__getitem__` (line {get.lineno}) has no return." if get is not None and never else ""
    full = "lambda batch: torch.utils.data.default_collate([x for x in batch if x is not None])"
    return Explanation(
        rule="loader-entry",
        first=f"An example of {what} is None." if never or get is None else f"Some examples of {what} are None.",
        rest=(
            "The loader can make batches of tensors, arrays, numbers, and of dicts and lists of them.",
            line.strip() or "None stands for nothing, and there is no batch of it: give every number an example.",
        ),
        repairs=absent.returned(case, get) if get is not None and never
        else with_collate(case, loader, full, "the examples that are None left out"),
        habit="Look at a few examples of a dataset, dataset[0] and on, before you load it.",
    )  # fmt: skip


def several(case: Case, loader: ast.Call) -> Explanation | None:
    """A collate_fn that takes inputs and labels apart, where it gets one list of examples."""
    given = next((k.value for k in loader.keywords if k.arg == "collate_fn"), None)
    said = case.says(r"missing (\d+) required positional argument") if case.type == "TypeError" else None
    if isinstance(given, ast.Lambda) and said is not None and case.says(r"<lambda>\(\)"):
        return _lambda(case, given)
    name = origin.last_name(given) if given is not None else ""
    function = origin.function_named(case.tree, name) if name else None
    if function is None or said is None or not case.says(rf"\b{name}\(\)"):
        return None
    takes = [a.arg for a in function.args.args if a.arg != "self"]
    args, first = function.args.args, function.body[0]
    start, end = case.place(args[-len(takes)]), case.place(args[-1])
    repairs: tuple[Repair, ...] = ()
    if start is not None and end is not None and first.lineno > function.lineno:
        pad = " " * first.col_offset
        edit = case.edit(args[-len(takes)], "batch")
        params = edit._replace(place=start._replace(last=end.last, end=end.end))
        unzip = case.ahead(first, f"{', '.join(takes)} = zip(*batch)\n{pad}")
        repairs = case.with_edits([params, unzip], "one list, taken apart", f"{', '.join(takes)} = zip(*batch)")
    return Explanation(
        rule="loader-collate",
        first=f"collate_fn gets one list of examples, and `{name}` takes {len(takes)}: {', '.join(takes)}.",
        rest=("Each entry of that list is what the dataset gives for one number, such as a pair (input, label).",),
        repairs=repairs,
    )


def transposed(case: Case, loader: ast.Call) -> Explanation | None:
    """A collate_fn that takes the list of examples apart as if it were one example."""
    given = next((k.value for k in loader.keywords if k.arg == "collate_fn"), None)
    function = origin.function_named(case.tree, origin.last_name(given)) if given is not None else None
    node = case.statement
    if function is None or not isinstance(node, ast.Assign) or not case.says("values to unpack"):
        return None
    takes = [a.arg for a in function.args.args]
    value, target = node.value, node.targets[0]
    if case.scene.function != function.name or not isinstance(value, ast.Name) or value.id not in takes:
        return None
    return Explanation(
        rule="loader-collate",
        first=f"`{value.id}` is a list of examples, not `{case.text(target)}`.",
        rest=("collate_fn gets as many entries as the batch is large, each of them one pair; zip(*...) turns that.",),
        repairs=case.instead(f"zip(*{value.id})", "all first parts, and all second ones", of=value),
    )


def _lambda(case: Case, given: ast.Lambda) -> Explanation:
    takes = [a.arg for a in given.args.args]
    edits = [case.ahead(given, "lambda batch: ("), case.behind(given, ")(*zip(*batch))")]
    return Explanation(
        rule="loader-collate",
        first=f"collate_fn gets one list of examples, and the lambda takes {len(takes)}: {', '.join(takes)}.",
        rest=("Each entry of that list is what the dataset gives for one number, such as a pair (input, label).",),
        repairs=case.with_edits(edits, "one list, taken apart"),
    )
