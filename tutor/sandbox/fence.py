"""The layers of one zygote, made ready once where files can still be looked at, and put up in each of its children."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from tutor.sandbox import grants, identity, landlock, libc, seccomp
from tutor.sandbox.identity import Identity
from tutor.sandbox.layers import Layers

_PR_SET_NO_NEW_PRIVS = 38
UNCHANGED: Identity = "own"


@dataclass(frozen=True)
class Fence:
    """How children give up root, the rules on files, the filter on calls; None is a layer there is not."""

    way: Identity = UNCHANGED
    rules: int | None = None
    """A descriptor."""
    calls: seccomp.Filter | None = None
    anew: landlock.Allowed | None = None
    """What each child makes rules of for itself: some of it is the child's own."""
    abi: int | None = None

    @property
    def gpu(self) -> bool:
        """Whether a GPU is within reach behind it."""
        return self.anew is not None

    @classmethod
    def make(cls, layers: Layers) -> Fence:
        """As many of `layers` as this machine has. Slow the first time, and to be done before there are threads."""
        _prepare_imports()
        if sys.platform != "linux":
            return cls()
        allowed = grants.allowed(map(Path, layers.secrets), gpu=layers.gpu)
        way = layers.identity or identity.choose(_needed(allowed))
        if os.geteuid() == 0 and way != "none":
            identity.bound()
        machine = seccomp.machine() if layers.seccomp and seccomp.supported() else None
        calls = seccomp.Filter.of(machine, gpu=layers.gpu) if machine else None
        return cls(way, _rules(allowed, layers), calls, allowed if layers.gpu else None, layers.abi)

    def give_up_root(self, slot: int) -> None:
        """The first part: the rest takes away the rights it needs, and it makes the kernel forget whose child it is."""
        identity.drop(self.way, slot)

    def close(self) -> None:
        """The last part, from which there is no way back; raises OSError where a layer that was there fails."""
        with contextlib.suppress(OSError):
            libc.prctl(_PR_SET_NO_NEW_PRIVS, 1)
        if self.rules is not None:
            rules = self.rules if self.anew is None else landlock.ruleset(self.anew, self.abi)
            landlock.enforce(rules)
            os.close(rules)
        if self.calls is not None:
            seccomp.load(self.calls)

    def held_at(self, fd: int) -> Fence:
        """The same, with the rules under another descriptor."""
        return replace(self, rules=fd if self.rules is not None else None)


def _rules(allowed: landlock.Allowed, layers: Layers) -> int | None:
    if not layers.landlock or landlock.abi() == 0:
        return None
    try:
        return landlock.ruleset(allowed, layers.abi)
    except OSError:
        return None


def _needed(allowed: landlock.Allowed) -> list[Path]:
    """What a child must still be able to read: the folders of modules, and one file of each package in use."""
    tops = (module for name, module in list(sys.modules.items()) if "." not in name)
    files = (getattr(module, "__file__", None) for module in tops)
    ours = Path(__file__).parents[1]
    return [*allowed.listed, *(Path(file) for file in files if file and ours not in Path(file).parents)]


def _prepare_imports() -> None:
    """What some modules look for on import and would not find inside: a place for files, and for compiled code."""
    with contextlib.suppress(OSError):
        tempfile.gettempdir()
    if sys.platform == "linux":
        # A folder that is there and takes no files: where it is not there, torch makes it or is not imported.
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = "/proc"
