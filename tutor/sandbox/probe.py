"""What is asked of a namespace once the code has run: expressions observed, a function called on drawn inputs."""

from __future__ import annotations

import ast
import copy
import os
import random
import sys
from collections.abc import Callable
from typing import Any
from zlib import crc32

import numpy
import torch

from tutor.sandbox import draw
from tutor.sandbox.describe import Describer, is_tensor, missing
from tutor.sandbox.protocol import Call, Calls, Failure, Observation
from tutor.sandbox.snippet import Snippet, Where, failure

OBSERVED_MOST = 64
CASES_MOST = 200


def seed_all(seed: int) -> None:
    """Start every source of random numbers anew."""
    random.seed(seed)
    numpy.random.seed(seed % (1 << 32))
    # All devices cost ten times as much as the one there is.
    only_cpu = sys.platform == "linux" and os.environ.get("CUDA_VISIBLE_DEVICES") == ""
    (torch.default_generator if only_cpu else torch).manual_seed(seed)


def observe(snippet: Snippet, expressions: tuple[str, ...], seed: int, describer: Describer) -> dict[str, Observation]:
    """Each expression's value on its own; one that fails is missing and leaves the others."""
    return {e: _observe_one(snippet, e, seed + i, describer) for i, e in enumerate(expressions[:OBSERVED_MOST])}


def _observe_one(snippet: Snippet, expression: str, seed: int, describer: Describer) -> Observation:
    seed_all(seed)
    value, failed = evaluate(expression, {**draw.NAMES, **snippet.namespace}, "observe")
    return missing(failed) if failed else described(describer, value)


def described(describer: Describer, value: Any) -> Observation:
    """`value` described, or missing where even that cannot be done (no memory left, say)."""
    try:
        return describer.describe(value)
    except BaseException as error:  # noqa: BLE001 - a value's own repr runs in there.
        return missing(failure(error, "", "observe"))


def evaluate(code: str, namespace: dict[str, Any], where: Where) -> tuple[Any, Failure | None]:
    """The value of the expression that `code` is or ends in."""
    name = f"<{where}>"
    try:
        tree = ast.parse(code.strip(), name)
        if not tree.body or not isinstance(last := tree.body.pop(), ast.Expr):
            return None, Failure(type="SyntaxError", message="this does not end in an expression", where=where)
        exec(compile(tree, name, "exec", dont_inherit=True), namespace)
        return eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), namespace), None
    except BaseException as error:  # noqa: BLE001 - the code of a lesson or a learner runs here.
        return None, failure(error, name, where)


class Caller:
    """Calls one function of the snippet, or modules of one of its classes, on inputs drawn case by case."""

    def __init__(self, snippet: Snippet, calls: Calls, seed: int, setup: str, describer: Describer) -> None:
        self._snippet = snippet
        self._calls = calls
        self._seed = seed
        self._describer = describer
        self._setup = setup
        self._drawing = self._names_for_drawing()
        self._staged = False
        """Whether a failing call was told with its scene."""

    def _names_for_drawing(self) -> dict[str, Any]:
        """The names an input's expression may use; the setup's are made anew, unbent by the code."""
        seed_all(self._seed)
        fresh = Snippet()
        fresh.namespace.update(draw.NAMES)
        fresh.run(self._setup, "given.py", "setup")
        return fresh.namespace

    def all(self) -> tuple[Call, ...]:
        """Every case in order."""
        self._describer.brief = True
        return tuple(self._case(i) for i in range(min(self._calls.count, CASES_MOST)))

    def _case(self, i: int) -> Call:
        seed_all(self._seed + i)
        torch.set_default_dtype(torch.float32)
        drawn, failed = self._drawn(i)
        if failed:
            return Call(inputs=(), failure=failed)
        arguments = drawn if type(drawn) is tuple else (drawn,)
        inputs = tuple(described(self._describer, a) for a in arguments)
        before = cloned(arguments)
        made: list[Any] = []
        result, failed = self._guarded(lambda: self._called(arguments, i, made))
        if changed := not same(before, arguments):
            # An input may be one of the setup's own tensors, and the next case draws from them too.
            self._drawing = self._names_for_drawing()
        return Call(
            inputs=inputs,
            result=None if failed else described(self._describer, result),
            failure=failed,
            changed=changed,
            after=tuple(described(self._describer, a) for a in arguments) if changed else (),
            made=described(self._describer, made[0]) if made else None,
            rng=rng_state(),
        )

    def _drawn(self, i: int) -> tuple[Any, Failure | None]:
        expression = self._calls.inputs[i % len(self._calls.inputs)]
        if not self._calls.small:
            return evaluate(expression, dict(self._drawing), "setup")
        drawn, failed = evaluate(expression, {**self._drawing, **draw.narrow(i)}, "setup")
        return draw.rounded(drawn, i), failed

    def _called(self, arguments: tuple[Any, ...], i: int, made: list[Any]) -> Any:
        function = self._callee(i, made)
        result = function(*arguments)
        if self._calls.backward and is_tensor(result) and result.requires_grad:
            result.sum().backward()
        return result

    def _callee(self, i: int, made: list[Any]) -> Any:
        name = self._calls.function
        if name not in self._snippet.namespace:
            raise NameError(f"name '{name}' is not defined")
        if not self._calls.make:
            return self._snippet.namespace[name]
        made.append(eval(self._calls.make, dict(self._snippet.namespace)))
        draw.fill(made[0], self._seed + i)
        return made[0]

    def _guarded(self, work: Callable[[], Any]) -> tuple[Any, Failure | None]:
        try:
            return work(), None
        except BaseException as error:  # noqa: BLE001 - the learner's function runs here.
            failed = failure(error, self._snippet.filename, "call")
            # Two hundred cases may fail alike; the scene of one says enough, and is long.
            staged = failed if self._staged else self._snippet.staged(failed, error)
            self._staged = self._staged or staged.scene is not None
            return None, staged


def rng_state() -> int:
    """A number that stands for the state of torch's random numbers."""
    return crc32(torch.get_rng_state().numpy().tobytes())


def cloned(value: Any) -> Any:
    """A copy to hold the original against later."""
    if is_tensor(value):
        return value.detach().clone()
    if type(value) in (list, tuple):
        return type(value)(cloned(v) for v in value)
    if type(value) is dict:
        return {k: cloned(v) for k, v in value.items()}
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - what cannot be copied cannot be watched, and stays itself.
        return value


def same(before: Any, after: Any) -> bool:
    """Whether `after` still holds what `before` was cloned from; NaN is like NaN here."""
    if is_tensor(before):
        return is_tensor(after) and _same_tensor(before, after.detach())
    if type(before) in (list, tuple):
        return type(after) is type(before) and len(before) == len(after) and all(map(same, before, after))
    if type(before) is dict:
        return before.keys() == after.keys() and all(same(v, after[k]) for k, v in before.items())
    try:
        return bool(before == after) or before != before or _plain_object(before)
    except Exception:  # noqa: BLE001 - a comparison that fails (an array's truth, say) tells nothing.
        return True


def _plain_object(value: Any) -> bool:
    """Whether it is equal to itself only, so that a copy can never be like it."""
    return type.__getattribute__(type(value), "__eq__") is object.__eq__


def _same_tensor(before: torch.Tensor, after: torch.Tensor) -> bool:
    if before.shape != after.shape or before.dtype != after.dtype:
        return False
    with torch._C.DisableTorchFunctionSubclass():
        return bool(torch.equal(before, after) or torch.allclose(before, after, rtol=0, atol=0, equal_nan=True))
