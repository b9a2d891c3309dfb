"""One number where there are many, and many where there is one: item, int, len and loops."""

from __future__ import annotations

import ast

from tutor.grade.explain import part, words
from tutor.grade.explain.bound import bindings
from tutor.grade.explain.case import Case, called
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.rows import REDUCTIONS, of_module
from tutor.grade.explain.shape import Shape, counted
from tutor.sandbox.protocol import Operand

_NUMBERS = frozenset({"item", "int", "float", "complex", "__int__", "__float__", "round", "format", "__index__", "hex"})
_EACH = {"int": "int()", "float": "float()", "round": "round()"}


def explain(case: Case) -> Explanation | None:
    """What has too many elements, or no dimension to go along; None where that is not it."""
    if case.below:
        return None
    for rule in (_item, _formatted, _length, _iterated, _columns):
        if (found := rule(case)) is not None:
            return found
    return None


def _item(case: Case) -> Explanation | None:
    """A number asked of many."""
    if case.kind != "call" or not case.says(
        "converted to|scalar|__round__|__complex__|expected one element|__format__"
    ):
        return None
    operand = next((o for o in case.tensors if counted(o.seen.shape or ()) != 1), None)
    of_math = case.word.startswith(("math.", "cmath."))
    if operand is None or not (case.name in _NUMBERS or of_math):
        return None
    size = operand.seen.shape or ()
    return Explanation(
        rule="single-item",
        first=f"{case.name}() gives one number, and {words.shaped(operand)} has {counted(size)} elements.",
        rest=("Only a tensor of exactly one element is one number; reduce it, pick one, or take all as a list.",)
        if counted(size)
        else ("An empty tensor has no number to give.",),
        repairs=_math(case, operand) if of_math else _one(case, operand, size),
    )


def _math(case: Case, operand: Operand) -> tuple[Repair, ...]:
    name = {"fabs": "abs", "pow": "pow"}.get(case.name, case.name)
    return case.instead(f"torch.{name}({operand.text})", "of each element; torch has functions of the same names")


def _one(case: Case, operand: Operand, size: Shape) -> tuple[Repair, ...]:
    text = part.bare(case, operand)
    if not counted(size):
        return ()
    first = f"{text}[{', '.join('0' * len(size))}]"
    average = f"{text}.float().mean()" if operand.seen.dtype in (*part.WHOLE, "bool") else f"{text}.mean()"
    if case.name == "item":
        return (
            *case.instead(f"{text}.tolist()", "all of them, as a list of numbers"),
            *case.instead(f"{average}.item()", "their mean"),
            *case.instead(f"{first}.item()", "the first one"),
        )
    each = _EACH.get(case.name, "")
    count = part.swapped(case, operand, f"{text}.sum()", "how many of them are True")
    return (
        *(count if operand.seen.dtype == "bool" else ()),
        *(case.instead(f"{text}.{each}", "each of them, still a tensor") if each else ()),
        *part.swapped(case, operand, average, "their mean"),
        *part.swapped(case, operand, first, "the first one"),
    )


def _formatted(case: Case) -> Explanation | None:
    """A tensor of many put into text with a format for one number."""
    if case.kind == "call" or not case.says(
        r"__format__|only one element|%d format|format: a real number|must be real number"
    ):
        return None
    operands = (*case.operands, *case.scene.names)
    operand = next((o for o in operands if o.seen.kind == "tensor" and counted(o.seen.shape or ()) != 1), None)
    if operand is None:
        return None
    node = part.node_of(case, operand)
    text = part.grouped(case, node) if node is not None else part.bare(case, operand)
    average = f"{text}.float().mean().item()" if operand.seen.dtype in part.WHOLE else f"{text}.mean().item()"
    first = f"{text}[{', '.join('0' * len(operand.seen.shape or ()))}].item()"
    return Explanation(
        rule="single-format",
        first=f"The format is for one number, and {words.shaped(operand)} is many.",
        rest=("A tensor of one element can be formatted; of many, a list or one number of them is put into the text.",),
        repairs=(
            *case.instead(average, "their mean", of=node),
            *case.instead(first, "the first one", of=node),
        )
        if node is not None
        else (),
    )


