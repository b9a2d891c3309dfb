"""Seatbelt around each process started ahead, on macOS: files, network and other programs out of its reach.

The profile is put together from what is known of others'; it has never been run on a Mac. Where Python and torch do not
start under it there is none, and the level, which is measured, says so. Of the rules that fit, the last one counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterable
from pathlib import Path

from tutor.sandbox import grants, start
from tutor.sandbox.frame import Frames, Malformed
from tutor.sandbox.layers import Layers
from tutor.sandbox.protocol import encode

MACOS = sys.platform == "darwin"
SANDBOX_EXEC = "/usr/bin/sandbox-exec"
PATIENCE = 30.0
"""Seconds for importing torch the first time after a start of the machine."""

# A folder that is there and takes no files: without one, torch makes it when the first optimizer is made, or fails.
_TAKES_NO_FILES = ("/usr/bin/env", "TORCHINDUCTOR_CACHE_DIR=/private/var/empty")

_OPEN = "file-read* file-map-executable"
_SHUT = "file-read* file-map-executable file-write*"

_BASE = (
    "(version 1)",
    "(deny default)",
    # The default does not cover these; the first would show the environment of every other process of the user.
    "(deny process-info* nvram* iokit-get-properties file-map-executable)",
    # abort() signals itself, nice() and the names of threads are settings of the process itself.
    "(allow process-info* (target self))",
    "(allow signal (target self))",
    # What the processor can do, for torch's choice of kernels; which system this is, for platform and for libSystem.
    '(allow sysctl-read (sysctl-name-prefix "hw.") (sysctl-name-prefix "machdep.") (sysctl-name-prefix "sysctl.")'
    ' (sysctl-name-prefix "kern.os") (sysctl-name "kern.version") (sysctl-name "kern.hostname")'
    ' (sysctl-name "kern.argmax") (sysctl-name "kern.secure_kernel") (sysctl-name "kern.usrstack64"))',
    # Who the user is: what finds the home directory of a process ends it when it gets no answer.
    '(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))',
    # torch's OpenMP writes down that it is loaded, and ends the process when it cannot.
    "(allow ipc-posix-shm-read-data ipc-posix-shm-write-create ipc-posix-shm-write-unlink"
    ' (ipc-posix-name-regex #"^/__KMP_REGISTERED_LIB_[0-9]+$"))',
    # The loader lists the root, and ends every program when it may not; the folder alone, nothing below.
    '(allow file-read* (literal "/") (literal "/dev/null") (literal "/dev/urandom"))',
    '(allow file-write-data (literal "/dev/null"))',
)

_METAL = (
    # What a GPU of Apple is used through, and what compiles for it.
    '(allow iokit-open (iokit-user-client-class "AGXDeviceUserClient"))',
    "(allow iokit-get-properties)",
    '(allow mach-lookup (global-name "com.apple.MTLCompilerService"))',
)

_LAST = (
    # Names and sizes: finding a module asks after every folder on the way to it.
    "(allow file-read-metadata)",
    # No rule above may open these, whatever it says.
    "(deny network* process-fork)",
)

_SYSTEM = (
    # The loader, its cache of libraries and the frameworks, wherever a version of the system keeps them.
    "/usr/lib", "/System/Library", "/Library/Apple", "/System/Cryptexes", "/System/Volumes/Preboot/Cryptexes",
    "/private/var/db/dyld",
    # Time zones and languages.
    "/usr/share/zoneinfo", "/usr/share/zoneinfo.default", "/usr/share/locale", "/usr/share/icu",
    "/private/var/db/timezone", "/private/etc/localtime",
    # Libraries that a Python of a package manager is linked to.
    "/opt/homebrew/Cellar", "/opt/homebrew/opt", "/opt/homebrew/lib", "/usr/local/Cellar", "/usr/local/opt",
    "/usr/local/lib", "/opt/local/lib", "/nix/store",
)  # fmt: skip

_OF_PYTHON = ("lib", "Python", "Resources", "Frameworks", "etc")
"""What is read in the folder of an installation or framework."""


async def prefix(layers: Layers) -> list[str]:
    """What to put before the command of a process; nothing where there is to be no Seatbelt, or none that works."""
    if layers.box is False or not MACOS or not Path(SANDBOX_EXEC).exists():
        return []
    before = [*_TAKES_NO_FILES, SANDBOX_EXEC, "-p", profile(layers)]
    return before if await _works(before, layers) else []


def profile(layers: Layers) -> str:
    """What a process may do, in Seatbelt's own language."""
    home = _real(grants.home())
    rules = (
        *_BASE,
        *(_METAL if layers.gpu else ()),
        *_rule(f"allow {_OPEN}", map(_below, _SYSTEM)),
        *_rule(f"deny {_SHUT}", [_below(home)]),
        # Python and what is installed are in the home directory more often than not, which is shut except for them.
        *_rule(f"allow {_OPEN}", (_below(path) for path in _python() if not _within(home, path))),
        # To list the folder our package is in is to find the package; what else is in a checkout is not read.
        *_rule("allow file-read-data", [_only(_checkout())]),
        # The start goes through here, so code can become another Python too: behind the same walls.
        *_rule(f"allow process-exec* {_OPEN}", map(_only, _interpreters())),
        *_rule(f"deny {_SHUT} process-exec*", map(_below, _secrets(layers))),
        *_LAST,
    )
    return "\n".join(rules)


