"""What a lesson must be beyond its types: answers among the options, code that is Python, ids that are unique."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from tutor.lesson import family
from tutor.lesson.build import Builder, nearest
from tutor.lesson.code import Form, Part, code, fault, filled
from tutor.lesson.model import (
    GAP,
    Called,
    Choice,
    Code,
    Explore,
    Fill,
    Fix,
    Lesson,
    Module,
    Order,
    Predict,
    PredictError,
    PredictFails,
    PredictPrints,
    PredictShares,
    Question,
    Trace,
    Wrong,
)
from tutor.sandbox.rules.word import unknown

Fault = tuple[str, str]
"""A path within the question, and a sentence."""

CASES_MOST = 200
"""Calls of one function in one attempt."""

_ID = re.compile("[a-z0-9-]{1,64}")


def judge(lesson: Lesson, paths: tuple[str, ...], builder: Builder) -> None:
    """Report everything that makes no sense. `paths` are the questions' own, since unreadable ones are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _check_code(builder, "", Part("given", lesson.given, "lines"))
        for path, question in zip(paths, lesson.questions, strict=True):
            for part in code(question):
                _check_code(builder, path, part)
            for within, sentence in _faults(question):
                _add(builder, f"{path}.{within}" if within else path, sentence)
    _ids(lesson, paths, builder)
    for n, needed in enumerate(lesson.needs):
        if not _ID.fullmatch(needed):
            _add(builder, f"needs[{n}]", f"`{needed}` is no slug; the lesson in 08-reductions.yaml is `reductions`.")


def _add(builder: Builder, path: str, sentence: str) -> None:
    while path not in builder.places and path:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    builder.report.add(builder.places.get(path, (1, 1)), sentence)


def _check_code(builder: Builder, path: str, part: Part) -> None:
    found = fault(part) if part.text.strip() else None
    where = f"{path}.{part.path}" if path else part.path
    if found is None or where not in builder.places:
        return
    line, column, sentence = found
    text = builder.texts.get(where)
    if text is not None and text.body is not None and text.style == "|":
        at = (text.body[0] + line - 1, text.body[1] + column - 1)
    elif text is not None and line == 1 and not text.style:
        at = (text.place[0], text.place[1] + column - 1)
    else:
        at = builder.places[where]
    folded = text is not None and (text.style == ">" or (not text.style and len(part.text) > 1 and _spans(text.value)))
    builder.report.add(at, sentence + ("; YAML joins these lines, write code after `|`." if folded else "."))


def _spans(value: str) -> bool:
    """Whether an unquoted text looks like statements that were once lines of their own."""
    return re.search(r"\w\)? +\w+ *=[^=]", value) is not None


def _ids(lesson: Lesson, paths: tuple[str, ...], builder: Builder) -> None:
    first: dict[str, int] = {}
    for path, question in zip(paths, lesson.questions, strict=True):
        if question.graded and f"{path}.id" not in builder.places:
            _add(
                builder,
                path,
                "a graded question needs an `id`, for instance `id: sum-dim-0`; progress is kept under it.",
            )
        elif not _ID.fullmatch(question.id):
            _add(builder, f"{path}.id", f"the id `{question.id}` must be 1 to 64 of a-z, 0-9 and `-`.")
        elif question.id in first:
            _add(
                builder, f"{path}.id", f"the id `{question.id}` is taken by the question on line {first[question.id]}."
            )
        first.setdefault(question.id, builder.places[path][0])


def _faults(question: Question) -> Iterator[Fault]:
    if question.vary:
        yield from family.faults(question)
        yield from _assigned(question)
    if question.wrong and not question.graded:
        yield "wrong", f"nothing is judged in a `{question.kind}` question, so no answer can be wrong."
    yield from _wrongs(question)
    if isinstance(question, (Choice, PredictError)):
        yield from _options(question)
    if isinstance(question, Code):
        yield from _program(question)
        yield from _ruled(question)
    if isinstance(question, Predict):
        yield from _asked(question)
    if isinstance(question, Trace):
        yield from _traced(question)


def _wrongs(question: Question) -> Iterator[Fault]:
    seen: dict[tuple[str, str], int] = {}
    for n, wrong in enumerate(question.wrong):
        path = f"wrong[{n}]"
        if bool(wrong.answer) == bool(wrong.gives):
            yield path, "a wrong answer has either `answer`, as a learner types it, or `gives`, code that makes it."
        elif wrong.gives and not given_by_code(question):
            yield f"{path}.gives", f"`gives` is for predictions; in a `{question.kind}` question write `answer`."
        elif isinstance(question, (Choice, PredictError)):
            yield from ((f"{path}.answer", said) for said in _option(question, wrong))
        first = seen.setdefault((wrong.answer.strip(), wrong.gives.strip()), n)
        if first != n:
            yield path, f"this wrong answer is listed already, as number {first + 1}."


def given_by_code(question: Question) -> bool:
    """Whether a wrong answer can be what some other expression gives."""
    return isinstance(question, Predict) and not isinstance(question, (PredictError, PredictFails, PredictPrints))


def _option(question: Choice | PredictError, wrong: Wrong) -> Iterator[str]:
    if wrong.answer not in question.options:
        yield f"`{wrong.answer}` is none of the options{nearest(wrong.answer, question.options)}"
    elif wrong.answer == question.answer:
        yield "this is the right answer."
    elif isinstance(question, Choice) and question.several and wrong.answer in question.right:
        yield "this option is one of the right ones; list an option that is wrongly chosen."


