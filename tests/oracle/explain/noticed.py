"""Code run as a learner's is, and all that is said of it though it did not fail."""

from __future__ import annotations

import re
from typing import Any

from tutor.grade.notice.gather import notices
from tutor.grade.notice.warned import explained_warning
from tutor.grade.notice.watch import watched
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Outcome, Request

SETUP = "import torch.nn as nn, torch.nn.functional as F, numpy as np"

Said = list[tuple[int | None, str]]
"""Lines, and what is said of each."""


async def ran(sandbox: Sandbox, code: str, setup: str = SETUP) -> Outcome:
    """What comes of code that has to run."""
    outcome = await sandbox.run(Request(code=code, setup=setup, trace=True, training=watched(code)))
    assert outcome.status == "ok", outcome.error or outcome.note
    return outcome


async def noticed(sandbox: Sandbox, code: str, setup: str = SETUP) -> Said:
    """What we say of ourselves, without a word from torch."""
    return [(n.line, n.text()) for n in notices(code, await ran(sandbox, code, setup), setup)]


async def said(sandbox: Sandbox, code: str, setup: str = SETUP) -> Said:
    """The same, with torch's own warnings where they are explained."""
    outcome = await ran(sandbox, code, setup)
    told = [(warned.line, explained_warning(warned, code, outcome, setup)) for warned in outcome.warnings]
    ours: Said = [(notice.line, notice.text()) for notice in notices(code, outcome, setup)]
    return ours + [(line, text) for line, text in told if text]


def found(program: dict[str, Any], told: Said) -> bool:
    """Whether the mistake of a program is among what was said, at its line."""
    lines = {program["line"], *program.get("also", ())}
    return any(line in lines and re.search(program["says"], text, re.IGNORECASE | re.DOTALL) for line, text in told)
