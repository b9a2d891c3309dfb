"""The report as people and programs get it: text, tables, a page."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from tests.unit.report.conftest import Handing
from tutor.report.known import Known
from tutor.report.own import own_lines
from tutor.report.page import page
from tutor.report.read import Handed
from tutor.report.table import as_csv, rows
from tutor.report.tally import tally
from tutor.report.text import class_lines

NOW = datetime(2026, 1, 6, tzinfo=timezone.utc)
HOSTILE = "</script><script>alert(1)</script> & \x1b[31m\u202e"


@pytest.fixture
def class_of_twelve(handed: Handing) -> Handed:
    """Six know it, six do not; one of them answers with something nasty, one with a formula."""
    learners = {f"good{n}": ["columns right 3", "double right y = x * 2", "which right a"] for n in range(6)}
    learners |= {
        f"poor{n}": ["columns wrong (2,)", "columns hint", "double wrong y = x + 2", "double reveal", "which wrong b"]
        for n in range(4)
    }
    learners["nasty"] = [f"columns wrong {HOSTILE}", f"double wrong {HOSTILE}", "which wrong b"]
    learners["sheet"] = ["columns wrong =HYPERLINK(1)", "double wrong -1", "which skip", f"{HOSTILE[:9]} wrong 1"]
    return handed(**learners)


def test_text_is_eighty_columns_and_harmless(class_of_twelve: Handed, known: Known) -> None:
    lines = "\n".join(class_lines(class_of_twelve, tally(class_of_twelve, known), known)).splitlines()
    assert [line for line in lines if len(line) > 80 and "01-sums.yaml" not in line] == []
    assert all(line.isprintable() and "\u202e" not in line for line in lines)
    text = "\n".join(lines)
    assert lines[0] == "45 attempts of 12 learners"
    assert re.search(r"columns +12 +50% +10 s +33% +0% +0% +\+1\.00", text)
    assert re.search(r"✗ +4  \(2,\) +no feedback", text)
    assert "4 learners at sums/double" in text and "      - answer: y = x + 2" in text


def test_one_learners_own_progress(handed: Handing, known: Known) -> None:
    told = handed(you=["columns right 3", "double wrong y = x", "double wrong y = -x", "double hint", "double reveal"])
    told.learners["you"] = [
        msgspec.structs.replace(one, belief="It doubles." if one.result == "wrong" else "")
        for one in told.learners["you"]
    ]
    assert list(own_lines(tally(told, known), known)) == [
        "Adding up  (sums/sums)",
        "  ━━━━━━━━━━━━━─────── 2 of 3 answered, 1 right at once, 1 hint, 1 min",
        "    double                    shown, 2 answers, 1 hint",
        "What came up more than once",
        "    2 times  It doubles.",
    ]


def test_the_table_opens_in_a_spreadsheet(class_of_twelve: Handed, known: Known) -> None:
    head, *found = csv.reader(io.StringIO(as_csv(tally(class_of_twelve, known))))
    table = {row[head.index("question")]: dict(zip(head, row, strict=False)) for row in found}
    columns = table["columns"]
    assert (columns["learners"], columns["first_try_rate"], columns["wrong_1"]) == ("12", "0.5", "(2,)")
    assert columns["wrong_3"] == "'=HYPERLINK(1)" or columns["wrong_2"] == "'=HYPERLINK(1)"
    assert {table["double"][f"wrong_{n}"] for n in (1, 2, 3)} >= {"-1", "y = x + 2"}
    assert as_csv([]).startswith("versions")


def test_json_has_every_figure(class_of_twelve: Handed, known: Known) -> None:
    found = {row["question"]: row for row in rows(tally(class_of_twelve, known), known)}
    double = json.loads(msgspec.json.encode(found["double"]))
    assert (double["revealed"], double["hinted"], double["tried"], double["discrimination"]) == (4, 0, 12, 1.0)
    assert double["wrong"][0] == {
        "answer": "y = x + 2", "count": 4, "learners": 4, "spellings": 1, "belief": "", "listed": False
    }  # fmt: skip
    assert double["advice"]["yaml"] == "    wrong:\n      - answer: y = x + 2\n        feedback: TODO"
    assert found["which"]["skipped"] == 1 and found["which"]["kind"] == "choice"


class Page(HTMLParser):
    """What a browser would make of the page."""

    VOID = frozenset({"meta", "line", "circle", "rect", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID or tag == "circle" or tag == "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.said += data


def test_the_page_is_whole_and_needs_nothing(class_of_twelve: Handed, known: Known) -> None:
    text = page(class_of_twelve, tally(class_of_twelve, known), known, NOW)
    found = Page(text)
    assert found.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in found.tags}
    outside = [
        value for _, attrs in found.tags for name, value in attrs.items() if name in ("href", "src", "xlink:href")
    ]
    assert outside and all(value is not None and value.startswith("#") for value in outside)
    assert not re.search(r"url\(|@import|https?:", text)
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    assert "\x1b" not in text and "\u202e" not in text
    assert "alert(1)" in found.said


def test_every_question_of_the_plots_is_on_the_page(class_of_twelve: Handed, known: Known) -> None:
    found = Page(page(class_of_twelve, tally(class_of_twelve, known), known, NOW))
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    links = {str(attrs["href"])[1:] for tag, attrs in found.tags if tag == "a"}
    assert len(ids) == len(set(ids)) and links <= set(ids) and len(links) >= 3
    assert [attrs["role"] for tag, attrs in found.tags if tag == "svg"] == ["img", "img"]
    assert "prefers-color-scheme: dark" in found.said


def test_an_empty_class_has_a_page_too(known: Known) -> None:
    assert Page(page(Handed(), [], known, NOW)).open == []
    assert next(class_lines(Handed(), [], known)) == "0 attempts of 0 learners"


def test_a_page_of_questions_that_are_not_at_hand(handed: Handing, tmp_path: Path) -> None:
    told = handed(ann=["columns wrong (2,)"], bob=["columns wrong (2,)"])
    text = page(told, tally(told, Known()), Known(), NOW)
    assert "At the question `columns`" in Page(text).said and str(tmp_path) not in text
