"""Code from outside, run in a namespace of its own: what it raised and warned of comes back as data."""

from __future__ import annotations

import linecache
import re
import sys
import types
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import torch

from tutor.sandbox.protocol import Failure, Line, Warned
from tutor.sandbox.trace import Say, Tracer

MESSAGE_MOST = 4096
WARNINGS_MOST = 64

# What torch's C++ side adds to its messages for its own developers.
_INTERNAL = re.compile(r"\s*(\(Triggered internally at .*?\)|Exception raised from .*)\s*$", re.DOTALL)

Where = Literal["setup", "code", "observe", "call"]


class Snippet:
    """One namespace, the file name its code goes under, and the warnings of that code."""

    def __init__(self, module: types.ModuleType | None = None) -> None:
        self.module = module or types.ModuleType("__main__")
        self.namespace: dict[str, Any] = self.module.__dict__
        self.namespace["torch"] = torch
        self.warned: list[Warned] = []
        self.asides: list[Line] = []
        """What the traced code made that is not told as a line."""
        self.filename = "answer.py"
        self._tracer: Tracer | None = None

    def become_main(self) -> None:
        """Be the module that pickling, dataclasses and inspect look up as `__main__`."""
        sys.modules["__main__"] = self.module

    def run(self, code: str, filename: str, where: Where = "code") -> Failure | None:
        """Run `code` as a whole."""

        def work() -> None:
            exec(compile(code, filename, "exec", dont_inherit=True), self.namespace)

        return self._guarded(work, code, filename, where)

    def run_traced(self, code: str, filename: str, say: Say) -> Failure | None:
        """Run `code` as a whole, telling what each line made; what it raises comes back with its scene."""
        return self.run_cell(code, filename, say, self.asides.append)[0]

    def run_cell(self, code: str, filename: str, say: Say, aside: Say | None = None) -> tuple[Failure | None, Any]:
        """The same; the second value is that of a last line that is an expression, else None."""
        got: list[Any] = [None]
        tracer = self._tracer = self._tracer or Tracer()

        def work() -> None:
            got[0] = tracer.run(code, filename, self.namespace, say, aside)

        return self._guarded(work, code, filename, "code"), got[0]

    def staged(self, failed: Failure, error: BaseException) -> Failure:
        """`failed` with the scene of it, where the code was traced."""
        scene = self._tracer.scene(error, self.filename) if self._tracer else None
        return replace(failed, scene=scene) if scene else failed

    def _guarded(self, work: Callable[[], None], code: str, filename: str, where: Where) -> Failure | None:
        self.filename = filename
        linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
        _listen(self._note if where == "code" else _ignore)
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - this is the boundary: whatever the code raises is data.
            return self.staged(failure(error, filename, where), error)
        finally:
            _listen(_ignore)
        return None

    def _note(self, message: Any, category: Any, filename: str, lineno: int, *_: Any) -> None:
        if len(self.warned) < WARNINGS_MOST:
            line = lineno if filename == self.filename else _line_below(self.filename)
            self.warned.append(Warned(line=line, message=tidied(said(message))))


def _listen(hear: Callable[..., None]) -> None:
    warnings.showwarning = hear


def _ignore(*_: Any) -> None:
    """The warnings of a setup or of an observation are not the code's."""


def _line_below(filename: str) -> int | None:
    """The line of `filename` that is being executed, from the innermost frame that is in it."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame and frame.f_code.co_filename != filename:
        frame = frame.f_back
    return frame.f_lineno if frame else None


def failure(error: BaseException, filename: str, where: Where) -> Failure:
    """`error` as data, with the innermost line of `filename` that it passed through."""
    if isinstance(error, SyntaxError) and error.__traceback__ and error.filename == filename:
        return Failure(type=_name(error), message=tidied(str(error.msg)), line=error.lineno, where=where)
    return Failure(type=_name(error), message=tidied(said(error)), line=_innermost(error, filename), where=where)


def _name(error: BaseException) -> str:
    return str(type.__getattribute__(type(error), "__name__"))[:80]


def _innermost(error: BaseException, filename: str) -> int | None:
    line, step = None, error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == filename:
            line = step.tb_lineno
        step = step.tb_next
    return line


def said(value: Any) -> str:
    """`str(value)`, whatever its `__str__` does."""
    try:
        return str(value)
    except BaseException as error:  # noqa: BLE001 - the code's own __str__ runs here.
        return f"({type(error).__name__} in __str__)"


def tidied(message: str) -> str:
    """`message` without torch's C++ frames, capped."""
    return _INTERNAL.sub("", message[: 4 * MESSAGE_MOST])[:MESSAGE_MOST]
