"""What a rule book says around the checks: roles, parameters, timetable, events, populations."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, Strict, TypeAdapter, ValidationInfo, field_validator

from dutyrules.activity.kinds import BOOLEAN, INSTANT, INTEGER, PERSON, RESERVED, TEXT, AttributeType
from dutyrules.book.outcomes import Outcome
from dutyrules.book.scorecards import Fine, Scorecard
from dutyrules.checks.duty import Duty, Names, Titles, Words
from dutyrules.checks.moments import Moment
from dutyrules.diagnostics import did_you_mean
from dutyrules.figure import (
    Count,
    Day,
    Due,
    Figure,
    Form,
    Points,
    Price,
    Share,
    Text,
    Time,
    Weekdays,
    Window,
    Windows,
    Within,
    clock,
    shown,
    wrong,
)
from dutyrules.registry.tables import TARGET_COLUMN


class Source(Form):
    """The document that a book renders, and the catalogue of its clauses."""

    id: Text
    title: Titles = ""
    catalogue: Text | None = None


class Head(Form):
    """The lines at the top of a book."""

    book: Text
    title: Titles = ""
    source: Source
    published_on: Day = date(1970, 1, 1)
    extends: Names = ()


class Role(Form):
    """A role, whom it reports to, and the roles it stands for."""

    title: Titles = ""
    reports_to: Names = ()
    includes: Names = ()


PARAMETER_TYPES: Mapping[str, Any] = {
    "integer": Count,
    "decimal": Points,
    "share": Share,
    "time": Time,
    "moment": Moment,
    "window": Window,
    "windows": Windows,
    "weekdays": Weekdays,
    "duration": Within,
    "due": Due,
    "price": Price,
    "text": Text,
}

SAMPLES: Mapping[str, Any] = {
    "integer": 1,
    "decimal": Decimal("0.5"),
    "share": "1/2",
    "time": "12:00",
    "moment": "shift.end",
    "window": ["11:00", "12:00"],
    "windows": [["11:00", "12:00"]],
    "weekdays": ["monday"],
    "duration": "1 days",
    "due": {"day": 1},
    "price": {"1": 1, "3": 2},
    "text": "text",
}
"""A value of each type, as a book writes it."""


def _type_or_words(value: object, types: Mapping[str, Any], kind: str) -> object:
    """The name of a type, or the list of words that are allowed."""
    if (
        isinstance(value, list | tuple)
        and value
        and all(isinstance(word, str | bool | int | Decimal) for word in value)
    ):
        return tuple(word if isinstance(word, str) else shown(word) for word in value)
    if isinstance(value, str) and value in types:
        return value
    hint = did_you_mean(value, types) if isinstance(value, str) else None
    raise wrong(kind, value, f"{', '.join(types)}, or a list of words", hint)


def _parameter_type(value: object) -> object:
    return _type_or_words(value, PARAMETER_TYPES, "parameter-type")


class Parameter(Form):
    """A figure that an estate may set."""

    type: Annotated[str | tuple[str, ...], BeforeValidator(_parameter_type)]
    default: Any = None
    suggest: Any = None
    clause: Names = ()
    title: Titles = ""

    @property
    def adapter(self) -> "TypeAdapter[Figure[Any]]":
        """Reads a value of this type."""
        kind: Any = Literal[self.type] if isinstance(self.type, tuple) else PARAMETER_TYPES[self.type]
        return TypeAdapter(Figure[kind])

    @property
    def samples(self) -> tuple[object, ...]:
        """Values that it may have: of words all, of other types one."""
        return self.type if isinstance(self.type, tuple) else (SAMPLES[self.type],)


class Slot(Form):
    """A slot of the timetable; it owes nothing by itself."""

    slot: Text
    role: Text
    start: Time = Field(alias="from")
    to: Time
    clause: Names = ()
    title: Titles = ""

    @field_validator("to")
    @classmethod
    def _takes_time(cls, to: int, info: ValidationInfo) -> int:
        start = info.data.get("start")
        if start is not None and to <= start:
            raise wrong("slot-order", clock(to), f"a time after {clock(start)}, when it starts")
        return to


ATTRIBUTE_TYPES: Mapping[str, AttributeType] = {
    "integer": INTEGER,
    "boolean": BOOLEAN,
    "instant": INSTANT,
    "person": PERSON,
    "text": TEXT,
}


def _attribute_type(value: object) -> object:
    return _type_or_words(value, ATTRIBUTE_TYPES, "attribute-type")


def _attribute_name(value: str) -> str:
    if value in RESERVED:
        raise wrong("attribute-name", value, "another name: every row has this column anyway")
    return value


AttributeName = Annotated[str, AfterValidator(_attribute_name)]
AttributeForm = Annotated[str | tuple[str, ...], BeforeValidator(_attribute_type)]


class EventKind(Form):
    """What the rows of a kind carry."""

    title: Titles = ""
    target: Literal["building", "unit", "person", "area", "text"] | None = None
    case: Annotated[bool, Strict()] = False
    value: Text | None = None
    person: Literal["staff", "any"] = "staff"
    attributes: Mapping[AttributeName, AttributeForm] = {}


class Population(Form):
    """Rows of a table, filtered."""

    table: Literal[tuple(TARGET_COLUMN)]  # type: ignore[valid-type]
    where: Mapping[str, Words] = {}
    title: Titles = ""


SECTIONS: Mapping[str, type[Form] | None] = {
    "roles": Role,
    "parameters": Parameter,
    "events": EventKind,
    "populations": Population,
    "duties": Duty,
    "scorecards": Scorecard,
    "fines": Fine,
    "outcomes": Outcome,
}
"""The sections that map ids to definitions."""
