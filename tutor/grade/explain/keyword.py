"""Arguments of torch's functions by names that they do not have, and those that are missing."""

from __future__ import annotations

import ast
import re

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, shape, signature, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Operand

_SHARES = ("softmax", "log_softmax")
_ASKED = r"unexpected keyword|invalid combination|missing \d+ required|takes no keyword|got multiple values"


def explain(case: Case) -> Explanation | None:
    """What is called by a name that is none, or not given at all; None where that is not it."""
    if case.type != "TypeError" or not part.is_torch(case) or not case.says(_ASKED):
        return None
    return _wrong(case) or _missing(case)


def _wrong(case: Case) -> Explanation | None:
    """The first keyword that the function does not take."""
    listed = tuple(
        dict.fromkeys(re.findall(r"\b(?:Tensor|int|ints|bool|Number|float|dtype|Scalar) (\w+)", case.message))
    )
    known = signature.taken(case.name)
    names = known or listed
    for operand in case.operands:
        if operand.keyword and operand.keyword != "**" and names and not _is_known(case, operand.keyword, names):
            return _told(case, operand, signature.meant(case.name, operand.keyword, names), names)
    return None


def _is_known(case: Case, keyword: str, names: tuple[str, ...]) -> bool:
    return keyword in names or signature.is_taken(case.name, keyword)


def _told(case: Case, operand: Operand, meant: str, names: tuple[str, ...]) -> Explanation:
    name = f"{case.name}()"
    first = f"{name} takes nothing called `{operand.keyword}`"
    shown = [n for n in names if n not in ("out", "layout", "pin_memory", "generator", "memory_format", "input")]
    lists = ("torch lists all ways to call it; each has this name.",) if case.says("one of") and meant else ()
    return Explanation(
        rule="keyword",
        first=f"{first}; it is called `{meant}`." if meant else f"{first}.",
        rest=(
            f"It takes {words.listed(shown)}." if shown else f"{name} takes no such argument.",
            *lists,
            *(
                ("dim takes one number, or several in a tuple.",)
                if meant == "dim" and operand.keyword != "axis"
                else ()
            ),
        ),
        repairs=_renamed(case, operand, meant),
    )


def _renamed(case: Case, operand: Operand, meant: str) -> tuple[Repair, ...]:
    node = case.node
    keyword = next((k for k in node.keywords if k.arg == operand.keyword), None) if isinstance(node, ast.Call) else None
    if keyword is None or not isinstance(node, ast.Call):
        return ()
    if not meant:
        inside = [*map(case.text, node.args), *part.keywords(case, operand.keyword)]
        return case.instead(part.call(case, *inside), f"without {operand.keyword}")
    edits = [case.edit(keyword, f"{meant}={case.text(keyword.value)}")]
    names = signature.taken(case.name)
    for other in node.keywords:
        if other is not keyword and other.arg and names and not _is_known(case, other.arg, names):
            edits.append(case.edit(other, f"{signature.meant(case.name, other.arg)}={case.text(other.value)}"))
    found = case.with_edits(edits, "", case.text(node))
    if meant in ("size", "shape", "dims") and part.is_method(case) and len(node.keywords) == 1:
        found += case.instead(part.call(case, *map(case.text, node.args), case.text(keyword.value)), "by position")
    return found


def _missing(case: Case) -> Explanation | None:
    """What has to be given and is not."""
    needed = signature.required(case.name)
    given = {_own(o.keyword, needed) for o in case.operands if o.keyword}
    plain = [o for o in case.operands if not o.keyword]
    absent = [n for n in needed[len(plain) :] if n not in given]
    if not absent or not needed:
        return None
    x = next((o for o in case.tensors), None)
    what = words.listed([f"`{n}`" for n in absent])
    return Explanation(
        rule="missing-argument",
        first=f"{case.name}() has to be told {what}{_of(x)}.",
        rest=_why(case, absent, x),
        repairs=_given(case, absent, x),
    )


def _own(keyword: str, needed: tuple[str, ...]) -> str:
    return {"axis": "dim", "axes": "dims"}.get(keyword, keyword) if keyword not in needed else keyword


def _of(x: Operand | None) -> str:
    return f" of {words.shaped(x)}" if x is not None and x.seen.shape else f" for {words.shaped(x)}" if x else ""


def _why(case: Case, absent: list[str], x: Operand | None) -> tuple[str, ...]:
    rank = words.rank(x.seen) if x is not None else 0
    if absent == ["dim"] and case.name in _SHARES:
        return (f"The numbers along dim add up to 1: which dimension, of {shape.choices(rank)}?",) if rank else ()
    if absent[0] in ("dim", "dims") and rank and case.name != "unsqueeze":
        return (f"It has {shape.all_dims(rank)}.",)
    return {
        "fill_value": ("The first argument is the shape; the number that fills it comes second.",),
        "size": ("The shape comes last, in a tuple.",),
        "steps": ("It has to know how many numbers there are to be.",),
        "k": ("k is how many of the greatest are wanted.",),
    }.get(absent[0], ())


def _given(case: Case, absent: list[str], x: Operand | None) -> tuple[Repair, ...]:
    node = case.node
    if not isinstance(node, ast.Call) or len(absent) > 1:
        return ()
    found: tuple[Repair, ...] = ()
    for value, means in _values(case, absent[0], x):
        inside = [*map(case.text, node.args), *map(case.text, node.keywords), f"{absent[0]}={value}"]
        found += case.instead(part.call(case, *inside), means)
    return found


def _values(case: Case, name: str, x: Operand | None) -> list[tuple[str, str]]:
    """What could be given, and what it would mean."""
    size = x.seen.shape or () if x is not None else ()
    rank = len(size)
    if name == "dim" and case.name == "unsqueeze":
        return [(str(d), f"gives {shape_text((*size[:d], 1, *size[d:]))}") for d in dict.fromkeys((0, rank))]
    if name == "dim":
        dims = dict.fromkeys((rank - 1, 0)) if rank else {}
        each = "add up to 1" if case.name in _SHARES else "are taken together"
        return [(str(d), f"the {size[d]} numbers along dimension {d} {each}") for d in dims]
    if name == "dims" and case.name == "flip":
        return [(f"({d},)", f"along dimension {d}") for d in dict.fromkeys((0, rank - 1))] if rank else []
    simple = {
        "fill_value": ("0.", "filled with 0"), "k": ("1", "the greatest alone"), "chunks": ("2", "two pieces"),
        "steps": ("5", "five numbers from the first to the last"), "size": ("(3,)", "three numbers"),
        "repeats": (str((2, *(1,) * (rank - 1))), "twice"), "dims": ("(2,)", "twice"), "num_samples": ("1", "one draw"),
    }  # fmt: skip
    return [simple[name]] if name in simple else []
