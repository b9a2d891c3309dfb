"""`tutor schema`: the JSON Schema of what people write."""

from __future__ import annotations

import sys


def run(of: str = "lesson") -> int:
    """Print the schema of a `lesson`, a `course` or `answers` on stdout."""
    from tutor.author.schema import written

    sys.stdout.write(written(of))
    return 0
