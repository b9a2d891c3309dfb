"""What a failing piece of code does, and to what: read off its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NamedTuple

Kind = Literal["operator", "call", "subscript", "attribute", "assign", "truth", "other"]

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in", ast.Invert: "~", ast.USub: "-", ast.UAdd: "+",
    ast.Not: "not", ast.And: "and", ast.Or: "or",
}  # fmt: skip
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases", "decorator_list")


class Deed(NamedTuple):
    """One thing done, with the expressions it is done to and the keywords they are passed by."""

    kind: Kind
    word: str
    operands: tuple[tuple[ast.expr, str], ...]


def deed(node: ast.AST) -> Deed:
    """What `node` does itself, apart from its parts."""
    for kinds, read in _DEEDS:
        if isinstance(node, kinds):
            return read(node)
    return _other(node)


def truth(node: ast.expr) -> Deed:
    """The asking of whether `node` is true."""
    if isinstance(node, ast.BoolOp):
        return Deed("truth", _SIGNS[type(node.op)], _plain(*node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Deed("truth", "not", _plain(node.operand))
    if isinstance(node, ast.IfExp):
        return Deed("truth", "if", _plain(node.test))
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        return Deed("truth", _SIGNS[type(node.ops[0])], _plain(node.left, *node.comparators))
    return Deed("truth", "", _plain(node))


def asks_for_truth(node: ast.AST) -> bool:
    """Whether what it does itself is to ask for the truth of its parts."""
    if isinstance(node, ast.Compare):
        return len(node.ops) > 1
    return isinstance(node, (ast.BoolOp, ast.IfExp)) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def is_tested(node: ast.AST, within: Iterable[ast.AST]) -> bool:
    """Whether something there asks for the truth of `node`."""
    return any(node in _tests_of(other) for other in within)


def _tests_of(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, (ast.If, ast.While, ast.Assert, ast.IfExp)):
        return [node.test]
    if isinstance(node, _COMPREHENSIONS):
        return [test for part in node.generators for test in part.ifs]
    return [part for part, _ in truth(node).operands] if isinstance(node, ast.expr) and asks_for_truth(node) else []


def is_repeated(node: ast.AST, within: Iterable[ast.AST]) -> bool:
    """Whether it is evaluated anew in each round of a comprehension there."""
    rounds = [other for other in within if isinstance(other, _COMPREHENSIONS)]
    return any(node is not r.generators[0].iter and node in ast.walk(r) for r in rounds)


def names_in(statement: ast.stmt) -> Iterator[ast.Name]:
    """The names that a statement reads, those of its body not."""
    for field, value in ast.iter_fields(statement):
        for part in value if isinstance(value, list) else [value]:
            if field not in _BODIES and isinstance(part, ast.AST):
                yield from (n for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))


def _plain(*nodes: ast.expr) -> tuple[tuple[ast.expr, str], ...]:
    return tuple((node, "") for node in nodes)


def _binary(node: ast.BinOp) -> Deed:
    return Deed("operator", _SIGNS[type(node.op)], _plain(node.left, node.right))


def _in_place(node: ast.AugAssign) -> Deed:
    return Deed("operator", f"{_SIGNS[type(node.op)]}=", _plain(node.target, node.value))


def _unary(node: ast.UnaryOp) -> Deed:
    return (
        truth(node) if isinstance(node.op, ast.Not) else Deed("operator", _SIGNS[type(node.op)], _plain(node.operand))
    )


def _compare(node: ast.Compare) -> Deed:
    if len(node.ops) > 1:
        return truth(node)
    return Deed("operator", _SIGNS[type(node.ops[0])], _plain(node.left, *node.comparators))


def _call(node: ast.Call) -> Deed:
    passed = (*_plain(*node.args), *((k.value, k.arg or "**") for k in node.keywords))
    if isinstance(node.func, ast.Attribute):
        return Deed("call", node.func.attr, (*_plain(node.func.value), *passed))
    return Deed("call", node.func.id if isinstance(node.func, ast.Name) else "", (*_plain(node.func), *passed))


def _subscript(node: ast.Subscript) -> Deed:
    places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return Deed("subscript" if isinstance(node.ctx, ast.Load) else "assign", "[]", _plain(node.value, *places))


def _attribute(node: ast.Attribute) -> Deed:
    return Deed("attribute" if isinstance(node.ctx, ast.Load) else "assign", node.attr, _plain(node.value))


def _comprehension(node: ast.AST) -> Deed:
    parts: list[ast.comprehension] = getattr(node, "generators", [])
    tests = [test for part in parts for test in part.ifs]
    return Deed("truth", "if", _plain(*tests)) if tests else Deed("other", "for", _plain(*[p.iter for p in parts]))


def _tested(node: ast.If | ast.While | ast.Assert) -> Deed:
    inner = truth(node.test)
    return inner._replace(word=inner.word or type(node).__name__.lower())


def _other(node: ast.AST) -> Deed:
    """What is a statement, by the value in it."""
    value = next((v for f in ("iter", "exc", "value", "subject") if (v := getattr(node, f, None)) is not None), None)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return Deed("other", "with", _plain(*[item.context_expr for item in node.items]))
    if isinstance(node, ast.Assign):
        return Deed("assign", "=", _plain(node.value))
    return Deed(
        "other",
        type(node).__name__.lower() if isinstance(node, ast.stmt) else "",
        _plain(value) if isinstance(value, ast.expr) else (),
    )


_DEEDS: tuple[tuple[Any, Callable[..., Deed]], ...] = (
    (ast.BinOp, _binary),
    (ast.AugAssign, _in_place),
    (ast.UnaryOp, _unary),
    (ast.Compare, _compare),
    (ast.Call, _call),
    (ast.Subscript, _subscript),
    (ast.Attribute, _attribute),
    ((ast.BoolOp, ast.IfExp), truth),
    (_COMPREHENSIONS, _comprehension),
    ((ast.If, ast.While, ast.Assert), _tested),
)
