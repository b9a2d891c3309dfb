"""Predictions: the learner says what an expression gives, torch says what it does give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.grade.answer import (
    ERROR,
    Unread,
    read_device,
    read_dtype,
    read_shape,
    read_truth,
    read_value,
    same_value,
    says_error,
)
from tutor.grade.belief.mutate import Mutant, mutants
from tutor.grade.seen import shape_of, spelled, spelled_shape, value_of
from tutor.grade.source import split_last
from tutor.grade.verdict import Verdict
from tutor.lesson.model import (
    Predict,
    PredictDevice,
    PredictDtype,
    PredictGrad,
    PredictRequiresGrad,
    PredictShape,
    PredictShares,
    PredictValue,
)
from tutor.sandbox.protocol import Observation, Outcome, Request


@dataclass(frozen=True)
class Reading:
    """How one kind of prediction reads text, reads torch's result, compares, and spells an answer."""

    text: Callable[[str], Any]
    torch: Callable[[Observation], Any]
    same: Callable[[Any, Any], bool]
    spell: Callable[[Any], str]


def reading(question: Predict) -> Reading:
    """The reading of a question's kind."""
    if isinstance(question, PredictShape):
        return Reading(read_shape, _shape, lambda a, b: bool(a == b), spelled_shape)
    if isinstance(question, PredictDtype):
        return Reading(read_dtype, _dtype, lambda a, b: bool(a == b), str)
    if isinstance(question, PredictDevice):
        return Reading(read_device, _device, _same_device, str)
    if isinstance(question, PredictRequiresGrad):
        return Reading(read_truth, _requires_grad, lambda a, b: bool(a == b), str)
    if isinstance(question, PredictShares):
        return Reading(read_truth, _shares, lambda a, b: bool(a == b), lambda a: "yes" if a else "no")
    assert isinstance(question, (PredictValue, PredictGrad))
    tolerance = question.tolerance
    return Reading(_lenient_value, _value, lambda a, b: same_value(a, b, tolerance), spelled)


def request(question: Predict, setup: str) -> Request:
    """What torch must evaluate: the asked expression, every wrong answer given as code, and the mutants."""
    asked = (evaluated(question), *_wrong_codes(question))
    codes = (mutant.code for mutant in mutated(question))
    return Request(setup=setup, code=lead(question), observe=tuple(dict.fromkeys((*asked, *codes))))


def mutated(question: Predict) -> tuple[Mutant, ...]:
    """The asked expression with one thing changed, as somebody may believe it to be."""
    return mutants(evaluated(question), question.kind, lead(question))


def lead(question: Predict) -> str:
    """The code that has run when the question is asked."""
    before = split_last(question.task)[0]
    return before if question.after is None else "\n".join(before.splitlines()[: question.after])


def evaluated(question: Predict) -> str:
    """The expression whose value torch gives: the asked one, or the `.grad` of it."""
    expression = split_last(question.task)[1]
    return f"({expression}).grad" if isinstance(question, PredictGrad) else expression


def _wrong_codes(question: Predict) -> tuple[str, ...]:
    return tuple(wrong.gives for wrong in question.wrong if wrong.gives)


def answer_of(question: Predict, reference: Outcome) -> str:
    """The right answer, spelled. Raises ValueError when torch's result is not of the kind asked for."""
    seen = _asked(question, reference)
    return ERROR if _failed(seen, reference) else reading(question).spell(reading(question).torch(seen))


def verdict(question: Predict, answer: str, reference: Outcome) -> Verdict:
    """Judge a prediction against what torch gave. Raises ValueError when the question itself is broken."""
    read = reading(question)
    seen = _asked(question, reference)
    fails = _failed(seen, reference)
    if not answer.strip():
        return Verdict(result="untouched", headline="Nothing typed yet.")
    try:
        given = ERROR if says_error(answer) else read.text(answer)
    except Unread as unread:
        return Verdict(result="unread", headline="Not read as an answer.", feedback=str(unread))
    right = ERROR if fails else read.torch(seen)
    if isinstance(right, bool) and isinstance(given, str) and given.lower() in ("yes", "no"):
        given = given.lower() == "yes"
    if isinstance(given, str) and given != ERROR and (fails or not isinstance(right, str)):
        how = "Type a number, a list such as [1, 2, 3], True, False, or error."
        return Verdict(result="unread", headline="Not read as an answer.", feedback=f"`{given}` is not a value. {how}")
    if _equal(read, right, given):
        return Verdict(
            result="right",
            headline="Right.",
            feedback=question.because,
            evidence=_proof(question, seen, right, read),
        )
    belief, evidence = _believed(question, given, right, reference, read)
    return Verdict(
        result="wrong",
        headline="Not yet.",
        belief=belief,
        evidence=evidence,
        feedback="" if belief else nearness(right, given),
    )


def nearness(right: Any, given: Any) -> str:
    """Something true about a wrong answer that does not give the right one away."""
    if ERROR in (right, given) and isinstance(right, str) != isinstance(given, str):
        return "It runs without an error." if given == ERROR else "torch refuses to run this."
    if isinstance(right, list) and isinstance(given, list) and _depth(right) != _depth(given):
        return f"Your answer has {_count(_depth(given), 'dimension')}; the result has {_depth(right)}."
    if isinstance(right, (tuple, list)) and isinstance(given, (tuple, list)):
        if len(right) != len(given):
            noun = "dimension" if isinstance(right, tuple) else "entry"
            return f"Your answer has {_count(len(given), noun)}; the result has {len(right)}."
        what = "size" if isinstance(right, tuple) else "entry"
        off = sum(not same_value(_listed(a), _listed(b)) for a, b in zip(right, given, strict=True))
        return f"{off} of {_count(len(right), what)} {'is' if off == 1 else 'are'} not what torch gives."
    if isinstance(right, list) != isinstance(given, list):
        return (
            "The result is a list of numbers." if isinstance(right, list) else "The result is one number, not a list."
        )
    return "That is not what torch gives."


