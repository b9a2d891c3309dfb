"""Shapes followed through code line by line, or through a network layer by layer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.answer import Unread, read_shape
from tutor.grade.seen import shape_of, spelled_shape
from tutor.grade.source import parsed
from tutor.grade.verdict import Verdict
from tutor.lesson.model import Trace, Wrong
from tutor.sandbox.protocol import Outcome, Request

Step = tuple[str, tuple[int, ...]]
"""What made it, in words, and the shape."""

_LAYERS = """\
_seen = []
def _note(module, inputs, output):
    if isinstance(output, torch.Tensor):
        _seen.append((str(module), output.shape))
_hooks = [module.register_forward_hook(_note) for module in {module}.modules() if not list(module.children())]
try:
    {call}
finally:
    for _hook in _hooks:
        _hook.remove()
_seen"""


def request(question: Trace, setup: str) -> Request:
    """The code with what each line makes, or the network with what each layer makes."""
    if question.code:
        return Request(setup=setup, code=question.code, trace=True)
    return Request(setup=setup, code="", observe=(_layers(question),))


def _layers(question: Trace) -> str:
    tree = parsed(question.network)
    call = tree.body[0] if tree and tree.body else None
    if not (isinstance(call, ast.Expr) and isinstance(call.value, ast.Call)):
        raise ValueError(f"`{question.network}` is no call of a module")
    return _LAYERS.replace("{module}", f"({ast.unparse(call.value.func)})").replace("{call}", question.network.strip())


def steps(question: Trace, reference: Outcome) -> tuple[Step, ...]:
    """What each line or layer made. Raises ValueError when the question is broken."""
    if reference.status != "ok":
        raise ValueError(reference.error.message if reference.error else reference.note)
    found = tuple(_of_code(question, reference) if question.code else _of_network(question, reference))
    if not found:
        raise ValueError("nothing in it makes a tensor")
    return found


def _of_code(question: Trace, reference: Outcome) -> Iterator[Step]:
    source, inner = question.code.splitlines(), _in_functions(question.code)
    for line in reference.lines:
        # What a function makes within is no step of those that are asked for.
        if line.shape is not None and line.line not in inner:
            yield source[line.line - 1].strip(), line.shape


def _in_functions(code: str) -> set[int]:
    """The lines of the bodies of functions."""
    tree = parsed(code)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(tree) if isinstance(node, functions)] if tree else []
    return {n for node in found for n in range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)}


def _of_network(question: Trace, reference: Outcome) -> Iterator[Step]:
    seen = reference.observed[_layers(question)]
    if seen.failure is not None:
        raise ValueError(f"{seen.failure.type}: {seen.failure.message}")
    for pair in seen.items or ():
        name, size = pair.items or (None, None)
        if name is not None and size is not None and (shape := shape_of(size)) is not None:
            yield str(name.value), shape


def answer_of(question: Trace, reference: Outcome) -> str:
    """The shapes, one per line."""
    return "\n".join(spelled_shape(shape) for _, shape in steps(question, reference))


def read(answer: str, count: int) -> list[tuple[int, ...]]:
    """One shape per line; what stands before a colon or an arrow is the learner's own note. Raises Unread."""
    given = [line for line in answer.splitlines() if line.strip()]
    if len(given) != count:
        raise Unread(f"{count} shapes are asked for, one per line; this is {len(given)}.")
    return [read_shape(_noted(line)) for line in given]


def _noted(line: str) -> str:
    """The shape of a line on which the learner also wrote what it is of: `mean = (2, 1)`, `1. (2, 1)  # keepdim`."""
    said = line.partition("#")[0].strip()
    brackets = re.search(r"[(\[][^()\[\]]*[)\]]\)?$", said)
    if brackets and not said.lower().startswith(("torch.size", "size")):
        return brackets[0] if brackets[0].count("(") == brackets[0].count(")") else brackets[0][:-1]
    return re.split(r"->|→|:|=", said)[-1]


def verdict(question: Trace, answer: str, reference: Outcome) -> Verdict:
    """Judge line by line; the first wrong line is named, and what is right up to there. Raises ValueError, Unread."""
    if not answer.strip():
        return Verdict(result="untouched", headline="Nothing typed yet.")
    made = steps(question, reference)
    given = read(answer, len(made))
    off = next((n for n, (_, shape) in enumerate(made) if shape != given[n]), None)
    if off is None:
        return Verdict(result="right", headline="Right.", feedback=question.because, evidence=_table(made))
    if wrong := _listed(question, given, len(made)):
        return Verdict(
            result="wrong", headline=_where(question, off), belief=wrong.feedback, evidence=_table(made[:off])
        )
    said = f"`{made[off][0]}` does not give {spelled_shape(given[off])}."
    return Verdict(result="wrong", headline=_where(question, off), feedback=said, evidence=_table(made[:off]))


def _listed(question: Trace, given: list[tuple[int, ...]], count: int) -> Wrong | None:
    for wrong in question.wrong:
        if read(wrong.answer, count) == given:
            return wrong
    return None


def _where(question: Trace, off: int) -> str:
    return f"Not yet: {'line' if question.code else 'layer'} {off + 1}."


def _table(made: tuple[Step, ...]) -> tuple[str, ...]:
    wide = max((len(name) for name, _ in made), default=0)
    return tuple(f"{name:<{wide}}  {spelled_shape(shape)}" for name, shape in made)
