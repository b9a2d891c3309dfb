"""`tutor schema`: the JSON Schema of what people write."""

from __future__ import annotations

import json
import sys


def run(of: str = "lesson") -> int:
    """Print the schema of a `lesson`, a `course` or `answers` on stdout."""
    from tutor.author.schema import schema

    json.dump(schema(of), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0
