"""What a rule book says around the checks: roles, parameters, timetable, events, populations, scorecards, fines."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, TypeAdapter

from dutyrules.checks.duty import Duty, Names, Titles, Words
from dutyrules.figure import (
    Count,
    Day,
    Due,
    Figure,
    Form,
    Points,
    Share,
    Text,
    Time,
    Window,
    Windows,
    Within,
    wrong,
)
from dutyrules.obligation import REASONS
from dutyrules.registry.population import TARGET_COLUMN
from dutyrules.timegrid import PeriodKind


class Source(Form):
    """The document that a book renders."""

    id: Text
    title: Titles = ""


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
    reports_to: Text | None = None
    includes: Names = ()


PARAMETER_TYPES: Mapping[str, Any] = {
    "integer": Count,
    "decimal": Points,
    "share": Share,
    "time": Time,
    "window": Window,
    "windows": Windows,
    "duration": Within,
    "due": Due,
    "text": Text,
}


def _parameter_type(value: object) -> object:
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return tuple(value)
    if isinstance(value, str) and value in PARAMETER_TYPES:
        return value
    if isinstance(value, tuple):
        return value
    raise wrong("parameter-type", value, f"one of {', '.join(PARAMETER_TYPES)}, or a list of words")


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
        if isinstance(self.type, tuple):
            return TypeAdapter(Figure[Literal[self.type]])  # type: ignore[valid-type]
        return TypeAdapter(Figure[PARAMETER_TYPES[self.type]])  # type: ignore[misc]


class Slot(Form):
    """A slot of the timetable; it owes nothing by itself."""

    slot: Text
    role: Text
    start: Time = Field(alias="from")
    to: Time
    clause: Names = ()
    title: Titles = ""

    def model_post_init(self, _: object) -> None:
        """A slot takes time."""
        if self.to <= self.start:
            raise wrong("slot-order", f"{_clock(self.start)} to {_clock(self.to)}", "a slot that ends after it starts")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


AttributeForm = Literal["integer", "boolean", "instant", "person", "text"] | tuple[Annotated[str, Strict()], ...]


class EventKind(Form):
    """What the rows of a kind carry."""

    title: Titles = ""
    target: Literal["building", "unit", "person", "area", "text"] | None = None
    case: Annotated[bool, Strict()] = False
    value: Text | None = None
    person: Literal["staff", "any"] = "staff"
    attributes: Mapping[str, AttributeForm] = {}


class Population(Form):
    """Rows of a table, filtered."""

    table: Literal[tuple(TARGET_COLUMN)]  # type: ignore[valid-type]
    where: Mapping[str, Words] = {}
    title: Titles = ""


class Line(Form):
    """A deduction line: what it charges, for which breaches."""

    clause: Names = ()
    title: Titles = ""
    breaches: tuple[Text, ...] = ()
    each: Figure[Points] | None = None
    once: Figure[Points] | None = None
    every: Figure[Count] | None = None
    points: Figure[Points] | None = None
    per_missing: Figure[Points] | None = None
    condition: Literal["none_done"] | None = Field(default=None, alias="if")
    only_if_met: Text | None = None
    aggravated_by: Text | None = None
    distinct: Literal["case"] | None = None

    def model_post_init(self, _: object) -> None:
        """One price, and reasons that exist."""
        prices = [name for name in ("each", "once", "every", "per_missing") if getattr(self, name) is not None]
        if len(prices) != 1:
            raise wrong("one-price", ", ".join(prices) or "none", "one of each, once, every, per_missing")
        if (self.every is None) != (self.points is None):
            raise wrong("every-points", prices[0], "points together with every")
        for breach in self.breaches:
            if breach.rpartition(".")[2] not in REASONS:
                raise wrong("reason", breach, f"duty.reason with one of {', '.join(REASONS)}")

    @property
    def duties(self) -> tuple[str, ...]:
        """The duties whose breaches it charges."""
        return tuple(dict.fromkeys(breach.rpartition(".")[0] for breach in self.breaches))


class Item(Form):
    """An item of a scorecard: its marks, and the lines that take them off."""

    clause: Names = ()
    title: Titles = ""
    marks: Points
    inspect: Literal["optional", "required"] = "optional"
    lines: Mapping[str, Line]


class Bonus(Form):
    """Points on top, per event."""

    clause: Names = ()
    title: Titles = ""
    event: Text
    where: Mapping[str, Words] = {}
    each: Figure[Points]


class Scorecard(Form):
    """The items by which a role is appraised in a period."""

    title: Titles = ""
    role: Text
    per: PeriodKind
    clause: Names = ()
    items: Mapping[str, Item]
    bonus: Mapping[str, Bonus] = {}

    @property
    def lines(self) -> Mapping[tuple[str, str], Line]:
        """Every line by (item, line)."""
        return {(item, line): form for item, entry in self.items.items() for line, form in entry.lines.items()}


class Fine(Line):
    """Money that a text asks for; reported, never deducted."""

    role: Text
    currency: Text
    mode: Literal["record_only"] = "record_only"


SECTIONS: Mapping[str, type[Form] | None] = {
    "roles": Role,
    "parameters": Parameter,
    "events": EventKind,
    "populations": Population,
    "duties": Duty,
    "scorecards": Scorecard,
    "fines": Fine,
}
"""The sections that map ids to definitions."""
