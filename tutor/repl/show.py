"""What a run gave, as pieces of text: output, what each line made, the result, the error."""

from __future__ import annotations

from tutor.grade.account import Account
from tutor.grade.drawing import summary
from tutor.grade.lines import rows
from tutor.legible import clipped, legible
from tutor.repl.piece import Piece
from tutor.sandbox.protocol import Failure, Observation, Outcome

LINE_MOST = 300
MADE_MOST = 76
ITEMS_MOST = 4
MESSAGE_LINES_MOST = 12


def shown(outcome: Outcome, code: str, account: Account | None = None) -> list[Piece]:
    """Everything a person should see of `outcome`: output, what each line made, the result, the error and why."""
    account = account or Account()
    said = [*_output(outcome), *_made(outcome), *_result(outcome), *_mark(outcome.error, code)]
    more = [Piece("note", ":why says more")] if account.reasoned else []
    return [*said, *_reason(account), *_failed(outcome), *more]


def why(account: Account) -> list[Piece]:
    """What more there is to say about a run."""
    more = account.more()
    return [Piece("why", legible("\n".join(more)))] if more else [Piece("note", "There is no more to say.")]


def names_shown(names: Observation) -> list[Piece]:
    """A dict of names, each with what it holds."""
    pairs = zip(names.keys or (), names.items or (), strict=False)
    return [Piece("made", f"{_flat(name).strip(_QUOTES)}  {summary(value)}") for name, value in pairs]


_QUOTES = "'\""


def _output(outcome: Outcome) -> list[Piece]:
    pieces = []
    if outcome.stdout:
        pieces.append(Piece("output", legible(outcome.stdout).removesuffix("\n")))
    if outcome.stderr:
        pieces.append(Piece("errors", legible(outcome.stderr).removesuffix("\n")))
    if outcome.truncated:
        pieces.append(Piece("note", "… there was more output; it is not shown"))
    return pieces + [Piece("note", f"warning: {_flat(warned.message)}") for warned in outcome.warnings]


def _made(outcome: Outcome) -> list[Piece]:
    named = [line for line in outcome.lines if line.name and line.name != "_"]
    return [Piece("made", clipped(f"{row.name}  {row.what}", MADE_MOST)) for row in rows(named)]


def _result(outcome: Outcome) -> list[Piece]:
    result = outcome.observed.get("_")
    if result is None or result.kind == "none":
        return []
    if result.kind == "missing":
        return [Piece("error", summary(result))]
    value = Piece("value", legible(result.text))
    caption = _caption(result)
    return [Piece("caption", caption), value] if caption else [value]


def _caption(result: Observation) -> str:
    """Shape and dtype, which a repr does not say: of a tensor, an array, or the tensors in a container."""
    if result.kind == "tensor" or (result.kind == "object" and result.shape is not None):
        return summary(result)
    items = result.items or ()
    if result.kind not in ("list", "tuple", "dict") or not any(item.kind == "tensor" for item in items):
        return ""
    parts = [summary(item) for item in items[:ITEMS_MOST]] + ["…"] * (len(items) > ITEMS_MOST)
    return f"{summary(result)}: {', '.join(parts)}"


def _reason(account: Account) -> list[Piece]:
    short = account.short()
    return [Piece("why", legible("\n".join(short)))] if short else []


def _failed(outcome: Outcome) -> list[Piece]:
    failure = outcome.error
    if failure is None:
        note = outcome.note or f"Stopped: {outcome.status}."
        return [] if outcome.status == "ok" else [Piece("error", legible(note))]
    if failure.type == "KeyboardInterrupt":
        return [Piece("note", "Stopped.")]
    # A limit says more than the exception it caused.
    return [Piece("error", legible(outcome.note) or _message(failure))]


def _mark(failure: Failure | None, code: str) -> list[Piece]:
    """The line whose fault it is; a single line stands right above already."""
    lines = code.rstrip().splitlines()
    if failure is None or failure.type == "KeyboardInterrupt" or failure.line is None or len(lines) < 2:
        return []
    return [Piece("mark", f"▸ {failure.line}  {_flat(lines[failure.line - 1])}")] if failure.line <= len(lines) else []


def _message(failure: Failure) -> str:
    text = legible(f"{failure.type}: {failure.message}" if failure.message else failure.type)
    lines = text.rstrip().splitlines()
    return "\n".join(lines if len(lines) <= MESSAGE_LINES_MOST else [*lines[:MESSAGE_LINES_MOST], "…"])


def _flat(text: str) -> str:
    return clipped(" ".join(legible(text).split()), LINE_MOST)
