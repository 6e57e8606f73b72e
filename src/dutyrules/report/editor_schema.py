"""JSON Schemas for editors of rule books and estates: the keys that there are, and the words that a key may have.

They are made from the forms that read these files, and say less than `check`: what a figure may be, which ids exist.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from inspect import cleandoc
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator, PlainValidator, WrapValidator

from dutyrules.book.forms import SECTIONS, Head, Slot
from dutyrules.checks import CHECKS, Duty
from dutyrules.estate.load import EstateForm
from dutyrules.figure import Form

Schema = dict[str, Any]


def book_schema() -> Schema:
    """A rule book."""
    sections = {name: _named(_duty() if form is Duty else _object(form)) for name, form in SECTIONS.items() if form}
    slots = {"type": "array", "items": _object(Slot)}
    rest = {"timetable": slots, "duty_defaults": _keys(), "override": {"type": "object"}, "tests": {"type": "array"}}
    head = _object(Head)
    return {**head, "properties": {**head["properties"], **sections, **rest}}


def estate_schema() -> Schema:
    """An ``estate.yaml``."""
    return _object(EstateForm)


def _object(form: type[Form]) -> Schema:
    """A mapping with the fields of a form."""
    fields = {
        field.alias or name: (_value(field.annotation, field.metadata), field.is_required())
        for name, field in form.model_fields.items()
        if not field.exclude
    }
    return {
        "type": "object",
        "description": cleandoc(form.__doc__ or "").split("\n")[0],
        "properties": {name: value for name, (value, _) in fields.items()},
        "required": [name for name, (_, required) in fields.items() if required],
        "additionalProperties": False,
    }


def _duty() -> Schema:
    """A duty: its check says which fields it has. What `duty_defaults` gives need not be there."""
    forms = {name: _object(form) for name, form in CHECKS.items()}
    cases = [
        {
            "if": {"properties": {"check": {"const": name}}, "required": ["check"]},
            "then": {key: value for key, value in form.items() if key != "required"},
        }
        for name, form in forms.items()
    ]
    return {"type": "object", "properties": {"check": {"enum": list(CHECKS)}}, "allOf": cases}


def _keys() -> Schema:
    """Fields of any duty."""
    fields = {name: value for form in CHECKS.values() for name, value in _object(form)["properties"].items()}
    return {"type": "object", "properties": {key: {} for key in fields}, "additionalProperties": False}


def _named(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def _value(annotation: Any, told: Sequence[object] = ()) -> Schema:
    """What is known of a field; of figures, and of what may be written in several ways, nothing."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if any(isinstance(one, BeforeValidator | WrapValidator | PlainValidator) for one in told):
        return {}
    if origin is Annotated:
        return _value(inner[0], inner[1:])
    if origin in (Union, UnionType):
        parts = [part for part in inner if part is not type(None)]
        return _value(parts[0]) if len(parts) == 1 else {}
    if origin is Literal:
        return {"enum": list(inner)}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {"enum": [member.value for member in annotation]}
    if isinstance(annotation, type) and issubclass(annotation, Form) and annotation.model_fields:
        return _object(annotation)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        member = _value(inner[1])
        return _named(member) if member else {"type": "object"}
    return {"type": "boolean"} if annotation is bool else {}
