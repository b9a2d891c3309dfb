"""What YAML makes of natural torch text: it loads as it was meant, or the author is told how to quote it."""

from __future__ import annotations

import pytest
import yaml

from tests.unit.lesson.samples import HEAD, QUESTION, Complaints, Loader
from tutor.lesson import nodes

MEANT = [
    "yes",
    "NO",
    "on",
    "2:30",
    "010",
    "1_000",
    "0x1F",
    "null",
    "~",
    "2026-01-01",
    "1e3",
    ".5",
    "-1",
    "=",
    "<<",
    "…",
]
MEANT += ["x[:, 0]", "-1 is the last", "?x", "it's", "a:b", "x#y", "Use `x`", "..."]

REFUSED = {
    "!is.na(x)": "`!` makes this a tag of YAML, which lessons do not use",
    "!!python/object:os.system x": "`!` makes this a tag of YAML, which lessons do not use",
    "&x": "`&` makes this an anchor of YAML, which lessons do not use",
    "&x rest": "`&` makes this an anchor of YAML, which lessons do not use",
    "*ptr": "`*` makes this an alias of YAML, which lessons do not use",
    "*ptr rest": "`*` begins an alias of YAML, which lessons do not use",
    "@ is matmul": "text cannot begin with `@` in YAML",
    "`x` is a row": "text cannot begin with a backtick in YAML",
    "% of the rows": "text cannot begin with `%` in YAML",
    "Try x[0]: a row": "YAML takes `: ` for the end of a key",
    "it's: so": "YAML takes `: ` for the end of a key",
    "x = {1: 2": "YAML takes `: ` for the end of a key",
    "- x": "`- ` begins a list in YAML",
    "? x": "`? ` begins a key in YAML",
    "> 3 rows": "`>` begins a block of text in YAML, and nothing may follow it",
    "|x| is": "`|` begins a block of lines in YAML, and nothing may follow it",
    '"dim" is it': "YAML takes the text to end at the second quotation mark",
    "{": "`{` begins a table in YAML, and this is not a whole one",
    "} x": "YAML cannot read this",
    "The # of rows": "YAML takes `# of rows` for a comment",
}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("text", MEANT)
def test_scalars_stay_the_text_they_are(load: Loader, text: str) -> None:
    question = load(f"{QUESTION}    because: {text}\n    hints:\n      - {text}\n").lesson.questions[0]
    assert (question.because, question.hints) == (text, (text,))


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_a_trap_is_refused_with_the_quoting_to_use(complaints: Complaints, text: str, reason: str) -> None:
    assert complaints(f"{QUESTION}    because: {text}\n") == [f"7:14: {reason}; put it in quotes: {quoted(text)}"]


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_the_slower_parser_is_told_apart_by_nothing(
    complaints: Complaints, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    monkeypatch.setattr(nodes, "_Parser", yaml.SafeLoader)
    assert complaints(f"{QUESTION}    because: {text}\n") == [f"7:14: {reason}; put it in quotes: {quoted(text)}"]


@pytest.mark.parametrize("text", [*REFUSED, "[2, 3] is the shape", "# rows", "foo:", "a\\b"])
def test_the_quoting_told_is_right(load: Loader, text: str) -> None:
    assert load(f"{QUESTION}    because: {quoted(text)}\n").lesson.questions[0].because == text


def test_a_list_of_code_may_not_hold_brackets(complaints: Complaints) -> None:
    (told,) = complaints(f"{QUESTION}    because: [2, 3] is the shape\n")
    assert told == (
        "7:14: `[` begins a list in YAML, and this is not a whole one; put it in quotes: '[2, 3] is the shape'"
        " (a list of code goes one item per line, each after `- `)"
    )


def test_text_with_a_colon_in_a_list_is_no_table(complaints: Complaints) -> None:
    assert complaints(f"{QUESTION}    hints:\n      - Try x[0]: a row\n      - '# rows'\n      - # rows\n") == [
        "8:9: an item of `hints` is text; the colon makes this a key and its value;"
        " put it in quotes: 'Try x[0]: a row'",
        "10:8: an item of `hints` is empty, since YAML takes what follows `#` for a comment;"
        " put it in quotes: '# rows'",
    ]


def test_long_text_is_told_to_become_a_block(complaints: Complaints) -> None:
    assert complaints(f"{QUESTION}    because: first: of\n      two lines: here\n    hints: [a]\n") == [
        "7:14: YAML takes `: ` for the end of a key;"
        " put the text in a block: `>-` here, and the text on the next lines, indented."
    ]


def test_a_comment_after_code_is_only_a_comment(load: Loader) -> None:
    text = HEAD + "given: x = 1  # one\nquestions:\n  - id: a  # the first\n    shape: x  # no dims\n"
    assert load(text).lesson.given == "x = 1"


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("\tbecause: a\n", "7:1: a tab indents this line; YAML wants spaces."),
        ("    hints:\n    \t- a\n", "8:5: a tab indents this line; YAML wants spaces."),
        ("   because: a\n", "7:4: `because` is indented by 3, and the key above it by 4; line them up."),
        ("      because: a\n", "7:7: `because` is indented by 6, and the key above it by 4; line them up."),
        ("    because:a\n    hints: [b]\n", "7:13: a space is missing after `because:`."),
        ('    because: "a\n    hints: [b]\n', "7:14: the quotation mark that opens here is never closed."),
        (
            '    because: "a\\.b"\n',
            "7:14: a backslash means something else within double quotes; put it in quotes: 'a\\.b'",
        ),
        ("    just words\n    because: a\n", "7:5: a `key: value` was expected here."),
        (
            "    because: |\n        a\n      b\n",
            "9:7: the indentation of this line fits nothing above it; line it up with the keys it belongs to.",
        ),
        ("--- \nb: c\n", "7:1: `---` begins a second document; keep one per file."),
        ("    ? [a]\n    : b\n", "7:7: a key is a word; this is a list or table. Text that begins so goes in quotes."),
    ],
)
def test_syntax_is_explained_in_the_authors_terms(complaints: Complaints, added: str, told: str) -> None:
    assert complaints(QUESTION + added) == [told]


