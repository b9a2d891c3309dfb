"""What each line made: code run once through the lens, and what the lens saw told afterwards."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from tutor.sandbox.lens import Lens
from tutor.sandbox.protocol import Line, Scene
from tutor.sandbox.record import Recorder
from tutor.sandbox.scene import scene
from tutor.sandbox.written import Written

Say = Callable[[Line], None]
GIVEN_MOST = 100
_UNTOLD = (ModuleType, FunctionType, BuiltinFunctionType, type)


class Tracer:
    """Runs code of one namespace traced, and can say afterwards what was there when an error came out of it."""

    def __init__(self) -> None:
        self._recorder = Recorder()
        self._lens: dict[str, Lens] = {}

    def run(
        self, code: str, filename: str, namespace: dict[str, Any], say: Callable[[Line], None], aside: Say | None = None
    ) -> Any:
        """Run `code` in `namespace`; `say` hears of every line that made something. Returns a last expression's.

        `aside` hears of names that were there before, of arguments, and of the parts of what gave nothing.
        """
        # As it was written first: mistakes are to be found in that, and none should run half.
        compiled = compile(code, filename, "exec", dont_inherit=True)
        recorder = self._recorder
        lens = self._lens[filename] = Lens(Written(code), base=len(recorder.values))
        made = _rewritten(lens, filename)
        recorder.begin(lens)
        given = [recorder.seen(n, namespace[n]) for n in _told(compiled, namespace)] if aside else []
        try:
            exec(made or compiled, namespace)
        finally:
            for line in recorder.lines():
                say(line)
            for line in (*given, *recorder.asides()) if aside else ():
                aside(line)  # type: ignore[misc]
        return _constant(code) if lens.last is None else recorder.value

    def scene(self, error: BaseException, filename: str) -> Scene | None:
        """Where in the code of `filename` an error came from; None where that cannot be told."""
        lens = self._lens.get(filename)
        if lens is None or isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)):
            return None
        try:
            return scene(error, filename, lens, self._recorder)
        except BaseException:  # noqa: BLE001 - whatever goes wrong here, the error itself must be told.
            return None


def _told(code: CodeType, namespace: dict[str, Any]) -> list[str]:
    """The names that code asks for and `namespace` has, without modules, functions and classes."""
    names = dict.fromkeys(code.co_names)
    inner = list(code.co_consts)
    while inner:
        if isinstance(part := inner.pop(), CodeType):
            names |= dict.fromkeys(part.co_names)
            inner += part.co_consts
    return [n for n in names if n in namespace and not isinstance(namespace[n], _UNTOLD)][:GIVEN_MOST]


def _rewritten(lens: Lens, filename: str) -> CodeType | None:
    """The code to run instead; None where it is too deep, or something of ours does not hold."""
    hear: Any = warnings.showwarning
    _say_to(_silent)
    try:
        return compile(lens.rewritten(), filename, "exec", dont_inherit=True)
    except Exception:  # noqa: BLE001 - the code was found good as it was written.
        lens.spots.clear()
        return None
    finally:
        _say_to(hear)


def _say_to(hear: Any) -> None:
    warnings.showwarning = hear


def _silent(*_: Any) -> None:
    """What is to be said about the code was said when it was compiled as written."""


def _constant(code: str) -> Any:
    """The value of a last line that is a number or a text, which is not evaluated at all."""
    body = ast.parse(code).body
    last = body[-1] if body else None
    return last.value.value if isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) else None
