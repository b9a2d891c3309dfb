"""Code answers: run apart from the solution, observed the same way, and judged by the difference."""

from __future__ import annotations

from tutor.grade.drawing import drawn
from tutor.grade.order import arranged
from tutor.grade.source import assigned, functions, same_code, uncommented
from tutor.grade.verdict import Verdict
from tutor.lesson.model import GAP, Code, Fill, Function, Order, Wrong
from tutor.sandbox.protocol import Call, Calls, Difference, Limits, Outcome, Request, Terms

SECONDS = 5.0
"""Wall time for one answer."""


def program(question: Code, answer: str) -> str:
    """The whole program an answer stands for. Raises Unread when lines to order are not among those shown."""
    if isinstance(question, Fill):
        return question.start.replace(GAP, uncommented(answer.strip()))
    if isinstance(question, Order):
        return arranged(question, answer)
    return answer


def untouched(question: Code, answer: str) -> str:
    """Why an answer is no attempt yet: empty, still the starter, or with its gap; empty text when it is one."""
    if not answer.strip():
        return "Nothing written yet."
    if isinstance(question, (Fill, Order)):
        return "The gap is still there." if answer.strip() == GAP else ""
    if question.start and answer.strip() == question.start.strip():
        return "This is still the code you started from."
    return f"There is still a gap, {GAP}, to fill." if GAP in answer else ""


def observed(question: Code) -> tuple[str, ...]:
    """The expressions compared: the author's, else every name the solution assigns."""
    if question.observe or isinstance(question, Function):
        return question.observe
    return assigned(program(question, question.solution))


def request(question: Code, answer: str, setup: str, seed: int) -> Request:
    """What the sandbox must do with an answer; the solution is asked the very same. Raises Unread."""
    calls = None
    if isinstance(question, Function):
        calls = Calls(function=function_name(question), inputs=question.inputs, count=question.cases, seed=seed)
    return Request(
        setup=setup,
        code=program(question, answer),
        observe=observed(question),
        calls=calls,
        seed=seed,
        limits=Limits(seconds=SECONDS),
    )


def function_name(question: Code) -> str:
    """The function that is asked for: the last one the solution defines."""
    return (functions(question.solution) or ("",))[-1]


def terms(question: Code) -> Terms:
    """How the judge compares this question."""
    return Terms(check=question.check, tolerance=question.tolerance)


EVIDENT = {"shape", "dtype", "values"}
"""What is judged by the values themselves; all else a process can only say of itself."""


def self_reported(question: Code) -> bool:
    """Whether an answer that lies about itself could pass: only results for inputs drawn afterwards cannot be faked."""
    return not isinstance(question, Function) or bool(question.observe) or not set(question.check) <= EVIDENT


def listed(question: Code, answer: str) -> Wrong | None:
    """The author's entry for this very code, layout and comments aside."""
    code = program(question, answer)
    for wrong in question.wrong:
        if same_code(program(question, wrong.answer), code):
            return wrong
    return None


def verdict(
    question: Code, outcome: Outcome, reference: Outcome, difference: Difference | None, wrong: Wrong | None
) -> Verdict:
    """Judge what an answer did. `wrong` is the author's entry that does the same, if any."""
    belief = wrong.feedback if wrong else ""
    if outcome.status == "ok" and difference is None:
        return Verdict(result="right", headline="Right.", feedback=question.because, evidence=_made(outcome))
    if outcome.status == "error" and outcome.error is not None:
        failure = outcome.error
        where = f" on line {failure.line}" if failure.line else ""
        return Verdict(
            result="wrong",
            headline=f"It fails{where}.",
            belief=belief,
            feedback=outcome.note,
            evidence=(f"{failure.type}: {failure.message}",),
        )
    if outcome.status != "ok":
        return Verdict(result="wrong", headline=outcome.note or f"Stopped: {outcome.status}.", belief=belief)
    assert difference is not None
    if "DefaultCPUAllocator" in difference.actual or difference.actual.startswith("MemoryError"):
        return Verdict(result="wrong", headline="Stopped: it asked for more memory than the limit.", belief=belief)
    feedback, evidence = explained(difference, outcome, reference)
    return Verdict(result="wrong", headline="Not yet.", belief=belief, feedback=feedback, evidence=evidence)


def explained(difference: Difference, outcome: Outcome, reference: Outcome) -> tuple[str, tuple[str, ...]]:
    """A difference as a sentence, and expected against actual."""
    if difference.field == "missing" or f"name '{difference.name}' is not defined" in difference.actual:
        return f"`{difference.name}` was never made.", ()
    name = f"`{difference.name}{difference.item}`"
    call = (
        outcome.calls[difference.case] if difference.case is not None and difference.case < len(outcome.calls) else None
    )
    evidence = _inputs(call) if call else ()
    subject = f"The result of {name}" if call else name
    expected, actual = difference.expected, difference.actual
    sentences = {
        "failed": f"{subject} fails: {actual}" if call else f"{name} could not be evaluated: {actual}",
        "kind": f"{subject} is {actual}; {expected} was asked for.",
        "shape": f"{subject} has shape {actual}; it should have {expected}{_rank(expected, actual)}.",
        "dtype": f"{subject} has dtype {actual}; it should have {expected}.",
        "device": f"{subject} is on {actual}; it should be on {expected}.",
        "requires_grad": f"{subject} has requires_grad={actual}; it should have {expected}.",
        "length": f"{subject} has {actual} entries; it should have {expected}.",
        "keys": f"{subject} has the keys {actual}; it should have {expected}.",
        "values": f"{subject} has the wrong value{_cells(difference)}.",
    }
    if difference.field == "values":
        evidence = (*evidence, f"expected  {expected}", f"yours     {actual}")
    return sentences[difference.field], evidence


def _rank(expected: str, actual: str) -> str:
    """Names the rank when that is what differs, since `(1,)` and `()` look so alike."""
    ranks = [len([size for size in shape.strip("()").split(",") if size.strip()]) for shape in (expected, actual)]
    if ranks[0] == ranks[1]:
        return ""
    return f" ({ranks[0]} dimension{'s' * (ranks[0] != 1)}, not {ranks[1]})"


def _cells(difference: Difference) -> str:
    if not difference.differing or not difference.cells or difference.cells == ((),):
        return ""
    places = ", ".join("[" + ", ".join(map(str, cell)) + "]" for cell in difference.cells[:3])
    return f" at {places}" + (f" and {difference.differing - 3} more" if difference.differing > 3 else "")


def _inputs(call: Call) -> tuple[str, ...]:
    return tuple(line for seen in call.inputs for line in drawn("input", seen))


def _made(outcome: Outcome) -> tuple[str, ...]:
    """One line for each thing a right answer made."""
    return tuple(drawn(name, seen)[0] for name, seen in outcome.observed.items() if seen.kind != "missing")
