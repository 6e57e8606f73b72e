"""A plan as plain data: tasks, what could not be met and why, and how good it is."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from dutyrules.plan.loads import Balance
from dutyrules.plan.relief import Relaxation


class Status(StrEnum):
    """What is known about a plan; never one taken for another."""

    OPTIMAL = "optimal"
    """Every duty is met, and no plan costs less."""
    FEASIBLE = "feasible"
    """Every duty is met; the gap says how much better a plan could at most be."""
    INFEASIBLE = "infeasible"
    """It is proven that not every duty can be met; the plan misses what its shortfalls say."""
    UNKNOWN = "unknown"
    """Not every duty is met, and it is not proven that this cannot be helped."""


@dataclass(frozen=True, order=True)
class Task:
    """A planned event.

    Attributes:
        at, until: Local begin and end.
        target: The unit or building, where the kind has one.
        case: The case that a follow-up belongs to.
        attributes: Further columns of the log, as the duties ask for them.
        duties: The duties that it serves.
        order: Its place in the person's day, from 1.
        pinned: Whether it was given and had to stay.
    """

    at: datetime
    until: datetime
    person: str
    kind: str
    target: str | None = None
    case: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict, compare=False)
    duties: tuple[str, ...] = ()
    order: int = 0
    pinned: bool = False

    @property
    def along(self) -> tuple[str, ...]:
        """Who comes along; nobody accompanies themselves."""
        names = (name.strip() for name in re.split("[;、]", self.attributes.get("participants", "")))
        return tuple(name for name in names if name and name != self.person)

    def row(self) -> dict[str, str | None]:
        """The task as a row of an activity log, ``state: planned``."""
        return {
            "at": self.at.isoformat(sep=" "),
            "until": self.until.isoformat(sep=" "),
            "person": self.person,
            "kind": self.kind,
            "target": self.target,
            "case": self.case,
            "state": "planned",
            **self.attributes,
        }


@dataclass(frozen=True)
class Cause:
    """One sentence of an explanation: which one, and its numbers; the reports hold the words."""

    message: str
    numbers: Mapping[str, int | str]


@dataclass(frozen=True)
class Shortfall:
    """An obligation that the plan leaves unmet.

    Attributes:
        post: ``person@area@role``.
        period: Its label, as in a breach.
        day: When it falls due.
        expected, actual: As a breach prints them: numbers, or instants for follow-ups.
        number: How many are missing.
        breach_id: The id that the breach will have, and that a waiver names.
        causes: Why, as sentences with numbers; what they say is proven.
        missing: Targets that are left out.
    """

    duty: str
    clause: tuple[str, ...]
    post: str
    period: str
    day: date
    reason: str
    expected: str | None
    actual: str | None
    number: int
    breach_id: str
    causes: tuple[Cause, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """One part of the objective, in its own unit.

    Attributes:
        name: Message id; the reports hold the words.
        value: What the plan has; less is better.
        bound: What no plan can be below, None where nothing is known.
        sought: Whether the planner looks for less; what it only tells says nothing about how good the plan is.
    """

    name: str
    unit: str
    value: int
    bound: int | None = None
    sought: bool = True

    @property
    def gap(self) -> Fraction | None:
        """``(value - bound) / bound``; None without a bound."""
        if self.bound is None:
            return None
        return Fraction(self.value - self.bound, self.bound) if self.bound else Fraction(0) if not self.value else None


@dataclass(frozen=True)
class Gaps:
    """How long it is from one patrol of a building to the next, in days on which its area is patrolled.

    Attributes:
        times: (days, how often), ascending; the later patrol is in the plan, the earlier one there or in the log.
    """

    times: tuple[tuple[int, int], ...]

    @property
    def mean(self) -> Fraction | None:
        """Days on average; None if nothing is patrolled twice."""
        number = sum(times for _, times in self.times)
        return Fraction(sum(days * times for days, times in self.times), number) if number else None


@dataclass(frozen=True)
class Unplanned:
    """Something that the plan leaves alone, and why; `who` is a duty, a post, or a unit."""

    who: str
    reason: str


@dataclass(frozen=True)
class Move:
    """What became of a task of the plan that was kept, or a task that it did not have.

    Attributes:
        before: None for a new task.
        after: None for a task that is gone.
        change: ``person``, ``day``, ``hour``, ``companion``, ``new`` or ``gone``.
        reason: Message id: why it could not stay, or what the new one is for; the reports hold the words.
    """

    before: Task | None
    after: Task | None
    change: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """What a planner returns; verified before anybody sees it.

    Attributes:
        name: Which planner: ``visits`` or ``patrols``.
        start: First day that was planned; what lies before comes from the log.
        duties: The duties that it serves.
        least_shortfall: No plan misses less than this in all; proven.
        measures: The objective, part by part.
        gaps: Of patrols; None if none are planned.
        unplanned: What was left alone and why.
        moves: What is not as in the plan that was kept; empty without one.
        relaxations: The cheapest changes after which each group of people would miss nothing; verified.
        balance: Which buildings could go over to whom, where people have unequally much to do.
        complete: False if the search was interrupted; the plan then is the best verified one.
        provenance: Hashes of estate, book and log, versions, the holiday calendar.
    """

    name: str
    estate: str
    period: str
    start: date
    status: Status
    tasks: Sequence[Task]
    duties: tuple[str, ...]
    shortfalls: Sequence[Shortfall]
    least_shortfall: int
    measures: Sequence[Measure]
    gaps: Gaps | None = None
    unplanned: Sequence[Unplanned] = ()
    moves: Sequence[Move] = ()
    relaxations: Sequence[Relaxation] = ()
    balance: Balance | None = None
    complete: bool = True
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shortfall(self) -> int:
        """How much is missing in all."""
        return sum(one.number for one in self.shortfalls)

    def of(self, person: str) -> Sequence[Task]:
        """One person's tasks, in order, those too in which that person comes along."""
        own = [task for task in self.tasks if task.person == person or person in task.along]
        if all(task.person == person for task in own):
            return own
        days = Counter[date]()
        numbered = []
        for task in own:
            days[task.at.date()] += 1
            numbered.append(replace(task, order=days[task.at.date()]))
        return numbered


def status_of(shortfall: int, least_shortfall: int, measures: Sequence[Measure]) -> Status:
    """What may be said of a plan that misses `shortfall`, where no plan misses less than `least_shortfall`.

    >>> status_of(0, 0, [Measure("walking", "minutes", 12, 12)]).value
    'optimal'
    >>> status_of(3, 2, []).value, status_of(3, 3, []).value
    ('infeasible', 'infeasible')
    >>> status_of(3, 0, []).value
    'unknown'
    """
    if least_shortfall:
        return Status.INFEASIBLE
    if shortfall:
        return Status.UNKNOWN
    return Status.OPTIMAL if all(one.value == one.bound for one in measures if one.sought) else Status.FEASIBLE
