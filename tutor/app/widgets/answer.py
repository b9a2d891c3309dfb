"""The field a question is answered in, by the kind of answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grade.prompt import LABELS, Prompt
from tutor.listing import has_steps

if TYPE_CHECKING:
    from tutor.app.widgets.answer_line import AnswerLine
    from tutor.app.widgets.answer_lines import AnswerLines
    from tutor.app.widgets.choices import Choices
    from tutor.app.widgets.code_editor import CodeEditor
    from tutor.app.widgets.indent_order import IndentOrder
    from tutor.app.widgets.line_order import LineOrder
    from tutor.app.widgets.several import Several
    from tutor.app.widgets.shape_table import ShapeTable

    Answer = AnswerLine | AnswerLines | Choices | CodeEditor | IndentOrder | LineOrder | Several | ShapeTable


# Each is imported when it is first needed: none is part of the first frame, and some bring a lot with them.


def answer_for(prompt: Prompt, draft: str) -> Answer | None:
    """The field for a prompt; none for a page."""
    if prompt.answer_kind in ("options", "several"):
        return _options(prompt, draft)
    if prompt.answer_kind == "order":
        return _order(prompt, draft)
    if prompt.answer_kind == "lines":
        return _lines(prompt, draft)
    if prompt.answer_kind == "code":
        from tutor.app.widgets.code_editor import CodeEditor

        return CodeEditor(draft)
    return None if prompt.answer_kind == "none" else _line(prompt, draft)


def _options(prompt: Prompt, draft: str) -> Choices | Several:
    if prompt.answer_kind == "several":
        from tutor.app.widgets.several import Several

        return Several(prompt.options, draft)
    from tutor.app.widgets.choices import Choices

    return Choices(prompt.options, draft)


def _order(prompt: Prompt, draft: str) -> LineOrder:
    if prompt.indents:
        from tutor.app.widgets.indent_order import IndentOrder

        return IndentOrder(prompt.options, draft)
    from tutor.app.widgets.line_order import LineOrder

    return LineOrder(prompt.options, draft)


def _lines(prompt: Prompt, draft: str) -> AnswerLines | ShapeTable:
    if holds_code(prompt):
        from tutor.app.widgets.shape_table import ShapeTable

        return ShapeTable(prompt.code, draft)
    from tutor.app.widgets.answer_lines import AnswerLines

    return AnswerLines("shapes" if prompt.label == LABELS["trace"] else "output", prompt.how, draft)


def _line(prompt: Prompt, draft: str) -> AnswerLine:
    from tutor.app.widgets.answer_line import AnswerLine

    title = "in place of ____" if prompt.answer_kind == "gap" else prompt.expression or "answer"
    return AnswerLine(title, prompt.how, draft)


def holds_code(prompt: Prompt) -> bool:
    """Whether the answer's field shows the code itself: shapes are typed beside the lines that make them."""
    return prompt.label == LABELS["trace"] and has_steps(prompt.code)
