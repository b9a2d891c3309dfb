"""Ways around a rule on code: what reaches things by text, under another name, or by their inner spelling.

The list is what we know, not all there is; where it matters, `only` is the rule to write.
"""

from __future__ import annotations

_NAMES = frozenset(
    {"getattr", "setattr", "delattr", "eval", "exec", "compile", "vars", "globals", "locals", "breakpoint"}
)
"""They turn text into names or into code."""

_MODULES = frozenset(
    {
        "operator", "_operator", "importlib", "builtins", "inspect", "ctypes", "gc", "runpy", "code", "codeop",
        "pickle", "marshal", "pkgutil", "pydoc", "subprocess", "timeit", "cProfile", "profile", "pdb", "bdb", "doctest",
        "trace",
    }
)  # fmt: skip
"""Operators as functions, modules found by text, and what runs text as code."""

_INSIDE = frozenset({"operator", "builtins", "importlib"})
"""Those that other modules hold as attributes; the rest are names that anything can have."""

_PATHS = ("sys.modules", "typing.get_type_hints", "unittest.mock")
_IN_TORCH = ("ops", "jit", "classes", "library", "hub")

_PLAIN = frozenset({"__init__", "__name__", "__doc__", "__file__", "__version__", "__post_init__"})
"""Names with underscores around them that reach nothing."""


def of_name(name: str) -> str:
    """What a bare name goes around by; empty for an ordinary one."""
    return name if name in _NAMES else of_attribute(name)


def of_attribute(name: str) -> str:
    """The same for an attribute of a value: `__dict__`, `__matmul__`, another module's `operator`."""
    inner = name.startswith("__") and name.endswith("__") and name not in _PLAIN
    return name if inner or name in _INSIDE else ""


def of_path(path: str) -> str:
    """The same for something in a module, by its full name."""
    root, *rest = path.split(".")
    if root in _MODULES or (not rest and of_name(root)):
        return path
    if found := next((prefix for prefix in _PATHS if f"{path}.".startswith(f"{prefix}.")), ""):
        return found
    for number, part in enumerate(rest):
        private = root == "torch" and (part.startswith("_") or (number == 0 and part in _IN_TORCH))
        if of_attribute(part) or part in _INSIDE or (private and part not in _PLAIN):
            return ".".join([root, *rest[: number + 1]]) if private else part
    return ""
