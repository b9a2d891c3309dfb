"""What is said to a person: pieces of text, each of one kind. A front end gives each kind a colour or a stream."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["made", "caption", "value", "output", "errors", "mark", "why", "error", "note", "wait"]


class Piece(NamedTuple):
    """One or more whole lines of one kind."""

    kind: Kind
    text: str
