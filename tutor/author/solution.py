"""The right answer must be right by every way that leads to it, and the starter must not be."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.author import network
from tutor.author.given import SLOW_SECONDS, slow
from tutor.author.trial import Finding, Findings, Trial, ended, faulty, said, why
from tutor.examiner import reference_request
from tutor.grade.choice import LETTERS, shown
from tutor.grade.code import program
from tutor.grade.order import INDENT, shuffled
from tutor.grade.predict import evaluated
from tutor.lesson.model import Choice, Code, Order, Predict, PredictError, PredictFails, Question, Trace
from tutor.sandbox.protocol import Outcome


async def stands(trial: Trial) -> Findings:
    """Why torch has no answer to the question, or takes too long for one; nothing where all is well."""
    question = trial.question
    if isinstance(question, Choice):
        return
    outcome = await trial.reference()
    key = "solution" if isinstance(question, Code) else ""
    if outcome.status == "timeout":
        told = f"it is stopped, {outcome.note.removeprefix('Stopped: ').rstrip('.')}"
        yield Finding(key, "too-slow", told, f"make it smaller, so that it stays below {SLOW_SECONDS:.0f} s")
    elif network.refused(outcome.error):
        yield Finding(key, "needs-network", f"it wants the network: {why(outcome.error)}", network.FIX)
    elif fault := _unanswered(question, outcome):
        yield fault
    else:
        ran = reference_request(trial.file, question)
        async for finding in slow(trial, outcome, ran.code, key):
            yield finding


def _unanswered(question: Question, outcome: Outcome) -> Finding | None:
    """A solution that does not run, a prediction that torch refuses to answer."""
    if isinstance(question, Code):
        return _unsolved(question, outcome)
    if isinstance(question, PredictFails) or (isinstance(question, PredictError) and outcome.status == "error"):
        return None
    if outcome.status not in ("ok", "error"):
        return Finding("", "no-answer", f"torch does not come to an answer: {ended(outcome)}", "correct the code")
    fix = "correct the code, or ask with `error:`, which is about code that fails"
    if outcome.error is not None:
        told = f"torch refuses this: {why(outcome.error)}"
        return Finding("", "no-answer", told, fix, line=outcome.error.line or 0)
    seen = outcome.observed.get(evaluated(question)) if isinstance(question, Predict) else None
    if seen is not None and seen.kind == "missing":
        return Finding("", "no-answer", f"torch refuses this: {why(seen.failure)}", fix)
    return None


def _unsolved(question: Code, outcome: Outcome) -> Finding | None:
    """A solution that does not run, or does not make what is compared."""
    if outcome.status != "ok":
        told = f"the solution of {question.id} does not run: {ended(outcome)}"
        return Finding("solution", "solution-fails", told, "correct it", line=_line(question, outcome))
    for name, seen in outcome.observed.items():
        if seen.kind == "missing":
            key = f"observe[{question.observe.index(name)}]" if name in question.observe else "solution"
            told = f"the solution does not make `{' '.join(name.split())}`: {why(seen.failure)}"
            return Finding(key, "solution-fails", told, "correct it, or what is observed of it")
    for call in outcome.calls:
        if call.failure is not None and call.failure.where == "setup":
            return Finding("inputs", "solution-fails", f"an input cannot be made: {why(call.failure)}", "correct it")
        if call.failure is not None:
            given = ", ".join(" ".join(seen.text.split()) for seen in call.inputs)
            told = f"the solution fails when it is called: {why(call.failure)}"
            fix = "correct it, or give it inputs that it is for"
            on = (f"called on {given[:200]}",)
            return Finding("solution", "solution-fails", told, fix, on, call.failure.line or 0)
    return None


def _line(question: Code, outcome: Outcome) -> int:
    """The line of the solution that fails, where the solution is the whole program."""
    whole = program(question, question.solution) == question.solution
    return (outcome.error.line or 0) if whole and outcome.error and outcome.error.where == "code" else 0


async def accepted(trial: Trial) -> Findings:
    """The question takes its own answer, however it is given: typed, chosen, put in order, or revealed."""
    question = trial.question
    revealed = await trial.examiner.answer(trial.file, question)
    if not revealed.strip():
        yield Finding("", "no-answer", "its answer is empty", "let the code give, or print, what is asked for")
        return
    for way, answer in dict.fromkeys([("revealed", revealed), *ways(question)]):
        verdict = await trial.judge(answer)
        if isinstance(question, Code) and verdict.result == "untouched" and question.start.strip() == answer.strip():
            # That the starter passes is told already.
            return
        if verdict.result == "fault":
            yield faulty("", verdict)
            return
        if not verdict.passed:
            key = "solution" if isinstance(question, Code) else ""
            how = "" if way == "revealed" else f" when it is {way}"
            told = f"its own answer is not accepted{how}: {said(verdict)}"
            yield Finding(key, "solution-fails", told, _mended(question))
            return


def _mended(question: Question) -> str:
    if isinstance(question, Code) and question.rules is not None:
        return "correct the solution, or the rules that it breaks"
    return "correct the solution" if isinstance(question, Code) else "correct the code, or ask in another way"


def ways(question: Question) -> Iterator[tuple[str, str]]:
    """Other ways to give the right answer than in its own words."""
    if isinstance(question, (Choice, PredictError)):
        right = question.right if isinstance(question, Choice) else (question.answer,)
        yield "chosen by letter", " ".join(LETTERS[shown(question).index(option)] for option in right)
    elif isinstance(question, Order):
        yield "put in order by numbers", " ".join(_numbered(question))


def _numbered(question: Order) -> Iterator[str]:
    lines = list(shuffled(question))
    for line in question.lines:
        steps = (len(line) - len(line.lstrip())) // len(INDENT) if question.indent else 0
        place = lines.index(line.strip() if question.indent else line)
        lines[place] = ""
        yield ">" * steps + str(place + 1)


async def unfinished(trial: Trial) -> Findings:
    """The starter is not right as it stands."""
    question = trial.question
    if not isinstance(question, Code) or not question.start.strip():
        return
    start = "____" if program(question, "____") == question.start else question.start
    if await trial.examiner.works(trial.file, question, start):
        yield Finding("start", "starter-passes", "the starter already passes", "leave a gap in it, or a mistake")


async def traced(trial: Trial) -> Findings:
    """Every line to trace makes a tensor."""
    if not isinstance(trial.question, Trace):
        return
    for line in (await trial.reference()).lines:
        if line.shape is None:
            told = f"line {line.line} makes no tensor"
            yield Finding("code", "no-answer", told, "put it into `given`", line=line.line)
