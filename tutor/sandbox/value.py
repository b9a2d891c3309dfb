"""Numbers as JSON can hold them, without losing which number it was."""

from __future__ import annotations

import math
from typing import Any

import torch

EXACT_INT = 1 << 53


def number(value: Any) -> Any:
    """An int, float or complex as JSON: text where JSON has no exact form; a complex as a pair of texts."""
    if isinstance(value, int):
        value = int(value)
        return value if abs(value) <= EXACT_INT else _digits(value)
    if isinstance(value, float):
        value = float(value)
        return value if math.isfinite(value) else repr(value)
    return [repr(value.real), repr(value.imag)]


def _digits(value: int) -> str:
    # Decimal digits of an int cost the square of their number, and Python refuses more than 4300.
    return str(value) if value.bit_length() < 4096 else hex(value)[:4096]


def nested(values: Any) -> Any:
    """Nested lists from `tolist`, every number made fit for JSON."""
    if isinstance(values, list):
        return [nested(v) for v in values]
    return values if isinstance(values, (bool, str)) else number(values)


def spelled(values: Any) -> str:
    """Nested numbers as text, with four places: what `repr` gives, at a tenth of the cost."""
    if isinstance(values, list):
        return f"[{', '.join(map(spelled, values))}]"
    return f"{values:.4g}" if isinstance(values, float) else str(values)


def jsonable(plain: torch.Tensor) -> torch.Tensor:
    """A dense tensor on the CPU with the same elements; sparse and quantized ones become dense."""
    if plain.is_quantized:
        plain = plain.dequantize()
    if plain.layout != torch.strided:
        plain = plain.to_dense()
    return plain.resolve_conj().resolve_neg().cpu()


def exact_complex(dense: torch.Tensor) -> torch.Tensor:
    """A complex tensor as pairs of reals, which every version of safetensors can carry; any other as it is."""
    return torch.view_as_real(dense) if dense.is_complex() else dense
