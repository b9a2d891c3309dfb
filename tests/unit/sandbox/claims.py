"""What a hostile child may claim: JSON of any form, and reports that are in order but for one place."""

from __future__ import annotations

import copy
import types
import unicodedata
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

TEXT = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("\x00\x07\x1b\x9b\r\n\t\x7f\u202e\u2066\u061c\ufeff\ud800"),
    max_size=8,
) | st.sampled_from(["", "nan", "-inf", "1e999", "0x10", "9" * 5000, "t0", "\x1b]52;c;aGk=\x07", "complex64"])
NUMBERS = st.one_of(
    st.integers(),
    st.sampled_from([0, 1, -1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**300, 10**4000]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([1e300, -1e300, 2.0**53, 5e-324]),
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
KEYS = st.sampled_from(["y", "kind", "shape", "values", "items", "__class__", "observed", "no such"]) | TEXT
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


def nest(depth: int, core: Any, listed: bool) -> Any:
    """`core` inside many lists, or many dicts."""
    for _ in range(depth):
        core = [core] if listed else {"value": core}
    return core


ANYTHING = JSON | st.builds(nest, st.integers(1, 400), SCALARS, st.booleans())


@cache
def fitting(hint: Any, depth: int = 3) -> st.SearchStrategy[Any]:
    """JSON that fits a type of the protocol; containers end after `depth` levels."""
    if is_dataclass(hint):
        return _of_dataclass(hint, depth)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*(fitting(part, depth) for part in arguments))
    if origin is tuple and Ellipsis not in arguments:
        return st.tuples(*(fitting(part, depth) for part in arguments)).map(list)
    if origin is tuple:
        return st.lists(fitting(arguments[0], depth), max_size=3)
    if origin is dict:
        return st.dictionaries(st.sampled_from("xyz"), fitting(arguments[1], depth), max_size=3)
    return _PLAIN[hint]


_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=5) | st.sampled_from(["float32", "int64", "t0", "x"]),
    int: st.integers(-3, 5),
    float: st.floats(-9, 9),
    bool: st.booleans(),
    bytes: st.just(""),
    type(None): st.none(),
    Any: st.recursive(st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=3), st.lists, max_leaves=4),
}


def _of_dataclass(kind: type, depth: int) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    held = [f for f in fields(kind) if depth > 0 or f.name in needed or not _nests(hints[f.name])]
    parts = {f.name: fitting(hints[f.name], depth - 1) for f in held}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in needed},
        optional={name: part for name, part in parts.items() if name not in needed},
    )


def _nests(hint: Any) -> bool:
    return is_dataclass(hint) or any(_nests(part) for part in get_args(hint))


@st.composite
def spoilt(draw: st.DrawFn, sound: st.SearchStrategy[Any]) -> Any:
    """What `sound` draws, with something else in one place, or nothing, or more than there should be."""
    whole = {"all": copy.deepcopy(draw(sound))}
    holder, key = draw(st.sampled_from(list(places(whole))))
    change = draw(st.sampled_from(["put", "drop", "wrap", "add"]))
    if change == "drop" and holder is not whole:
        del holder[key]
    elif change == "wrap":
        holder[key] = [holder[key]]
    elif change == "add" and isinstance(holder[key], dict):
        holder[key][draw(KEYS)] = draw(ANYTHING)
    else:
        holder[key] = draw(ANYTHING)
    return whole["all"]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in JSON, as what holds it and its key or index."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(inside):
        yield value, key
        yield from places(part)


def texts(value: Any) -> Iterator[str]:
    """Every text in dataclasses, dicts, lists and tuples, but the keys of dicts."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        yield from (text for part in vars(value).values() for text in texts(part))
    elif isinstance(value, dict):
        yield from (text for part in value.values() for text in texts(part))
    elif isinstance(value, (list, tuple)):
        yield from (text for part in value for text in texts(part))


def hurts(text: str) -> bool:
    """Whether a terminal would do something with `text` but show it. By Unicode's own tables, not by the program's."""
    return any(c not in "\n\t" and (unicodedata.category(c) in _UNFIT or _turns(c)) for c in text)


_UNFIT = ("Cc", "Cs", "Zl", "Zp")


def _turns(c: str) -> bool:
    embeds = unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return embeds or c in "\u200e\u200f\u061c"