def _options(question: Choice | PredictError) -> Iterator[Fault]:
    if len(question.options) < 2:
        yield "options", "there must be two options at least."
    for n, option in enumerate(question.options):
        if option in question.options[:n]:
            yield f"options[{n}]", f"the option `{option}` is there twice."
    for option in question.right if isinstance(question, Choice) else (question.answer,):
        if option and option not in question.options:
            yield "answer", f"`{option}` is none of the options{nearest(option, question.options)}"
    if isinstance(question, Choice) and question.true_if and not re.search(r"\bOPTION\b", question.true_if):
        yield "true_if", "`true_if` says OPTION where each option is to stand."
    raises = question.raises if isinstance(question, PredictError) else ""
    if raises and not re.fullmatch(r"[A-Za-z_][\w.]*", raises):
        yield "raises", f"`raises` is the type of an exception, such as RuntimeError, not `{raises}`."


def _asked(question: Predict) -> Iterator[Fault]:
    if question.after is not None:
        yield from _after(question, question.after)
    if isinstance(question, PredictPrints) and re.search(r"\btorch\b", question.prints):
        yield "prints", "how tensors are printed depends on options and versions; ask for the `value` instead."
    if isinstance(question, PredictShares):
        tree = _tree(question.shares)
        last = tree.body[-1] if tree and tree.body else None
        pair = last.value.elts if isinstance(last, ast.Expr) and isinstance(last.value, ast.Tuple) else ()
        if tree and len(pair) != 2:
            yield "shares", "a `shares` question ends in two tensors with a comma between them, such as `x.T, x`."


def _after(question: Predict, line: int) -> Iterator[Fault]:
    """Code can stop only between two statements, and something must be left to ask about."""
    if isinstance(question, (PredictError, PredictFails, PredictPrints)):
        yield "after", f"`after` has no meaning in a `{question.kind}` question."
        return
    tree = _tree(question.task)
    ends = [statement.end_lineno for statement in tree.body[:-1]] if tree else [line]
    if line not in ends:
        lines = ", ".join(map(str, ends)) or "none"
        yield "after", f"no statement of the code ends on line {line}; those before the last one end on: {lines}."


def _traced(question: Trace) -> Iterator[Fault]:
    if bool(question.code) == bool(question.network):
        yield "", "a `trace` question has either `code`, lines that make tensors, or `network`, such as `net(x)`."
    for statement in (_tree(question.code) or ast.Module([], [])).body:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)):
            yield "code", f"line {statement.lineno} is no simple line; each line to trace makes one tensor."


def _tree(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _program(question: Code) -> Iterator[Fault]:
    if isinstance(question, (Fill, Fix)) and not question.start.strip():
        said = f"code with one gap, `{GAP}`" if isinstance(question, Fill) else "the program that is wrong"
        yield "", f"a `{question.kind}` question needs the key `start`: {said}."
    elif isinstance(question, Fill):
        yield from _gap(question)
    elif isinstance(question, Called):
        yield from _called(question)
    elif isinstance(question, Order):
        yield from _order(question)


def _ruled(question: Code) -> Iterator[Fault]:
    """Words that mean nothing, and limits that nothing can keep."""
    rules = question.rules
    if rules is None:
        return
    for key in ("only", "never", "uses"):
        for n, word in enumerate(getattr(rules, key)):
            near = unknown(word)
            if near is not None:
                told = f"; did you mean `{near}`?" if near else "."
                yield f"rules.{key}[{n}]", f"`{word}` is no group, operator, keyword or name that code could use{told}"
    for key in ("statements", "line"):
        if getattr(rules, key) == 0:
            yield f"rules.{key}", f"`{key}` is 1 at least."


def _gap(question: Fill) -> Iterator[Fault]:
    gaps = question.start.count(GAP)
    if gaps != 1:
        yield "start", f"the code to fill has exactly one gap, `{GAP}`; this has {gaps}."
        return
    form: Form = "lines"
    found = fault(Part("start", filled(question), form))
    if found is not None:
        yield "solution", f"with `{question.solution.strip()}` in the gap {found[2]} (line {found[0]})."


def _called(question: Called) -> Iterator[Fault]:
    if not question.inputs:
        yield "inputs", "`inputs` needs at least one expression that draws the arguments."
    if not 1 <= question.cases <= CASES_MOST:
        yield "cases", f"`cases` is a number from 1 to {CASES_MOST}, not {question.cases}."
    tree = _tree(question.solution)
    if tree is None:
        return
    wanted, word = (ast.ClassDef, "class") if isinstance(question, Module) else (ast.FunctionDef, "def")
    if not any(isinstance(node, wanted) for node in tree.body):
        yield "solution", f"the solution of a `{question.kind}` question must define one with `{word}`."


def _order(question: Order) -> Iterator[Fault]:
    if len(question.lines) < 2:
        yield "solution", "there must be two lines at least to put in order."
    lines = {line.strip() for line in question.lines}
    for n, line in enumerate(question.distractors):
        if line.strip() in lines:
            yield f"distractors[{n}]", f"`{line.strip()}` is a line of the solution too."


def _assigned(question: Question) -> Iterator[Fault]:
    """A parameter is replaced by its value everywhere, so code cannot give it another."""
    names = family.parameters(question)
    for part in code(question):
        try:
            tree = ast.parse(part.text.strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            name = node.arg if isinstance(node, ast.arg) else node.id if isinstance(node, ast.Name) else ""
            if name in names and not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
                yield part.path, f"`{name}` is a parameter of `vary`, so the code cannot assign it."
    if isinstance(question, Explore):
        yield "vary", "an `explore` question cannot vary: the learner changes its code."