def _length(case: Case) -> Explanation | None:
    """len() of a tensor without dimensions."""
    if case.name != "len" or not case.operands or case.operands[0].seen.kind != "tensor":
        return None
    operand = case.operands[0]
    if operand.seen.shape != ():
        return None
    before = _before(case, operand)
    return Explanation(
        rule="single-length",
        first=f"{words.code(operand)} is a single number, of shape (): it has no dimension for len() to measure.",
        rest=("len() is the size of dimension 0; numel() counts the elements, here 1.", *_made(operand)),
        repairs=(
            *(case.instead(f"len({before})", "the length before it was reduced") if before else ()),
            *case.instead(f"{part.bare(case, operand)}.numel()", "the number of elements, 1"),
        ),
    )


def _made(operand: Operand) -> tuple[str, ...]:
    return (f"It was {words.made_at(operand)}.",) if words.made_at(operand) else ()


def _before(case: Case, operand: Operand) -> str:
    """What was reduced to it."""
    node = part.node_of(case, operand)
    values = list(bindings(case, node.id)) if isinstance(node, ast.Name) else [node]
    for value in values:
        if isinstance(value, ast.Call) and called(value) in REDUCTIONS:
            inner = value.args[0] if of_module(value) and value.args else getattr(value.func, "value", None)
            # What was computed on another line is not computed again.
            return case.text(inner) if inner is not None and (value is node or isinstance(inner, ast.Name)) else ""
    return ""


def _iterated(case: Case) -> Explanation | None:
    """Going through, or unpacking, a tensor without dimensions."""
    if not case.says("iteration over a 0-d"):
        return None
    operand = next((o for o in case.tensors if o.seen.shape == ()), None)
    if operand is None:
        return None
    before, text = _before(case, operand), part.bare(case, operand)
    looped = isinstance(case.statement, ast.For)
    count = f"range(int({operand.text}))"
    return Explanation(
        rule="single-iterated",
        first=f"{words.code(operand)} is a single number, of shape (): there is nothing to go through.",
        rest=("Going through a tensor gives its entries along dimension 0, and it has none.", *_made(operand)),
        repairs=(
            *(part.swapped(case, operand, before, "what it was before it was reduced") if before else ()),
            *(_swapped(case, operand, count, "as often as the number says") if looped else ()),
            *_swapped(case, operand, f"{text}.reshape(1)", "as a row of one"),
        ),
    )


def _swapped(case: Case, operand: Operand, new: str, means: str) -> tuple[Repair, ...]:
    node = part.node_of(case, operand)
    if node is None and isinstance(case.statement, (ast.For, ast.Assign)):
        node = case.statement.iter if isinstance(case.statement, ast.For) else case.statement.value
    return case.instead(new, means, of=node) if node is not None else ()


def _columns(case: Case) -> Explanation | None:
    """`a, b, c = t` of a table of three columns: it gives the rows."""
    statement = case.statement
    value = case.operands[-1] if case.operands else None
    if value is None or value.seen.kind != "tensor" or not case.says("values to unpack"):
        return None
    size = value.seen.shape or ()
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    names = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
    if not isinstance(statement, ast.Assign) or len(size) < 2 or size[1] != len(names) or size[0] == len(names):
        return None
    return Explanation(
        rule="unpack-columns",
        first=f"{words.shaped(value)} has {size[0]} rows, and {len(names)} names stand left of =, one for each column.",
        rest=("Unpacking goes along dimension 0: of a table it gives the rows.",),
        repairs=(
            *case.instead(f"{part.grouped(case, statement.value)}.unbind(dim=1)", "its columns", of=statement.value),
            *case.instead(
                f"{part.grouped(case, statement.value)}.T", "turned, so that columns are rows", of=statement.value
            ),
        ),
    )
