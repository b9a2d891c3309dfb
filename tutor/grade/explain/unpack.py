"""Names on the left of = against values on its right: how many there are of each."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Observation, Operand

_APART = ("chunk", "split", "tensor_split")


def explain(case: Case) -> Explanation | None:
    """How many values came for how many names; None where it is another error."""
    if case.says(r"cannot unpack non-iterable (\w+)"):
        return _single(case)
    said = case.says(r"(too many|not enough) values to unpack(?: \(expected (?:at least )?(\d+)(?:, got (\d+))?\))?")
    value = _value(case)
    if case.type != "ValueError" or said is None or value is None:
        return None
    have = int(said[3]) if said[3] else count_of(value)
    want = int(said[2] or 0)
    target = _target(case)
    looped = not case.operands
    number = f"{have} values" if have != 1 else "1 value"
    what = f"Each entry of {words.code(value)}" if looped else f"{words.code(value)}{_shape(value)}"
    gives = (
        f"gives {number}" if have is not None else ("has more values" if said[1] == "too many" else "has fewer values")
    )
    return Explanation(
        rule="unpack",
        first=f"{what} {gives}, and there {'is' if want == 1 else 'are'} {want} names for them.",
        rest=(
            *_parts(case, value),
            _why(value, looped),
            f"Each value needs a name of its own: `{words.short(target)}`." if target else "",
        ),
        repairs=_named(case, value, want, have) if not looped else _enumerated(case, value, want),
    )


def _parts(case: Case, value: Operand) -> tuple[str, ...]:
    """What chunk or split took apart, and along which dimension."""
    node = case.node_of(value)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _APART:
        return ()
    owner = next((o for o in (*case.operands, *case.scene.names) if o.text == case.text(node.func.value)), None)
    sizes = [item.shape for item in value.seen.items or () if item.shape]
    whole = owner.seen.shape if owner is not None else None
    if whole is None and sizes and not any(k.arg == "dim" for k in node.keywords):
        whole = (sum(size[0] for size in sizes), *sizes[0][1:])
    if whole is None:
        return ()
    text = words.short(case.text(node.func.value))
    told = next((case.text(k.value) for k in node.keywords if k.arg == "dim"), "")
    along = f"dimension {told}" if told else "dim=0 unless told"
    return (f"{node.func.attr} goes along {along}: `{text}` is {shape_text(whole)}.",)


def _value(case: Case) -> Operand | None:
    """What is taken apart; of a loop, what it goes through."""
    loop = next((n for n in ast.walk(case.tree) if isinstance(n, ast.For) and n.lineno == case.scene.line), None)
    if case.operands or loop is None:
        return case.operands[-1] if case.operands else None
    text = case.text(loop.iter)
    known = next((o for o in case.scene.names if o.text == text), None)
    return known or Operand(text=text, seen=Observation(kind="missing"))


def count_of(value: Operand) -> int | None:
    """How many entries there are; None where that is not known."""
    seen = value.seen
    if seen.kind == "size" and seen.shape is not None:
        return len(seen.shape)
    if seen.kind == "tensor":
        return seen.shape[0] if seen.shape else None
    if seen.items is not None and seen.kind in ("list", "tuple"):
        return seen.value if isinstance(seen.value, int) else len(seen.items)
    return None


def _shape(value: Operand) -> str:
    return f" {shape_text(value.seen.shape)}" if value.seen.shape is not None else ""


def _why(value: Operand, looped: bool) -> str:
    if value.seen.kind == "size":
        return f"The tensor has {words.count(len(value.seen.shape or ()), 'dimension')}, one number for each."
    if value.seen.kind == "tensor" and not looped:
        return "A tensor is taken apart along dimension 0."
    return "As many names as values."


def _target(case: Case) -> str:
    statement = case.statement
    if isinstance(statement, ast.Assign):
        return case.text(statement.targets[0])
    return case.text(statement.target) if isinstance(statement, ast.For) else ""


def _named(case: Case, value: Operand, want: int, have: int | None) -> tuple[Repair, ...]:
    """One name more for each value more, and names left away that have none."""
    statement = case.statement
    if (
        not isinstance(statement, ast.Assign)
        or not isinstance(statement.targets[0], (ast.Tuple, ast.List))
        or have is None
    ):
        return ()
    names = [case.text(e) for e in statement.targets[0].elts]
    if found := _along(case, value, want):
        return found
    if have > want:
        more = [*names, *["_"] * (have - want)] if have - want <= 3 else [*names[:-1], f"*{names[-1]}"]
        return case.instead(", ".join(more), "the rest under a name that is not used", of=statement.targets[0])
    if value.seen.kind == "size" and 0 < have < want:
        return case.instead(", ".join(names[-have:]), "a name for each dimension there is", of=statement.targets[0])
    return ()


def _along(case: Case, value: Operand, want: int) -> tuple[Repair, ...]:
    """chunk and split along the last dimension, where that gives as many parts as there are names."""
    node = case.node_of(value)
    sizes = [item.shape for item in value.seen.items or () if item.shape]
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _APART:
        return ()
    if not sizes or node.keywords or len(node.args) != 1 or len(sizes[0]) < 2 or sizes[0][-1] % want:
        return ()
    means = f"along the last dimension, {want} parts of {sizes[0][-1] // want}"
    return case.instead(f"{case.text(node)[:-1]}, dim=-1)", means, of=node)


def _enumerated(case: Case, value: Operand, want: int) -> tuple[Repair, ...]:
    if want != 2 or case.operands:
        return ()
    found = case.swapped(value, f"enumerate({value.text})", "the number of each entry as well")
    if value.seen.kind == "dict":
        found = case.swapped(value, f"{words.grouped(value)}.items()", "keys with their values")
    return found


def _single(case: Case) -> Explanation | None:
    value = _value(case)
    if value is None:
        return None
    looped = not case.operands
    what = f"An entry of {words.code(value)}" if looped else words.code(value)
    said = case.says(r"non-iterable (\w+)")
    kind = said[1] if said else value.seen.type
    kind = "None" if kind == "NoneType" else f"a single {kind}"
    return Explanation(
        rule="unpack",
        first=f"{what} is {kind}, and there are several names for it.",
        rest=("Only what has several values, a tuple, a list or a tensor, can be taken apart.",),
        repairs=_enumerated(case, value, 2),
    )