def test_one_slip_does_not_hide_the_next(complaints: Complaints) -> None:
    text = "    because: @ is\n    hints:\n      - `x` is\n    wrong:\n      - feedbak: Try: b\n        gives: x[\n"
    places = [told.split(" ")[0] for told in complaints(QUESTION + text)]
    assert places == ["7:14:", "9:9:", "11:9:", "11:18:", "12:17:"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: the file is empty."),
        ("\n\n", "1:1: the file is empty."),
        ("# to do\n", "1:1: there is nothing in this file but comments."),
        ("- a\n", "1:1: a lesson is a table of `key: value` lines; this is a list."),
        ("hello", "1:1: a lesson is a table of `key: value` lines; this is `hello`."),
        ("[" * 5000 + "]" * 5000, "1:22: this is nested more than 20 deep; a lesson needs about 6."),
        ("x" * (1 << 20) + "y", "0:0: the file is larger than 1 MiB; split it into several."),
        ("a: b\0c", "1:5: the control character U+0000 may not stand in a file that is shown; take it out."),
        ("a: \x1b[2J", "1:4: the control character U+001B may not stand in a file that is shown; take it out."),
        ("\na: b\u202ec", "2:5: the control character U+202E may not stand in a file that is shown; take it out."),
        ("a: b\u2028c", "1:5: the control character U+2028 may not stand in a file that is shown; take it out."),
    ],
)
def test_what_is_no_lesson(complaints: Complaints, text: str, told: str) -> None:
    assert complaints(text) == [told]


def test_an_alias_bomb_is_refused_before_it_grows(complaints: Complaints) -> None:
    lines = ["a0: &a0 [x, x]"]
    for n in range(1, 12):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]")
    told = complaints(QUESTION + "\n".join(lines))
    assert any("anchor" in line for line in told) and any("alias" in line for line in told)


def test_escapes_cannot_smuggle_control_characters(complaints: Complaints) -> None:
    assert complaints(QUESTION + '    because: "a\\e[2Jb"\n') == [
        "7:14: `because` holds a control character; take it out."
    ]


def test_windows_files_with_a_mark_load(load: Loader) -> None:
    text = "\ufeff" + (QUESTION + "    given: |\n      a = 1\n\n      b = 2\n").replace("\n", "\r\n")
    assert load(text).lesson.questions[0].given == "a = 1\n\nb = 2\n"
