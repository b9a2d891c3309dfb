"""What the learner chose about the program itself: one small JSON file beside the progress."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tutor import paths
from tutor.errors import EnvironmentLacking

THEME = "tutor-dark"


@dataclass(frozen=True)
class Config:
    """The choices that outlive a session."""

    theme: str = THEME
    """The name of a colour theme."""


def file() -> Path:
    """Where the choices are kept."""
    return paths.data_dir() / "config.json"


def load(path: Path | None = None) -> tuple[Config, str]:
    """The choices, and a sentence when the file could not be used; then the defaults hold."""
    path = path or file()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config(), ""
    except (OSError, ValueError):
        text = ""
    import json  # most learners have no such file

    try:
        written = json.loads(text)
    except ValueError:
        return Config(), f"{path} cannot be read, so the defaults hold; choosing a theme writes it anew."
    known = {f.name for f in fields(Config)}
    if not isinstance(written, dict) or not all(isinstance(v, str) for k, v in written.items() if k in known):
        return Config(), f"{path} does not hold settings, so the defaults hold; choosing a theme writes it anew."
    return Config(**{k: v for k, v in written.items() if k in known}), ""


def save(config: Config, path: Path | None = None) -> None:
    """Keep the choices. A crash leaves the old file or the new one. Raises EnvironmentLacking."""
    import json
    import tempfile

    path = path or file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(asdict(config), out)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise EnvironmentLacking(f"The settings cannot be kept in {path}: {error.strerror}.") from error
