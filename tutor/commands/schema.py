"""`tutor schema`: the JSON Schema of a lesson file."""

from __future__ import annotations

import json
import sys


def run() -> int:
    """Print the schema on stdout."""
    from tutor.author.schema import schema

    json.dump(schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0
