"""The rows of an earlier plan of patrols: which may move, which stay on frozen days, and which no longer can."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dutyrules.estate import Estate
from dutyrules.plan.beats import Patrol
from dutyrules.plan.hours import Span, inside
from dutyrules.plan.kept import away
from dutyrules.plan.outing_duties import outing_kinds
from dutyrules.plan.owing import Buildings, Owing
from dutyrules.plan.patrol_pins import Kept, with_end
from dutyrules.plan.plan import Task
from dutyrules.plan.planfile import Placed
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import Period, date_of, day_number


@dataclass(frozen=True)
class Rows:
    """What an earlier plan has on planned days and nobody pinned.

    Attributes:
        frozen: Those on frozen days that can still be made; they stay.
        refused: The others of frozen days, and why.
        loose: Those that may move.
        until: The last frozen day; before the first planned one if none is.
    """

    frozen: tuple[Placed, ...]
    refused: Mapping[Task, str]
    loose: tuple[Task, ...]
    until: int


def read_rows(
    estate: Estate, period: Period, first: int, keep: Sequence[Placed], freeze: date | None, reader: "RowReader"
) -> Rows:
    """Sorts the rows.

    Args:
        first: First day to plan.
        freeze: The last day on which nothing moves.
    """
    until = first - 1 if freeze is None else max(first - 1, day_number(freeze))
    kinds = estate.planning.patrols.keys() - outing_kinds(estate)
    rows = [
        with_end(estate, one)
        for one in keep
        if one.task.kind in kinds and not one.task.pinned and date_of(first) <= one.task.at.date() <= period.last
    ]
    frozen, refused = list[Placed](), dict[Task, str]()
    for one in sorted(rows, key=lambda one: one.task):
        if day_number(one.task.at.date()) <= until:
            why = reader.why_not(one.task) or reader.clash(one.task, frozen)
            if why is None:
                frozen.append(one)
            else:
                refused[one.task] = why
    loose = tuple(one.task for one in rows if day_number(one.task.at.date()) > until)
    return Rows(tuple(frozen), refused, loose, until)


@dataclass(frozen=True)
class RowReader:
    """Tells whether a patrol can be made as it stands.

    Attributes:
        owing: What is owed.
        kept: What is certain.
        rounds: The rounds that people walk.
    """

    estate: Estate
    presence: Presence
    owing: Sequence[Owing]
    buildings: Buildings
    kept: Kept
    rounds: Sequence[Patrol]

    def why_not(self, task: Task) -> str | None:
        """Why somebody cannot patrol a building then, or need not, whatever else is planned; None if they can."""
        if away(self.presence, task):
            return "absent"
        person, day, _, code = self.kept.key(task)
        mine = [one for one in self.owing_of(task) if code in one.buildings]
        if not mine:
            gone = task.target in self.estate.places.by_type["building"] and code not in self.buildings.on(day)
            return "closed" if gone else "not_sent"
        if not any(_within(task, one.hours) and inside(one.errand.windows, _minute(task)) for one in mine):
            return "outside"
        if any(self._out_of_reach(task, one) for one in self.rounds if (one.person, one.day) == (person, day)):
            return "outside"
        busy = self.kept.busy.get((person, day), ())
        return "taken" if any(_minute(task) < end and begin < _end(task) for begin, end in busy) else None

    def _out_of_reach(self, task: Task, patrol: Patrol) -> bool:
        """Whether it is too soon after the office opens, or too late to be back there in time."""
        *_, kind, code = self.kept.key(task)
        found = [stop for stop, (errand, where) in enumerate(patrol.sites) if (errand.kind, where) == (kind, code)]
        ends = patrol.ends
        return ends is not None and any(
            _minute(task) - ends.out[stop] < ends.opens or _end(task) + ends.back[stop] > ends.closes for stop in found
        )

    def owing_of(self, task: Task) -> Iterator[Owing]:
        """What the person of a patrol owes that day by such patrols."""
        person, day, kind, _ = self.kept.key(task)
        return (one for one in self.owing if (one.person, one.day, one.errand.kind) == (person, day, kind))

    def clash(self, task: Task, others: Sequence[Placed]) -> str | None:
        """Whether something certain is too near, or the building is patrolled already."""
        for one in (*self.kept.patrols, *others):
            other = one.task
            if (other.person, other.at.date()) != (task.person, task.at.date()):
                continue
            same = (other.kind, other.target) == (task.kind, task.target)
            first, second = (task, other) if task.at <= other.at else (other, task)
            if same or _end(first) + self.way(first, second) > _minute(second):
                return "taken"
        return None

    def way(self, first: Task, second: Task) -> int:
        """Minutes from one patrol to another of the same day."""
        there = self.buildings.on(day_number(first.at.date()))
        one, other = (there.get(self.kept.codes.get(task.target or "", -1)) for task in (first, second))
        pace = self.estate.planning.patrols[second.kind].metres_per_minute
        return 0 if one is None or other is None else self.buildings.distances.minutes(one.spot, other.spot, pace)


def _within(task: Task, hours: Sequence[Span]) -> bool:
    return any(first <= _minute(task) and _end(task) <= last for first, last in hours)


def _minute(task: Task) -> int:
    return task.at.hour * 60 + task.at.minute


def _end(task: Task) -> int:
    return _minute(task) - -int((task.until - task.at).total_seconds()) // 60