def _depth(value: Any) -> int:
    """How many brackets deep a list goes."""
    return 1 + max((_depth(item) for item in value), default=0) if isinstance(value, list) else 0


def _count(n: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{n} {noun if n == 1 else plural}"


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _believed(
    question: Predict, given: Any, right: Any, reference: Outcome, read: Reading
) -> tuple[str, tuple[str, ...]]:
    """The author's words for this wrong answer, and the code that gives it."""
    for wrong in question.wrong:
        meant = _wrong_value(wrong.answer, wrong.gives, reference, read)
        if meant is None or _equal(read, right, meant) or not _equal(read, meant, given):
            continue
        proof = (f"{_spell(read, meant)} is what `{wrong.gives}` gives",) if wrong.gives else ()
        return wrong.feedback, proof
    return ("", ()) if given == ERROR else _mutant_believed(question, given, right, reference, read)


def _mutant_believed(
    question: Predict, given: Any, right: Any, reference: Outcome, read: Reading
) -> tuple[str, tuple[str, ...]]:
    """The belief of the simplest mutant that gives this wrong answer, and its code where it says something."""
    for mutant in mutated(question):
        meant = _wrong_value("", mutant.code, reference, read)
        if meant is None or meant == ERROR or _equal(read, right, meant) or not _equal(read, meant, given):
            continue
        return mutant.belief, (f"{_spell(read, meant)} is what {mutant.shown} gives",) if mutant.shown else ()
    return "", ()


def _wrong_value(answer: str, gives: str, reference: Outcome, read: Reading) -> Any:
    """The value a listed wrong answer stands for; None when torch could not evaluate it."""
    if not gives:
        try:
            return ERROR if says_error(answer) else read.text(answer)
        except Unread:
            return None
    seen = reference.observed.get(gives)
    if seen is None or seen.kind == "missing":
        return ERROR if seen is not None else None
    try:
        return read.torch(seen)
    except ValueError:
        return None


def _asked(question: Predict, reference: Outcome) -> Observation:
    seen = reference.observed.get(evaluated(question))
    if seen is None:
        failure = reference.error
        seen = Observation(kind="missing", failure=failure)
    return seen


def _failed(seen: Observation, reference: Outcome) -> bool:
    """Whether the asked code itself fails, which is an answer; a failing setup or a limit is the question's fault."""
    if reference.status not in ("ok", "error") or (reference.error and reference.error.where == "setup"):
        raise ValueError(reference.note or (reference.error.message if reference.error else reference.status))
    return seen.kind == "missing"


def _equal(read: Reading, right: Any, given: Any) -> bool:
    if isinstance(right, str) or isinstance(given, str):
        return bool(right == given)
    return read.same(right, given)


def _spell(read: Reading, value: Any) -> str:
    return str(value) if value == ERROR else read.spell(value)


def _proof(question: Predict, seen: Observation, right: Any, read: Reading) -> tuple[str, ...]:
    if seen.kind == "missing":
        return (f"{seen.failure.type}: {seen.failure.message}",) if seen.failure else ()
    subject = split_last(question.task)[1]
    if isinstance(question, PredictGrad):
        subject = f"{subject}.grad"
    if isinstance(question, PredictShares):
        return ()
    return (f"{subject} → {_spell(read, right)}",)


def _shape(seen: Observation) -> tuple[int, ...]:
    shape = shape_of(seen)
    if shape is None:
        raise ValueError(f"the expression gives a {seen.type or seen.kind}, which has no shape")
    return shape


def _dtype(seen: Observation) -> str:
    if seen.dtype is None:
        raise ValueError(f"the expression gives a {seen.type or seen.kind}, which has no dtype")
    return seen.dtype


def _value(seen: Observation) -> Any:
    return value_of(seen)


def _device(seen: Observation) -> str:
    if seen.device is None:
        raise ValueError(f"the expression gives a {seen.type or seen.kind}, which is on no device")
    return seen.device


def _same_device(right: str, given: str) -> bool:
    """`cuda` is any of its devices."""
    return right == given or (":" not in given and right.partition(":")[0] == given)


def _requires_grad(seen: Observation) -> bool:
    if seen.requires_grad is None:
        raise ValueError(f"the expression gives a {seen.type or seen.kind}, for which no gradient is recorded")
    return seen.requires_grad


def _shares(seen: Observation) -> bool:
    """Whether the two items of a tuple lie in the same memory."""
    storages = [item.storage for item in seen.items or ()]
    if len(storages) != 2 or None in storages:
        raise ValueError("the expression does not give two tensors with memory of their own")
    return storages[0] == storages[1]


def _lenient_value(text: str) -> Any:
    """A value; a bare word is a string, as in answers such as `cpu`; a dtype is its name."""
    try:
        return read_value(text)
    except Unread:
        bare = text.strip().strip("'\"")
        if bare.isidentifier() or bare.startswith("torch."):
            return bare.removeprefix("torch.")
        raise
