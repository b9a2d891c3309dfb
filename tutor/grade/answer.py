"""What the learner typed, read as a shape, a value or a dtype.

Many spellings, one meaning: `(3,)`, `3`, `[3]` and `torch.Size([3])` are one shape. Text that is none of it raises
`Unread`, which is no wrong answer: nothing is scored and the learner types again.
"""

from __future__ import annotations

import ast
import difflib
import math
import re
from typing import Any, Final

from tutor.legible import clipped

LONGEST = 4000
DEEPEST = 32

ERROR: Final = "error"
"""The answer "this fails", legal wherever something is predicted."""

DTYPES: dict[str, str] = {
    **{name: name for name in (
        "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
        "complex64", "complex128", "uint16", "uint32", "uint64",
    )},
    "float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32", "short": "int16",
    "cfloat": "complex64", "cdouble": "complex128",
}  # fmt: skip
"""Every spelling of a dtype behind `torch.`, to its one name. https://docs.pytorch.org/docs/stable/tensor_attributes.html"""


class Unread(ValueError):
    """The text is not an answer of the kind asked for; the message says what would be."""


def says_error(text: str) -> bool:
    """Whether the learner predicts that the code fails."""
    return text.strip().strip(".!'\"").lower() in {"error", "fails", "an error", "it fails", "raises"}


def read_shape(text: str) -> tuple[int, ...]:
    """A shape as learners spell it: `(5, 7)`, `5 7`, `5x7`, `torch.Size([5, 7])`, `()`, `scalar`. Raises Unread."""
    given = text.strip().strip("`'\"").strip()
    body = re.sub(r"^(torch\.)?Size\s*\((.*)\)$", r"\2", given, flags=re.I | re.S).strip()
    if body.lower() in {"scalar", "0-d", "0d", "empty", "()", "[]", "( )", "[ ]"}:
        return ()
    inner = body[1:-1] if body[:1] + body[-1:] in {"()", "[]"} and len(body) > 1 else body
    parts = re.split(r"\s*[,;×*]\s*|\s+by\s+|\s*(?<=\d)\s*[xX]\s*(?=\d)|\s+", inner.strip().removesuffix(",").strip())
    if not all(re.fullmatch(r"[0-9]{1,18}", part) for part in parts):
        how = "A shape is sizes in order, such as (5, 7), (3,) or () for one number."
        raise Unread(f"`{clipped(given, 40)}` is not a shape. {how}")
    return tuple(int(part) for part in parts)


def read_dtype(text: str) -> str:
    """A dtype with or without `torch.`, aliases resolved: `torch.long` is `int64`. Raises Unread with the nearest."""
    given = text.strip().strip("'\"`")
    name = given.lower().removeprefix("torch.").strip()
    if name in DTYPES:
        return DTYPES[name]
    near = difflib.get_close_matches(name, DTYPES, n=1)
    hint = f" Did you mean {near[0]}?" if near else " A dtype is a name such as float32, int64 or bool."
    raise Unread(f"`{clipped(given, 40)}` is not a dtype.{hint}")


def read_device(text: str) -> str:
    """A device as torch names it: `cpu`, `cuda:0`, also in quotes or as `torch.device("cpu")`. Raises Unread."""
    given = text.strip()
    found = re.fullmatch(
        r"(?:(?:torch\.)?device\()?(?:type=)?[\"']?(cpu|cuda|mps|meta)(?::(\d{1,3}))?[\"']?\)?", given.lower()
    )
    if found is None:
        raise Unread(f"`{clipped(given, 40)}` is not a device. A device is cpu, cuda, cuda:0, mps or meta.")
    return found[1] + (f":{found[2]}" if found[2] and (found[1], found[2]) != ("cpu", "0") else "")


_YES_OR_NO = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}


def read_truth(text: str) -> bool:
    """Yes or no, also as True or False. Raises Unread."""
    said = text.strip().strip(".!'\"`").lower()
    if said not in _YES_OR_NO:
        raise Unread(f"`{clipped(text.strip(), 40)}` is neither yes nor no.")
    return _YES_OR_NO[said]


def read_line(text: str) -> int | None:
    """The number of a line, `3` or `line 3`; None for `none`. Raises Unread."""
    said = text.strip().strip(".!'\"`").lower()
    said = re.sub(r"\s+(fails|is it)$", "", said)
    if said in ("none", "no line", "no", "nothing", "it runs", "runs", "no error"):
        return None
    found = re.fullmatch(r"(?:the |in |on )?(?:line|l)?\s*(\d{1,4})(?:st|nd|rd|th)?(?: line)?", said)
    if found is None:
        raise Unread(f"`{clipped(text.strip(), 40)}` is no line. Type its number, or none when nothing fails.")
    return int(found[1])


