"""From an error to its explanation: each rule is asked in turn; whatever goes wrong in one, the error stays told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tutor.grade.explain import (
    absent,
    argument,
    attention,
    attribute,
    autograd,
    broadcast,
    call,
    conv,
    create,
    cross,
    demand,
    device,
    dim,
    dtype,
    embedding,
    flag,
    given,
    graph,
    index,
    inplace,
    join,
    keyword,
    kind,
    linear,
    loader,
    lookup,
    loss,
    mask,
    matmul,
    mixed,
    module,
    name,
    norm,
    optim,
    order,
    own,
    passed,
    pick,
    pieces,
    plain,
    recurrent,
    reduce,
    requires,
    reshape,
    setting,
    single,
    size,
    state,
    store,
    syntax,
    transpose,
    truth,
    twice,
    unpack,
)
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation
from tutor.sandbox.protocol import Failure

CODE_MOST = 20_000
"""Characters of code that are looked into."""

_RULES: tuple[Callable[[Case], Explanation | None], ...] = (
    own.explain,
    module.explain,
    requires.explain,
    mixed.explain,
    autograd.explain,
    graph.explain,
    twice.explain,
    inplace.explain,
    optim.explain,
    state.explain,
    kind.explain,
    loader.explain,
    cross.explain,
    loss.explain,
    linear.explain,
    conv.explain,
    norm.explain,
    recurrent.explain,
    attention.explain,
    embedding.explain,
    device.explain,
    setting.explain,
    given.explain,
    absent.explain,
    demand.explain,
    passed.explain,
    pick.explain,
    flag.explain,
    dtype.explain,
    order.explain,
    keyword.explain,
    reduce.explain,
    size.explain,
    create.explain,
    reshape.explain,
    dim.explain,
    join.explain,
    mask.explain,
    index.explain,
    truth.explain,
    single.explain,
    argument.explain,
    pieces.explain,
    matmul.explain,
    transpose.explain,
    store.explain,
    broadcast.explain,
    name.explain,
    attribute.explain,
    call.explain,
    plain.explain,
    unpack.explain,
    lookup.explain,
)


def explain(failure: Failure | None, code: str) -> Explanation | None:
    """What an error of traced code means, with repairs still to be tried; None where no rule is known to be broken."""
    if failure is None or len(code) > CODE_MOST:
        return None
    found = _unread(failure, code) if failure.scene is None else _told(Case(failure, failure.scene, code))
    if found is None:
        return None
    different = {repair.edits: repair for repair in reversed(found.repairs)}
    first = found.first[:1].upper() + found.first[1:] if found.first.startswith("entry ") else found.first
    return replace(
        found, first=first, message=said(failure), repairs=tuple(r for r in found.repairs if different[r.edits] is r)
    )


def _told(case: Case) -> Explanation | None:
    if case.word == "raise":
        # What the code raises by itself is in its own words.
        return None
    return next((found for rule in _RULES if (found := _asked(rule, case)) is not None), None)


def _unread(failure: Failure, code: str) -> Explanation | None:
    """The same for code that did not even begin to run."""
    try:
        return syntax.explain(failure, code)
    except Exception:  # noqa: BLE001 - as below.
        return None


def _asked(rule: Callable[[Case], Explanation | None], case: Case) -> Explanation | None:
    try:
        return rule(case)
    except Exception:  # noqa: BLE001 - code of any kind comes here; a rule that stumbles over it has nothing to say.
        return None


def said(failure: Failure) -> str:
    """An error in its own words."""
    return f"{failure.type}: {failure.message}" if failure.message else failure.type
