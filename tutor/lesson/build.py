"""A tree of texts, lists and tables to the structs of the model: every key known, every value of its field's type."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, get_args, get_type_hints

import msgspec

from tutor.legible import legible
from tutor.lesson import mend
from tutor.lesson.model import KINDS, Check, Choice, Course, Lesson, Question, Rules, Wrong
from tutor.lesson.nodes import Node, Place, Row, Table, Text
from tutor.lesson.text import Report

CHECKS: tuple[str, ...] = get_args(Check)
PROSE = frozenset(
    {
        *("lesson", "goal", "course", "read", "explore", "choice", "fill", "fix", "write", "function", "order"),
        *("module", "train", "trace"),
        *("ask", "because", "hints", "feedback", "options", "answer", "waive"),
    }
)
"""Keys whose text is for people: in them ` #` is more likely part of the text than a comment."""


@cache
def fields(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The keys of a struct with their types."""
    hints = get_type_hints(struct)
    return {name: hints[name] for name in struct.__struct_fields__}


@cache
def required(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """The keys that must be written."""
    return tuple(f.name for f in msgspec.structs.fields(struct) if f.required)


@cache
def known() -> frozenset[str]:
    """Every key of the format."""
    structs = (Lesson, Course, Wrong, Rules, *KINDS.values())
    return frozenset(name for struct in structs for name in fields(struct)) | {"differ", "question"}


def nearest(name: str, names: Iterable[str]) -> str:
    """`; did you mean `x`?`, or a full stop when nothing is near."""
    found = get_close_matches(name.lower(), list(names), n=1, cutoff=0.6)
    return f"; did you mean `{found[0]}`?" if found else "."


class Builder:
    """Turns nodes into values by the type of their field, and remembers where each stands."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.places: dict[str, Place] = {}
        self.texts: dict[str, Text] = {}

    def struct(self, struct: type[msgspec.Struct], node: Node, path: str, what: str) -> dict[str, Any] | None:
        """The values of a struct's fields as far as they can be read; None when this is no table."""
        if not isinstance(node, Table):
            self.report.add(node.place, f"{what} is a table of `key: value` lines; this is {_form(node)}.")
            return None
        cut = [v for v in node.values.values() if isinstance(v, Text) and not _balanced(v.value)] if node.source else []
        if cut:
            told = f"a comma ends `{cut[0].value}` here, within braces; put the whole of it in quotes."
            self.report.add(cut[0].place, told)
            return None
        made: dict[str, Any] = {}
        types = fields(struct)
        for key, value in node.values.items():
            place = f"{path}.{key}" if path else key
            self.places[place + ":"] = node.keys[key].place
            if key in types:
                made[key] = self.value(types[key], value, place, key)
            else:
                self.report.add(node.keys[key].place, f"{what} has no key `{key}`{_hint(key, types)}")
        for key in required(struct):
            if key not in node.values and not get_close_matches(
                key, node.values.keys() - types.keys(), n=1, cutoff=0.6
            ):
                self.report.add(node.place, f"{what} needs the key `{key}`.")
        return made

    def value(self, kind: Any, node: Node, path: str, key: str) -> Any:
        """The value of one field; None when it cannot be read, which is reported."""
        self.places[path] = node.place
        return _READERS[kind](self, node, path, key)

    def text(self, node: Node, path: str, key: str) -> str | None:
        """A text, or the very source of a list or table in brackets: `answer: [1, 0]`."""
        if isinstance(node, Text):
            return self._words(node, path, key)
        if node.source:
            self.texts[path] = Text(node.source, node.place)
            return node.source
        if isinstance(node, Table) and node.keys:
            head = next(iter(node.keys))
            said = node.values[head]
            meant = f"{head}: {said.value}".strip() if isinstance(said, Text) and len(node.keys) == 1 else ""
            told = mend.advice(meant) if meant else "take the extra keys away."
            self.report.add(node.place, f"{_name(path, key)} is text; the colon makes this a key and its value; {told}")
        else:
            self.report.add(node.place, f"{_name(path, key)} is text, not {_form(node)}.")
        return None

    def _words(self, node: Text, path: str, key: str) -> str | None:
        self.texts[path] = node
        if node.body:
            self.places[path + "|"] = node.body
        if not node.value.strip():
            self.report.add(node.place, _empty(node, _name(path, key)))
        elif node.comment and key in PROSE:
            whole = f"{node.value} {node.comment}"
            self.report.add(node.place, f"YAML takes `{node.comment[:20]}` for a comment; {mend.advice(whole)}")
        elif (not node.value.isprintable() and legible(node.value) != node.value) or _halved(node.value):
            self.report.add(node.place, f"{_name(path, key)} holds a control character; take it out.")
        return node.value

    def texts_of(self, node: Node, path: str, key: str) -> tuple[str, ...] | None:
        """A list of texts."""
        if not isinstance(node, Row):
            empty = isinstance(node, Text) and not node.value
            told = "is empty; give it a list" if empty else f"is a list, not {_form(node)}"
            self.report.add(node.place, f"`{key}` {told}: each item on a line of its own after `- `.")
            return None
        split = _split(node)
        if split is not None:
            self.places.update((f"{path}[{n}]", node.place) for n in range(len(split)))
            return split
        made = []
        for n, item in enumerate(node.items):
            self.places[f"{path}[{n}]"] = item.place
            made.append(self.text(item, f"{path}[{n}]", key))
        return tuple(text for text in made if text is not None)

    def text_or_texts(self, node: Node, path: str, key: str) -> Any:
        """One text, or a list of them. An answer in brackets may be an option that is spelled so."""
        listed = isinstance(node, Row) and not (key == "answer" and node.source)
        return self.texts_of(node, path, key) if listed else self.text(node, path, key)

    def truth(self, node: Node, path: str, key: str) -> bool | None:
        """Yes or no."""
        said = node.value.lower() if isinstance(node, Text) else ""
        if said in _TRUTHS:
            return _TRUTHS[said]
        self.report.add(node.place, f"`{key}` is yes or no, not {_form(node)}.")
        return None

    def alike(self, node: Node, path: str, key: str) -> str | None:
        """Whether NaN counts as equal."""
        said = self.text(node, path, key)
        if said in ("equal", "unequal", None):
            return said
        self.report.add(node.place, f"`{key}` is `equal` or `unequal`, not {_form(node)}.")
        return None

    def rules(self, node: Node, path: str, key: str) -> Rules | None:
        """What code may and must use."""
        found = self.struct(Rules, node, path, "`rules`")
        return Rules(**_written(found)) if found is not None else None

    def whole(self, node: Node, path: str, key: str) -> int | None:
        """A whole number."""
        if isinstance(node, Text) and re.fullmatch("[0-9]{1,9}", node.value):
            return int(node.value)
        self.report.add(node.place, f"`{key}` is a whole number, not {_form(node)}.")
        return None

    def number(self, node: Node, path: str, key: str) -> float | None:
        """A number that is finite and not negative."""
        if isinstance(node, Text) and re.fullmatch(r"[0-9]*\.?[0-9]+([eE][-+]?[0-9]{1,3})?|[0-9]+\.", node.value):
            value = float(node.value)
            if math.isfinite(value):
                return value
        self.report.add(node.place, f"`{key}` is a number such as 0.01 or 1e-3, not {_form(node)}.")
        return None

    def checks(self, node: Node, path: str, key: str) -> tuple[str, ...] | None:
        """A list of what is compared."""
        names = self.texts_of(node, path, key)
        for n, name in enumerate(names or ()):
            if name not in CHECKS:
                told = nearest(name, CHECKS)
                self.report.add(self.places[f"{path}[{n}]"], f"`{name}` is none of {', '.join(CHECKS)}{told}")
        return names

    def wrongs(self, node: Node, path: str, key: str) -> tuple[Wrong, ...] | None:
        """The wrong answers an author has words for."""
        if not isinstance(node, Row):
            self.report.add(node.place, "`wrong` is a list: each entry begins with `- answer:` or `- gives:`.")
            return None
        made = []
        for n, item in enumerate(node.items):
            self.places[f"{path}[{n}]"] = item.place
            found = self.struct(Wrong, item, f"{path}[{n}]", "a wrong answer")
            if found is not None:
                made.append(Wrong(**{"feedback": "", **_written(found)}))
        return tuple(made)

    def parameters(self, node: Node, path: str, key: str) -> dict[str, Any] | None:
        """The parameters of a family, each a text or a list of texts."""
        if not isinstance(node, Table) or not node.keys:
            self.report.add(node.place, f"`vary` is a table such as {{m: 2..6, d: [0, 1]}}, not {_form(node)}.")
            return None
        made = {}
        for name, value in node.values.items():
            self.places[f"{path}.{name}"] = value.place
            made[name] = self.text_or_texts(value, f"{path}.{name}", name)
        return _written(made)

    def reasons(self, node: Node, path: str, key: str) -> dict[str, str] | None:
        """What is let pass, and why."""
        if not isinstance(node, Table) or not node.keys:
            self.report.add(node.place, f"`{key}` is a table of what passes and why it may, not {_form(node)}.")
            return None
        made = {}
        for name, reason in node.values.items():
            self.places[f"{path}.{name}:"] = node.keys[name].place
            made[name] = self.text(reason, f"{path}.{name}", key)
        return _written(made)

    def questions(self, node: Node, path: str, key: str) -> tuple[tuple[str, Question], ...] | None:
        """The questions that could be read, each with its path."""
        if not isinstance(node, Row) or not node.items:
            self.report.add(node.place, "`questions` is a list with at least one question, each beginning with `- `.")
            return None
        made = []
        for n, item in enumerate(node.items):
            self.places[f"{path}[{n}]"] = item.place
            question = self.question(item, f"{path}[{n}]")
            if question is not None:
                made.append((f"{path}[{n}]", question))
        return tuple(made)

    def question(self, node: Node, path: str) -> Question | None:
        """One question of the kind that its key names."""
        if not isinstance(node, Table):
            self.report.add(node.place, f"a question is a table such as `shape: x.sum(dim=0)`, not {_form(node)}.")
            return None
        kind = self._kind(node)
        if kind is None:
            return None
        article = "an" if kind.kind[0] in "aeiou" else "a"
        before = len(self.report.problems)
        found = self.struct(kind, node, path, f"{article} `{kind.kind}` question")
        if found is None or (len(self.report.problems) > before and not set(required(kind)) <= set(_written(found))):
            return None
        made = kind(**_written(found))
        return _several(made) if isinstance(made, Choice) else made

    def _kind(self, node: Table) -> type[Question] | None:
        """The kind a question says it is; a misspelt one is taken for the nearest so that its other keys are read."""
        named = [key for key in node.keys if key in KINDS]
        if len(named) == 1:
            return KINDS[named[0]]
        if named:
            both = " and ".join(f"`{name}`" for name in named)
            self.report.add(
                node.keys[named[1]].place, f"a question has one kind, this has {both}; make it two questions."
            )
            return None
        for key in [key for key in node.keys if key not in known()]:
            near = get_close_matches(key.lower(), KINDS, n=1, cutoff=0.6)
            if near:
                self.report.add(node.keys[key].place, f"there is no kind `{key}`; did you mean `{near[0]}`?")
                node.keys[near[0]], node.values[near[0]] = node.keys.pop(key), node.values.pop(key)
                return KINDS[near[0]]
        self.report.add(node.place, f"this question has no kind: one of its keys must be {', '.join(KINDS)}.")
        return None


_READERS: dict[Any, Callable[[Builder, Node, str, str], Any]] = {
    str: Builder.text,
    int: Builder.whole,
    int | None: Builder.whole,
    bool: Builder.truth,
    Literal["unequal", "equal"]: Builder.alike,
    Rules | None: Builder.rules,
    float | None: Builder.number,
    tuple[str, ...]: Builder.texts_of,
    str | tuple[str, ...]: Builder.text_or_texts,
    tuple[Check, ...]: Builder.checks,
    tuple[Wrong, ...]: Builder.wrongs,
    tuple[Question, ...]: Builder.questions,
    dict[str, str | tuple[str, ...]]: Builder.parameters,
    dict[str, str]: Builder.reasons,
}


_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}


