"""Picking by tensors of indices: gather, scatter, index_select and their like, topk; lists indexed by tensors."""

from __future__ import annotations

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.index import places_of
from tutor.grade.explain.shape import counted
from tutor.sandbox.protocol import Operand

_ALONG = frozenset({"gather", "scatter", "scatter_add", "scatter_reduce", "take_along_dim", "index_select", "index_add",
                    "index_fill", "index_copy", "take"})  # fmt: skip
_SAME_RANK = ("gather", "scatter", "scatter_add", "scatter_reduce", "take_along_dim")


def explain(case: Case) -> Explanation | None:
    """What is wrong with the indices; None where nothing is picked by them, or nothing is."""
    if case.kind == "subscript" and case.word == "[]" and len(case.operands) == 2:
        return _of_list(case)
    if case.kind != "call" or case.below or not part.is_torch(case) or not case.operands:
        return None
    if case.name in ("topk", "kthvalue"):
        return _most(case)
    if case.name in ("narrow", "select"):
        return _cut(case)
    return _along(case) if case.name.rstrip("_") in _ALONG else None


def _of_list(case: Case) -> Explanation | None:
    """A Python list, or a range, indexed with a tensor."""
    held, index = case.operands
    if held.seen.kind not in ("list", "tuple", "text", "object", "size") or index.seen.kind != "tensor":
        return None
    size = index.seen.shape or ()
    if size in ((), (1,)) and index.seen.dtype in (*part.WHOLE, "bool"):
        return None
    if index.seen.dtype in part.FLOATING:
        text, why = f"{part.bare(case, index)}.long()", f"of {index.seen.dtype}, and an index is a whole number"
    else:
        text, why = index.text, f"of several numbers: a {held.seen.type} takes one index at a time"
    numbers = held.seen.kind == "list" and all(i.kind == "number" for i in held.seen.items or ())
    one = f"{part.bare(case, held)}[int({index.text})]" if size in ((), (1,)) else ""
    each = f"[{part.bare(case, held)}[i] for i in {text}]"
    return Explanation(
        rule="list-index",
        first=f"{words.code(index)} {shape_text(size)} is a tensor {why}.",
        rest=(
            f"{words.code(held)} is a Python {held.seen.type}, not a tensor; only tensors take many indices at once.",
        ),
        repairs=(
            *(case.instead(one, "its value as an index") if one else case.instead(each, "one after the other")),
            *(case.instead(f"torch.tensor({held.text})[{text}]", "as a tensor, which takes many") if numbers else ()),
        ),
    )


def _parts(case: Case) -> tuple[Operand, Operand | None, Operand | None]:
    """What is picked from, along which dimension, by which indices."""
    plain = [o for o in case.operands if not o.keyword]
    late = case.name.rstrip("_") in ("take_along_dim", "take")
    dim = part.named(case, "dim") or (plain[2 if late else 1] if len(plain) > (2 if late else 1) else None)
    index = part.named(case, "index", "indices") or (
        plain[1 if late else 2 - (dim is not None and bool(dim.keyword))]
        if len(plain) > (1 if late else 2 - (dim is not None and bool(dim.keyword)))
        else None
    )
    return case.operands[0], dim, index


def _along(case: Case) -> Explanation | None:
    x, dim, index = _parts(case)
    if case.type == "TypeError":
        return _arguments(case, x, dim, index)
    if index is None or index.seen.kind != "tensor" or x.seen.kind != "tensor":
        return None
    if index.seen.dtype not in part.WHOLE or case.says(r"dtype.*index|dtype of indices"):
        return _dtype(case, index)
    d = part.integer(dim.seen) if dim is not None else 0
    rank, size = words.rank(x.seen), x.seen.shape or ()
    if case.name.rstrip("_") in _SAME_RANK and words.rank(index.seen) != rank:
        return _rank(case, x, index, d)
    if case.name.rstrip("_").startswith("index_") and words.rank(index.seen) > 1:
        return _vector(case, index)
    if d is None or not -rank <= d < rank:
        return None
    if case.name == "take":
        return None
    limit = size[d]
    wrong = next((n for n in places_of(index) if not 0 <= n < limit), None)
    if wrong is not None:
        return _beyond(case, x, index, d, int(wrong), limit)
    return _slices(case, x, index, d % rank) or _source(case, x, index) or _larger(case, x, index, d % rank)


