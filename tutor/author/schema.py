"""The JSON Schema of a lesson file, for editors: made from the model, with its docstrings as descriptions.

Scalars are text until a field's type says otherwise, so where the model says text the schema takes numbers and truth
values too; an answer or a value may stand in brackets. YAML 1.1 reads `1e-3` as text, YAML 1.2 as a number.
"""

from __future__ import annotations

import ast
import inspect
from typing import Any

import msgspec

from tutor.lesson import model
from tutor.lesson.model import FORMAT, KINDS, Fill, Fix, Lesson, Question, Rules, Wrong

_REFERENCE = "#/$defs/{name}"
_SCALAR = ["string", "number", "boolean"]
_BRACKETED = ("answer", "value", "gives", "solution", "options")
_NUMBER = "^[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?$"
_ID = {"type": _SCALAR, "pattern": "^[a-z0-9-]{1,64}$"}


def schema() -> dict[str, Any]:
    """The schema of a lesson file as plain data."""
    structs: tuple[type[msgspec.Struct], ...] = (Lesson, Wrong, Rules, *KINDS.values())
    _, parts = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
    told = _descriptions()
    made = {struct.__name__: _struct(struct, parts[struct.__name__], told) for struct in structs}
    lesson = made.pop("Lesson")
    lesson["properties"]["format"] = {"const": FORMAT, "description": "The format this file is written in."}
    lesson["properties"]["questions"] |= {"items": {"$ref": _REFERENCE.format(name="Question")}, "minItems": 1}
    made["Wrong"]["oneOf"] = [{"required": ["answer"]}, {"required": ["gives"]}]
    made["Question"] = {
        "description": "Told apart by the key that names the kind.",
        "oneOf": [{"$ref": _REFERENCE.format(name=kind.__name__)} for kind in KINDS.values()],
    }
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "title": "A lesson of tutor", **lesson, "$defs": made}


def _struct(struct: type[msgspec.Struct], part: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
    """One struct's branch, as a file may spell it."""
    properties = {key: _field(struct, key, field, told) for key, field in part["properties"].items()}
    needed = list(part.get("required", ()))
    if issubclass(struct, Question):
        properties["id"] |= _ID
        properties["vary"] |= {"additionalProperties": {"type": [*_SCALAR, "array"]}}
        needed = (["id"] if struct.graded else []) + needed + (["start"] if struct in (Fill, Fix) else [])
    return {
        "description": inspect.cleandoc(struct.__doc__ or ""),
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


def _field(struct: type[msgspec.Struct], key: str, field: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
    """One key of a struct, described by the nearest class that says what it is."""
    made = _loose(field, key)
    said = [told[f"{cls.__name__}.{key}"] for cls in struct.__mro__ if f"{cls.__name__}.{key}" in told]
    if not said and key == getattr(struct, "kind", ""):
        said = [inspect.cleandoc(struct.__doc__ or "")]
    return {**made, "description": said[0]} if said else made


def _loose(field: dict[str, Any], key: str) -> dict[str, Any]:
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
    if isinstance(made.get("items"), dict):
        made["items"] = _loose(made["items"], key)
    return made


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
