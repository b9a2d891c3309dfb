"""Which layers hold a child in. Tests take some away: without any an attack succeeds, with any one the rest is seen."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tutor.sandbox.identity import Identity


@dataclass(frozen=True, kw_only=True)
class Layers:
    """What is asked for; what this machine does not have is left out, and the level measured says so."""

    landlock: bool = True
    seccomp: bool = True
    identity: Identity | None = None
    """How root is given up; None for the strongest way that works here."""
    abi: int | None = None
    """The version of Landlock to make do with; None for the newest there is."""
    box: bool | None = None
    """Whether bubblewrap, or Seatbelt on macOS, is put around it all; None for wherever it works."""
    gpu: bool = False
    """Whether the devices of a GPU are within reach."""
    secrets: tuple[str, ...] = ()
    """Places no child may read, wherever they are."""

    def to_argument(self) -> str:
        """As one word of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_argument(cls, argument: str) -> Layers:
        """What `to_argument` made."""
        found = json.loads(argument)
        return cls(**{**found, "secrets": tuple(found["secrets"])})

    def keeping(self, *places: Path) -> Layers:
        """The same, with more places that no child may read."""
        return replace(self, secrets=(*self.secrets, *map(str, places)))


NONE = Layers(landlock=False, seccomp=False, identity="none", box=False)
"""Limits only."""