def _arguments(case: Case, x: Operand, dim: Operand | None, index: Operand | None) -> Explanation | None:
    if index is not None and index.seen.kind in ("list", "tuple", "number"):
        inner = f"[{index.text}]" if index.seen.kind == "number" else index.text
        if index.seen.kind != "number" or dim is None or dim.seen.kind != "tensor":
            return Explanation(
                rule="pick-index",
                first=f"{words.code(index)} is {part.article(index.seen.type)}; {case.name} takes indices as a tensor.",
                rest=("Square brackets take lists too; the functions do not.",),
                repairs=part.swapped(case, index, f"torch.tensor({inner})", "as a tensor of int64"),
            )
    if dim is None or dim.seen.kind != "tensor":
        return None
    return Explanation(
        rule="pick-dim",
        first=f"{case.name} takes the dimension first, then the indices; {words.code(dim)} is no dimension.",
        rest=(f"{words.shaped(x)} has {words.rank(x.seen)} dimensions.",),
        repairs=_ordered(case, x, dim, index),
    )


def _ordered(case: Case, x: Operand, indices: Operand, dim: Operand | None) -> tuple[Repair, ...]:
    head = [] if part.is_method(case) else [x.text]
    given = dim is not None and part.integer(dim.seen) is not None
    rest = [o.text for o in case.operands if not o.keyword][3:]
    found: tuple[Repair, ...] = ()
    for d in [dim.text] if given and dim is not None else [str(n) for n in reversed(range(words.rank(x.seen)))]:
        found += case.instead(
            part.call(case, *head, d, indices.text, *rest, *part.keywords(case)), f"along dimension {d}"
        )
    return found


def _dtype(case: Case, index: Operand) -> Explanation:
    return Explanation(
        rule="index-dtype",
        first=f"{words.code(index)} is {index.seen.dtype}, and {case.name} needs whole numbers, int64, as indices.",
        rest=(
            "An index says which place; 1.0 is no place even where it equals one.",
            *((f"It was {words.made_at(index)}.",) if words.made_at(index) else ()),
        ),
        repairs=part.swapped(case, index, f"{part.bare(case, index)}.long()", "the same numbers as int64"),
    )


def _rank(case: Case, x: Operand, index: Operand, dim: int | None) -> Explanation:
    rank, have = words.rank(x.seen), words.rank(index.seen)
    repairs: tuple[Repair, ...] = ()
    if have == rank - 1:
        for d in dict.fromkeys((dim % rank if dim is not None and -rank <= dim < rank else rank - 1, 0)):
            size = index.seen.shape or ()
            made = shape_text((*size[:d], 1, *size[d:]))
            text = f"{part.bare(case, index)}.unsqueeze({d})"
            repairs += part.swapped(case, index, text, f"with a dimension of size 1 at place {d}: {made}")
    return Explanation(
        rule="pick-rank",
        first=f"{words.shaped(index)} needs as many dimensions as {words.shaped(x)}: {rank}, not {have}.",
        rest=(f"{case.name} puts one element into each place of the indices; for one of each row, they are a column.",),
        repairs=repairs,
    )


def _vector(case: Case, index: Operand) -> Explanation:
    return Explanation(
        rule="pick-rank",
        first=f"{words.shaped(index)} has {words.rank(index.seen)} dimensions; {case.name} takes a vector of indices.",
        rest=("It goes by whole slices, one for each index.",),
        repairs=part.swapped(case, index, f"{part.bare(case, index)}.flatten()", "all of them in one row"),
    )


def _beyond(case: Case, x: Operand, index: Operand, dim: int, wrong: int, size: int) -> Explanation:
    values = places_of(index)
    repairs: tuple[Repair, ...] = ()
    text = part.bare(case, index)
    if values and min(values) >= 1 and max(values) <= size:
        repairs += part.swapped(case, index, f"{text} - 1", "if they were counted from 1")
    repairs += part.swapped(case, index, f"{text}.clamp(0, {size - 1})", f"those beyond it as 0 or {size - 1}")
    minus = ("Here indices cannot be counted from the end.",) if wrong < 0 else ()
    inner = ("What torch calls self is the tensor picked from.",) if case.says(r"in self") else ()
    return Explanation(
        rule="index-range",
        first=f"{words.code(index)} holds {wrong}: dimension {dim} of {words.shaped(x)} has indices 0 to {size - 1}.",
        rest=("Indices are counted from 0.", *minus, *inner),
        repairs=repairs,
    )


def _slices(case: Case, x: Operand, index: Operand, dim: int) -> Explanation | None:
    """index_add and index_copy: a slice for each index."""
    source = next((o for o in case.tensors if o not in (x, index)), None)
    size = source.seen.shape or () if source is not None else ()
    if source is None or case.name.rstrip("_") not in ("index_add", "index_copy") or dim >= len(size):
        return None
    count, have = counted(index.seen.shape or ()), size[dim]
    if count == have:
        return None
    long, few = (index, have) if count > have else (source, count)
    cut = ":, " * (dim if long is source else 0)
    return Explanation(
        rule="pick-source",
        first=f"{words.shaped(index)} names {count} slices of {words.shaped(x)}; {words.shaped(source)} has {have}.",
        rest=(f"Along dimension {dim} there is one slice of {words.code(source)} for each index.",),
        repairs=part.swapped(case, long, f"{part.bare(case, long)}[{cut}:{few}]", f"only the first {few}"),
    )