def _several(question: Choice) -> Choice:
    """A list of right options may stand in brackets, unless an option is spelled so itself."""
    answer = question.answer
    if not isinstance(answer, str) or answer in question.options or not (answer[:1] == "[" and answer[-1:] == "]"):
        return question
    items = tuple(item.strip().strip("'\"") for item in _apart(answer[1:-1]))
    return msgspec.structs.replace(question, answer=items) if set(items) <= {*question.options} else question


def _apart(text: str) -> list[str]:
    """What stands between commas that are in no brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _written(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value is not None}


def _name(path: str, key: str) -> str:
    return f"an item of `{key}`" if path.endswith("]") else f"`{key}`"


def _form(node: Node) -> str:
    """What was read, for a message."""
    if isinstance(node, Row):
        return "a list"
    if isinstance(node, Table):
        return "a table" if node.keys else "an empty table"
    shown = node.value if len(node.value) <= 40 else node.value[:39] + "…"
    return f"`{shown}`" if shown.strip() else "nothing"


def _empty(node: Text, what: str) -> str:
    if node.comment:
        return f"{what} is empty, since YAML takes what follows `#` for a comment; {mend.advice(node.comment)}"
    return f"{what} is empty; write it, or take it away."


def _hint(key: str, types: Iterable[str]) -> str:
    near = nearest(key, types)
    owners = [f"`{name}`" for name, kind in KINDS.items() if key in fields(kind)]
    if near == "." and owners and key not in KINDS:
        return f"; only {', '.join(owners)} {'has' if len(owners) == 1 else 'have'} it."
    return near


def _halved(text: str) -> bool:
    return not text.isascii() and re.search("[\ud800-\udfff]", text) is not None


def _split(row: Row) -> tuple[str, ...] | None:
    """The items of a Python list in brackets, where YAML's commas cut one apart: `[f(1, 2), (3,)]`."""
    words = [item.value for item in row.items if isinstance(item, Text)]
    if not row.source or all(_balanced(word) for word in words):
        return None
    try:
        tree = ast.parse(row.source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    items = tree.elts if isinstance(tree, ast.List) else []
    return tuple(ast.get_source_segment(row.source, item) or "" for item in items)


def _balanced(text: str) -> bool:
    return all(text.count(left) == text.count(right) for left, right in ("()", "[]", "{}"))
