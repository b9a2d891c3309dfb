"""A repository's files at a commit; nothing of the repository runs, and nothing is ever asked."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.course.conftest import FILES, laid
from tutor.course import git
from tutor.errors import EnvironmentLacking, LessonError, UsageError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def say(folder: Path, *words: str) -> str:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *author, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = laid(tmp_path / "repository")
    say(folder, "init", "-q", "-b", "main")
    say(folder, "add", ".")
    say(folder, "commit", "-q", "-m", "one")
    say(folder, "tag", "v1")
    return folder


def commit(folder: Path, name: str, text: str) -> str:
    laid(folder, {name: text})
    say(folder, "add", ".")
    say(folder, "commit", "-q", "-m", name)
    return say(folder, "rev-parse", "HEAD")


def address(folder: Path) -> str:
    return folder.as_uri()


def test_the_newest_commit_or_the_one_that_is_named(repository: Path) -> None:
    first = say(repository, "rev-parse", "HEAD")
    second = commit(repository, "NOTES.md", "more")
    parcel = git.clone(address(repository))
    assert (parcel.commit, set(parcel.files)) == (second, {*FILES, "NOTES.md"})
    for named in ("v1", first):
        parcel = git.clone(address(repository), named)
        assert (parcel.commit, set(parcel.files)) == (first, set(FILES))
    assert git.clone(address(repository), "main").commit == second


def test_no_hook_and_no_filter_takes_part(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repository, ".gitattributes", "*.md filter=loud\n")
    trace = tmp_path / "ran"
    settings = tmp_path / "settings"
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (template / hook).write_text(f"#!/bin/sh\ntouch {trace}\n")
        (template / hook).chmod(0o755)
    settings.write_text(
        f"[init]\n templateDir = {template.parent}\n[core]\n hooksPath = {template}\n"
        f'[filter "loud"]\n smudge = touch {trace}; cat\n required = true\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template.parent))
    git.clone(address(repository))
    assert not trace.exists()


def test_links_and_submodules_are_not_followed(repository: Path) -> None:
    (repository / "b.md").symlink_to("/etc/passwd")
    commit(repository, "more.md", "x")
    with pytest.raises(LessonError, match=r"`b.md` is a symbolic link"):
        git.clone(address(repository))
    (repository / "b.md").unlink()
    laid(repository, {".gitmodules": '[submodule "s"]\n path = s\n url = file:///nowhere\n'})
    say(repository, "update-index", "--add", "--cacheinfo", f"160000,{say(repository, 'rev-parse', 'HEAD')},s")
    commit(repository, "again.md", "x")
    assert {"more.md", "again.md"} < set(git.clone(address(repository)).files)


@pytest.mark.parametrize(
    "asked",
    [
        "ext::sh -c touch% /tmp/x",
        "fd::17",
        "--upload-pack=touch x",
        "-oProxyCommand=touch x",
        "http://example.org/a.git",
        "git://example.org/a.git",
        "ftp://example.org/a",
        "https://name:secret@example.org/a.git",
        "ssh://-oProxyCommand=touch/x",
        "https://[::1",
        "https://example.org/a b",
        "https://example.org/a\nb",
    ],
)
def test_addresses_that_could_do_more_than_fetch_are_refused(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("git was started"))
    with pytest.raises(UsageError) as told:
        git.clone(asked)
    assert "secret" not in str(told.value) and str(told.value).isprintable()


@pytest.mark.parametrize("revision", ["--force", "-x", "a..b", "+main", "main:refs/heads/x", "a b", "^main"])
def test_a_revision_is_a_name(repository: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="no branch, tag or commit"):
        git.clone(address(repository), revision)


def test_what_git_cannot_do_is_said_in_a_sentence(tmp_path: Path, repository: Path) -> None:
    with pytest.raises(LessonError, match=r"git cannot fetch it: .*does not appear to be a git repository"):
        git.clone(address(tmp_path / "nowhere"))
    with pytest.raises(LessonError, match=r"git cannot fetch it: .*v9"):
        git.clone(address(repository), "v9")


def test_without_git_other_ways_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentLacking, match="There is no git here; install it, or add a folder or an archive"):
        git.clone("https://example.org/a.git")


def test_git_asks_for_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What git is started with, as a stand-in for it sees it."""
    seen = tmp_path / "seen"
    stand_in = tmp_path / "bin" / "git"
    stand_in.parent.mkdir()
    stand_in.write_text(
        f'#!/bin/sh\n/usr/bin/env > {seen}.env\necho "$@" >> {seen}.words\nread line || echo none >> {seen}.in\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(stand_in.parent))
    monkeypatch.setenv("GIT_ASKPASS", "/bin/ask")
    monkeypatch.setenv("SSH_ASKPASS", "/bin/ask")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    with pytest.raises(LessonError):
        git.clone("https://example.org/a.git")
    env = dict(line.partition("=")[::2] for line in Path(f"{seen}.env").read_text().splitlines())
    assert env["GIT_TERMINAL_PROMPT"] == "0" and env["GIT_ALLOW_PROTOCOL"] == "https"
    assert not {"GIT_ASKPASS", "SSH_ASKPASS", "GIT_DIR"} & set(env)
    assert "BatchMode=yes" in env["GIT_SSH_COMMAND"]
    words = Path(f"{seen}.words").read_text()
    assert "--depth=1" in words and "--no-recurse-submodules" in words and "-- https://example.org/a.git HEAD" in words
    assert set(Path(f"{seen}.in").read_text().split()) == {"none"}
