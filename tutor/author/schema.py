"""The JSON Schemas of what people write, for editors: made from the model, with its docstrings as descriptions.

Scalars are text until a field's type says otherwise, so where the model says text the schema takes numbers and truth
values too; an answer or a value may stand in brackets. YAML 1.1 reads `1e-3` as text, YAML 1.2 as a number.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from tutor.lesson import model
from tutor.lesson.model import FORMAT, KINDS, Course, Fill, Fix, Lesson, Question, Trace, Wrong

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/$defs/{name}"
_SCALAR = ["string", "number", "boolean"]
_BRACKETED = ("answer", "value", "gives", "solution", "options")
_NUMBER = "^[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?$"
_ID = {"type": _SCALAR, "pattern": "^[a-z0-9-]{1,64}$"}
_FORMAT = {"const": FORMAT, "description": "The format this file is written in."}
_DIFFER = {"type": "array", "items": {"type": "string"}, "description": "Parameters that never have the same value."}
_ONE_OF = {Wrong: ("answer", "gives"), Trace: ("code", "network")}
"""Keys of which exactly one must be written."""

Schema = dict[str, Any]


def schema(of: str = "lesson") -> Schema:
    """The schema of a `lesson` file, of a `course.yaml` or of a file of `answers`, as plain data."""
    made, title = SCHEMAS[of]
    return {"$schema": _DIALECT, "title": title, **made()}


def written(of: str) -> str:
    """The schema as the text of a file."""
    return json.dumps(schema(of), indent=1) + "\n"


def _lesson() -> Schema:
    made = _structs(Lesson, *KINDS.values())
    lesson = made.pop("Lesson")
    lesson["properties"]["questions"]["minItems"] = 1
    made["Question"] = {
        "description": "Told apart by the key that names the kind.",
        "oneOf": [{"$ref": _REFERENCE.format(name=kind.__name__)} for kind in KINDS.values()],
    }
    return {**lesson, "$defs": made}


def _course() -> Schema:
    made = _structs(Course)
    course = made.pop("Course")
    course["properties"]["lessons"]["minItems"] = 1
    course["properties"]["title"] = course["properties"]["course"]
    course["required"].remove("course")
    course["oneOf"] = [{"required": ["course"]}, {"required": ["title"]}]
    return {**course, "$defs": made} if made else course


def _answers() -> Schema:
    answer = {"type": [*_SCALAR, "array"], "description": "The answer, as it would be typed; lines to order in a list."}
    pair = {
        "type": "object",
        "description": "An answer to one question.",
        "properties": {"question": {**_ID, "description": "The id of the question."}, "answer": answer},
        "required": ["question", "answer"],
        "additionalProperties": False,
    }
    table = {"type": "object", "propertyNames": {"pattern": _ID["pattern"]}, "additionalProperties": answer}
    return {
        "description": "Answers for `tutor grade`: question id to answer, or a list of both.",
        "anyOf": [table, {"type": "array", "items": pair}],
    }


SCHEMAS: dict[str, tuple[Callable[[], Schema], str]] = {
    "lesson": (_lesson, "A lesson of tutor"),
    "course": (_course, "A course of tutor"),
    "answers": (_answers, "Answers to a lesson of tutor"),
}
"""What a schema can be had of: how it is made, and its title."""


def _structs(*roots: type[msgspec.Struct]) -> dict[str, Schema]:
    """The branch of every struct that the roots lead to, by its name."""
    _, parts = msgspec.json.schema_components(roots, ref_template=_REFERENCE)
    return {name: _struct(getattr(model, name), part) for name, part in parts.items()}


def _struct(struct: type[msgspec.Struct], part: Schema) -> Schema:
    """One struct's branch, as a file may spell it."""
    properties = {key: _field(struct, key, field) for key, field in part["properties"].items()}
    needed = list(part.get("required", ()))
    if "format" in properties:
        properties["format"] = _FORMAT
    if issubclass(struct, Question):
        properties["id"] |= _ID
        properties["vary"] |= {
            "properties": {"differ": _DIFFER},
            "additionalProperties": {"type": [*_SCALAR, "array"]},
        }
        needed = (["id"] if struct.graded else []) + needed + (["start"] if struct in (Fill, Fix) else [])
    either = [{"required": [key]} for key in _ONE_OF.get(struct, ())]
    kind = getattr(struct, "kind", "")
    return {
        **({"title": kind} if kind else {}),
        "description": inspect.cleandoc(struct.__doc__ or ""),
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
        **({"oneOf": either} if either else {}),
    }


def _field(struct: type[msgspec.Struct], key: str, field: Schema) -> Schema:
    """One key of a struct, described by the nearest class that says what it is."""
    made, told = _loose(field, key), _descriptions()
    said = [told[f"{cls.__name__}.{key}"] for cls in struct.__mro__ if f"{cls.__name__}.{key}" in told]
    if not said and key == getattr(struct, "kind", ""):
        said = [inspect.cleandoc(struct.__doc__ or "")]
    return {**made, "description": said[0]} if said else made


def _loose(field: Schema, key: str) -> Schema:
    """A field's schema without its default, its texts as YAML may read them."""
    made = {name: value for name, value in field.items() if name != "default"}
    if "anyOf" in made:
        kept = [option for option in made["anyOf"] if option != {"type": "null"}]
        made = _loose(kept[0], key) if len(kept) == 1 else {"anyOf": [_loose(option, key) for option in kept]}
    if made.get("type") == "string":
        made["type"] = [*_SCALAR, "array", "object"] if key in _BRACKETED else list(_SCALAR)
    if made.get("type") == "boolean":
        made = {**made, "type": ["boolean", "string"], "enum": [True, False, "yes", "no"]}
    if made.get("type") == "number":
        made |= {"type": ["number", "string"], "pattern": _NUMBER}
    for each in ("items", "additionalProperties"):
        if isinstance(made.get(each), dict):
            made[each] = _loose(made[each], key)
    return made


@cache
def _descriptions() -> dict[str, str]:
    """`Question.id` and so on: the text that follows a field in the model."""
    told = {}
    structs = (node for node in ast.parse(inspect.getsource(model)).body if isinstance(node, ast.ClassDef))
    for struct in structs:
        for field, after in zip(struct.body, struct.body[1:], strict=False):
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Constant):
                told[f"{struct.name}.{ast.unparse(field.target)}"] = inspect.cleandoc(str(text.value))
    return told
