"""What a course is made of: pure data, as written in the YAML files.

The key that names a question's kind carries its task (`shape: x.sum(dim=0)`), so a question is told apart by its keys.
Answers are always text: a shape as typed, an option's words, the text of the gap, lines of code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import msgspec

FORMAT = 1
"""The lesson format this program reads."""

GAP = "____"
"""What stands for the missing text in a starter."""

Check = Literal[
    "shape", "rank", "dtype", "values", "device", "requires_grad", "is_leaf", "grad", "stride", "contiguous",
    "shares", "inputs", "rng", "parameters", "names", "state", "mode",
]  # fmt: skip
"""What can be compared of two values. `shares` is which of the other tensors it shares memory with, `inputs` whether
what was given is left as it was, `rng` how many random numbers were used; the last four are about modules."""


class Wrong(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wrong answer worth its own words. Either the answer as a learner gives it, or code that makes it."""

    answer: str = ""
    """The wrong answer, spelled as a learner would."""
    gives: str = ""
    """For predictions: an expression whose result is the wrong answer; torch computes it."""
    feedback: str
    """The belief behind it and what is true instead."""


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What code may and must use. Each word is a group (`loops`), an operator (`@`), a name (`softmax`) or `.item`."""

    only: tuple[str, ...] = ()
    """All that may be used: operators, calls, attributes, kinds of statement."""
    never: tuple[str, ...] = ()
    """What may not be used."""
    uses: tuple[str, ...] = ()
    """What must be used."""
    statements: int | None = None
    """The most statements."""
    one_return: bool = False
    """Whether a function is a single `return`."""
    line: int | None = None
    """The longest line, in characters."""


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every kind of question may say."""

    kind: ClassVar[str] = ""
    graded: ClassVar[bool] = True

    id: str = ""
    """Stable for ever: progress is stored under it. Pages to read get one from their first words."""
    was: str | tuple[str, ...] = ()
    """Ids it had before, `lesson/id` where it stood in another lesson: what was done under them counts for it."""
    given: str = ""
    """Code that runs after the lesson's own `given` and before the answer."""
    show: str | tuple[str, ...] = ()
    """Expressions drawn as tensors under the task."""
    because: str = ""
    """Why the right answer is right; shown with every final verdict."""
    hints: tuple[str, ...] = ()
    """From a nudge to nearly there; none holds the answer."""
    wrong: tuple[Wrong, ...] = ()
    """Wrong answers that deserve words of their own, each with its `feedback`."""
    vary: dict[str, str | tuple[str, ...]] = {}
    """Parameters of a family: `2..6`, a list of literals, and `differ: [m, n]`."""
    waive: dict[str, str] = {}
    """Weaknesses that `tutor check` reports and that are meant to be there: the code that passes, or its name, and why
    it may."""

    @property
    def task(self) -> str:
        """What the kind's own key holds: prose or an expression."""
        return str(getattr(self, self.kind)).rstrip()

    @property
    def drawn(self) -> tuple[str, ...]:
        """The expressions of `show`, always as a tuple."""
        return (self.show,) if isinstance(self.show, str) else self.show


class Read(Question, frozen=True, kw_only=True):
    """A page to read."""

    kind: ClassVar[str] = "read"
    graded: ClassVar[bool] = False
    read: str


class Explore(Question, frozen=True, kw_only=True):
    """Code to run and change; nothing is judged."""

    kind: ClassVar[str] = "explore"
    graded: ClassVar[bool] = False
    explore: str
    start: str
    """The code to begin with."""


class Predict(Question, frozen=True, kw_only=True):
    """Say what an expression gives. The expression may be several lines that end in one."""

    ask: str = ""
    """Replaces the standard question."""
    after: int | None = None
    """The line of the code after which it is asked; the lines below are shown, though they have not run yet."""


class PredictShape(Predict, frozen=True, kw_only=True):
    """The shape of an expression's result."""

    kind: ClassVar[str] = "shape"
    shape: str


