"""Files to lessons: everything wrong with a file is found in one run, by line and column.

The only door for YAML. `load_lesson`, `load_course` and `load_answers` raise LessonError with all problems of the file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from tutor import __version__
from tutor.errors import EnvironmentLacking
from tutor.legible import legible
from tutor.lesson import meaning
from tutor.lesson.build import Builder, known
from tutor.lesson.content import former
from tutor.lesson.model import FORMAT, Course, Lesson, LessonFile, Question
from tutor.lesson.nodes import Node, Row, Table, Text, tree
from tutor.lesson.slug import file_slug, slug
from tutor.lesson.text import Report, read_text

COURSE = "course.yaml"


def load_lesson(path: Path) -> LessonFile:
    """A lesson with the place of every key. Raises LessonError."""
    report = Report(path)
    builder = Builder(report)
    node = _read(path, report)
    found = builder.struct(Lesson, node, "", "a lesson") if node is not None else None
    if found is None:
        report.close()
        raise AssertionError("nothing was built and nothing reported")
    pairs: list[tuple[str, Question]] = _named(found.get("questions") or ())
    made = {key: value for key, value in found.items() if value is not None}
    blank = {"format": FORMAT, "lesson": "", "goal": ""}
    lesson = Lesson(**{**blank, **made, "questions": tuple(question for _, question in pairs)})
    paths = tuple(place for place, _ in pairs)
    meaning.judge(lesson, paths, builder)
    _renamed(lesson, paths, builder)
    report.close()
    return LessonFile(path, file_slug(path), lesson, builder.places)


def load_course(folder: Path) -> Course:
    """The `course.yaml` of a folder. Raises LessonError; EnvironmentLacking when there is none."""
    path = folder / COURSE
    if not _there(folder):
        raise EnvironmentLacking(f"There is no folder {folder}; name a course with --course, or reinstall torch-tutor.")
    if not _there(path):
        raise EnvironmentLacking(f"{folder} has no {COURSE}; name the folder of a course.")
    report = Report(path)
    builder = Builder(report)
    node = _read(path, report)
    if isinstance(node, Table):
        _titled(node)
        _new_enough(node, report)
    found = builder.struct(Course, node, "", "a course") if node is not None else None
    if found is not None:
        _members(found, builder)
    report.close()
    assert found is not None
    return Course(**found)


def _there(path: Path) -> bool:
    try:
        return bool(path.stat())
    except (OSError, ValueError):
        return False


def load_answers(path: Path) -> dict[str, str]:
    """Answers by question id, from YAML or JSON. Raises LessonError."""
    if path.suffix.lower() == ".json":
        return _json_answers(path)
    report = Report(path)
    node = _read(path, report, of_format=False)
    answers = _answers(node, report) if node is not None else {}
    report.close()
    return answers


def _read(path: Path, report: Report, of_format: bool = True) -> Node | None:
    """The file's tree. A file of another format is refused before anything else in it."""
    text = read_text(path)
    if not text.strip():
        report.add((1, 1), "the file is empty.")
    node = tree(text, report, known())
    if node is None:
        report.add((1, 1), "there is nothing in this file but comments.") if not report.problems else None
    elif of_format and isinstance(node, Table):
        _same_format(node, report)
    return node


def _same_format(node: Table, report: Report) -> None:
    said = node.values.get("format")
    if not isinstance(said, Text) or not re.fullmatch("[0-9]{1,9}", said.value) or int(said.value) == FORMAT:
        return
    if int(said.value) > FORMAT:
        told = (
            f"this is format {said.value}, and this tutor reads format {FORMAT}; update it: pip install -U torch-tutor."
        )
    else:
        told = f"there is no format {said.value}; write `format: {FORMAT}`."
    report.problems.clear()
    report.add(said.place, told)
    report.close()


def _titled(node: Table) -> None:
    """The title of a course may stand after `title` as well as after `course`."""
    if "title" in node.values and "course" not in node.values:
        node.keys["course"], node.values["course"] = node.keys.pop("title"), node.values.pop("title")


def _new_enough(node: Table, report: Report) -> None:
    """A course for a newer program is refused before anything else in it."""
    said = node.values.get("needs_tutor")
    if not isinstance(said, Text) or not said.value.strip():
        return
    least = re.fullmatch(r"(?:>=)?\s*([0-9]{1,4}(?:\.[0-9]{1,4}){0,3})", said.value.strip())
    if least is None:
        report.add(said.place, f"`needs_tutor` is the least version, such as {__version__}, not `{said.value}`.")
    elif _version(least[1]) > _version(__version__):
        told = f"this course needs tutor {least[1]}, and this is {__version__}; update it: pip install -U torch-tutor."
        report.problems.clear()
        report.add(said.place, told)
        report.close()


def _version(text: str) -> tuple[int, ...]:
    numbers = [int(number) for number in re.findall("[0-9]+", text)[:4]]
    return (*numbers, *[0] * (4 - len(numbers)))


