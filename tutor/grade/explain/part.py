"""The parts of what failed: each operand with the place where it stands, and the call written anew."""

from __future__ import annotations

import ast
import builtins

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Observation, Operand

FLOATING = ("float16", "bfloat16", "float32", "float64")
WHOLE = ("int64", "int32", "int16", "int8", "uint8")


def node_of(case: Case, operand: Operand) -> ast.expr | None:
    """Where an operand of what failed stands, also where another one is spelt like it."""
    at = next((n for n, other in enumerate(case.operands) if other is operand), None)
    nodes = written(case)
    found = nodes[at] if at is not None and at < len(nodes) else None
    return found if found is not None and case.text(found) == operand.text else case.node_of(operand)


def written(case: Case) -> list[ast.expr]:
    """The expressions of what failed, in the order of its operands."""
    node = case.node
    if isinstance(node, ast.Call):
        method = isinstance(node.func, ast.Attribute) and is_method(case)
        owner = [node.func.value] if method and isinstance(node.func, ast.Attribute) else []
        return [*owner, *node.args, *(k.value for k in node.keywords)]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Subscript):
        value = getattr(case.statement, "value", None) if isinstance(node.ctx, ast.Store) else None
        return [node.value, *places(node), *([value] if isinstance(value, ast.expr) else [])]
    if isinstance(node, ast.AugAssign):
        return [node.target, node.value]
    if isinstance(node, ast.Compare) and len(node.comparators) == 1:
        return [node.left, node.comparators[0]]
    return [node.operand] if isinstance(node, ast.UnaryOp) else []


def places(node: ast.Subscript) -> list[ast.expr]:
    """What stands between the brackets, one by one."""
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def is_method(case: Case) -> bool:
    """Whether it is a call of a method, whose first operand is what it is called on."""
    return isinstance(case.node, ast.Call) and isinstance(case.node.func, ast.Attribute) and "." not in case.word


def is_torch(case: Case) -> bool:
    """Whether it is a call of a function of torch's, or of a method of a tensor."""
    if not isinstance(case.node, ast.Call) or case.below:
        return False
    if is_method(case):
        return bool(case.operands) and case.operands[0].seen.kind == "tensor"
    if "." in case.word:
        return case.word.split(".")[0] in ("torch", "F")
    own = origin.function_named(case.tree, case.name) or origin.class_named(case, case.name)
    return case.name != "" and own is None and (not hasattr(builtins, case.name) or _imported(case))


def _imported(case: Case) -> bool:
    imports = [n for n in ast.walk(case.tree) if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("torch")]
    return any(alias.name == case.name for n in imports for alias in n.names)


def plain(case: Case) -> list[Operand]:
    """What is passed by position, without what a method is called on."""
    found = [o for o in case.operands if not o.keyword]
    return found[1:] if is_method(case) else found


def named(case: Case, *keywords: str) -> Operand | None:
    """What is passed by one of these keywords."""
    return next((o for o in case.operands if o.keyword in keywords), None)


def swapped(case: Case, operand: Operand, new: str, means: str = "") -> tuple[Repair, ...]:
    """The repair that writes `new` for one operand."""
    node = node_of(case, operand)
    return case.instead(new, means, of=node) if node is not None else ()


def call(case: Case, *arguments: str, name: str = "", owner: str = "") -> str:
    """The call with other arguments, by another name, or on another owner."""
    node = case.node
    func = node.func if isinstance(node, ast.Call) else None
    if not isinstance(func, ast.Attribute):
        return f"{name or case.name}({', '.join(arguments)})"
    return f"{owner or case.text(func.value)}.{name or func.attr}({', '.join(arguments)})"


def keywords(case: Case, *without: str) -> list[str]:
    """The keyword arguments as written, but some."""
    node = case.node
    found = node.keywords if isinstance(node, ast.Call) else []
    return [case.text(k) for k in found if k.arg not in without]


def grouped(case: Case, node: ast.expr) -> str:
    """An expression as written, in parentheses where something is to be hung on to it."""
    loose = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Await)
    return f"({case.text(node)})" if isinstance(node, loose) else case.text(node)


def bare(case: Case, operand: Operand) -> str:
    """An operand as written, in parentheses where something is to be hung on to it."""
    node = node_of(case, operand)
    return grouped(case, node) if node is not None else words.grouped(operand)


def fresh(case: Case, *names: str) -> str:
    """The first of some names that the code does not use."""
    used = {n.id for n in ast.walk(case.tree) if isinstance(n, ast.Name)}
    used |= {n.arg for n in ast.walk(case.tree) if isinstance(n, ast.arg)}
    return next((name for name in names if name not in used), f"{names[-1]}_")


def shape_of(seen: Observation) -> Shape | None:
    """The shape of a tensor; None of what is no tensor."""
    return seen.shape if seen.kind == "tensor" else None


def number(seen: Observation) -> float | None:
    """A number that is no bool; None of anything else."""
    return seen.value if seen.kind == "number" and isinstance(seen.value, (int, float)) else None


def integer(seen: Observation) -> int | None:
    """A whole number."""
    found = number(seen)
    return found if isinstance(found, int) else None


def is_float(seen: Observation) -> bool:
    """Whether it is a Python float."""
    return seen.kind == "number" and seen.type == "float"


def length(seen: Observation) -> int:
    """How many entries a list has."""
    return seen.value if isinstance(seen.value, int) else len(seen.items or ())


def integers(seen: Observation) -> tuple[int, ...] | None:
    """Whole numbers: one, or those of a list or a tuple."""
    if (one := integer(seen)) is not None:
        return (one,)
    if seen.kind == "size":
        return seen.shape
    if seen.kind not in ("list", "tuple") or not seen.items:
        return None
    found = [integer(item) for item in seen.items]
    return tuple(n for n in found if n is not None) if None not in found else None


def article(kind: str) -> str:
    """The name of a type with its article: `an int`, `a list`, `None`."""
    return "None" if kind in ("NoneType", "none") else words.kind(kind)
