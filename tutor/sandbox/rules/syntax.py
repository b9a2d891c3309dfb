"""What code uses as far as its syntax tells: kinds of statement, operators, comprehensions, constants."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from tutor.sandbox.rules.place import Source, start
from tutor.sandbox.rules.use import Use, use
from tutor.sandbox.rules.walk import COMPREHENSIONS, FUNCTIONS, Seen
from tutor.sandbox.rules.word import group

_SPELLED: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.UAdd: "+", ast.USub: "-", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Invert: "~",
    ast.LShift: "<<", ast.RShift: ">>", ast.And: "and", ast.Or: "or", ast.Not: "not", ast.Eq: "==", ast.NotEq: "!=",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in",
    ast.NotIn: "not in",
}  # fmt: skip

_TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
_KINDS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.For: ("for", "loops"), ast.AsyncFor: ("for", "loops", "async"), ast.While: ("while", "loops"),
    ast.If: ("if", "conditions"), ast.Match: ("match", "conditions"), **dict.fromkeys(_TRIES, ("try",)),
    ast.With: ("with",), ast.AsyncWith: ("with", "async"), ast.Raise: ("raise",), ast.Assert: ("assert",),
    ast.Delete: ("del",), ast.Global: ("global",), ast.Nonlocal: ("nonlocal",), ast.Lambda: ("lambda",),
    ast.Await: ("await",), ast.Yield: ("yield",), ast.YieldFrom: ("yield", "from"),
    ast.FunctionDef: ("def", "functions"), ast.AsyncFunctionDef: ("def", "functions", "async"),
    ast.ClassDef: ("class", "classes"), **dict.fromkeys(COMPREHENSIONS, ("comprehensions", "for")),
    ast.Pass: ("pass",), ast.Break: ("break",), ast.Continue: ("continue",), ast.Return: ("return",),
    ast.Assign: ("assignment", "="),
}  # fmt: skip
"""The words of what is told by its kind; the first is what it is called when it is not on a list."""

_FREE = (ast.Pass, ast.Break, ast.Continue, ast.Return, ast.Assign)
_FRAMES = (*FUNCTIONS, ast.ClassDef)


def of_syntax(one: Seen, source: Source) -> Iterator[Use]:
    """The uses that a node is by itself."""
    if words := _KINDS.get(type(one.node)):
        free = isinstance(one.node, _FREE) or (one.top and isinstance(one.node, _FRAMES))
        yield use(one, source, (*words, *_more(one.node, source)), free=free)
    if tell := _TELLERS.get(type(one.node)):
        yield from tell(one.node, one, source)


def _more(node: ast.AST, source: Source) -> tuple[str, ...]:
    """Keywords that only some of a kind have."""
    if isinstance(node, ast.If):
        return ("elif",) if source.text(start(node)).startswith("elif") else ()
    if isinstance(node, _TRIES):
        return (*["except"][: len(node.handlers)], *["finally"][: len(node.finalbody)])
    clauses = getattr(node, "generators", ()) if isinstance(node, COMPREHENSIONS) else ()
    return ("async",) if any(clause.is_async for clause in clauses) else ()


def _spelling(operator: ast.AST) -> tuple[str, ...]:
    spelling = _SPELLED[type(operator)]
    return tuple(filter(None, (spelling, group(spelling))))


def _binary(node: ast.BinOp, one: Seen, source: Source) -> Iterator[Use]:
    words = _spelling(node.op)
    yield use(one, source, words, at=source.between(node.left, node.right, words[0]), text=words[0])


def _unary(node: ast.UnaryOp, one: Seen, source: Source) -> Iterator[Use]:
    """The minus of a number belongs to the number."""
    if not (isinstance(node.op, (ast.USub, ast.UAdd)) and isinstance(node.operand, ast.Constant)):
        words = _spelling(node.op)
        yield use(one, source, words, text=words[0])


def _logic(node: ast.BoolOp, one: Seen, source: Source) -> Iterator[Use]:
    words = _spelling(node.op)
    for left, right in zip(node.values, node.values[1:], strict=False):
        yield use(one, source, words, at=source.between(left, right, words[0]), text=words[0])


def _comparison(node: ast.Compare, one: Seen, source: Source) -> Iterator[Use]:
    operands = (node.left, *node.comparators)
    for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
        words = _spelling(operator)
        shorter = {"is", "in"}.intersection(words[0].split())
        yield use(one, source, (*words, *shorter), at=source.between(left, right, words[0]), text=words[0])


def _augmented(node: ast.AugAssign, one: Seen, source: Source) -> Iterator[Use]:
    plain = _spelling(node.op)
    words = (f"{plain[0]}=", *plain, "augmented")
    at = source.between(node.target, node.value, words[0])
    yield use(one, source, (*words, "assignment"), at=at, text=words[0], allows=words)


def _annotated(node: ast.AnnAssign, one: Seen, source: Source) -> Iterator[Use]:
    if node.value is not None:
        yield use(one, source, ("assignment", "="), free=True)


def _walrus(node: ast.NamedExpr, one: Seen, source: Source) -> Iterator[Use]:
    at = source.between(node.target, node.value, ":=")
    yield use(one, source, (":=", "assignment"), at=at, text=":=")


def _index(node: ast.Subscript, one: Seen, source: Source) -> Iterator[Use]:
    yield use(one, source, ("indexing",), at=source.between(node.value, node.slice, "["))


def _if_else(node: ast.IfExp, one: Seen, source: Source) -> Iterator[Use]:
    yield use(one, source, ("if", "conditions"), at=source.between(node.body, node.test, "if"), text="if")


def _filters(node: Any, one: Seen, source: Source) -> Iterator[Use]:
    """The `if` of a comprehension, which is part of it."""
    for condition in (condition for clause in node.generators for condition in clause.ifs):
        yield use(one, source, ("if",), at=start(condition), text="if", free=True)


def _guard(node: ast.match_case, one: Seen, source: Source) -> Iterator[Use]:
    if node.guard is not None:
        yield use(one, source, ("if",), at=start(node.guard), text="if", free=True)


def _constant(node: ast.Constant, one: Seen, source: Source) -> Iterator[Use]:
    if node.value is None or isinstance(node.value, bool):
        yield use(one, source, (repr(node.value),), text=repr(node.value), free=True)
    elif isinstance(node.value, str) and one.text is None:
        yield use(one, source, ("strings",), free=True)


def _text(node: ast.JoinedStr, one: Seen, source: Source) -> Iterator[Use]:
    """An f-string; what is written inside it belongs to it."""
    if one.text is None:
        yield use(one, source, ("strings",), free=True)


_TELLERS: dict[type[ast.AST], Callable[..., Iterator[Use]]] = {
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _logic,
    ast.Compare: _comparison,
    ast.AugAssign: _augmented,
    ast.AnnAssign: _annotated,
    ast.NamedExpr: _walrus,
    ast.Subscript: _index,
    ast.IfExp: _if_else,
    ast.match_case: _guard,
    ast.Constant: _constant,
    ast.JoinedStr: _text,
    **dict.fromkeys(COMPREHENSIONS, _filters),
}
