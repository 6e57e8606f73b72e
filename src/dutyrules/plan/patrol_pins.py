"""Pinned patrols and lists: what of an earlier plan stays, and whether anybody can keep it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate
from dutyrules.plan.beats import Patrol, Pinned, Pins
from dutyrules.plan.hours import Span
from dutyrules.plan.occasions import taken
from dutyrules.plan.outings import Ask, Counting
from dutyrules.plan.owing import Owing
from dutyrules.plan.pins import at_once, keepable
from dutyrules.plan.plan import Task
from dutyrules.plan.planfile import Placed
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import Period, day_number, time_text


@dataclass(frozen=True)
class Kept:
    """The pins of a plan of patrols.

    Attributes:
        patrols, lists, outings: Those of the kinds that this planner places.
        frozen: Patrols that nobody pinned and that stay, since they lie on frozen days.
        busy: (person, day) → minutes that occasions, pinned rounds without targets and pins of other kinds take.
    """

    patrols: tuple[Placed, ...]
    lists: tuple[Placed, ...]
    outings: tuple[Placed, ...]
    busy: Mapping[tuple[int, int], Sequence[Span]]
    codes: Mapping[str, int]
    persons: Mapping[str, int]
    frozen: tuple[Placed, ...] = ()

    @property
    def tasks(self) -> list[Task]:
        """The tasks that stay and are part of the plan."""
        return [pin.task for pin in (*self.patrols, *self.frozen, *self.lists, *self.outings)]

    @property
    def pins(self) -> Pins:
        """The patrols that stay as appointments."""
        stay = (*self.frozen, *self.patrols)
        return {self.key(pin.task): Pinned(_minute(pin.task), _length(pin.task)) for pin in stay}

    def key(self, task: Task) -> tuple[int, int, str, int]:
        """(person, day, kind, building) of a task."""
        return self.persons[task.person], day_number(task.at.date()), task.kind, self.codes.get(task.target or "", -1)


def read_pins(
    estate: Estate,
    presence: Presence,
    period: Period,
    start: date,
    keep: Sequence[Placed],
    lists: frozenset[str],
    rounds: frozenset[str],
) -> Kept:
    """Sorts the pins.

    Args:
        start: First day to plan.
        lists: Kinds by which buildings are listed.
        rounds: Kinds of rounds without targets.

    Raises:
        InputError: pins that nobody could keep, each at its row.
    """
    patrols = estate.planning.patrols
    pinned = [one for one in keep if one.task.pinned]
    walked = [with_end(estate, one) for one in pinned if one.task.kind in patrols]
    listed = [one for one in pinned if one.task.kind in lists]
    others = [one for one in pinned if one.task.kind not in patrols and one.task.kind not in lists]
    problems = [problem for pin in walked for problem in keepable(presence, period, start, pin)]
    problems += at_once(walked, pinned=True)
    problems += _twice([one for one in walked if one.task.kind not in rounds])
    if problems:
        raise InputError(problems)
    kept = Kept(
        tuple(one for one in walked if one.task.kind not in rounds),
        tuple(listed),
        tuple(one for one in walked if one.task.kind in rounds),
        defaultdict(list),
        {name: code for code, name in enumerate(estate.places.ids.to_list())},
        {name: code for code, name in enumerate(presence.persons)},
    )
    busy: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for lane, listed_ in taken(estate, presence).items():
        busy[lane] += [span for one in listed_ for span in one.spans]
    for one in (*others, *kept.outings):
        day, span = day_number(one.task.at.date()), (_minute(one.task), _minute(one.task) + _length(one.task))
        for name in (one.task.person, *one.task.along) if one.task.until > one.task.at else ():
            if name in kept.persons:
                busy[kept.persons[name], day].append(span)
    return replace(kept, busy=busy)


def check_counted(kept: Kept, owing: Sequence[Owing]) -> None:
    """Pinned patrols are of use: they count for somebody, at a time that the book allows.

    Raises:
        InputError: those that do not, each at its row.
    """
    problems = list[Diagnostic]()
    for pin in kept.patrols:
        person, day, kind, code = kept.key(pin.task)
        mine = [one for one in owing if (one.person, one.day, one.errand.kind) == (person, day, kind)]
        counted = [one for one in mine if code in one.buildings]
        if not mine:
            message = "the person of a pinned patrol owes none that day"
            problems.append(Diagnostic("plan.pin-not-owed", message, pin.where, str(pin.task.at.date())))
        elif not counted:
            message = "the building of a pinned patrol does not count for its person that day"
            problems.append(Diagnostic("plan.pin-elsewhere", message, pin.where, pin.task.target))
        elif not any(_inside(pin.task, one.hours) for one in counted):
            spans = ", ".join(f"{_clock(first)}-{_clock(last)}" for one in counted for first, last in one.hours)
            message = "a pinned patrol lies outside the hours of its duty"
            problems.append(Diagnostic("plan.pin-outside-hours", message, pin.where, str(pin.task.at), spans or "none"))
    if problems:
        raise InputError(problems)


def check_outings(kept: Kept, asks: Sequence[Ask], counting: Counting) -> None:
    """Pinned rounds without targets count for somebody, too.

    Raises:
        InputError: those that do not, each at its row.
    """
    message = "a pinned round counts for nothing that its person owes"
    problems = [
        Diagnostic("plan.pin-not-owed", message, pin.where, str(pin.task.at))
        for pin in kept.outings
        if not any(any(counting.found(ask, [pin.task])) for ask in asks)
    ]
    if problems:
        raise InputError(problems)


def too_far(kept: Kept, patrol: Patrol) -> InputError:
    """Pins of one round that nobody can walk one after the other, or from the office and back."""
    mine = [pin for pin in kept.patrols if kept.key(pin.task)[:2] == (patrol.person, patrol.day)]
    mine.sort(key=lambda pin: pin.task.at)
    message = "the ways between these pinned patrols take longer than the times between them"
    if patrol.ends is not None:
        message = "the ways between these pinned patrols, and from and to the office, take longer than there is time"
    related = tuple(("another one", pin.where) for pin in mine[1:])
    return InputError([Diagnostic("plan.pins-too-far", message, mine[0].where, str(mine[0].task.at), related=related)])


def with_end(estate: Estate, pin: Placed) -> Placed:
    """A pin without an end takes as long as its building."""
    task = pin.task
    if task.until > task.at:
        return pin
    rows = estate.tables.buildings.select("building", "inspect_minutes").iter_rows()
    own = next((minutes for name, minutes in rows if name == task.target and minutes is not None), None)
    minutes = own if own is not None else estate.planning.patrols[task.kind].minutes
    return replace(pin, task=replace(task, until=task.at + timedelta(minutes=minutes)))


def _twice(pins: Sequence[Placed]) -> Iterator[Diagnostic]:
    seen: dict[tuple[object, ...], Placed] = {}
    for pin in pins:
        key = (pin.task.person, pin.task.at.date(), pin.task.kind, pin.task.target)
        if key in seen:
            message = "a building is pinned twice on one day; it counts once"
            related = (("the other one", seen[key].where),)
            yield Diagnostic("plan.pinned-twice", message, pin.where, pin.task.target, related=related)
        seen.setdefault(key, pin)


def _inside(task: Task, hours: Sequence[Span]) -> bool:
    begin = _minute(task)
    return any(first <= begin and begin + _length(task) <= last for first, last in hours)


def _minute(task: Task) -> int:
    return task.at.hour * 60 + task.at.minute


def _length(task: Task) -> int:
    return -(-int((task.until - task.at).total_seconds()) // 60)


def _clock(minute: int) -> str:
    return time_text(minute * 60)
