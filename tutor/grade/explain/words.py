"""How values are spoken of: by what they are called in the code, with the shape, dtype or device that matters."""

from __future__ import annotations

from tutor.grade.drawing import shape_text
from tutor.legible import clipped
from tutor.sandbox.protocol import Observation, Operand

TEXT_MOST = 48

TORCH_WORDS = {
    "Long": "int64", "Int": "int32", "Short": "int16", "Char": "int8", "Byte": "uint8", "Float": "float32",
    "Double": "float64", "Half": "float16", "BFloat16": "bfloat16", "Bool": "bool", "long int": "int64",
    "int": "int32", "float": "float32", "double": "float64", "ComplexFloat": "complex64",
}  # fmt: skip
"""What torch's messages call dtypes by their C++ names."""


def code(operand: Operand) -> str:
    """As written, between backticks: `x.T`."""
    return f"`{short(operand.text)}`"


def short(text: str) -> str:
    """Code on one line, cut where it is long."""
    return clipped(" ".join(text.split()), TEXT_MOST)


def shaped(operand: Operand) -> str:
    """With its shape: `x` (3, 4)."""
    return f"{code(operand)} {shape(operand)}" if operand.seen.shape is not None else code(operand)


def typed(operand: Operand) -> str:
    """With its dtype: `x` (int64)."""
    return f"{code(operand)} ({operand.seen.dtype})" if operand.seen.dtype else code(operand)


def whole(operand: Operand) -> str:
    """With shape and dtype: `x` (3, 4) int64."""
    return f"{shaped(operand)} {operand.seen.dtype or ''}".rstrip()


def shape(operand: Operand) -> str:
    """The shape alone: (3, 4)."""
    return shape_text(operand.seen.shape or ())


def size(operand: Operand, dim: int) -> int:
    """The size of one dimension. Raises IndexError."""
    return (operand.seen.shape or ())[dim]


def kind(name: str) -> str:
    """A type with its article: `an int`, `a list`."""
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def count(n: int, thing: str) -> str:
    """`1 feature`, `3 features`."""
    return f"{n} {thing}{'s' * (n != 1)}"


def rank(seen: Observation) -> int:
    """How many dimensions there are."""
    return len(seen.shape or ())


def grouped(operand: Operand) -> str:
    """Fit to be a part of a longer expression: in parentheses unless it is a name, a call or alike."""
    text = operand.text
    plain = text.replace("_", "a").replace(".", "a").isalnum() or text.endswith((")", "]"))
    return text if plain and not _open(text) else f"({text})"


def _open(text: str) -> bool:
    """Whether something stands outside of all brackets that binds less than a call."""
    depth = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and sign in "+-*/@<>=&|^~% ":
            return True
    return False


def made_at(operand: Operand) -> str:
    """Where a name came from: `, made on line 3 by \\`x = torch.arange(4)\\``; empty where it is not known."""
    if operand.line is None or not operand.source:
        return ""
    return f"made on line {operand.line} by `{clipped(' '.join(operand.source.split()), 60)}`"


def listed(parts: list[str]) -> str:
    """`a`, `b` and `c`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1] if parts else ""]))


def aligned(*shapes: tuple[int, ...]) -> list[str]:
    """Sizes written below each other from the right, as they are compared when broadcast."""
    wide = max((len(str(n)) for s in shapes for n in s), default=1)
    rows = [", ".join(f"{n:>{wide}}" for n in s) for s in shapes]
    most = max(map(len, rows), default=0)
    return [row.rjust(most) for row in rows]
