"""What each line made: top-level statements run one at a time, each exactly once."""

from __future__ import annotations
import __future__

import ast
from collections.abc import Callable, Iterator
from typing import Any

from tutor.sandbox import describe
from tutor.sandbox.protocol import Line

LINES_MOST = 200
TEXT_MOST = 200

_FUTURE = 0
for _feature in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _feature).compiler_flag

_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def run(code: str, filename: str, namespace: dict[str, Any], say: Callable[[Line], None]) -> Any:
    """Run `code` in `namespace`; `say` hears what every statement made. Returns a last expression's value."""
    # Compiled whole first: some mistakes (a `return` outside a function) show only so, and none should run half.
    flags = compile(code, filename, "exec", dont_inherit=True).co_flags & _FUTURE
    value, told = None, 0
    for statement in ast.parse(code, filename).body:
        value = _step(statement, filename, namespace, flags)
        for line in _made(statement, value, namespace):
            if told < LINES_MOST:
                say(line)
            told += 1
    return value


def _step(statement: ast.stmt, filename: str, namespace: dict[str, Any], flags: int) -> Any:
    if isinstance(statement, ast.Expr):
        expression = ast.Expression(statement.value)
        return eval(compile(expression, filename, "eval", flags, dont_inherit=True), namespace)
    exec(compile(ast.Module([statement], []), filename, "exec", flags, dont_inherit=True), namespace)
    return None


def _made(statement: ast.stmt, value: Any, namespace: dict[str, Any]) -> Iterator[Line]:
    if isinstance(statement, ast.Expr):
        if value is not None:
            yield line_of(statement.lineno, "", value)
        return
    for name, line in dict(_assigned(statement)).items():
        if name in namespace:
            yield line_of(line, name, namespace[name])


def _assigned(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Names that `node` binds, with the line; what happens inside definitions stays there."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id, node.lineno
    if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
        yield from _changed(node)
    if isinstance(node, (*_DEFINES, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _assigned(child)


def _changed(node: ast.AST) -> Iterator[tuple[str, int]]:
    """The name of what an assignment to a part of it changes: `x` for `x[0] = 1`."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id, node.lineno


def line_of(line: int, name: str, value: Any) -> Line:
    """One made value as data, short."""
    shape, dtype = describe.shape_and_dtype(value)
    return Line(line=line, name=name, shape=shape, dtype=dtype, text=describe.text_of(value, TEXT_MOST))
