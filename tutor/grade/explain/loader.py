"""Datasets and loaders: examples that do not stack, classes that lack a method, arguments that are data."""

from __future__ import annotations

import ast
import re

from tutor.grade.drawing import shape_text
from tutor.grade.explain import collate, origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair


def explain(case: Case) -> Explanation | None:
    """What is wrong with a dataset or a loader; None where none is in sight."""
    if case.name == "DataLoader" and case.kind == "call" and (found := _made(case)) is not None:
        return found
    if case.name == "TensorDataset" and case.says("size mismatch"):
        return _counts(case)
    if case.says("'DataLoader' object is not (subscriptable|an iterator)"):
        return _entry(case)
    loader = next(iter(case.calls("DataLoader")), None)
    if loader is None or case.name == "stack":
        return None
    for rule in (collate.several, collate.transposed, collate.nothing, _ragged, _odd):
        if (found := rule(case, loader)) is not None:
            return found
    return _methods(case)


def _ragged(case: Case, loader: ast.Call) -> Explanation | None:
    said = case.says(r"equal size, but got \[([\d, ]*)\] at entry 0 and \[([\d, ]*)\] at entry (\d+)")
    lists = said is None and case.says("each element in list of batch should be of equal size") is not None
    if said is None and not lists:
        return None
    texts = (said[1], said[2]) if said else ()
    shapes = [tuple(int(n) for n in text.split(",") if n.strip()) for text in texts]
    given = collate.dataset(loader)
    data = words.short(case.text(given) if given is not None else "the dataset")
    shape = f"the shapes {shape_text(shapes[0])} and {shape_text(shapes[1])}" if shapes else "lists of several lengths"
    return Explanation(
        rule="loader-ragged",
        first=f"Examples of `{data}` have {shape}.",
        rest=(
            "A batch is made by stacking its examples, which must all be of the same shape. The error comes "
            "from inside "
            "the loader; the data is to blame.",
            "collate_fn says how a batch is made instead, by padding for instance.",
        ),
        repairs=_mended(case, loader, shapes),
        habit="Look at a few examples of a dataset, dataset[0] and on, before you load it.",
    )


def _mended(case: Case, loader: ast.Call, shapes: list[tuple[int, ...]]) -> tuple[Repair, ...]:
    same_rank = not shapes or (len(shapes[0]) == len(shapes[1]) > 0 and shapes[0][1:] == shapes[1][1:])
    found = collate.padded(case, loader, plain=not shapes) if same_rank else ()
    each = "batch" if shapes else "[torch.tensor(x) for x in batch]"
    pad = f"lambda batch: {case.nn}.utils.rnn.pad_sequence({each}, batch_first=True)"
    if same_rank and not found:
        found = collate.with_collate(case, loader, pad, "padded with zeros to the longest")
    return (*found, *collate.with_collate(case, loader, "list", "each batch as a list"))


def _odd(case: Case, loader: ast.Call) -> Explanation | None:
    said = case.says(r"batch must contain tensors.*found <class '([\w.]+)'>")
    if said is None:
        return None
    kind = said[1].rpartition(".")[2]
    name = f"{'an' if kind[0] in 'AEIOaeiou' else 'a'} {kind}"
    return Explanation(
        rule="loader-entry",
        first=f"An example of `{words.short(case.text(loader.args[0]) if loader.args else 'the dataset')}` is {name}.",
        rest=("The loader can make batches of tensors, arrays, numbers, and of dicts and lists of them.",),
        repairs=collate.with_collate(case, loader, "list", "each batch as a list"),
    )


def _methods(case: Case) -> Explanation | None:
    said = case.says(r"type '(\w+)' has no len\(\)|'(\w+)' object (is not subscriptable|does not support indexing)")
    kind = (said[1] or said[2]) if said else ""
    own = origin.class_named(case, kind) if kind else None
    if own is None:
        return None
    lacks = "__len__" if said and said[1] else "__getitem__"
    what = "how many examples there are" if lacks == "__len__" else "the example with a given number"
    return Explanation(
        rule="loader-method",
        first=f"`{kind}` lacks `{lacks}`, which says {what}.",
        rest=("A dataset is a class with __len__(self) and __getitem__(self, i).",),
        repairs=_length(case, own) if lacks == "__len__" else (),
    )


def _length(case: Case, own: ast.ClassDef) -> tuple[Repair, ...]:
    init, get = origin.function_named(own, "__init__"), origin.function_named(own, "__getitem__")
    if get is None:
        return ()
    used = re.findall(r"self\.(\w+)\[", case.text(get))
    if not used or init is None:
        return ()
    pad = " " * get.col_offset
    new = f"{pad}def __len__(self):\n{pad}    return len(self.{used[0]})\n"
    return tuple(
        Repair(new.strip("\n"), "", (edit._replace(new=new + "\n"),))
        for repair in case.before(get.lineno, "")
        for edit in repair.edits
    )


def _made(case: Case) -> Explanation | None:
    data = [o for o in case.operands if o.seen.kind == "tensor" and not o.keyword]
    if len(data) < 2:
        return None
    texts = ", ".join(o.text for o in data)
    prefix = case.word.removesuffix("DataLoader")
    home = prefix or "torch.utils.data."
    others = [f"{o.keyword}={o.text}" if o.keyword else o.text for o in case.operands if o not in data]
    return Explanation(
        rule="loader-data",
        first=f"A DataLoader takes one dataset; {words.code(data[1])} is taken for its batch size.",
        rest=("A TensorDataset makes one of several tensors: its entries are pairs of an input and a label.",),
        repairs=case.instead(f"{case.word}({', '.join([f'{home}TensorDataset({texts})', *others])})"),
    )


def _counts(case: Case) -> Explanation | None:
    if len(case.tensors) < 2:
        return None
    a, b = case.tensors[:2]
    return Explanation(
        rule="loader-counts",
        first=f"{words.shaped(a)} and {words.shaped(b)} have {words.size(a, 0)} and {words.size(b, 0)} examples.",
        rest=("Dimension 0 is the examples, and each needs its label: the first sizes must be equal.",),
    )


def _entry(case: Case) -> Explanation | None:
    loader = case.operands[0] if case.operands else None
    if loader is None:
        return None
    new = f"next(iter({loader.text}))"
    return Explanation(
        rule="loader-entry",
        first=f"{words.code(loader)} gives batches one after the other; it has no places to ask for.",
        rest=("A for loop goes through them; next(iter(...)) gives the first.",),
        repairs=case.instead(new, "the first batch"),
    )
