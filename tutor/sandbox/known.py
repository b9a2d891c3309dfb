"""What there is where something was asked for that is not: names alike, parameters. Nothing of the learner's runs."""

from __future__ import annotations

import builtins
import difflib
import types
from collections.abc import Iterator
from typing import Any

import torch

from tutor.sandbox.record import NOTHING
from tutor.sandbox.sight import Brief, Sight

ALIKE_MOST = 3
PARAMETERS_MOST = 24
_TENSOR: type = torch.Tensor


def alike(owner: Any, name: str) -> tuple[str, ...]:
    """Attributes of `owner` that are spelt much like `name`, the likest first."""
    there = sorted({known for known in _attributes(owner) if not known.startswith("_")})
    same = [known for known in there if known.lower() == name.lower()]
    near = difflib.get_close_matches(name, there, n=ALIKE_MOST, cutoff=0.7)
    return tuple(dict.fromkeys([*same, *near]))[:ALIKE_MOST]


def _attributes(owner: Any) -> Iterator[str]:
    if owner is NOTHING or owner is None:
        return
    if isinstance(owner, types.ModuleType):
        yield from _names(vars(owner))
        return
    if not isinstance(owner, (Brief, Sight)):
        held = _held(owner)
        yield from _names(held)
        for table in ("_modules", "_parameters", "_buffers"):
            yield from _names(held.get(table))
    for kind in type.mro(_class(owner)):
        yield from _names(dict(type.__getattribute__(kind, "__dict__")))


def _class(owner: Any) -> type:
    if isinstance(owner, type):
        return owner
    if isinstance(owner, Brief):
        return _TENSOR
    if isinstance(owner, Sight):
        named: Any = getattr(builtins, owner.seen.type, None)
        return named if isinstance(named, type) else object
    return type(owner)


def _held(owner: Any) -> dict[str, Any]:
    try:
        held = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return {}
    return held if type(held) is dict else {}


def _names(table: Any) -> list[str]:
    return [name for name in table if type(name) is str] if type(table) is dict else []


def parameters(callee: Any) -> tuple[str, ...]:
    """The names by which what is called takes its arguments; none for what is not written in Python."""
    function = _function(callee)
    if function is None:
        return ()
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return names[int(function is not callee) :][:PARAMETERS_MOST]


def _function(callee: Any) -> types.FunctionType | None:
    if isinstance(callee, types.MethodType):
        callee = callee.__func__
    if type(callee) is types.FunctionType:
        return callee
    name, kind = ("__init__", callee) if isinstance(callee, type) else ("forward", type(callee))
    mro = type.mro(kind)
    found = next((held[name] for c in mro if name in (held := type.__getattribute__(c, "__dict__"))), None)
    found = getattr(found, "__wrapped__", found) if type(found) is types.FunctionType else found
    return found if type(found) is types.FunctionType else None
