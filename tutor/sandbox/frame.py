"""Frames as they travel: split out of a stream that may be hostile, read and written on descriptors.

Nothing is allocated on the word of a length field, and whatever does not fit the form is refused whole.
"""

from __future__ import annotations

import json
import math
import os
from typing import Any

from tutor.sandbox.protocol import HEADER, JSON_MOST, MAGIC, TENSORS_MOST, encode

CHUNK = 1 << 16

Frame = tuple[dict[str, Any], bytes]


class Malformed(ValueError):
    """Bytes that are not a frame."""


def _no_constant(name: str) -> float:
    raise Malformed(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Malformed(f"{text[:40]} is beyond any number")
    return value


def _parse(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)[:200]) from None
    if not isinstance(message, dict):
        raise Malformed("a frame holds one object")
    return message


class Frames:
    """Takes bytes as they come and gives whole frames in order."""

    def __init__(self, json_most: int = JSON_MOST, tensors_most: int = TENSORS_MOST) -> None:
        self._held = bytearray()
        self._json_most = json_most
        self._tensors_most = tensors_most

    @property
    def rest(self) -> int:
        """How many bytes wait that do not belong to a frame taken so far."""
        return len(self._held)

    def feed(self, data: bytes) -> None:
        """Take what arrived; raises Malformed as soon as it cannot become a frame."""
        self._held += data
        if len(self._held) > 2 * (HEADER.size + self._json_most + self._tensors_most):
            raise Malformed("more than anybody asked for")
        self._sizes()

    def take(self) -> Frame | None:
        """The next whole frame, or None while it has not all arrived; raises Malformed."""
        sizes = self._sizes()
        if sizes is None or len(self._held) < HEADER.size + sum(sizes):
            return None
        middle = HEADER.size + sizes[0]
        end = middle + sizes[1]
        body, tensors = bytes(self._held[HEADER.size : middle]), bytes(self._held[middle:end])
        del self._held[:end]
        return _parse(body), tensors

    def _sizes(self) -> tuple[int, int] | None:
        if not MAGIC.startswith(self._held[: len(MAGIC)]):
            raise Malformed("not a frame")
        if len(self._held) < HEADER.size:
            return None
        _, json_size, tensor_size = HEADER.unpack_from(self._held)
        if json_size > self._json_most or tensor_size > self._tensors_most:
            raise Malformed("a frame beyond the limits")
        return json_size, tensor_size


class Channel:
    """The child's end: frames in from one descriptor, out on another, blocking."""

    def __init__(self, incoming: int, outgoing: int, frames: Frames | None = None) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._frames = frames or Frames()
        self.mark = b""
        """Written to stderr before a report where output and report may arrive out of step."""

    def read(self) -> Frame | None:
        """The next frame; None when the other side has closed."""
        while (frame := self._frames.take()) is None:
            data = os.read(self._incoming, CHUNK)
            if not data:
                return None
            self._frames.feed(data)
        return frame

    def write(self, message: dict[str, Any], tensors: bytes = b"") -> None:
        """Send one frame whole."""
        self.send(encode(message, tensors))

    def send(self, frame: bytes) -> None:
        """Send one frame that is made already."""
        left = memoryview(frame)
        while left:
            left = left[os.write(self._outgoing, left) :]

    def close(self) -> None:
        """Say that nothing more will come."""
        os.close(self._outgoing)
