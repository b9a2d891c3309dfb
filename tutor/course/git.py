"""A repository's files at one commit, by the `git` that is installed here.

No hook, filter, submodule, template or setting takes part: the commit is fetched into a bare folder, written out as a
tar by git itself, and read like any archive. git never asks for anything.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tutor.course.archive import read_stream
from tutor.course.parcel import MIB, Parcel, of_commit, refused
from tutor.errors import EnvironmentLacking, UsageError
from tutor.legible import clipped, legible

SECONDS_MOST = 180
PACK_MOST = 256 * MIB

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_SHORT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^:-][^:]*")
"""`git@host:path`, which is ssh."""
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
_ALONE = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "fetch.fsckObjects=true", "gc.auto=0")


def is_address(source: str) -> bool:
    """Whether a source is meant for git, be it a good address or not."""
    return bool(_SCHEME.match(source) or _SHORT.fullmatch(source) or re.match(r"[\w+.-]+::", source))


def clone(address: str, revision: str = "") -> Parcel:
    """The files at a branch, tag or commit, by default what the repository offers. Raises UsageError, LessonError,
    EnvironmentLacking."""
    protocol = _protocol(address)
    if revision and not (_REVISION.fullmatch(revision) and ".." not in revision):
        raise UsageError(f"`{legible(revision)}` is no branch, tag or commit.")
    with tempfile.TemporaryDirectory(prefix="tutor-course-") as folder:
        git = _Git(Path(folder), address, protocol)
        git.say("init", "--bare", "--quiet", "--template=", ".")
        wanted = revision or "HEAD"
        git.say("fetch", "--depth=1", "--no-tags", "--no-recurse-submodules", "--quiet", "--", address, wanted)
        commit = git.say("rev-parse", "--verify", "FETCH_HEAD^{commit}").strip()
        return of_commit(git.files(commit), commit)


def _protocol(address: str) -> str:
    """The one protocol git may speak for this address. Raises UsageError."""
    shown = f"`{clipped(' '.join(legible(address).split()), 80)}`"
    if address.startswith("-") or "::" in address or not address.isprintable() or " " in address:
        raise UsageError(f"{shown} is no address of a repository; write https://..., or git@host:path.")
    if _SHORT.fullmatch(address):
        return "ssh"
    scheme = address.partition("://")[0].lower()
    if scheme not in ("https", "ssh", "file"):
        raise UsageError(
            f"{shown}: a course comes by https, by ssh, or from file://; {scheme} can be changed on the way."
        )
    try:
        parts = urlsplit(address)
    except ValueError:
        raise UsageError(f"{shown} is no address of a repository.") from None
    if parts.password is not None:
        raise UsageError(
            f"The address holds a password, and addresses are kept and shown; leave it out: {shown[:12]}...`"
        )
    if (parts.hostname or "x").startswith("-") or (parts.username or "x").startswith("-"):
        raise UsageError(f"{shown} is no address of a repository.")
    return scheme


class _Git:
    """git in a folder of its own, with nobody's settings."""

    def __init__(self, folder: Path, address: str, protocol: str) -> None:
        self._folder = folder
        self._address = address
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SSH_ASKPASS"))}
        self._env = {
            **kept,
            "GIT_ALLOW_PROTOCOL": protocol,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
            "LC_ALL": "C",
        }

    def say(self, *words: str) -> str:
        """What git prints. Raises LessonError with its last words when it fails."""
        process = self._started(words)
        try:
            said, errors = process.communicate(timeout=SECONDS_MOST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise refused(self._address, f"git took more than {SECONDS_MOST} s; try again later.") from None
        if process.returncode:
            raise refused(self._address, f"git cannot fetch it: {_last(errors.decode('utf-8', 'replace'))}.")
        return said.decode("utf-8", "replace")

    def files(self, commit: str) -> Parcel:
        """All files of a commit."""
        process = self._started(("archive", "--format=tar", commit))
        assert process.stdout is not None
        try:
            parcel = read_stream(process.stdout, self._address)
            process.stdout.read()
            if process.wait(timeout=SECONDS_MOST):
                raise refused(self._address, "git cannot write its files out.")
            return parcel
        finally:
            process.kill()
            process.communicate()

    def _started(self, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
        settings = [word for setting in _ALONE for word in ("-c", setting)]
        try:
            return subprocess.Popen(
                ["git", *settings, *words],
                cwd=self._folder,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                preexec_fn=_bounded(),
            )
        except FileNotFoundError:
            raise EnvironmentLacking("There is no git here; install it, or add a folder or an archive.") from None


def _bounded() -> Callable[[], None] | None:
    """Before git starts: no file of it may grow beyond all measure."""
    if sys.platform == "win32":
        return None
    import resource

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (PACK_MOST, PACK_MOST))


def _last(errors: str) -> str:
    lines = [line for line in legible(errors).splitlines() if line.strip()]
    told = next(
        (line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "no reason given"
    )
    return clipped(told.partition(": ")[2] or told, 160).rstrip(".")
