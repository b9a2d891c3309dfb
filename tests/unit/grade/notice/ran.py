"""Code run traced and watched in this process, as a child does it."""

from __future__ import annotations

import warnings

import torch

from tutor.grade.notice.watch import watched
from tutor.sandbox.protocol import Line, Outcome
from tutor.sandbox.snippet import Snippet
from tutor.sandbox.training.recorder import Recorder

SETUP = "import torch.nn as nn, torch.nn.functional as F, numpy as np"


def ran(code: str, setup: str = SETUP) -> Outcome:
    """What came of it; it has to run."""
    torch.manual_seed(0)
    snippet, lines = Snippet(), list[Line]()
    recorder = Recorder("answer.py") if watched(code) else None
    hear = warnings.showwarning
    torch.set_warn_always(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            assert snippet.run(setup, "given.py", "setup") is None
            if recorder:
                recorder.begin()
            failure = snippet.run_traced(code, "answer.py", lines.append)
    finally:
        warnings.showwarning = hear
        if recorder:
            recorder.end()
        torch.set_warn_always(False)
        torch.set_grad_enabled(True)
    assert failure is None, failure
    return Outcome(
        status="ok",
        lines=tuple(lines),
        asides=tuple(snippet.asides),
        warnings=tuple(snippet.warned),
        events=recorder.events if recorder else (),
    )
