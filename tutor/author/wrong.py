"""Every listed wrong answer is wrong, and gets the words that were written for it."""

from __future__ import annotations

from tutor.author.trial import Finding, Findings, Trial, faulty, said, why
from tutor.grade.verdict import Verdict
from tutor.lesson.model import Predict, Wrong


async def wrongs(trial: Trial) -> Findings:
    """Judge each listed wrong answer as a learner's."""
    for n, wrong in enumerate(trial.question.wrong):
        key = f"wrong[{n}].{'gives' if wrong.gives else 'answer'}"
        answer = wrong.answer
        if wrong.gives:
            assert isinstance(trial.question, Predict)
            seen = (await trial.reference()).observed.get(wrong.gives)
            if seen is None or seen.kind == "missing":
                told = f"`{wrong.gives}` fails: {why(seen.failure if seen else None)}"
                yield Finding(key, "wrong-fails", told, "correct it, or write the wrong answer itself after `answer`")
                continue
            answer = trial.examiner.spelled(trial.question, seen)
        if finding := _judged(trial, key, wrong, answer, await trial.judge(answer)):
            yield finding


def _judged(trial: Trial, key: str, wrong: Wrong, answer: str, verdict: Verdict) -> Finding | None:
    if verdict.passed:
        told = f"this wrong answer is right: `{_short(answer)}`"
        return Finding(key, "wrong-passes", told, "take it away, or let the question tell the two apart")
    if verdict.result == "fault":
        return faulty(key, verdict)
    if verdict.result != "wrong":
        told = f"this wrong answer is not judged at all: {said(verdict)}"
        return Finding(key, "wrong-fails", told, "spell it as a learner would")
    if verdict.belief == wrong.feedback:
        return None
    for n, other in enumerate(trial.question.wrong):
        if other.feedback == verdict.belief:
            place = trial.file.place(f"{_path(trial)}.wrong[{n}]")[0]
            told = f"this wrong answer gets the feedback of another: it is the same as the one on line {place}"
            return Finding(key, "wrong-alike", told, "keep one of the two, or let the question tell them apart")
    got = f"gets the words of a known belief: {verdict.belief}" if verdict.belief else "does not get its feedback"
    return Finding(key, "wrong-feedback", f"this wrong answer {got}", "spell it as the answer of a learner")


def _path(trial: Trial) -> str:
    ids = [question.id for question in trial.file.lesson.questions]
    return f"questions[{ids.index(trial.question.id)}]"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59] + "…"
