"""What a test in a book may say: what is given, and what is expected of it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from re import fullmatch
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, Strict

from dutyrules.checks.duty import Names, one_or_many
from dutyrules.figure import Count, Day, Form, Points, Share, Text, Window, wrong
from dutyrules.obligation import REASONS
from dutyrules.timegrid import Period

STATES = ("met", "excused", "pending", "not_assessed", "no_occasion", "none")
"""Words that say how all obligations of a duty stand; `none`: there is not one."""

MOST_IDS = 10_000
"""Ids that one range may stand for."""


def _id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _ids(value: object) -> tuple[object, ...]:
    """Ids one by one: `b1..b3` stands for b1, b2, b3."""
    entries = value if isinstance(value, list | tuple) else (value,)
    return tuple(part for entry in entries for part in _range(_id(entry)))


def _range(entry: object) -> tuple[object, ...]:
    match = fullmatch(r"(.*?)(\d+)\.\.\1(\d+)", entry) if isinstance(entry, str) else None
    if match is None:
        return (entry,)
    stem, low, high = match[1], int(match[2]), int(match[3])
    if not low <= high < low + MOST_IDS:
        raise wrong("range", entry, f"a range such as {stem}1..{stem}5")
    return tuple(f"{stem}{number}" for number in range(low, high + 1))


def _members(value: object) -> object:
    """How many there are, or which."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    ids = _ids(value) if isinstance(value, list | str) else ()
    if (not ids and value != []) or not all(isinstance(one, str) for one in ids):
        raise wrong("members", value, "ids, or how many there are")
    return ids


def _period(value: object) -> object:
    try:
        return Period.parse(str(value))
    except ValueError:
        raise wrong("period", value, "a month such as 2026-10, or another period such as 2026-Q4") from None


def _instant(value: object) -> object:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise wrong("instant", value, "an instant such as 2026-10-30 18:00") from None


def _scalar(value: object) -> object:
    if isinstance(value, str | Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise wrong("scalar", value, "a number, a time or an instant")


Id = Annotated[str, BeforeValidator(_id), Strict()]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_ids)]
Members = Annotated[Any, BeforeValidator(_members)]
Scalar = Annotated[Any, BeforeValidator(_scalar)]


class PostForm(Form):
    """Somebody with a post."""

    id: Id
    role: Text | None = None
    area: Text | None = None
    start: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    fte: Share | None = None
    primary: Annotated[bool, Strict()] = False
    manager: Id | None = None


class PersonForm(PostForm):
    """The person whom a test is about."""

    shift: Window | None = None


class LeaveForm(Form):
    """A leave; of the test's person and approved unless it says otherwise."""

    person: Id | None = None
    start: Text = Field(alias="from")
    until: Text
    approved: Annotated[bool, Strict()] = True
    kind: Text | None = None
    substitute: Id | None = None
    accepted_at: Text | None = None


class SpellForm(Form):
    """What holds of a target for a while."""

    name: Text
    target: Id
    start: Day | None = Field(default=None, alias="from")
    to: Day | None = None


class EventForm(Form):
    """A row of the log; several instants or targets make several rows. Further columns are attributes of its kind."""

    model_config = ConfigDict(frozen=True, extra="allow")

    at: Annotated[tuple[Text, ...], BeforeValidator(one_or_many)]
    kind: Text
    person: Id | None = None
    target: Ids = ()


class GivenForm(Form):
    """The little world of a test."""

    month: Annotated[Period, BeforeValidator(_period)]
    person: PersonForm
    people: tuple[PostForm, ...] = ()
    areas: Mapping[str, Any] = {}
    bind: Mapping[str, Any] = {}
    leave: tuple[LeaveForm, ...] = ()
    populations: Mapping[str, Members] = {}
    spells: tuple[SpellForm, ...] = ()
    coverage: Names | None = None
    as_of: Annotated[datetime, BeforeValidator(_instant)] | None = None
    events: tuple[EventForm, ...] = ()


class BreachForm(Form):
    """A breach; what it leaves out may be anything."""

    reason: Literal[REASONS] | None = None  # type: ignore[valid-type]
    expected: Scalar | None = None
    actual: Scalar | None = None
    on: Day | None = None
    slot: Count | None = None
    target: Id | None = None
    case: Id | None = None


class BreachedForm(Form):
    """Exactly these breaches."""

    breached: Annotated[tuple[BreachForm, ...], BeforeValidator(one_or_many)]


class SumsForm(Form):
    """What the scorecard and the fines come to, and what follows besides."""

    score: Points | None = None
    grade: Text | None = None
    items: Mapping[str, Points] = {}
    lines: Mapping[str, Points] = {}
    fines: Mapping[str, Points] = {}
    payable: Mapping[str, Points] = {}
    outcomes: Mapping[str, Names] = {}

    @property
    def whole(self) -> bool:
        """Whether every item counts."""
        return self.score is not None or self.grade is not None

    @property
    def on_card(self) -> bool:
        """Whether the scorecard has to be filled in."""
        return self.whole or bool(self.items or self.lines)


class TestForm(Form):
    """One entry of `tests:`."""

    __test__ = False  # no class of tests, whatever pytest makes of its name

    name: Text
    clause: Names
    given: GivenForm
    expect: Mapping[str, Any]
