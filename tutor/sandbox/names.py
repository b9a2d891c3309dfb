"""Completions from live objects: `dir` and plain storage only, never a property of a class of the learner's."""

from __future__ import annotations

import builtins
import keyword
import re
import types
import warnings
from typing import Any

import torch

from tutor.sandbox.describe import is_tensor

NAMES_MOST = 400

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\.?$|$")
_NOTHING = object()


def complete(text: str, namespace: dict[str, Any]) -> list[str]:
    """Ways to complete the dotted name that `text` ends in, each whole; private ones only when asked for."""
    found = _DOTTED.search(text)
    dotted = found.group() if found else ""
    if not dotted or text[: -len(dotted)].endswith((".", ")", "]", '"', "'")):
        return []
    path, _, start = dotted.rpartition(".")
    names = _attributes(path, namespace) if path else [*namespace, *dir(builtins), *keyword.kwlist]
    fitting = sorted({n for n in names if n.startswith(start) and (start.startswith("_") or not n.startswith("_"))})
    return [f"{path}.{n}" if path else n for n in fitting[:NAMES_MOST]]


def _attributes(path: str, namespace: dict[str, Any]) -> list[str]:
    first, *rest = path.split(".")
    value = namespace.get(first, getattr(builtins, first, _NOTHING))
    for name in rest:
        value = stored(value, name)
    if value is _NOTHING:
        return []
    try:
        return [n for n in dir(value) if type(n) is str]
    except Exception:  # noqa: BLE001 - a class may have its own __dir__.
        return []


def stored(value: Any, name: str) -> Any:
    """What `value.name` holds, found without running a property; a marker when it cannot be told."""
    if is_tensor(value):
        return _of_tensor(value, name)
    held = _dict_of(value)
    for part in (held, held.get("_modules"), held.get("_parameters"), held.get("_buffers")):
        if isinstance(part, (dict, types.MappingProxyType)) and name in part:
            return _NOTHING if isinstance(part[name], property) else part[name]
    for kind in type.mro(value if isinstance(value, type) else type(value)):
        if name in kind.__dict__ and not isinstance(kind.__dict__[name], property):
            return kind.__dict__[name]
    return _NOTHING


def _dict_of(holder: Any) -> Any:
    try:
        return object.__getattribute__(holder, "__dict__")
    except AttributeError:
        return {}


def _of_tensor(value: Any, name: str) -> Any:
    # torch's own attributes are code as well; some raise (imag of a real tensor), some warn (T of a vector).
    if name not in dir(torch.Tensor):
        return _NOTHING
    try:
        with warnings.catch_warnings(), torch._C.DisableTorchFunctionSubclass():
            warnings.simplefilter("ignore")
            return getattr(torch.Tensor.as_subclass(value, torch.Tensor), name)
    except Exception:  # noqa: BLE001 - no attribute, then.
        return _NOTHING
