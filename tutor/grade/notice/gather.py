"""From a run to what is odd about it: each theme is asked in turn; whatever goes wrong in one, the others are heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tutor.grade.notice import (
    broadcast,
    choice,
    dropped,
    index,
    layer,
    layout,
    memory,
    mode,
    number,
    padding,
    pair,
    register,
    round,
    score,
    share,
    softmax,
    squeeze,
    stack,
)  # fmt: skip
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import CODE_MOST, Program
from tutor.sandbox.protocol import Outcome

NOTICES_MOST = 8

_THEMES: tuple[Callable[[Program], Iterator[Notice]], ...] = (
    broadcast.columns, broadcast.rows, layout.reshaped, share.shared, share.kept, index.lost, index.twice,
    dropped.dropped, dropped.uncalled, number.cut_off, number.unset, number.deviations, pair.repeated,
    squeeze.squeezed, softmax.dimension, score.squashed, score.targets, score.last, round.rounds, round.no_step,
    padding.padded, padding.unused, padding.embedded, register.unregistered, register.unwrapped, layer.made_anew,
    layer.in_function, stack.collapsed, mode.training, mode.recording, memory.kept, choice.chosen,
)  # fmt: skip


def notices(code: str, outcome: Outcome, setup: str = "") -> tuple[Notice, ...]:
    """The silent mistakes of code that ran to its end, traced, in the order of its lines. Never raises.

    `setup` is what ran before it. Loops are looked at only where the events of training were recorded.
    """
    if outcome.status != "ok" or len(code) > CODE_MOST:
        return ()
    program = Program(code, outcome, setup)
    found = {(n.rule, n.line): n for theme in _THEMES for n in reversed(_asked(theme, program))}
    return tuple(sorted(found.values(), key=lambda notice: (notice.line, not notice.sure)))[:NOTICES_MOST]


def _asked(theme: Callable[[Program], Iterator[Notice]], program: Program) -> list[Notice]:
    try:
        return list(theme(program))
    except Exception:  # noqa: BLE001 - code of any kind comes here; a theme that stumbles over it has nothing to say.
        return []
