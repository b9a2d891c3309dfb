"""Making tensors: from ragged rows, words, lists of tensors, NumPy arrays; with the wrong arguments."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Observation, Operand

_MAKERS = frozenset(
    {"tensor", "as_tensor", "Tensor", "FloatTensor", "LongTensor", "new_tensor", "asarray", "DoubleTensor"}
)


def explain(case: Case) -> Explanation | None:
    """What a tensor cannot be made from; None where none is made, or that is not it."""
    if case.kind != "call" or case.below:
        return None
    if case.name == "from_numpy" and case.operands:
        return _from_numpy(case, case.operands[0])
    if case.name not in _MAKERS or not part.is_torch(case):
        return None
    plain = part.plain(case)
    if len(plain) > 1 and case.says("positional argument"):
        return _several(case, plain)
    data = (part.named(case, "data") or (plain[0] if plain else None)) if case.operands else None
    if data is None:
        return _nothing(case)
    for rule in (_array, _ragged, _tensors, _text, _other):
        if (found := rule(case, data)) is not None:
            return found
    return None


def _nothing(case: Case) -> Explanation:
    return Explanation(
        rule="tensor-nothing",
        first=f"{case.name}() is given nothing to make a tensor from.",
        rest=("It takes the numbers; a tensor of a given shape comes from zeros, ones, rand or empty.",),
        repairs=case.instead(f"{case.word}([])", "a tensor without elements, of shape (0,)"),
    )


def _several(case: Case, plain: list[Operand]) -> Explanation:
    kinds = [o.seen.kind for o in plain]
    if "dtype" in kinds[1:] or plain[1].text in ("int", "float", "bool"):
        given = next((o for o in plain[1:] if o.seen.kind == "dtype"), plain[1])
        return Explanation(
            rule="tensor-dtype",
            first=f"{words.code(given)} stands without its name; {case.name}() takes it as dtype={given.text}.",
            rest=("Only the data is taken by position.", "torch counts arguments and does not say which is too many."),
            repairs=part.swapped(case, given, f"dtype={given.text}"),
        )
    texts = [o.text for o in plain]
    inside = case.instead(part.call(case, f"[{', '.join(texts)}]", *part.keywords(case)), _rows(plain))
    return Explanation(
        rule="tensor-arguments",
        first=f"{case.name}() takes one argument, and {words.listed([words.code(o) for o in plain])} are {len(plain)}.",
        rest=(
            "The rows go into one outer list, with brackets around all of them.",
            "torch counts arguments; the numbers themselves are fine.",
        ),
        repairs=inside,
    )


def _rows(plain: list[Operand]) -> str:
    sizes = {part.length(o.seen) for o in plain if o.seen.kind in ("list", "tuple")}
    if len(sizes) == 1 and all(o.seen.kind in ("list", "tuple") for o in plain):
        return f"one row for each list, {shape_text((len(plain), *sizes))}"
    return f"all in one list, {shape_text((len(plain),))}" if not sizes else ""


def _from_numpy(case: Case, data: Operand) -> Explanation | None:
    kind = data.seen.type
    if kind == "ndarray":
        return _array(case, data)
    new = data.text if kind in ("Tensor", "Parameter") else f"torch.tensor({data.text})"
    means = "it is a tensor already" if new == data.text else f"torch.tensor takes {part.article(kind)}"
    return Explanation(
        rule="from-numpy",
        first=f"from_numpy takes NumPy arrays alone, and {words.code(data)} is {part.article(kind)}.",
        rest=("It shares the array's memory, which a list does not have; torch.tensor copies from lists and arrays.",),
        repairs=case.instead(new, means),
    )


def _array(case: Case, data: Operand) -> Explanation | None:
    """A NumPy array whose elements are no numbers."""
    if data.seen.type != "ndarray" or not case.says("can't convert np.ndarray|numpy.object_|numpy.str_"):
        return None
    objects = bool(case.says("object_"))
    text = part.bare(case, data)
    what = "of Python objects" if objects else "of words"
    return Explanation(
        rule="array-dtype",
        first=f"{words.code(data)} is an array {what}; a tensor holds numbers.",
        rest=(
            "NumPy makes such an array of rows of unequal length, or where a None or a word is among the numbers."
            if objects
            else "Each word is mapped to a whole number first.",
        ),
        repairs=_array_repairs(case, data, text, objects),
    )


def _array_repairs(case: Case, data: Operand, text: str, objects: bool) -> tuple[Repair, ...]:
    numbers = case.instead(
        f"torch.tensor({text}.astype(float))", "its entries as floats, where all of them are numbers"
    )
    if objects:
        parts = f"[torch.tensor(row) for row in {data.text}]"
        return (*numbers, *case.instead(parts, "one tensor for each entry"))
    classes = f"torch.from_numpy(np.unique({data.text}, return_inverse=True)[1])"
    return (*numbers, *(case.instead(classes, "each word by its place in the alphabet") if "np." in case.code else ()))


def _ragged(case: Case, data: Operand) -> Explanation | None:
    """Rows of unequal length, or numbers beside rows."""
    found = _uneven(data.seen, "")
    if found is None:
        return None
    (one, m), (other, n) = found
    names = [_entry(case, data, path) for path in (one, other)]
    lists = [size is not None for size in (m, n)]
    return Explanation(
        rule="tensor-ragged",
        first=_unequal(names, m, n),
        rest=(
            "A tensor is a full box: all rows of a dimension have the same length.",
            "Shorter rows are padded, most often with 0, or each row becomes a tensor of its own.",
        ),
        repairs=_padded(case, data, one, all(lists)),
    )


def _unequal(names: list[str], m: int | None, n: int | None) -> str:
    if m is None or n is None:
        number, row = names if m is None else names[::-1]
        return f"{number} is a number and {row} a list: they cannot stand beside each other in a tensor."
    return f"{names[0]} has length {m} and {names[1]} has length {n}: the rows of a tensor are equally long."


Place = tuple[str, int | None]


def _uneven(seen: Observation, path: str) -> tuple[Place, Place] | None:
    """The first two entries beside each other that differ in length: where they are, how long they are."""
    items = seen.items or () if seen.kind in ("list", "tuple") else ()
    sizes: list[int | None] = []
    for item in items:
        if item.kind in ("list", "tuple"):
            sizes.append(part.length(item))
        elif item.kind in ("number", "bool"):
            sizes.append(None)
        else:
            return None
    for n, size in enumerate(sizes):
        if size != sizes[0]:
            return (f"{path}[0]", sizes[0]), (f"{path}[{n}]", size)
    return _uneven_below(items, path)


def _uneven_below(items: tuple[Observation, ...], path: str) -> tuple[Place, Place] | None:
    below = [(_uneven(item, f"{path}[{n}]")) for n, item in enumerate(items)]
    if (found := next(filter(None, below), None)) is not None:
        return found
    inner = [(f"{path}[{n}][{k}]", i) for n, item in enumerate(items) for k, i in enumerate(item.items or ())]
    lists = [(where, part.length(i)) for where, i in inner if i.kind in ("list", "tuple")]
    odd = next(((where, size) for where, size in lists if size != lists[0][1]), None) if lists else None
    return (lists[0], odd) if odd is not None else None


def _entry(case: Case, data: Operand, path: str) -> str:
    """An entry of nested lists as written, or by its place."""
    node = part.node_of(case, data)
    for step in [int(s) for s in path.replace("]", "").split("[") if s]:
        inner = node.elts if isinstance(node, (ast.List, ast.Tuple)) else []
        node = inner[step] if step < len(inner) else None
    return f"`{words.short(case.text(node) if node is not None else data.text + path)}`"


def _padded(case: Case, data: Operand, path: str, lists: bool) -> tuple[Repair, ...]:
    extra = "".join(f", {keyword}" for keyword in part.keywords(case, "data"))
    rows = f"[torch.tensor(row{extra}) for row in {data.text}]"
    apart = case.instead(rows, "a list with a tensor for each row")
    if not lists or path.count("[") > 1:
        return apart
    sizes = [part.length(item) for item in data.seen.items or ()]
    made = shape_text((part.length(data.seen), max(sizes)))
    padded = f"torch.nn.utils.rnn.pad_sequence({rows}, batch_first=True)"
    return (*case.instead(padded, f"shorter rows filled up with 0: {made}"), *apart)


def _tensors(case: Case, data: Operand) -> Explanation | None:
    """A list of tensors of more than one element."""
    items = data.seen.items or ()
    held = [item for item in items if item.kind == "tensor"]
    if data.seen.kind not in ("list", "tuple") or not held or not any(item.shape for item in held):
        return None
    shapes = [item.shape or () for item in held]
    equal = len(set(shapes)) == 1 and len(held) == len(items)
    total = part.length(data.seen)
    told = shape_text(shapes[0]) if equal else words.listed([shape_text(s) for s in dict.fromkeys(shapes)])
    return Explanation(
        rule="tensor-list",
        first=f"{words.code(data)} holds tensors, {told}; {case.name}() makes a tensor from numbers.",
        rest=("Tensors are joined: torch.stack puts them along a new dimension, torch.cat along one they have.",),
        repairs=_joined(case, data, shapes, total) if len(held) == len(items) else (),
    )


def _joined(case: Case, data: Operand, shapes: list[tuple[int, ...]], total: int) -> tuple[Repair, ...]:
    first = shapes[0]
    if len(set(shapes)) == 1:
        stacked = shape_text((total, *first))
        long = shape_text((total * first[0], *first[1:])) if first else ""
        return (
            *case.instead(f"torch.stack({data.text})", f"along a new dimension, {stacked}"),
            *(case.instead(f"torch.cat({data.text})", f"one after the other, {long}") if long else ()),
        )
    padded = f"torch.nn.utils.rnn.pad_sequence({data.text}, batch_first=True)"
    rows = [s for s in shapes if len(s) == len(first)] == shapes and len({s[1:] for s in shapes}) == 1
    if not rows:
        return ()
    most = shape_text((total, max(s[0] for s in shapes), *first[1:]))
    return (
        *case.instead(padded, f"shorter ones filled up with 0: {most}"),
        *case.instead(f"torch.cat({data.text})", "one after the other"),
    )


def _text(case: Case, data: Operand) -> Explanation | None:
    """Words in the place of numbers."""
    word = _word(data.seen)
    if word is None:
        return None
    node = part.node_of(case, data)
    written = next(
        (case.text(n) for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value == word), repr(word)
    ) if node is not None else repr(word)  # fmt: skip
    dims = (
        ("torch reads a word as a row of letters, hence its words on dimensions.",) if case.says("dimensions") else ()
    )
    return Explanation(
        rule="tensor-text",
        first=f"`{words.short(written)}` is a text; a tensor holds numbers and booleans.",
        rest=("Each word is mapped to a whole number first, for instance its place in a list of all words.", *dims),
        repairs=_numbered(case, data),
    )


def _word(seen: Observation) -> str | None:
    if seen.kind == "text":
        return str(seen.value)
    return next((w for item in seen.items or () if (w := _word(item)) is not None), None)


def _numbered(case: Case, data: Operand) -> tuple[Repair, ...]:
    items, text = data.seen.items or (), data.text
    if not items:
        return _one_text(case, data)
    nested = all(item.kind in ("list", "tuple") for item in items)
    cells = [cell for item in items for cell in item.items or ()] if nested else list(items)
    if any(cell.kind not in ("text", "number") for cell in cells):
        return ()
    each = "[[{0} for word in row] for row in %s]" if nested else "[{0} for word in %s]"
    if all(_is_number(str(cell.value)) for cell in cells):
        new = (each % text).format("float(word)")
        return part.swapped(case, data, new, "the numbers that the texts stand for")
    name = part.fresh(case, "words", "vocabulary", "all_words")
    found = f"{{word for row in {text} for word in row}}" if nested else f"set({text})"
    return _placed(case, data, f"{name} = sorted({found})", (each % text).format(f"{name}.index(word)"))


def _one_text(case: Case, data: Operand) -> tuple[Repair, ...]:
    if _is_number(str(data.seen.value)):
        return part.swapped(case, data, f"float({data.text})", "the number that the text stands for")
    return part.swapped(case, data, f"[ord(letter) for letter in {data.text}]", "each letter by its number")


def _placed(case: Case, data: Operand, line: str, new: str) -> tuple[Repair, ...]:
    """Each word by its place among all words, which are listed in a line before."""
    node = part.node_of(case, data)
    if node is None:
        return ()
    first = case.before(case.scene.line, line)[0].edits[0]
    shown = f"{line}\n{case.word}({new})"
    return case.with_edits([first, case.edit(node, new)], "each word by its place in the sorted words", shown)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _other(case: Case, data: Operand) -> Explanation | None:
    """None, a dict, a set, or another thing that is no number."""
    said = case.says(r"Could not infer dtype of (\w+)")
    if said is None:
        return None
    kind, text = said[1], data.text
    repairs: tuple[Repair, ...] = ()
    if kind == "NoneType" and data.seen.kind in ("list", "tuple"):
        new = f'[float("nan") if number is None else number for number in {text}]'
        repairs = part.swapped(case, data, new, "nan, not a number, in the place of None")
    elif kind in ("dict", "set", "dict_values", "dict_keys", "map", "generator", "filter", "zip"):
        new = f"list({part.bare(case, data)}{'.values()' if kind == 'dict' else ''})"
        repairs = part.swapped(case, data, new, "its values in a list" if kind == "dict" else "as a list")
    what = part.article(kind)
    inside = " holds" if data.seen.kind in ("list", "tuple") else " is"
    return Explanation(
        rule="tensor-other",
        first=f"{words.code(data)}{inside} {what}; a tensor is made from numbers and lists of them.",
        rest=("None is what a function gives that returns nothing.",) if kind == "NoneType" else (),
        repairs=repairs,
    )
