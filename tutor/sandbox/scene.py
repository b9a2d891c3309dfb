"""The place where an error came from, with everything in sight: operands, names, and the layers that were at work.

Nothing of the learner's runs again for it. It is asked for while the error is being told, and never in its way.
"""

from __future__ import annotations

import ast
import itertools
import types
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from tutor.sandbox import operands
from tutor.sandbox.known import alike, parameters
from tutor.sandbox.lens import Lens, Spot
from tutor.sandbox.look import Look, attribute
from tutor.sandbox.operands import Deed
from tutor.sandbox.protocol import Layer, Observation, Operand, Scene, encode, plain
from tutor.sandbox.record import NOTHING, Recorder
from tutor.sandbox.sight import Eye, extremes, facts_of
from tutor.sandbox.written import Place, header, place_of

STATEMENT_MOST = 2000
OPERANDS_MOST = 12
NAMES_MOST = 12
LAYERS_MOST = 12
PATHS_MOST = 1000
"""Parts of a module that are searched for the one it called."""
SCENE_MOST = 64 << 10
_NOT_SHOWN = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)

Steps = list[types.TracebackType]


def scene(error: BaseException, filename: str, lens: Lens, recorder: Recorder) -> Scene | None:
    """Where in the code of `filename` an error came from; None when it did not."""
    steps = list(_steps(error))
    own = [step for step in steps if step.tb_frame.f_code.co_filename == filename]
    if not own:
        return None
    stage = _Stage(lens, recorder, own[-1])
    return _bounded(stage.scene(steps, error))


def _steps(error: BaseException) -> Iterator[types.TracebackType]:
    step = error.__traceback__
    while step is not None:
        yield step
        step = step.tb_next


