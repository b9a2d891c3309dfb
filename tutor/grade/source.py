"""Questions about code that its syntax tree can answer, without running it."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator


def parsed(code: str) -> ast.Module | None:
    """The tree, or None when it is not Python."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def split_last(code: str) -> tuple[str, str]:
    """Lines that lead up, and the expression at the end. An all-statements program has no expression: (code, "")."""
    tree = parsed(code)
    if tree is None or not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return code, ""
    last = tree.body[-1]
    lines = code.splitlines()
    lead = lines[: last.lineno - 1]
    before = lines[last.lineno - 1].encode()[: last.col_offset].decode().rstrip().rstrip(";")
    lead += [before] if before.strip() else []
    return "\n".join(lead), ast.get_source_segment(code, last.value) or lines[-1]


def assigned(code: str) -> tuple[str, ...]:
    """Every name that top-level statements assign, in order, without those that begin with an underscore or only lead
    a loop or a `with`."""
    tree = parsed(code)
    names: dict[str, None] = {}
    for statement in tree.body if tree else ():
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            continue
        names |= dict.fromkeys(name for name in _kept(statement) if not name.startswith("_"))
    return tuple(names)


def _kept(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds for later, without those that only count or hold on the way."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for field, child in ast.iter_fields(node):
        passing = field in ("generators", "optional_vars") or (isinstance(node, _LOOPS) and field == "target")
        if not passing and not isinstance(child, _OWN_SCOPE):
            for part in child if isinstance(child, list) else [child]:
                if isinstance(part, ast.AST) and not isinstance(part, _OWN_SCOPE):
                    yield from _kept(part)


_LOOPS = (ast.For, ast.AsyncFor)
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def functions(code: str) -> tuple[str, ...]:
    """Names of the functions that the code defines at its top level."""
    tree = parsed(code)
    return tuple(n.name for n in tree.body if isinstance(n, ast.FunctionDef)) if tree else ()


def classes(code: str) -> tuple[str, ...]:
    """Names of the classes that the code defines at its top level."""
    tree = parsed(code)
    return tuple(n.name for n in tree.body if isinstance(n, ast.ClassDef)) if tree else ()


def same_code(a: str, b: str) -> bool:
    """Whether two programs are the same but for layout and comments."""
    if a.strip() == b.strip():
        return True
    left, right = parsed(a), parsed(b)
    return left is not None and right is not None and ast.dump(left) == ast.dump(right)


def uncommented(code: str) -> str:
    """A line of code without the comment at its end, which would swallow what follows it in a program."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                return "\n".join([*code.splitlines()[: token.start[0] - 1], token.line[: token.start[1]].rstrip()])
    except (tokenize.TokenError, SyntaxError):
        return code
    return code
