"""Tensors that are made to be trained: where they are made, and how they become leaves that require gradients."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Repair

MAKERS = frozenset(
    {
        "tensor", "zeros", "ones", "rand", "randn", "full", "empty", "linspace", "arange", "eye", "zeros_like",
        "ones_like", "rand_like", "randn_like", "full_like", "normal", "randint",
    }
)  # fmt: skip
_WHOLE = ("tensor", "arange", "full", "randint")


def is_made(node: ast.AST) -> bool:
    """Whether it is a call such as torch.zeros(3)."""
    return isinstance(node, ast.Call) and origin.last_name(node.func) in MAKERS and isinstance(node.func, ast.Attribute)


def required(case: Case, node: ast.expr) -> Edit:
    """The edit that makes what is written there a leaf that requires gradients. Raises ValueError without a place."""
    text = case.text(node)
    if isinstance(node, ast.Call) and is_made(node):
        given = next((k for k in node.keywords if k.arg == "requires_grad"), None)
        if given is not None:
            return case.edit(given.value, "True")
        extra = ", dtype=torch.float32" if _is_whole(node) else ""
        ends = [*node.args, *(k.value for k in node.keywords)]
        if ends:
            return case.edit(node, f"{text[:-1].rstrip().rstrip(',')}{extra}, requires_grad=True)")
    grouped = text if isinstance(node, (ast.Call, ast.Name, ast.Subscript, ast.Attribute)) else f"({text})"
    return case.edit(node, f"{grouped}.requires_grad_()")


def _is_whole(node: ast.Call) -> bool:
    """Whether whole numbers come out, by how it is written."""
    if any(k.arg == "dtype" for k in node.keywords) or origin.last_name(node.func) not in _WHOLE:
        return False
    numbers = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and type(n.value) in (int, float)]
    return bool(numbers) and all(type(n) is int for n in numbers)


def rooted(case: Case, node: ast.expr) -> tuple[Repair, ...]:
    """The repair that makes the result of an operation a leaf: requires_grad_() last, and nowhere inside."""
    value = node
    if isinstance(node, ast.Name):
        bound = [v for v in origin.bound(case, node.id) if v.lineno <= case.scene.line]
        if not bound:
            return ()
        value = bound[-1]
    inner = [k for n in ast.walk(value) if isinstance(n, ast.Call) for k in n.keywords if k.arg == "requires_grad"]
    text = case.text(value)
    for keyword in inner:
        piece = case.text(keyword)
        text = text.replace(f", {piece}", "").replace(piece, "")
    text = text.replace(".requires_grad_()", "")
    plain = isinstance(value, (ast.Call, ast.Name, ast.Attribute, ast.Subscript))
    if (not inner and not plain) or isinstance(value, ast.Name):
        return ()
    new = f"{text if plain else f'({text})'}.requires_grad_()"
    if not inner:
        new = new.replace(".requires_grad_()", ".detach().requires_grad_()")
    return case.instead(new, "made first, then told to keep gradients", of=value)
