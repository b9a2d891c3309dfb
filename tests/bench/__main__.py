"""`make bench`: every promise with a number, measured and held against its bar.

python -m tests.bench [NAME...] [--json]    with names: only those of first_frame, key_repaint, ...
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from tests.bench.table import Row, as_json, machine, markdown

ALL = (
    "open_lesson",
    "preview",
    "answer_verdict",
    "explained",
    "play_line",
    "grading",
    "check",
    "report",
    "confinement",
    "sandbox_start",
    "sandbox_memory",
    "sandbox_runaway",
    "soak",
    "first_frame",
    "key_repaint",
    "runaway",
)


def main(arguments: list[str]) -> int:
    """Measure what is named, print the table; 1 when a bar is not kept."""
    wanted = [name for name in arguments if not name.startswith("-")] or ALL
    rows: list[Row] = []
    # A learner's Python keeps what it has compiled, however the shell that measures is set.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in wanted:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            # What is measured in this process keeps its caches there too.
            os.environ["TUTOR_DATA_DIR"] = os.environ["TUTOR_CACHE_DIR"] = folder
            rows += import_module(f"tests.bench.{name}").measure(Path(folder))
    print(as_json(rows) if "--json" in arguments else f"{machine()}\n\n{markdown(rows)}")
    return 0 if all(row.held for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
