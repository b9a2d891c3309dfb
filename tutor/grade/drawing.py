"""A value as lines of text: what it is, then its numbers as a grid. Every front end draws values with this.

Everything drawn came from a snippet, so it is made legible, clipped to the width, and not trusted to be well
formed: values that do not have the shape they claim are shown by their text instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from tutor.legible import clipped, legible
from tutor.sandbox.protocol import Observation

ROWS_MOST = 10
"""Rows of a matrix that are drawn."""
BLOCK_ROWS_MOST = 6
"""Rows of each matrix inside a tensor of three dimensions or more."""
BLOCKS_MOST = 6
LINES_MOST = 14
"""Lines of a text."""
GAP = "  "
CELL_MOST = 16

_DIMENSIONS_MOST = 8
_AS_WRITTEN = ("text", "size", "dtype", "device")
_CONTAINERS = ("list", "tuple", "dict")


def summary(observation: Observation) -> str:
    """What a value is, in a few words: `(5, 7) float32`, `int 3`, `list of 3`."""
    if observation.kind == "tensor":
        return _tensor_summary(observation)
    if observation.kind == "missing":
        return _reason(observation)
    if observation.kind in ("number", "bool"):
        return f"{_line(observation.type or observation.kind, 40)} {_line(observation.text, 60)}"
    if observation.kind == "none":
        return "None"
    if observation.kind in _AS_WRITTEN:
        return _line(observation.text, 60)
    return _type_summary(observation)


def drawn(name: str, observation: Observation, width: int = 76) -> list[str]:
    """`observation` as lines no wider than `width`: a caption, then numbers or text, capped with `…`."""
    return [clipped(line, width) for line in _drawn(name, observation, width, nested=False)]


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as Python writes a tuple: `()`, `(7,)`, `(5, 7)`."""
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def _drawn(name: str, observation: Observation, width: int, nested: bool) -> list[str]:
    caption = f"{_line(name, width)}{GAP}{summary(observation)}"
    if observation.kind == "tensor" or (observation.kind == "object" and observation.shape is not None):
        return _with_numbers(caption, observation, width)
    if observation.kind in _CONTAINERS:
        tensors = not nested and any(item.kind == "tensor" for item in observation.items or ())
        return [caption, *(_items(observation, width) if tensors else _text(observation))]
    if observation.kind in ("module", "object"):
        return [caption, *_text(observation)]
    return [caption]


def _line(text: str, most: int) -> str:
    return clipped(" ".join(legible(text).split()), most)


def _tensor_summary(observation: Observation) -> str:
    words = [shape_text(observation.shape or ()), _line(observation.dtype or "", 20)]
    if observation.device not in (None, "cpu"):
        words.append(_line(str(observation.device), 20))
    if observation.requires_grad:
        words.append("requires_grad")
    return " ".join(words)


def _type_summary(observation: Observation) -> str:
    name = _line(observation.type or observation.kind, 40)
    if observation.kind in _CONTAINERS:
        return f"{name} of {_length(observation)}"
    if observation.shape is not None:
        return f"{name} {_tensor_summary(observation)}"
    return name


def _length(observation: Observation) -> int:
    """How many items there are, which may be more than are described."""
    return observation.value if isinstance(observation.value, int) else len(observation.items or ())


def _reason(observation: Observation) -> str:
    failure = observation.failure
    return _line(f"{failure.type}: {failure.message}", 200) if failure else "missing"


def _items(observation: Observation, width: int) -> list[str]:
    items = observation.items or ()
    labels = observation.keys or tuple(map(str, range(len(items))))
    lines: list[str] = []
    for label, item in list(zip(labels, items, strict=False))[:BLOCKS_MOST]:
        lines += _drawn(f"[{label}]", item, width - len(GAP), nested=True)
    if _length(observation) > BLOCKS_MOST:
        lines.append("…")
    return [GAP + line for line in lines]


