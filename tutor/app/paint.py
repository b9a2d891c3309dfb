"""Lesson text and code as styled text. Nothing is read as Textual markup: a lesson may well hold `[red]`."""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterator

from textual.content import Content, Span

from tutor.app.themes import QUIET
from tutor.legible import legible

_CODE = re.compile(r"(`+)(?! )(.+?)(?<! )\1", re.DOTALL)
_ITEM = re.compile(r"(?:[-*•]|\d+[.)]) ")
_TOKEN = re.compile(
    r"""(?P<comment>\#.*)
    |(?P<string>[rbfuRBFU]{0,2}(?:'''[\s\S]*?(?:'''|$)|\"\"\"[\s\S]*?(?:\"\"\"|$)|'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?))
    |(?P<gap>_{4,})
    |(?P<number>\b\d[\w.]*)
    |(?P<name>\b[A-Za-z_]\w*)""",
    re.VERBOSE,
)
_STYLES = {"comment": f"{QUIET} italic", "string": "$success 85%", "number": "$primary", "gap": "bold reverse $accent"}
_KEYWORDS = frozenset(keyword.kwlist)
CODE_STYLE = "bold $primary"


def python(code: str) -> Content:
    """Code with quiet highlighting. Any text will do: what is not Python stays as it is."""
    text = legible(code).expandtabs(4)
    spans = []
    for token in _TOKEN.finditer(text):
        style = "$secondary" if token.group() in _KEYWORDS else _STYLES.get(str(token.lastgroup), "")
        if style:
            spans.append(Span(*token.span(), style))
    return Content(text, spans=spans)


def hung(margin: Content, content: Content, width: int, further: int = 0) -> Content:
    """`content` beside a margin. What does not fit in `width` goes on below its own beginning, or `further` in."""
    room = width - margin.cell_length
    if content.cell_length <= room:
        return margin + content
    indent = len(content.plain) - len(content.plain.lstrip()) + further
    first, *rest = content.wrap(max(room - indent, 8))
    below = Content(" " * (margin.cell_length + indent))
    return Content("\n").join([margin + first, *(below + row for row in rest)])


def line(text: str) -> Content:
    """One run of prose: what stands in backticks is code."""
    parts: list[Content] = []
    text, end = legible(text), 0
    for code in _CODE.finditer(text):
        parts += [Content(text[end : code.start()]), Content.styled(code.group(2), CODE_STYLE)]
        end = code.end()
    return Content("").join([*parts, Content(text[end:])])


def prose(text: str) -> Iterator[tuple[str, Content]]:
    """Paragraphs as ("text", ...), indented or fenced blocks as ("code", ...). Hard wraps inside a paragraph go."""
    for code, block in _blocks(legible(text).expandtabs(4)):
        if not code:
            yield "text", line(_unwrapped(block))
        else:
            yield "code", python(block) if _is_python(block) else Content(block)


def _is_python(block: str) -> bool:
    """Whether a block is code throughout: tables of shapes and words are indented too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(block, "block", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def _blocks(text: str) -> Iterator[tuple[bool, str]]:
    """Runs of lines, each with whether it is code."""
    lines: list[str] = []
    fenced = was_code = False
    for row in [*text.splitlines(), ""]:
        fence = row.lstrip().startswith("```")
        code = fenced or (row.startswith("  ") and bool(row.strip()) and (was_code or not _continues(lines)))
        blank = not row.strip() and not fenced
        if lines and (fence or (blank and not was_code) or (not blank and code != was_code)):
            yield was_code, _dedented(lines) if was_code else "\n".join(lines)
            lines = []
        if fence:
            fenced = not fenced
        elif not blank or (lines and was_code):
            lines.append(row)
            was_code = code or (blank and was_code)
    if any(row.strip() for row in lines):
        yield was_code, _dedented(lines) if was_code else "\n".join(lines)


def _continues(lines: list[str]) -> bool:
    """Whether an indented line goes on with a list item above it."""
    return bool(lines) and any(_ITEM.match(row) for row in lines)


def _dedented(lines: list[str]) -> str:
    rows = [row for row in lines if row.strip()]
    margin = min((len(row) - len(row.lstrip()) for row in rows), default=0)
    return "\n".join(row[margin:] for row in lines).strip("\n")


def _unwrapped(paragraph: str) -> str:
    rows: list[str] = []
    for row in paragraph.splitlines():
        if rows and not _ITEM.match(row):
            rows[-1] += " " + row.strip()
        else:
            rows.append(row)
    return "\n".join(rows)