class PredictValue(Predict, frozen=True, kw_only=True):
    """The value of an expression: a number, a list, True or False, a string, a tensor."""

    kind: ClassVar[str] = "value"
    value: str
    tolerance: float | None = None
    """How far a number may be off; by default what its dtype and the learner's rounding allow."""


class PredictDtype(Predict, frozen=True, kw_only=True):
    """The dtype of an expression's result."""

    kind: ClassVar[str] = "dtype"
    dtype: str


class PredictDevice(Predict, frozen=True, kw_only=True):
    """The device an expression's result is on."""

    kind: ClassVar[str] = "device"
    device: str


class PredictRequiresGrad(Predict, frozen=True, kw_only=True):
    """Whether gradients are recorded for an expression's result."""

    kind: ClassVar[str] = "requires_grad"
    requires_grad: str


class PredictGrad(Predict, frozen=True, kw_only=True):
    """What the `.grad` of a tensor is after the code: None or numbers."""

    kind: ClassVar[str] = "grad"
    grad: str
    tolerance: float | None = None
    """How far a number may be off."""


class PredictShares(Predict, frozen=True, kw_only=True):
    """Whether two tensors, `a, b`, share memory."""

    kind: ClassVar[str] = "shares"
    shares: str


class PredictPrints(Predict, frozen=True, kw_only=True):
    """What plain Python prints, line by line. For tensors ask for the value: how they print depends on options."""

    kind: ClassVar[str] = "prints"
    prints: str


class PredictFails(Predict, frozen=True, kw_only=True):
    """Which line of the code fails, or that none does."""

    kind: ClassVar[str] = "fails"
    fails: str


class PredictError(Predict, frozen=True, kw_only=True):
    """Code that fails; the learner chooses the reason among `options`."""

    kind: ClassVar[str] = "error"
    error: str
    options: tuple[str, ...]
    """The reasons to choose from."""
    answer: str
    """The option that is the reason."""
    raises: str = ""
    """The type of the exception; `tutor check` holds it against torch."""
    shuffle: bool = False
    """Whether the options are shown in another order than they are written in."""


class Choice(Question, frozen=True, kw_only=True):
    """Choose one of a few answers, or all that are right."""

    kind: ClassVar[str] = "choice"
    choice: str
    options: tuple[str, ...]
    """What there is to choose from."""
    answer: str | tuple[str, ...]
    """The right option; a list where all of several are to be chosen."""
    true_if: str = ""
    """An expression over OPTION that `tutor check` evaluates for each: true for the answer and for no other."""
    shuffle: bool = False
    """Whether the options are shown in another order than they are written in."""

    @property
    def several(self) -> bool:
        """Whether more than one may be chosen."""
        return not isinstance(self.answer, str)

    @property
    def right(self) -> tuple[str, ...]:
        """The options that are to be chosen."""
        return (self.answer,) if isinstance(self.answer, str) else self.answer


class Trace(Question, frozen=True, kw_only=True):
    """Follow the shapes through code line by line, or through the layers of a network."""

    kind: ClassVar[str] = "trace"
    trace: str
    code: str = ""
    """Lines that each make a tensor."""
    network: str = ""
    """A call of a module, such as `net(x)`; its layers take the place of the lines."""


class Code(Question, frozen=True, kw_only=True):
    """Questions answered by code and judged by what it makes."""

    start: str = ""
    """The code a learner begins with; it must not pass as it is."""
    solution: str
    """The right answer, in one of its spellings: what it makes is what answers are compared with."""
    observe: tuple[str, ...] = ()
    """Expressions compared between solution and answer; by default every name the solution assigns."""
    check: tuple[Check, ...] = ("shape", "dtype", "values")
    """What is compared of each; `values` are compared exactly, or as closely as their dtype allows."""
    tolerance: float | None = None
    """How far a number may be off; by default what its dtype allows."""
    nan: Literal["unequal", "equal"] = "unequal"
    """Whether NaN may stand where the solution has NaN."""
    rules: Rules | None = None
    """What the code may and must use, by its syntax tree."""


class Fill(Code, frozen=True, kw_only=True):
    """Code with one gap, written `____` in `start`; the answer is the missing text."""

    kind: ClassVar[str] = "fill"
    fill: str