class _Stage:
    """The frame of the learner's in which it happened."""

    def __init__(self, lens: Lens, recorder: Recorder, step: types.TracebackType) -> None:
        self._lens = lens
        self._written = lens.written
        self._recorder = recorder
        self._frame = step.tb_frame
        self._look = Look(lens, recorder, step.tb_frame)
        self._eye = Eye()
        place = _exact(step)
        self._statement = self._written.statement_at(place or (step.tb_lineno, 1 << 20, step.tb_lineno, 0))
        self._node = self._found(place)

    def _found(self, place: Place | None) -> ast.AST | None:
        """The expression or the statement whose own doing failed."""
        if place is None:
            return self._first_unfinished() or self._statement
        found = self._written.expressions(place)
        return next((node for node in found if isinstance(node, ast.expr)), found[0] if found else self._statement)

    def _first_unfinished(self) -> ast.AST | None:
        """Without places of instructions: the first part, in the order they are evaluated, that has no value."""
        if self._statement is None:
            return None
        statement, written = place_of(self._statement), self._written.nodes
        spots = [(s.place, s.node) for s in self._lens.spots if s.statement == statement and s.node != "Name"]
        nodes = {(place_of(node), type(node).__name__): node for node in written}
        return next((nodes[s] for s in spots if s in nodes and self._look.noted(nodes[s]) is NOTHING), None)

    def scene(self, steps: Steps, error: BaseException) -> Scene | None:
        node, statement = self._node, self._statement
        if node is None or statement is None:
            return None
        done = self._deed(node)
        place = place_of(node.test) if isinstance(node, (ast.If, ast.While, ast.Assert)) else header(node)
        taken = [self._operand(part, keyword) for part, keyword in done.operands[:OPERANDS_MOST]]
        function = self._written.function_at(statement)
        return Scene(
            line=statement.lineno,
            statement=self._written.statement(statement, STATEMENT_MOST),
            expression=self._written.text(place, STATEMENT_MOST).rstrip(),
            place=self._written.characters(place),
            kind=done.kind,
            word=done.word,
            operands=tuple(taken),
            names=tuple(self._names(statement, {operand.text for operand in taken})),
            layers=tuple(_layers(steps, self._eye)),
            above=_above(steps, self._frame),
            known=self._known(node, error),
            function=function.name if function else "",
            recorded=self._recorded(),
        )

    def _deed(self, node: ast.AST) -> Deed:
        """What was done; what an expression is used for when it came to its own end."""
        if isinstance(node, ast.expr) and self._ended(node):
            return self._tested(node)
        if (
            isinstance(node, ast.Compare)
            and self._look.compared(node)
            and operands.is_tested(node, self._written.nodes)
        ):
            return self._tested(node)
        done = operands.deed(node)
        if isinstance(getattr(node, "ctx", None), ast.Store) and done.kind == "other":
            done = Deed("assign", "=", ())
        if isinstance(node, ast.Call):
            return self._called(node, done)
        if done.kind == "assign" and isinstance(value := getattr(self._statement, "value", None), ast.expr):
            return done._replace(operands=(*(o for o in done.operands if o[0] is not value), (value, "")))
        return done

    def _ended(self, node: ast.expr) -> bool:
        """Whether an expression gave something: not in the round before of a comprehension, but now."""
        if operands.asks_for_truth(node) or self._look.noted(node) is NOTHING:
            return False
        nodes = self._written.nodes
        return operands.is_tested(node, nodes) or not operands.is_repeated(node, nodes)

    def _known(self, node: ast.AST, error: BaseException) -> tuple[str, ...]:
        """What there is in place of an attribute or an argument that is not."""
        if isinstance(error, AttributeError) and isinstance(node, (ast.Attribute, ast.Call)):
            owner = getattr(error, "obj", None)
            if owner is None and isinstance(node, ast.Attribute):
                owner = self._look.value(node.value)
            return alike(owner, _missed(node, error))
        if isinstance(error, TypeError) and isinstance(node, ast.Call):
            return parameters(self._look.value(node.func))
        return ()

    def _tested(self, node: ast.expr) -> Deed:
        """The asking for the truth of `node`, by the statement or by what is around it."""
        whole = getattr(self._statement, "test", None)
        same = whole is not None and place_of(whole) == place_of(node)
        return operands.deed(self._statement) if same and self._statement else operands.truth(node)

    def _called(self, node: ast.Call, done: Deed) -> Deed:
        """What is called counts as an operand where it is a module, or what a method is called on."""
        callee = self._look.value(node.func)
        if issubclass(type(callee), torch.nn.Module):
            return done._replace(word=self._text(node.func), operands=((node.func, ""), *done.operands[1:]))
        owner = self._look.value(done.operands[0][0]) if isinstance(node.func, ast.Attribute) else NOTHING
        if not isinstance(node.func, ast.Attribute) or isinstance(owner, (types.ModuleType, type)):
            return done._replace(word=self._text(node.func), operands=done.operands[1:])
        return done

    def _text(self, node: ast.AST) -> str:
        return self._written.text(place_of(node))

    def _operand(self, node: ast.expr, keyword: str = "") -> Operand:
        value = self._look.value(node)
        line, source = self._origin(node.id) if isinstance(node, ast.Name) else (None, "")
        return Operand(
            text=self._text(node),
            seen=Observation(kind="missing") if value is NOTHING else self._eye.see(value),
            facts={**facts_of(value), **extremes(value)},
            keyword=keyword,
            line=line,
            source=source,
        )

    def _origin(self, name: str) -> tuple[int | None, str]:
        """The line where a name was last bound, and the statement that did it."""
        around = self._written.function_at(self._statement) if self._statement else None
        for function in (around, None) if around else (None,):
            if found := self._bound_in(name, function):
                return found
            if function is not None and name in _parameters(function):
                break
        return None, ""

    def _bound_in(self, name: str, function: Any) -> tuple[int, str] | None:
        scope, when = function.lineno if function else 0, self._recorder.when
        base = self._lens.base
        spots = [(base + n, spot) for n, spot in enumerate(self._lens.spots)]
        ran = [(when[n], s) for n, s in spots if n in when and s.name == name and s.scope == scope]
        if ran:
            _, spot = max(ran, key=lambda pair: pair[0])
            return spot.line, self._statement_text(spot)
        written = list(self._written.binders(name, function))
        return (written[-1].lineno, self._written.statement(written[-1])) if written else None

    def _statement_text(self, spot: Spot) -> str:
        node = self._written.statement_at(spot.statement)
        return self._written.statement(node) if node else ""

    def _recorded(self) -> bool:
        """Whether gradients were being recorded, by the last place before this one that was come by."""
        here, when, base = place_of(self._statement or ast.Pass()), self._recorder.when, self._lens.base
        came = [(when[base + n], spot) for n, spot in enumerate(self._lens.spots) if base + n in when]
        scope = self._written.function_at(self._statement) if self._statement else None
        near = [at for at, s in came if s.scope == (scope.lineno if scope else 0) and s.statement[:2] <= here[:2]]
        _, recorded = max(near or [at for at, _ in came], default=(0, True))
        return recorded

    def _names(self, statement: ast.stmt, told: set[str]) -> Iterator[Operand]:
        nodes = {node.id: node for node in operands.names_in(statement) if node.id not in told}
        for node in list(nodes.values())[:NAMES_MOST]:
            value = self._look.value(node)
            if value is not NOTHING and not isinstance(value, _NOT_SHOWN):
                yield self._operand(node)


