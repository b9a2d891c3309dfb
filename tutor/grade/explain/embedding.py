"""Tables of embeddings and one-hot rows: indices that are no whole numbers, or that are not in the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.grade.drawing import shape_text
from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.layer import feed
from tutor.sandbox.protocol import Fact, Observation, Operand

_WHOLE = ("int64", "int32")


def explain(case: Case) -> Explanation | None:
    """What is wrong with indices into a table; None where they are well, or there is none."""
    fed = feed(case)
    if fed is not None and fed.layer.type in ("Embedding", "EmbeddingBag"):
        rows = fed.number("num_embeddings")
        given = fed.argument("num_embeddings")
        more = (lambda n: fed.remade("num_embeddings", str(n), f"a table of {n} rows")) if given is not None else None
        return _indices(case, fed.operand, fed.got, fed.label, rows, more)
    if case.kind == "call" and case.name == "embedding" and not case.below:
        return _function(case)
    return _one_hot(case) if case.name == "one_hot" else None


def _function(case: Case) -> Explanation | None:
    x, table = case.passed("input", 0), case.passed("weight", 1)
    if not x or not table:
        return None
    if (x.seen.dtype or "").startswith("float") and table.seen.dtype in _WHOLE:
        return Explanation(
            rule="embedding-swapped",
            first=f"{words.whole(x)} is the table and {words.whole(table)} the indices: the other way round.",
            rest=("embedding() takes the indices first, then the table.",),
            repairs=case.instead(f"{case.word}({table.text}, {x.text})", "indices first"),
        )
    rows = (table.seen.shape or (0,))[0]
    return _indices(case, x, x.seen, words.shaped(table), rows, None)


def _indices(
    case: Case, operand: Operand | None, seen: Observation, label: str, rows: int | None, more: Any
) -> Explanation | None:
    what = words.code(operand) if operand else "What arrives"
    if seen.kind != "tensor":
        return _no_tensor(case, operand, seen, label)
    if seen.dtype not in _WHOLE and case.says(r"scalar type|Long|int"):
        return _dtype(case, operand, seen, label, what)
    if rows is None or not case.says("out of range|out of bounds|assert|index"):
        return None
    least, most = extremes(seen, operand.facts if operand else {})
    worst = most if most is None or most >= rows else least
    if worst is None:
        return _somewhere(label, what, rows)
    if 0 <= worst < rows:
        return None
    return Explanation(
        rule="embedding-range",
        first=f"{what} holds the index {worst}, and {label} has {rows} rows: 0 to {rows - 1}.",
        rest=(
            *(("Counting starts at 0, so the last row is one below the number of rows.",) if worst == rows else ()),
            *(("A negative index does not count from the end here.",) if worst < 0 else ()),
            'torch\'s "self" is the table: the index is not a row of that.'
            if case.says("in self")
            else "Each index picks a row of the table.",
        ),
        repairs=(
            *(_clamped(case, operand) if worst < 0 else ()),
            *(_shifted(case, operand) if least is not None and least >= 1 and worst == rows else ()),
            *(more(worst + 1) if more and worst >= rows else ()),
        ),
        habit="num_embeddings is the largest index plus one.",
    )


def _somewhere(label: str, what: str, rows: int) -> Explanation:
    return Explanation(
        rule="embedding-range",
        first=f"{what} holds an index outside of {label}, which has {rows} rows: 0 to {rows - 1}.",
        rest=("num_embeddings must be at least the largest index plus one, and no index may be negative.",),
        habit="Print the min() and the max() of the indices before this line.",
    )


def _shifted(case: Case, operand: Operand | None) -> tuple[Repair, ...]:
    if operand is None:
        return ()
    return case.swapped(operand, f"{words.grouped(operand)} - 1", "indices that start at 0, where yours start at 1")


def _clamped(case: Case, operand: Operand | None) -> tuple[Repair, ...]:
    if operand is None:
        return ()
    return case.swapped(operand, f"{words.grouped(operand)}.clamp(min=0)", "row 0 for what is below it, as for padding")


def _no_tensor(case: Case, operand: Operand | None, seen: Observation, label: str) -> Explanation | None:
    if operand is None or seen.kind not in ("list", "number", "tuple"):
        return None
    return Explanation(
        rule="embedding-no-tensor",
        first=f"{words.code(operand)} is {words.kind(seen.type)}, and {label} takes a tensor of whole numbers.",
        rest=("The indices are made into a tensor first; whole numbers become int64.",),
        repairs=case.swapped(operand, f"torch.tensor({operand.text})", "the same indices as a tensor"),
    )


def _dtype(case: Case, operand: Operand | None, seen: Observation, label: str, what: str) -> Explanation:
    word = " torch's Long is int64, and its LongTensor a tensor of that dtype." if case.says("Long") else ""
    return Explanation(
        rule="embedding-dtype",
        first=f"{what} is {seen.dtype}, and {label} is indexed with int64.",
        rest=(f"An index picks a row, so it must be a whole number.{word}",),
        repairs=case.swapped(operand, f"{words.grouped(operand)}.long()", "the same numbers as int64")
        if operand
        else (),
        habit="Keep indices and class numbers int64 from where they are made.",
    )


def extremes(seen: Observation, facts: dict[str, Fact]) -> tuple[Any, Any]:
    """The least and the greatest element, where they are known."""
    if seen.values is None:
        return facts.get("least"), facts.get("most")
    flat = [n for n in _flat(seen.values) if isinstance(n, (int, float))]
    return (min(flat), max(flat)) if flat else (None, None)


def _flat(values: Any) -> Iterator[Any]:
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from _flat(value)
    else:
        yield values


def _one_hot(case: Case) -> Explanation | None:
    x, count = case.passed("tensor", 0) or case.passed("input", 0), case.passed("num_classes", 1)
    if x is None:
        return None
    if x.seen.kind != "tensor":
        return _no_tensor(case, x, x.seen, f"{case.word}()")
    if x.seen.dtype != "int64":
        return _dtype(case, x, x.seen, f"{case.word}()", words.code(x))
    least, most = extremes(x.seen, x.facts)
    if least is not None and least < 0:
        return Explanation(
            rule="one-hot-range",
            first=f"{words.code(x)} holds {least}, and classes are numbered from 0.",
            rest=("A one-hot row has its 1 at the place of the class number; there is no place below 0.",),
        )
    classes = count.seen.value if count else None
    if most is None or type(classes) is not int or most < classes or count is None:
        return None
    return Explanation(
        rule="one-hot-range",
        first=f"{words.code(x)} holds the class {most}, and {classes} classes are numbered 0 to {classes - 1}.",
        rest=(f"num_classes must be above the largest class number: at least {most + 1}.",),
        repairs=(
            *(_shifted(case, x) if least >= 1 and most == classes else ()),
            *case.swapped(count, str(most + 1), f"rows of {most + 1}, {shape_text((*(x.seen.shape or ()), most + 1))}"),
        ),
    )
