"""Dtypes: what decides them, and the widths that other libraries have."""

from __future__ import annotations

import ast

from tutor.grade.belief.node import DTYPE, Change, Changes, function, made, text

_FLOATS = ("zeros", "ones", "eye", "rand", "randn", "linspace", "empty")
_FOLLOWERS = ("arange", "full")
_WHOLE = ("argmax", "argmin", "nonzero")


def changes(node: ast.AST) -> Changes:
    """Beliefs about what decides a dtype, by one place of the expression."""
    if function(node) == "tensor" and isinstance(node, ast.Call) and node.args:
        entries = node.args[0].elts if isinstance(node.args[0], ast.List) else []
        if entries and not node.keywords:
            told = "All entries together decide the dtype, not the first one: a tensor has one dtype."
            yield Change(made("torch.tensor(E)", E=entries[0]), told, 0, DTYPE)


def of_whole(root: ast.expr) -> Changes:
    """Beliefs about the dtype of the whole expression."""
    floats, whole = _deciding(root)
    yield Change(made("(A).float()", A=root), floats, 1, DTYPE)
    yield Change(made("(A).long()", A=root), whole, 1, DTYPE)
    yield Change(made("(A).double()", A=root), _wide(root), 1, DTYPE)
    told = "torch.int is not the default for whole numbers: a Python number becomes the widest of them."
    yield Change(made("(A).int()", A=root), told, 1, DTYPE)
    yield Change(
        made("(A).bool()", A=root), "Only comparisons and True or False make booleans; 0 and 1 do not.", 2, DTYPE
    )


def _names(root: ast.expr) -> set[str]:
    return {function(node) for node in ast.walk(root)}


def _wide(root: ast.expr) -> str:
    if "from_numpy" in _names(root):
        return "from_numpy keeps the dtype of the array."
    if function(root) == "tensor":
        return "PyTorch's default float is not as wide as a Python float or NumPy's."
    if any(isinstance(n, ast.Constant) and isinstance(n.value, float) for n in ast.walk(root)):
        return "A Python float never widens a tensor: it takes PyTorch's default float, which is narrower than NumPy's."
    return "PyTorch's default float is not as wide as NumPy's; only a tensor that is wide already makes a result wide."


def _deciding(root: ast.expr) -> tuple[str, str]:
    """What is true where somebody expects floats, and where somebody expects whole numbers."""
    names = _names(root)
    if isinstance(root, ast.Compare):
        told = f"`{text(root)}` is a comparison: it answers True or False for each element."
        return told, told
    if names & set(_WHOLE):
        told = "Positions are whole numbers, whatever the dtype of what they point at."
        return told, told
    if any(isinstance(n, ast.Div) for n in ast.walk(root)):
        return "The dtypes of both sides decide together.", "/ always gives floats, also for whole numbers."
    if names & set(_FLOATS):
        name = sorted(names & set(_FLOATS))[0]
        told = f"{name} makes floats unless told otherwise, whatever the numbers look like."
        return "The default float holds only where nothing asks for another dtype.", told
    if names & set(_FOLLOWERS):
        name = sorted(names & set(_FOLLOWERS))[0]
        told = f"{name} takes its dtype from the numbers it is given: only a decimal point makes floats."
        return told, told
    if "from_numpy" in names:
        return ("from_numpy keeps the dtype of the array.",) * 2
    return _by_entries(root)


def _by_entries(root: ast.expr) -> tuple[str, str]:
    constants = [n.value for n in ast.walk(root) if isinstance(n, ast.Constant)]
    if any(isinstance(c, float) for c in constants):
        return "The widest of what is combined decides.", "One decimal point anywhere makes all of it floating."
    if constants and all(isinstance(c, bool) for c in constants):
        return ("True and False stay booleans; they are not turned into numbers.",) * 2
    return (
        "Whole numbers stay whole: a decimal point or a division makes floats.",
        "Nothing here makes the numbers whole.",
    )