def _source(case: Case, x: Operand, index: Operand) -> Explanation | None:
    """What is scattered must cover the indices."""
    source = next((o for o in case.tensors if o not in (x, index)), None)
    if source is None or not case.name.startswith("scatter"):
        return None
    size, want = source.seen.shape or (), index.seen.shape or ()
    if len(size) == len(want) and all(m >= n for m, n in zip(size, want, strict=True)):
        return None
    same = counted(size) == counted(want)
    text = f"{part.bare(case, source)}.reshape({', '.join(map(str, want))})"
    return Explanation(
        rule="pick-source",
        first=f"{words.shaped(source)} is scattered by {words.shaped(index)}: each index needs a value of its own.",
        rest=("Indices and values have the same number of dimensions, and there is a value for every index.",),
        repairs=part.swapped(case, source, text, "the values in the shape of the indices") if same else (),
    )


def _larger(case: Case, x: Operand, index: Operand, dim: int) -> Explanation | None:
    size, want = x.seen.shape or (), index.seen.shape or ()
    if len(size) != len(want):
        return None
    odd = next((d for d, (m, n) in enumerate(zip(size, want, strict=True)) if n > m and d != dim), None)
    if odd is None:
        return None
    cut = f"{part.bare(case, index)}[{':, ' * odd}:{size[odd]}]"
    turned = want[::-1] if len(want) == 2 else want
    fits = len(want) == 2 and all(n <= m or d == dim for d, (m, n) in enumerate(zip(size, turned, strict=True)))
    return Explanation(
        rule="pick-size",
        first=f"{words.shaped(index)} is larger than {words.shaped(x)} in dimension {odd}: {want[odd]} to {size[odd]}.",
        rest=(f"Only along dimension {dim} may there be more indices than elements.",),
        repairs=(
            *(part.swapped(case, index, f"{part.bare(case, index)}.T", "the indices transposed") if fits else ()),
            *part.swapped(case, index, cut, f"only the first {size[odd]} of them"),
        ),
    )


def _most(case: Case) -> Explanation | None:
    """More than there are."""
    x = case.operands[0]
    plain = [o for o in case.operands if not o.keyword]
    k = part.named(case, "k") or (plain[1] if len(plain) > 1 else None)
    given = part.named(case, "dim") or (plain[2] if len(plain) > 2 else None)
    count, dim = (part.integer(k.seen) if k else None), (part.integer(given.seen) if given else -1)
    size = x.seen.shape or ()
    if k is None or count is None or dim is None or not size or not -len(size) <= dim < len(size) or count <= size[dim]:
        return None
    found = part.swapped(case, k, str(size[dim]), f"all {size[dim]} of them")
    for d in range(len(size)):
        if size[d] >= count and given is not None:
            found += part.swapped(case, given, str(d), f"along dimension {d}, of size {size[d]}")
    return Explanation(
        rule="topk-range",
        first=f"{case.name} is asked for {count}; dimension {dim % len(size)} of {words.shaped(x)} has {size[dim]}.",
        rest=("There cannot be more of them than there are elements along that dimension.",),
        repairs=found,
    )  # fmt: skip


def _cut(case: Case) -> Explanation | None:
    """narrow and select beyond the end."""
    x, given = case.operands[0], [part.integer(o.seen) for o in case.operands[1:]]
    size = x.seen.shape or ()
    if x.seen.kind != "tensor" or None in given or len(given) < 2 or case.says("Dimension out"):
        return None
    dim, start = given[0] or 0, given[1] or 0
    if not -len(size) <= dim < len(size):
        return None
    if case.name == "select":
        return Explanation(
            rule="index-range",
            first=f"There is no {start}: dimension {dim} of {words.shaped(x)} has the indices 0 to {size[dim] - 1}.",
            rest=("Indices are counted from 0.",),
            repairs=part.swapped(case, case.operands[2], str(size[dim] - 1), "the last"),
        )  # fmt: skip
    length = (given[2] or 0) if len(given) > 2 else 0
    return Explanation(
        rule="narrow-range",
        first=f"{length} from {start} on reaches beyond dimension {dim} of {words.shaped(x)}, of size {size[dim]}.",
        rest=(f"From {start} on there are {max(size[dim] - start, 0)}.",),
        repairs=part.swapped(case, case.operands[3], str(max(size[dim] - start, 0)), "all that there are")
        if len(case.operands) > 3
        else (),
    )