def _missed(node: ast.AST, error: AttributeError) -> str:
    name = getattr(error, "name", None)
    return name if type(name) is str else getattr(node, "attr", "")


def _parameters(function: Any) -> set[str]:
    given = function.args
    return {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg) if a}


def _exact(step: types.TracebackType) -> Place | None:
    """Where the instruction stands that failed; None before Python 3.11, which does not know."""
    code = step.tb_frame.f_code
    if not hasattr(code, "co_positions"):
        return None
    first, last, column, end = next(itertools.islice(code.co_positions(), step.tb_lasti // 2, None))
    if first is None or last is None or column is None or end is None:
        return None
    return first, column, last, end


def _above(steps: Steps, frame: types.FrameType) -> int:
    """How many of the layers that are told lie around a frame."""
    code = torch.nn.Module._call_impl.__code__
    at = next(n for n, step in enumerate(steps) if step.tb_frame is frame)
    below = sum(step.tb_frame.f_code is code for step in steps[at:])
    return min(LAYERS_MOST, sum(step.tb_frame.f_code is code for step in steps)) - min(LAYERS_MOST, below)


def _layers(steps: Steps, eye: Eye) -> list[Layer]:
    """The modules that were being called, the outermost first, each with what it got."""
    calls = [step.tb_frame for step in steps if step.tb_frame.f_code is torch.nn.Module._call_impl.__code__]
    found: list[Layer] = []
    above: Any = None
    for frame in calls[-LAYERS_MOST:]:
        module, given = frame.f_locals["self"], frame.f_locals["args"]
        seen = tuple(eye.see(value, depth=1) for value in given[:4])
        name = type.__getattribute__(type(module), "__name__")[:80]
        found.append(Layer(path=_path(above, module), type=name, facts=facts_of(module), inputs=seen))
        above = module
    return found


def _path(above: Any, module: Any) -> str:
    """Where a module is in the one that called it; empty where that cannot be told."""
    waiting = [("", above)] if above is not None else []
    for _ in range(PATHS_MOST):
        if not waiting:
            break
        path, holder = waiting.pop(0)
        held = attribute(holder, "_modules")
        for name, inner in held.items() if isinstance(held, dict) else ():
            if inner is module:
                return f"{path}{name}"
            waiting.append((f"{path}{name}.", inner))
    return ""


def _bounded(made: Scene | None) -> Scene | None:
    """The scene with as much in it as there is room for."""
    if made is None or _fits(made):
        return made
    without = replace(made, names=(), operands=tuple(replace(o, seen=_plainer(o.seen)) for o in made.operands))
    return without if _fits(without) else None


def _plainer(seen: Observation) -> Observation:
    return replace(seen, values=None, items=None, keys=None)


def _fits(made: Scene) -> bool:
    return len(encode(plain(made))) <= SCENE_MOST
