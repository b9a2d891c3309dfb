"""Wrong answers that say the same thing in other spellings: one key for all of them.

Code goes by its syntax tree: spaces, comments, quotes and the names of what is local to a function make no difference,
nor whether `torch.sum(x, 0)`, `x.sum(0)` or `x.sum(dim=0)` is written. Predictions go by the shape or value they mean.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from typing import Any

from tutor.grade.answer import (
    Unread,
    read_device,
    read_dtype,
    read_line,
    read_shape,
    read_truth,
    read_value,
    says_error,
)
from tutor.grade.choice import all_chosen, chosen, shown
from tutor.lesson.model import Choice, Code, PredictError, Question

LONGEST = 4000

_READ: dict[str, Callable[[str], Any]] = {
    "shape": read_shape,
    "dtype": read_dtype,
    "device": read_device,
    "requires_grad": read_truth,
    "shares": read_truth,
    "fails": read_line,
    "value": read_value,
    "grad": read_value,
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_REDUCES = _words(
    "sum mean prod amax amin max min argmax argmin std var all any median cumsum cumprod softmax log_softmax logsumexp "
    "unsqueeze squeeze flip sort argsort unbind"
)
"""Methods whose only argument by position is `dim`."""
_METHODS = _REDUCES | _words(
    "reshape transpose permute flatten matmul mm bmm mv dot add sub mul div pow exp log sqrt abs relu sigmoid tanh "
    "gather clamp clone detach numel t norm topk index_select repeat_interleave tril triu round floor square neg"
)
"""Functions of torch that are methods of their first argument too."""
_SAME = {"axis": "dim", "keepdims": "keepdim"}


def key(question: Question | None, answer: str) -> str:
    """What an answer says. Without the question, it is read as a value or as code."""
    text = answer.strip()
    if len(text) > LONGEST:
        return f"text {_plain(text)}"
    try:
        return _key(question, text)
    except Unread:
        return f"text {_plain(text)}"


def _key(question: Question | None, text: str) -> str:
    if isinstance(question, (Choice, PredictError)):
        several = isinstance(question, Choice) and question.several
        options = shown(question)
        return f"option {all_chosen(options, text) if several else chosen(options, text)}"
    if isinstance(question, Code):
        return _code(text)
    if says_error(text):
        return "error"
    if question is not None and question.kind in _READ:
        return f"{question.kind} {_number(_READ[question.kind](text))}"
    if question is not None:
        return f"text {_plain(text)}"
    try:
        return _code(text) if " = " in text else f"value {_number(read_value(text))}"
    except Unread:
        return _code(text)


def _number(value: Any) -> str:
    """A value, floats to six digits; 1 and 1.0 are the same number, True is none."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_number, value))}]"
    return f"{value:.6g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else repr(value)


def _plain(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.lower().splitlines())
    return "\n".join(line for line in lines if line)


def _code(text: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        return f"code {_form(tree.body, None)}"
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"text {_plain(text)}"


Names = dict[str, str] | None
"""Within a function, the names that are its own, by their order; None outside of any."""


def _form(node: Any, names: Names) -> str:
    """The syntax tree as text, in one form of several that mean the same."""
    kind = type(node)
    if kind is list:
        return f"[{' '.join([_form(item, names) for item in node])}]"
    if kind in _FORMS:
        return _FORMS[kind](node, names)
    return _whole(node, names) if isinstance(node, ast.AST) else repr(node)


def _whole(node: ast.AST, names: Names) -> str:
    kind = type(node).__name__
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(name for name in node._fields if name not in _UNSAID)
    return f"{kind}({' '.join([_form(getattr(node, name, None), names) for name in _FIELDS[kind]])})"


_UNSAID = frozenset({"ctx", "kind", "type_comment", "returns", "annotation", "decorator_list", "type_params"})


_FIELDS: dict[str, tuple[str, ...]] = {}
"""Of each kind of node, what is said."""


def _name(node: ast.Name, names: Names) -> str:
    if names is None:
        return node.id
    return _own(node.id, names) if isinstance(node.ctx, ast.Store) else names.get(node.id, node.id)


def _own(name: str, names: Names) -> str:
    """The name of a parameter or of what a function assigns."""
    return name if names is None else names.setdefault(name, f"${len(names)}")


def _call(node: ast.Call, names: Names) -> str:
    args, name = list(node.args), ""
    if isinstance(node.func, ast.Attribute):
        name, on = node.func.attr, node.func.value
        if isinstance(on, ast.Name) and on.id == "torch" and name in _METHODS and args:
            on = args.pop(0)
        if name == "matmul" and len(args) == 1 and not node.keywords:
            return f"BinOp({_form(on, names)} MatMult() {_form(args[0], names)})"
        called = f"{_form(on, names)}.{name}"
    else:
        called = _form(node.func, names)
    said = {_SAME.get(word.arg or "**", word.arg or "**"): _form(word.value, names) for word in node.keywords}
    if name in _REDUCES and len(args) == 1 and "dim" not in said:
        said["dim"] = _form(args.pop(), names)
    given = [_form(arg, names) for arg in args] + [f"{word}={said[word]}" for word in sorted(said)]
    return f"{called}({' '.join(given)})"


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> str:
    """Parameters and what is assigned within go by their order; what it says of itself goes unsaid."""
    inner = dict(names or {})
    body = node.body
    if len(body) > 1 and ast.get_docstring(node, clean=False) is not None:
        body = body[1:]
    return f"def {node.name}({_form(node.args, inner)} {_form(body, inner)})"


def _lambda(node: ast.Lambda, names: Names) -> str:
    inner = dict(names or {})
    return f"lambda({_form(node.args, inner)} {_form(node.body, inner)})"


_FORMS: dict[type, Callable[[Any, Names], str]] = {
    ast.Name: _name,
    ast.Call: _call,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _lambda,
    ast.Constant: lambda node, _: repr(node.value),
    ast.arg: lambda node, names: _own(node.arg, names),
}