def _renamed(lesson: Lesson, places: tuple[str, ...], builder: Builder) -> None:
    """A former name is a name, and of one question alone."""
    taken: dict[str, str] = {question.id: "is still the id of a question" for question in lesson.questions}
    for place, question in zip(places, lesson.questions, strict=True):
        for name in former(question):
            where = builder.places.get(f"{place}.was", (1, 1))
            if not re.fullmatch("([a-z0-9-]{1,64}/)?[a-z0-9-]{1,64}", name):
                builder.report.add(
                    where, f"`{name}` was never an id; one is `a-z`, `0-9` and `-`, after `lesson/` or not."
                )
            elif name in taken:
                builder.report.add(where, f"`{name}` {taken[name]}; a former id leads to one question.")
            taken[name] = "is what another question was called"
    for name in former(lesson):
        if not re.fullmatch("[a-z0-9-]{1,64}", name):
            builder.report.add(builder.places.get("was", (1, 1)), f"`{name}` was never the slug of a lesson.")


def _named(pairs: tuple[tuple[str, Question], ...]) -> list[tuple[str, Question]]:
    """The questions, with ids for the pages that have none."""
    taken = {question.id for _, question in pairs}
    made = []
    for path, question in pairs:
        if not question.id and not question.graded:
            stem = "page-" + (slug(question.task, words=4)[:48].strip("-") or "untitled")
            name, n = stem, 1
            while name in taken:
                n += 1
                name = f"{stem}-{n}"
            taken.add(name)
            question = msgspec.structs.replace(question, id=name)
        made.append((path, question))
    return made


def _members(found: dict[str, Any], builder: Builder) -> None:
    """Files of a course lie in its folder, each named once."""
    if found.get("lessons") == ():
        builder.report.add(builder.places["lessons"], "a course needs one lesson at least.")
    for key in ("lessons", "drills"):
        seen: dict[str, str] = {}
        for n, name in enumerate(found.get(key) or ()):
            place = builder.places.get(f"{key}[{n}]", (1, 1))
            first = seen.setdefault(file_slug(name), name)
            if Path(name).is_absolute() or ".." in Path(name).parts or "\\" in name:
                builder.report.add(place, f"`{name}` must lie in the folder of the course.")
            elif (n and first != name) or name in (found[key] or ())[:n]:
                builder.report.add(place, f"`{name}` has the same slug, `{file_slug(name)}`, as `{first}`.")


def _answers(node: Node, report: Report) -> dict[str, str]:
    builder = Builder(report)
    if isinstance(node, Row):
        return _listed(node, builder)
    if not isinstance(node, Table):
        report.add(node.place, "answers are lines such as `sum-dim-0: (7,)`: a question's id and the answer to it.")
        return {}
    read = {key: _answer(builder, value, key) for key, value in node.values.items()}
    return {key: answer for key, answer in read.items() if answer is not None}


def _answer(builder: Builder, node: Node, key: str) -> str | None:
    """An answer as text; lines to order may be given one below the other after dashes."""
    if isinstance(node, Row) and not node.source:
        return "\n".join(builder.texts_of(node, key, key) or ()) or None
    return builder.text(node, key, key)


def _listed(row: Row, builder: Builder) -> dict[str, str]:
    answers: dict[str, str] = {}
    for item in row.items:
        pair = item.values if isinstance(item, Table) else {}
        if set(pair) != {"question", "answer"}:
            builder.report.add(item.place, "each entry of a list of answers has the keys `question` and `answer`.")
            continue
        question, answer = (builder.text(pair[key], key, key) for key in ("question", "answer"))
        if question in answers:
            builder.report.add(item.place, f"`{question}` is answered twice.")
        elif question is not None and answer is not None:
            answers[question] = answer
    return answers


def _json_answers(path: Path) -> dict[str, str]:
    report = Report(path)
    text = read_text(path)
    try:
        found = json.loads(text, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        report.add((error.lineno, error.colno), f"this is not JSON: {error.msg}.")
    except (RecursionError, ValueError):
        report.add((1, 1), "this is not JSON that can be read.")
    else:
        answers = _json_pairs(found, text, report)
    report.close()
    return answers


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as written, double keys included."""


def _json_pairs(found: object, text: str, report: Report) -> dict[str, str]:
    pairs: list[tuple[Any, Any]] = []
    if isinstance(found, _Pairs):
        pairs = found
    elif isinstance(found, list) and all(isinstance(item, _Pairs) for item in found):
        pairs = [(dict(item).get("question"), dict(item).get("answer")) for item in found]
    else:
        report.add((1, 1), 'answers are {"question id": "answer"}, or a list of {"question": ..., "answer": ...}.')
    answers: dict[str, str] = {}
    for question, answer in pairs:
        place = _mention(question, text)
        said = _spelled(answer)
        if not isinstance(question, str) or said is None:
            report.add(place, f"`{question}` needs an answer: a text, a number, true, false or a list.")
        elif question in answers:
            report.add(place, f"`{question}` is answered twice.")
        else:
            # What a control character does to an answer is for the judge to say; nothing else of the file must suffer.
            answers[question] = legible(said)
    return answers


def _mention(question: object, text: str) -> tuple[int, int]:
    at = text.find(json.dumps(question)) if isinstance(question, str) else -1
    return (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) if at >= 0 else (1, 1)


def _spelled(answer: object) -> str | None:
    """A JSON value as Python spells it; texts as they are."""
    if isinstance(answer, str):
        return answer
    return None if answer is None or isinstance(answer, _Pairs) else repr(answer)