class Fix(Code, frozen=True, kw_only=True):
    """A program that fails or is silently wrong."""

    kind: ClassVar[str] = "fix"
    fix: str


class Write(Code, frozen=True, kw_only=True):
    """A few lines that make the names the solution assigns."""

    kind: ClassVar[str] = "write"
    write: str


class Called(Code, frozen=True, kw_only=True):
    """Code whose result is called on inputs drawn anew for every attempt."""

    inputs: tuple[str, ...]
    """Expressions that draw the arguments of one call (a tuple for several), smallest first; `randint` is there."""
    cases: int = 25
    """How many times it is called in one attempt."""
    check: tuple[Check, ...] = ("shape", "dtype", "values", "inputs")


class Function(Called, frozen=True, kw_only=True):
    """A function, called on inputs drawn anew for every attempt."""

    kind: ClassVar[str] = "function"
    function: str


class Module(Called, frozen=True, kw_only=True):
    """A class of module: made anew for every call, its parameters set to the same numbers, and called."""

    kind: ClassVar[str] = "module"
    module: str
    make: str = ""
    """How one is made, such as `Net(4, 2)`; by default the class of the solution, without arguments."""


class Train(Code, frozen=True, kw_only=True):
    """A training loop, judged by what it does in each step and not by the weights it ends with."""

    kind: ClassVar[str] = "train"
    train: str


class Order(Code, frozen=True, kw_only=True):
    """Lines to put in order; any order that works is right. `solution` is the lines, one way round."""

    kind: ClassVar[str] = "order"
    order: str
    distractors: tuple[str, ...] = ()
    """Lines that do not belong."""
    indent: bool = False
    """Whether the learner also says how far each line is indented."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that belong, in the solution's order."""
        return tuple(line for line in self.solution.splitlines() if line.strip())


KINDS: dict[str, type[Question]] = {
    k.kind: k
    for k in (
        Read, Explore, PredictShape, PredictValue, PredictDtype, PredictDevice, PredictRequiresGrad, PredictGrad,
        PredictShares, PredictPrints, PredictFails, PredictError, Trace, Choice, Fill, Fix, Write, Function, Module,
        Train, Order,
    )
}  # fmt: skip
"""Every kind by the key that names it."""


class Lesson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One lesson: what it is for, what every question starts from, and the questions in order."""

    format: int
    lesson: str
    """The title."""
    was: str | tuple[str, ...] = ()
    """Slugs it had before: what was done under them counts for it."""
    goal: str
    """What a learner can do afterwards, in one sentence."""
    needs: tuple[str, ...] = ()
    """Slugs of lessons that come before."""
    given: str = ""
    """Code that runs before every question; `torch` is already imported."""
    questions: tuple[Question, ...]
    """Questions and pages, in order."""


class Course(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`course.yaml`: the title and the files of its lessons in order."""

    format: int
    course: str
    """The title. Progress is stored under it, so it stays."""
    lessons: tuple[str, ...]
    """The files of the lessons, in order; each lies in the folder of the course."""
    drills: tuple[str, ...] = ()
    """Files of families that `tutor drill` asks from; none is part of the lessons."""
    needs_tutor: str = ""
    """The least version of this program that can show it, such as `0.2`."""


@dataclass(frozen=True)
class LessonFile:
    """A lesson together with where it was read."""

    path: Path
    slug: str
    """The file's name without number and ending: `08-reductions.yaml` is `reductions`."""
    lesson: Lesson
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Line and column (1-based) by path: `questions[3].wrong[0].answer` is the value, with `:` at the end its key, with
    `|` the first line of its block."""

    def place(self, path: str) -> tuple[int, int]:
        """Where `path` stands; the nearest enclosing place when the key itself is not written."""
        while path and path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places.get(path, (1, 1))

    def code_place(self, path: str, line: int) -> tuple[int, int]:
        """Where line `line` (from 1) of the code at `path` stands in the file."""
        body = self.places.get(path + "|")
        return (body[0] + max(line, 1) - 1, body[1]) if body else self.place(path)
