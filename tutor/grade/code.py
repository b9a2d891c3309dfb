"""Code answers: run apart from the solution, observed the same way, and judged by the difference."""

from __future__ import annotations

import re
from dataclasses import replace

from tutor.grade import training
from tutor.grade.belief.program import Variant
from tutor.grade.difference import explained
from tutor.grade.drawing import drawn
from tutor.grade.order import arranged
from tutor.grade.source import assigned, classes, functions, same_code, uncommented
from tutor.grade.training import Finding
from tutor.grade.verdict import Verdict
from tutor.lesson.model import GAP, Called, Code, Fill, Module, Order, Train, Wrong
from tutor.sandbox.protocol import Calls, Difference, Failure, Limits, Outcome, Request, Rules, Terms

SECONDS = 5.0
"""Wall time for one answer."""


def program(question: Code, answer: str) -> str:
    """The whole program an answer stands for. Raises Unread when lines to order are not among those shown."""
    if isinstance(question, Fill):
        return question.start.replace(GAP, uncommented(answer.strip()))
    if isinstance(question, Order):
        return arranged(question, answer)
    return answer


def own_answer(question: Code) -> str:
    """The solution, as a learner would give it."""
    return "\n".join(question.lines) if isinstance(question, Order) else question.solution


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
    if question.observe or isinstance(question, (Called, Train)):
        return question.observe
    return assigned(program(question, question.solution))


def beside(question: Code, setup: str) -> tuple[str, ...]:
    """What was given, where it matters whether it was changed or lent its memory."""
    matters = {"shares", "inputs"} & set(question.check) and not isinstance(question, Called)
    return tuple(name for name in assigned(setup) if name not in observed(question)) if matters else ()


def request(question: Code, answer: str, setup: str, draw: int, *, small: bool = False, trace: bool = False) -> Request:
    """What the sandbox must do with an answer; the solution is asked the very same. Raises Unread.

    `trace` is for what a learner wrote: every line then tells what it made.
    """
    return Request(
        setup=setup,
        code=program(question, answer),
        observe=(*observed(question), *beside(question, setup)),
        calls=_calls(question, small) if isinstance(question, Called) else None,
        draw=draw,
        trace=trace,
        training=isinstance(question, Train),
        limits=Limits(seconds=SECONDS),
    )


SMALL_CASES = 60
"""How many small inputs are tried when an example is looked for that shows what is wrong."""


def _calls(question: Called, small: bool) -> Calls:
    name = called(question)
    return Calls(
        function=name,
        inputs=question.inputs,
        count=SMALL_CASES if small else question.cases,
        make=(question.make or f"{name}()") if isinstance(question, Module) else "",
        backward="grad" in question.check,
        small=small,
    )


def called(question: Code) -> str:
    """The function or class that is asked for: the last one the solution defines."""
    defined = classes if isinstance(question, Module) else functions
    return (defined(question.solution) or ("",))[-1]


_RANDOM = re.compile(r"\b(rand|randn|randint|randperm|rand_like|randn_like|bernoulli|multinomial|choice|random)\b")


def draws(question: Code) -> bool:
    """Whether what is observed depends on random numbers that are drawn after the answer has run."""
    return isinstance(question, Called) or any(_RANDOM.search(code) for code in question.observe)


def terms(question: Code, setup: str) -> Terms:
    """How the judge compares this question."""
    lent = beside(question, setup) if "inputs" not in question.check else ()
    return Terms(check=question.check, beside=lent, tolerance=question.tolerance, nan_equal=question.nan == "equal")


def rules(question: Code) -> Rules | None:
    """What its code may and must use."""
    made = question.rules
    if made is None:
        return None
    return Rules(
        only=made.only,
        never=made.never,
        uses=made.uses,
        statements=made.statements,
        one_return=made.one_return,
        line=made.line,
    )


EVIDENT = {"shape", "rank", "dtype", "values", "inputs"}
"""What is judged by the values themselves; all else a process can only say of itself."""


def self_reported(question: Code) -> bool:
    """Whether an answer that lies about itself could pass: only results for inputs drawn afterwards cannot be faked."""
    return not isinstance(question, Called) or bool(question.observe) or not set(question.check) <= EVIDENT


def listed(question: Code, answer: str) -> Wrong | None:
    """The author's entry for this very code, layout and comments aside."""
    code = program(question, answer)
    for wrong in question.wrong:
        if same_code(program(question, wrong.answer), code):
            return wrong
    return None


def works(question: Code, outcome: Outcome, reference: Outcome, difference: Difference | None) -> bool:
    """Whether an answer does what the solution does."""
    return outcome.status == "ok" and difference is None and not findings(question, outcome, reference)


def findings(question: Code, outcome: Outcome, reference: Outcome) -> tuple[Finding, ...]:
    """What is wrong with a training loop; nothing where none is asked for."""
    if not isinstance(question, Train):
        return ()
    return training.judge(outcome.events, reference.events, ended=outcome.status == "ok")


def right(question: Code, outcome: Outcome) -> Verdict:
    """The verdict on an answer that works."""
    return Verdict(result="right", headline="Right.", feedback=question.because, evidence=_made(outcome))


def wrong(
    question: Code,
    outcome: Outcome,
    reference: Outcome,
    difference: Difference | None,
    wrong: Wrong | None,
    variant: Variant | None = None,
) -> Verdict:
    """The verdict on an answer that does not work.

    `wrong` is the author's entry that does the same, if any, and `variant` the solution changed so that it does.
    """
    belief = wrong.feedback if wrong else variant.belief if variant else ""
    verdict = _wrong(question, outcome, reference, difference, belief)
    shown = (f"{variant.shown} does the same.",) if variant and variant.shown.startswith("`") else ()
    return replace(verdict, evidence=(*verdict.evidence, *shown)) if shown else verdict


def _wrong(question: Code, outcome: Outcome, reference: Outcome, difference: Difference | None, belief: str) -> Verdict:
    found = findings(question, outcome, reference)
    if outcome.status == "error" and outcome.error is not None:
        return _failed(outcome.error, belief, found[0].sentence if found else outcome.note)
    if outcome.status != "ok":
        return Verdict(result="wrong", headline=outcome.note or f"Stopped: {outcome.status}.", belief=belief)
    if found:
        more = tuple(finding.sentence for finding in found[1:])
        return Verdict(result="wrong", headline="Not yet.", belief=belief, feedback=found[0].sentence, evidence=more)
    assert difference is not None
    if "DefaultCPUAllocator" in difference.actual or difference.actual.startswith("MemoryError"):
        return Verdict(result="wrong", headline="Stopped: it asked for more memory than the limit.", belief=belief)
    feedback, evidence = explained(difference, outcome, reference)
    return Verdict(result="wrong", headline="Not yet.", belief=belief, feedback=feedback, evidence=evidence)


def _failed(failure: Failure, belief: str, why: str) -> Verdict:
    where = f" on line {failure.line}" if failure.line else ""
    said = (f"{failure.type}: {failure.message}",)
    return Verdict(result="wrong", headline=f"It fails{where}.", belief=belief, feedback=why, evidence=said)


def _made(outcome: Outcome) -> tuple[str, ...]:
    """One line for each thing a right answer made."""
    names = ((_last(name), seen) for name, seen in outcome.observed.items() if seen.kind != "missing")
    return tuple(drawn(name, seen)[0] for name, seen in names)


def _last(name: str) -> str:
    return name.strip().splitlines()[-1]
