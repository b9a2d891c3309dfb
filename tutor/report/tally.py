"""What many learners did, question by question."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from tutor.lesson.model import Question
from tutor.progress.export import Line
from tutor.report.alike import key
from tutor.report.known import Known, Name
from tutor.report.read import Handed

LEARNERS_LEAST = 10
"""Below that a correlation says nothing."""


@dataclass(frozen=True)
class Cluster:
    """Wrong answers that say the same."""

    answer: str
    """The commonest spelling."""
    count: int
    learners: int
    spellings: int
    belief: str
    """What the learners were told they seem to believe, where anything was."""
    listed: bool
    """Whether the lesson has words of its own for it."""


@dataclass(frozen=True)
class Item:
    """One question."""

    course: str
    lesson: str
    question: str
    kind: str
    """Empty where the lesson is not at hand."""
    learners: int
    """Who answered it, asked for a hint or the answer, or skipped it."""
    attempts: int
    tried: int
    """Who answered it, or had it revealed."""
    first: int
    """Who of them was right at the first answer, before any reveal."""
    later: int
    """Who was right at a later answer, without any reveal."""
    solved: int
    """Who was right at all, after a reveal too."""
    hinted: int
    hints: int
    revealed: int
    skipped: int
    seconds: tuple[float, float, float] | None
    """Until it was right or revealed: the first quarter, the median, the third quarter."""
    tries: float | None
    """How many answers it took, the median of those who were right."""
    discrimination: float | None
    """Correlation of being right at once here with being right at once elsewhere; None where that says nothing."""
    versions: int
    """How many different questions were asked under this name."""
    drilled: int
    drilled_right: int
    wrong: tuple[Cluster, ...]

    @property
    def first_rate(self) -> float | None:
        """The share that was right at once."""
        return self.first / self.tried if self.tried else None


@dataclass
class _Took:
    """What one learner did with one question."""

    answers: int = 0
    first: bool | None = None
    solved_at: int = 0
    shown: bool = False
    hints: int = 0
    skipped: bool = False
    seconds: float | None = None


@dataclass
class _Answers:
    """One spelling of a wrong answer."""

    count: int = 0
    learners: set[int] = field(default_factory=set)
    beliefs: Counter[str] = field(default_factory=Counter)


@dataclass
class _Pile:
    """Everything about one question."""

    took: dict[int, _Took] = field(default_factory=dict)
    wrong: dict[str, _Answers] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    drilled: int = 0
    drilled_right: int = 0


def tally(handed: Handed, known: Known) -> list[Item]:
    """Every question that was touched, in the order of the lessons where those are at hand."""
    piles: dict[Name, _Pile] = {}
    for learner, lines in enumerate(handed.learners.values()):
        for line in lines:
            if line.action != "read":
                name = known.now(line.course, line.lesson, line.question)
                _take(piles.setdefault(name, _Pile()), learner, line)
    marks = _discriminations(piles)
    return [_item(name, piles[name], known, marks.get(name)) for name in known.ordered(piles)]


def _take(pile: _Pile, learner: int, line: Line) -> None:
    if line.action == "drill":
        pile.drilled += bool(line.result)
        pile.drilled_right += line.result == "right"
        return
    took = pile.took.setdefault(learner, _Took())
    if line.digest:
        pile.digests.add(line.digest)
    if line.action == "answer":
        _answer(pile, took, learner, line)
    elif line.action == "skip":
        took.skipped = True
    elif took.solved_at:
        return
    elif line.action == "hint":
        took.hints += 1
    elif line.action == "reveal":
        took.shown = True
        took.first = took.first or False
        took.seconds = line.seconds if took.seconds is None else took.seconds


def _answer(pile: _Pile, took: _Took, learner: int, line: Line) -> None:
    took.answers += 1
    right = line.result == "right"
    if took.first is None:
        took.first = right and not took.shown
    if right and not took.solved_at:
        took.solved_at = took.answers
        took.seconds = line.seconds if took.seconds is None else took.seconds
    if not right and line.answer is not None:
        answers = pile.wrong.setdefault(line.answer, _Answers())
        answers.count += 1
        answers.learners.add(learner)
        if line.belief:
            answers.beliefs[line.belief] += 1


def _item(name: Name, pile: _Pile, known: Known, mark: float | None) -> Item:
    took = list(pile.took.values())
    question = known.question(name)
    tried = [one for one in took if one.first is not None]
    taken = [one.seconds for one in took if one.seconds is not None]
    tries = [one.solved_at for one in took if one.solved_at]
    return Item(
        *name,
        kind=question.kind if question else "",
        learners=len(took),
        attempts=sum(one.answers for one in took),
        tried=len(tried),
        first=sum(bool(one.first) for one in tried),
        later=sum(bool(one.solved_at and not one.first and not one.shown) for one in took),
        solved=len(tries),
        hinted=sum(one.hints > 0 for one in took),
        hints=sum(one.hints for one in took),
        revealed=sum(one.shown for one in took),
        skipped=sum(one.skipped for one in took),
        seconds=_quarters(taken),
        tries=median(tries) if tries else None,
        discrimination=mark,
        versions=len(pile.digests),
        drilled=pile.drilled,
        drilled_right=pile.drilled_right,
        wrong=tuple(_clusters(pile.wrong, question)),
    )


def _quarters(values: Sequence[float]) -> tuple[float, float, float] | None:
    if len(values) < 2:
        return (values[0],) * 3 if values else None
    first, middle, third = quantiles(values, n=4, method="inclusive")
    return first, middle, third


def _clusters(wrong: dict[str, _Answers], question: Question | None) -> list[Cluster]:
    """The commonest first; what as many learners gave, in the order of the answers."""
    gathered: dict[str, list[tuple[str, _Answers]]] = {}
    for text, answers in wrong.items():
        gathered.setdefault(key(question, text), []).append((text, answers))
    listed = {entry.feedback for entry in question.wrong} if question else set()
    own = {key(question, entry.answer) for entry in question.wrong if entry.answer} if question else set()
    made = [_cluster(said, found, listed, said in own) for said, found in gathered.items()]
    return sorted(made, key=lambda one: (-one.learners, -one.count, one.answer))


def _cluster(said: str, found: list[tuple[str, _Answers]], listed: set[str], own: bool) -> Cluster:
    text, _ = max(found, key=lambda pair: (pair[1].count, pair[0][:1] == "(", -len(pair[0])))
    beliefs: Counter[str] = sum((answers.beliefs for _, answers in found), Counter())
    belief = beliefs.most_common(1)[0][0] if beliefs else ""
    return Cluster(
        answer=text.strip(),
        count=sum(answers.count for _, answers in found),
        learners=len(set().union(*(answers.learners for _, answers in found))),
        spellings=len(found),
        belief=belief,
        listed=own or belief in listed,
    )


def _discriminations(piles: dict[Name, _Pile]) -> dict[Name, float]:
    """Of each question that was tried by enough: the point-biserial correlation of being right at once with the share
    of the course's other questions that the same learner was right at once."""
    first: dict[Name, dict[int, bool]] = {
        name: {learner: bool(took.first) for learner, took in pile.took.items() if took.first is not None}
        for name, pile in piles.items()
    }
    tried: Counter[tuple[str, int]] = Counter()
    right: Counter[tuple[str, int]] = Counter()
    for (course, _, _), marks in first.items():
        for learner, was_right in marks.items():
            tried[course, learner] += 1
            right[course, learner] += was_right
    found = {}
    for name, marks in first.items():
        pairs = [
            (float(was_right), (right[name[0], learner] - was_right) / (tried[name[0], learner] - 1))
            for learner, was_right in marks.items()
            if tried[name[0], learner] > 1
        ]
        mark = correlation(pairs)
        if mark is not None:
            found[name] = mark
    return found


def correlation(pairs: Iterable[tuple[float, float]]) -> float | None:
    """Pearson's; None for few pairs or where one side does not vary."""
    known = list(pairs)
    if len(known) < LEARNERS_LEAST:
        return None
    xs, ys = zip(*known, strict=True)
    x, y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    over = math.fsum((a - x) * (b - y) for a, b in known)
    under = math.fsum((a - x) ** 2 for a in xs) * math.fsum((b - y) ** 2 for b in ys)
    return over / math.sqrt(under) if under > 1e-18 else None
