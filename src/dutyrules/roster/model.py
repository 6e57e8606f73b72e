"""What a roster has to keep, as plain data: people, shifts, and rules that have names.

A roster says for each person and day which shift is worked, or none. Days are numbered from 0. A rule without a price
must be kept; one with a price may be broken, and each unit of breach costs so much.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Roster: TypeAlias = Mapping[str, tuple[str | None, ...]]
"""Person → shift of each day, None on days off."""


@dataclass(frozen=True)
class Shift:
    """What one person works on one day; a split day is one shift of several windows.

    Attributes:
        minutes: How long is worked; breaks between windows do not count.
        keys: The cover that it counts for; its own id if none is named.
        windows: From when to when, in seconds after midnight; empty where only the name matters.
    """

    id: str
    minutes: int
    keys: tuple[str, ...] = ()
    windows: tuple[tuple[int, int], ...] = ()

    @property
    def serves(self) -> tuple[str, ...]:
        """The keys of cover that whoever works it counts for."""
        return self.keys or (self.id,)


@dataclass(frozen=True)
class Person:
    """Somebody to be rostered.

    Attributes:
        shifts: Those that the person is qualified for; none other is ever given, whatever it would help.
        before: The shifts of the days before day 0, the last of them last. If empty, nothing is known of them: a run
            or a rest that touches the first day is then taken to be long enough, and to begin there.
    """

    id: str
    shifts: frozenset[str]
    before: tuple[str | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What all rules have.

    Attributes:
        id: Its name, which reports and overrides use; several rules may share one.
        who: The persons for whom it holds, each alone (`Fair`: all together).
        price: Of one unit of breach; None if it must be kept.
        relax: What a unit would cost if the rule had to be given up; None if nobody may.
    """

    id: str
    who: tuple[str, ...] = ()
    price: int | None = None
    relax: int | None = None


@dataclass(frozen=True, kw_only=True)
class Count(Rule):
    """So many shifts, minutes or nights from the day `first` to the day `last`; a unit of breach is one of them.

    Attributes:
        weights: Shift → what it counts; what is not there counts nothing. None: every shift counts one.
        unit: What is counted, for messages.
    """

    first: int
    last: int
    least: int = 0
    most: int | None = None
    weights: Mapping[str, int] | None = field(default=None, hash=False)
    unit: str = "shifts"

    def weight(self, shift: str | None) -> int:
        """What a shift counts."""
        if shift is None:
            return 0
        return 1 if self.weights is None else self.weights.get(shift, 0)


@dataclass(frozen=True, kw_only=True)
class Runs(Rule):
    """Consecutive days of work (`off`: consecutive days off), at least and at most so many.

    A unit of breach is a day that lacks or exceeds. A run that goes on after the last day is long enough.
    """

    least: int = 1
    most: int | None = None
    off: bool = False


@dataclass(frozen=True, kw_only=True)
class Follows(Rule):
    """Shifts that must not be worked on two days in a row; a unit of breach is such a pair of days.

    Attributes:
        pairs: (shift, shift on the next day).
    """

    pairs: frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Weekends(Rule):
    """At most so many weekends with any work; a unit of breach is a weekend.

    Attributes:
        weekends: The days of each.
    """

    weekends: tuple[tuple[int, ...], ...]
    most: int


@dataclass(frozen=True, kw_only=True)
class Overtime(Rule):
    """At most so many minutes of overtime in all weeks together; a unit of breach is a minute.

    Overtime of a day is what goes beyond `day`; overtime of a week is that of its days, and what the rest of its
    minutes goes beyond `week`: no minute counts twice.

    Attributes:
        weeks: The days of each week; negative ones are days before.
    """

    weeks: tuple[tuple[int, ...], ...]
    day: int
    week: int
    most: int


@dataclass(frozen=True, kw_only=True)
class OnDay(Rule):
    """What is worked on a day is one of these shifts (None: day off); leave, pins and requests.

    Attributes:
        wanted: False turns it round: none of these.
    """

    day: int
    shifts: frozenset[str | None]
    wanted: bool = True

    def kept(self, shift: str | None) -> bool:
        """Whether that shift on the day keeps the rule."""
        return (shift in self.shifts) == self.wanted


@dataclass(frozen=True, kw_only=True)
class Fair(Rule):
    """Between whoever has most and whoever has least of something lies at most so much.

    Attributes:
        days: The days that count.
        weights: Shift → what it counts; None: every shift counts one.
        history: Person → what was had before.
        most: The greatest difference that is no breach; a unit of breach is one more.
    """

    days: tuple[int, ...]
    weights: Mapping[str, int] | None = field(default=None, hash=False)
    history: Mapping[str, int] = field(default_factory=dict, hash=False)
    most: int = 0
    unit: str = "shifts"

    def weight(self, shift: str | None) -> int:
        """What a shift counts."""
        if shift is None:
            return 0
        return 1 if self.weights is None else self.weights.get(shift, 0)


@dataclass(frozen=True, kw_only=True)
class Cover(Rule):
    """So many people who serve a key on a day. `price` is of each who is missing.

    Attributes:
        most: More than so many are too many; None: never.
        over: The price of each who is too many; None: nobody may be.
    """

    day: int
    key: str
    need: int
    most: int | None = None
    over: int | None = 0


@dataclass(frozen=True)
class RosterModel:
    """People, shifts, days and rules.

    Attributes:
        days: How many.
    """

    days: int
    shifts: tuple[Shift, ...]
    people: tuple[Person, ...]
    rules: tuple[Rule, ...]

    @property
    def by_id(self) -> dict[str, Shift]:
        """Id → shift."""
        return {shift.id: shift for shift in self.shifts}