def read_value(text: str) -> Any:
    """A number, bool, string or nested list of them; tensor(...) is read as its list. Raises Unread."""
    given = text.strip()
    body = _with_commas(_plain(given))
    depth = max((body[:i].count("[") + body[:i].count("(") for i in range(len(body))), default=0)
    if not given or len(given) > LONGEST or depth > DEEPEST * 8:
        raise Unread("Type a value: a number, a list such as [1, 2, 3], True, False, or error.")
    try:
        return _value(ast.parse(body, mode="eval").body, 0)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, ZeroDivisionError):
        raise Unread(
            f"`{clipped(given, 40)}` is not a value. Type a number, a list such as [1, 2, 3], True, False, or error."
        ) from None


def _plain(text: str) -> str:
    """Without what torch adds behind the numbers, and Python's spelling of what is no number as one word."""
    text = re.sub(r",\s*(grad_fn=<\w*>|requires_grad=True|dtype=[\w.]+|device='[\w:]+')", "", text)
    return re.sub(r"float\(\s*['\"]([-+]?)(nan|inf|infinity)['\"]\s*\)", r"\1\2", text, flags=re.I)


def _with_commas(text: str) -> str:
    """Numbers as NumPy prints them, `[[1. 2.] [3. 4.]]`, or bare in rows, `1 2` over `3 4`, spelled as lists."""
    rows = [line.strip().rstrip(",") for line in text.splitlines() if line.strip()]
    if len(rows) > 1 and re.fullmatch(r"[-+.\deE\s\[\],]*", text):
        if "[" not in text:
            text = "[" + ", ".join(f"[{row}]" for row in rows) + "]"
        elif all(row[0] == "[" and row[-1] == "]" and row.count("[") == 1 for row in rows):
            text = "[" + ", ".join(rows) + "]"
    if "," in text.replace("], [", "") or not re.fullmatch(_SPACED, text):
        return text
    return re.sub(r"(?<=[\d.\]e])\s+(?=[-+.\d\[TF])", ", ", text)


_SPACED = r"(?:[-+.\deE\s\[\],]|True|False)*(?:\d|True|False)(?:[-+.\deE\s\[\],]|True|False)*"
"""Numbers or truth values, and the brackets and spaces between them."""


_NAMES: dict[str, Any] = {"nan": math.nan, "inf": math.inf, "true": True, "false": False, "none": None}
_WRAPPERS = {"tensor", "array", "Size", "list", "tuple"}


def _value(node: ast.expr, depth: int) -> Any:
    """The data an expression of literals stands for. Raises ValueError for anything else."""
    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str, bool, type(None))):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_value(item, depth + 1) for item in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        number = _number(_value(node.operand, depth + 1))
        return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _number(_value(node.left, depth + 1)) / _number(_value(node.right, depth + 1))
    name = _last_name(node.func if isinstance(node, ast.Call) else node)
    if isinstance(node, ast.Call) and name in _WRAPPERS and node.args:
        return _value(node.args[0], depth + 1)
    if not isinstance(node, ast.Call) and name.lower() in _NAMES:
        return _NAMES[name.lower()]
    raise ValueError("not a literal")


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("not a number")
    return value


def _last_name(node: ast.expr) -> str:
    """`tensor` for both `tensor` and `torch.tensor`; empty for anything else."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"torch", "np", "math"}
    ):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def same_value(expected: Any, given: Any, tolerance: float | None = None) -> bool:
    """Whether `given` means `expected`: lists by entry, numbers within their rounding, bools strictly."""
    if isinstance(expected, list) or isinstance(given, list):
        return (
            isinstance(expected, list)
            and isinstance(given, list)
            and len(expected) == len(given)
            and all(same_value(e, g, tolerance) for e, g in zip(expected, given, strict=True))
        )
    if isinstance(expected, bool) or isinstance(given, bool) or expected is None or given is None:
        return expected is given
    if isinstance(expected, str) or isinstance(given, str):
        return bool(expected == given)
    return same_number(expected, given, tolerance)


def same_number(expected: float, given: float, tolerance: float | None = None) -> bool:
    """Whole numbers exactly; floats within `tolerance`, 1e-4 relative, or the decimals typed; nan is nan."""
    if math.isnan(expected) or math.isnan(given):
        return math.isnan(expected) and math.isnan(given)
    if expected == given or math.isinf(expected) or math.isinf(given):
        return expected == given
    if tolerance is not None:
        return abs(expected - given) <= tolerance
    if isinstance(expected, int):
        return False
    decimals = len(repr(float(given)).partition(".")[2]) if "e" not in repr(float(given)) else 0
    rounded = decimals >= 2 and abs(expected - given) <= 0.5000001 * 10**-decimals
    return rounded or abs(expected - given) <= 1e-4 * abs(expected) + 1e-7
