"""What confinement costs a child, taken in the child itself around the one call that puts it up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.table import Row, quantile
from tutor.sandbox import start

TIMES = 200


def measure(folder: Path) -> Iterator[Row]:
    """The median child's, from giving up root to the filter on system calls."""
    command = [sys.executable, "-m", "tests.bench.settling", str(TIMES)]
    environment = {**os.environ, **start.environment("cpu")}
    said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout)
    full, limits = (quantile(said[name], 0.5) * 1000 for name in ("all", "limits"))
    note = f"median of {TIMES} children; the limits alone: {limits:.2f} ms; root given up: {said['identity']}"
    yield Row("confining a child", full, 1.5, " ms", note)
