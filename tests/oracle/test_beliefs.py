"""The wrong answers that the syllabus and the drill bank foresee: how many get the belief behind them, unasked.

Each is a line of `beliefs.yaml`: what is asked, the wrong answer, the belief it reveals in the words of whoever
collected it, and a pattern that a sentence about this belief must fit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
import yaml

from tests.oracle.lesson_text import LESSONS
from tutor.grade import predict
from tutor.grade.belief.mutate import Mutant
from tutor.grade.verdict import Verdict
from tutor.lesson.load import load_lesson
from tutor.lesson.model import Predict, PredictDtype, PredictRequiresGrad, PredictShape, PredictValue
from tutor.lesson.vary import spread
from tutor.sandbox.describe import Describer
from tutor.sandbox.probe import OBSERVED_MOST, observe
from tutor.sandbox.protocol import Outcome
from tutor.sandbox.snippet import Snippet

DATA: dict[str, list[dict[str, str]]] = yaml.safe_load(Path(__file__).with_name("beliefs.yaml").read_text("utf-8"))
ROWS = DATA["expressible"]
BAR = 0.8
KINDS: dict[str, Any] = {
    "shape": PredictShape, "value": PredictValue, "dtype": PredictDtype, "requires_grad": PredictRequiresGrad,
}  # fmt: skip
NAMES = {"np": numpy, "nn": torch.nn, "F": torch.nn.functional}


def asked(row: dict[str, str]) -> Predict:
    """The question, without a word of an author's."""
    return KINDS[row["kind"]](id="q", **{row["kind"]: row["code"]})  # type: ignore[no-any-return]


def reference(question: Predict, given: str = "") -> Outcome:
    """What torch says of a question and of its mutants, by the very code that runs in a child."""
    request = predict.request(question, given)
    snippet = Snippet()
    snippet.namespace.update(NAMES)
    assert snippet.run(request.setup, "given.py", "setup") is None
    failed = snippet.run(request.code, "answer.py")
    seen = observe(snippet, request.observe, 0, Describer()) if failed is None else {}
    return Outcome(status="error" if failed else "ok", error=failed, observed=seen)


def judged(row: dict[str, str]) -> Verdict:
    question = asked(row)
    return predict.verdict(question, row["wrong"], reference(question, row.get("given", "")))


@pytest.fixture(scope="module")
def verdicts() -> list[tuple[dict[str, str], Verdict]]:
    return [(row, judged(row)) for row in ROWS]


def reached(row: dict[str, str], verdict: Verdict) -> bool:
    return bool(verdict.belief) and bool(re.search(row["says"], verdict.belief, re.I | re.S))


@pytest.mark.filterwarnings("ignore")
def test_four_of_five_foreseen_wrong_answers_get_their_belief(verdicts: list[tuple[dict[str, str], Verdict]]) -> None:
    missed = [(row, v) for row, v in verdicts if not reached(row, v)]
    share = 1 - len(missed) / len(verdicts)
    print(f"\n{len(verdicts) - len(missed)} of {len(verdicts)} beliefs reached, {share:.1%}")
    for row, v in missed:
        print(f"  {row['source']} {row['wrong']}: {row['belief']} — {v.result}: {v.belief or v.feedback}")
    assert len(verdicts) >= 150
    assert share >= BAR


def spoken(belief: str) -> str:
    """A belief without the code that it quotes from the question."""
    return re.sub("`[^`]*`", "", belief)


@pytest.mark.filterwarnings("ignore")
def test_no_belief_holds_the_right_answer(verdicts: list[tuple[dict[str, str], Verdict]]) -> None:
    for row, verdict in verdicts:
        question = asked(row)
        right = predict.answer_of(question, reference(question, row.get("given", "")))
        if len(right) > 4:
            assert right not in spoken(verdict.belief), row


def shipped() -> list[tuple[str, Predict]]:
    """Every prediction of the lessons and drills that come with the program, as it is asked, and what runs before."""
    found = []
    for path in sorted(LESSONS.rglob("*.yaml")):
        if path.name != "course.yaml":
            file = load_lesson(path)
            for question in file.lesson.questions:
                if isinstance(question, tuple(KINDS.values())):
                    found += [(f"{file.lesson.given}\n{one.given}", one) for one in spread(question, 4)]
    return found  # type: ignore[return-value]


@pytest.mark.filterwarnings("ignore")
def test_in_the_lessons_the_right_answer_has_no_belief_and_a_wrong_one_has_the_authors_or_the_simplest() -> None:
    questions = shipped()
    assert len(questions) > 30
    for given, question in questions:
        seen = reference(question, given)
        right = predict.answer_of(question, seen)
        assert predict.verdict(question, right, seen).belief == "", question
        for mutant in predict.mutated(question):
            held_to_its_belief(question, mutant, seen, right)


def held_to_its_belief(question: Predict, mutant: Mutant, seen: Outcome, right: str) -> None:
    """The answer that a mutant gives is told the author's words, or the first belief that gives it."""
    read = predict.reading(question)
    try:
        answer = read.spell(read.torch(seen.observed[mutant.code]))
    except (ValueError, KeyError):
        return
    verdict = predict.verdict(question, answer, seen)
    if verdict.result == "wrong":
        words = {w.feedback for w in question.wrong} | {m.belief for m in predict.mutated(question)}
        assert verdict.belief in words, (question, answer)
        assert len(right) < 5 or right not in spoken(verdict.belief), (question, answer)


def test_a_child_observes_all_that_is_asked_of_it() -> None:
    for given, question in shipped():
        assert len(predict.request(question, given).observe) <= OBSERVED_MOST