def _rule(verb: str, filters: Iterable[str]) -> list[str]:
    """One rule; none where there is nothing it is about, since without filters it would be about everything."""
    listed = " ".join(filters)
    return [f"({verb} {listed})"] if listed else []


def _below(path: str) -> str:
    return f"(subpath {_quoted(path)})"


def _only(path: str) -> str:
    return f"(literal {_quoted(path)})"


def _quoted(text: str) -> str:
    return '"' + text.translate(_ESCAPES) + '"'


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def _python() -> list[str]:
    """Where the standard library, the packages and our own modules are, and how an environment says it is one."""
    parts = (Path(sys.base_prefix, part) for part in _OF_PYTHON)
    found = (*parts, Path(sys.prefix, "pyvenv.cfg"), *_packages(), Path(__file__).parents[1])
    return list(dict.fromkeys(map(_real, found)))


def _packages() -> list[Path]:
    return [Path(path) for path in sys.path if path.endswith("-packages")]


def _secrets(layers: Layers) -> list[str]:
    """What is named, and lessons that came as packages."""
    entries = (entry for folder in _packages() if folder.is_dir() for entry in folder.iterdir())
    courses = (str(entry) for entry in entries if grants.is_course(entry))
    return [_real(path) for path in (*courses, *layers.secrets)]


def _interpreters() -> list[str]:
    """This Python, and what it starts in its own place where it is a framework."""
    base = getattr(sys, "_base_executable", sys.executable)
    found = (Path(sys.executable), Path(base), Path(sys.base_prefix, "Resources/Python.app/Contents/MacOS/Python"))
    return list(dict.fromkeys(_real(path) for path in found if path.exists()))


def _checkout() -> str:
    return _real(Path(__file__).parents[2])


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _real(path: str | Path) -> str:
    """As Seatbelt sees it, which is behind all links."""
    return os.path.realpath(path)


async def _works(before: list[str], layers: Layers) -> bool:
    """Whether a process that is started like all the others imports torch, and finds the GPU it is to use."""
    command = [*before, *start.command("tutor.sandbox.ahead", layers.to_argument())]
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=start.environment("cpu")
        )
    except OSError:
        return False
    try:
        said, _ = await asyncio.wait_for(process.communicate(encode({"op": "facts"})), PATIENCE)
    except asyncio.TimeoutError:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return _is_told(said, "mps" if layers.gpu else "torch")


def _is_told(said: bytes, fact: str) -> bool:
    """Whether the frames in `said`, a greeting and then the facts, tell that `fact` is so."""
    frames = Frames()
    try:
        frames.feed(said)
        greeting, facts = frames.take(), frames.take()
    except Malformed:
        return False
    return greeting is not None and facts is not None and bool(facts[0].get(fact))