def _text(observation: Observation) -> list[str]:
    lines = legible(observation.text).expandtabs(4).splitlines()
    if len(lines) > LINES_MOST:
        lines = [*lines[: LINES_MOST - 2], "…", lines[-1]]
    return [GAP + line for line in lines]


def _with_numbers(caption: str, observation: Observation, width: int) -> list[str]:
    shape = observation.shape or ()
    if 0 in shape:
        return [f"{caption}{GAP}no elements"]
    if not _has_shape(observation.values, shape):
        return [caption, *_text(observation)]
    cells = _written(observation.values, notation(list(_leaves(observation.values))))
    if not shape:
        return [f"{caption}{GAP}{cells}"]
    rows = _rows(cells, width - len(GAP)) if len(shape) < 3 else _blocks(cells, len(shape), width - len(GAP))
    return [caption, *(GAP + row for row in rows)]


def _has_shape(values: Any, shape: tuple[int, ...]) -> bool:
    if not shape:
        return isinstance(values, (bool, int, float, str))
    if len(shape) > _DIMENSIONS_MOST or not isinstance(values, (list, tuple)) or len(values) != shape[0]:
        return False
    return all(_has_shape(part, shape[1:]) for part in values)


def _leaves(values: Any) -> Iterator[Any]:
    if not isinstance(values, (list, tuple)):
        yield values
        return
    for part in values:
        yield from _leaves(part)


def _written(values: Any, write: Callable[[Any], str]) -> Any:
    """The same nesting with each number as text."""
    if isinstance(values, (list, tuple)):
        return [_written(part, write) for part in values]
    return write(values)


def notation(numbers: list[Any]) -> Callable[[Any], str]:
    """One way to write all numbers of a tensor: `75.` if all are whole, else four places or powers of ten."""
    floats = [abs(n) for n in numbers if isinstance(n, float) and math.isfinite(n) and n]
    if floats and (max(floats) >= 1e8 or min(floats) < 1e-4):
        places = ".4e"
    elif all(n.is_integer() for n in floats):
        places = ".0f"
    else:
        places = ".4f"
    return lambda number: _cell(number, places)


def _cell(number: Any, places: str) -> str:
    if isinstance(number, float):
        text = format(number, places)
        return f"{text}." if places == ".0f" and math.isfinite(number) else text
    return _line(str(number), CELL_MOST)


def _blocks(cells: Any, dimensions: int, width: int) -> list[str]:
    """Matrices one below the other, each under the index it has in the dimensions before the last two."""
    blocks = list(_matrices(cells, dimensions, ""))
    kept = blocks if len(blocks) <= BLOCKS_MOST else [*blocks[: BLOCKS_MOST - 2], None, blocks[-1]]
    cell = max(len(text) for text in _leaves(cells))
    lines: list[str] = []
    for block in kept:
        if block is None:
            lines.append("…")
            continue
        index, matrix = block
        lines += [
            f"[{index}]",
            *(GAP + row for row in _rows(matrix, width - len(GAP), BLOCK_ROWS_MOST, cell)),
        ]
    return lines


def _matrices(cells: Any, dimensions: int, index: str) -> Iterator[tuple[str, Any]]:
    if dimensions == 2:
        yield index, cells
        return
    for i, part in enumerate(cells):
        yield from _matrices(part, dimensions - 1, f"{index}, {i}" if index else str(i))


def _rows(cells: Any, width: int, most: int = ROWS_MOST, cell: int = 0) -> list[str]:
    """A matrix, or a vector as one row, aligned; the middle is left out where it does not fit."""
    rows = cells if isinstance(cells[0], list) else [cells]
    cell = cell or max(len(text) for text in _leaves(cells))
    columns = max((width + len(GAP)) // (cell + len(GAP)), 3)
    lines = [GAP.join(text.rjust(cell) for text in _shortened(row, columns)) for row in rows]
    return _shortened(lines, most)


def _shortened(parts: list[str], most: int) -> list[str]:
    return parts if len(parts) <= most else [*parts[: most - 2], "…", parts[-1]]
