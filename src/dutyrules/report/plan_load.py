"""Who does how much when, and enters which buildings: the figures behind a plan's pictures."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Final

from dutyrules.plan import Task
from dutyrules.registry.presence import Presence, presence
from dutyrules.report.plan_words import PlanWords, monday
from dutyrules.timegrid import Period, day_number

ALONG: Final = "along"
"""What somebody does who comes along with another, whatever kind it is."""

OTHER: Final = "other"
"""What is neither visit nor patrol, in a plan of all work."""


@dataclass(frozen=True)
class Load:
    """What one person does.

    Attributes:
        tasks: In order, those too in which the person comes along.
        days: Day → how much of each kind that takes time.
        entered: Day → the buildings gone into.
        shares: Week → what it would have if all weeks had the same for a workday; empty where nothing is known.
        rest, leave: Days without work, and days of leave, among those that were planned.
    """

    person: str
    tasks: Sequence[Task]
    days: Mapping[date, Counter[str]]
    entered: Mapping[date, Sequence[str]]
    shares: Mapping[date, Fraction]
    rest: frozenset[date]
    leave: frozenset[date]

    @property
    def total(self) -> Counter[str]:
        """How much of each kind in all."""
        return sum(self.days.values(), Counter[str]())

    @property
    def building_days(self) -> int:
        """How often a building is entered on a day."""
        return sum(map(len, self.entered.values()))

    def week(self, first: date) -> Counter[str]:
        """How much of each kind in the week of a Monday."""
        return sum((load for day, load in self.days.items() if monday(day) == first), Counter[str]())

    def buildings(self, weeks: Sequence[date]) -> Mapping[str, Sequence[int]]:
        """Building → on how many days it is entered, week by week."""
        counts = Counter((name, monday(day)) for day, names in self.entered.items() for name in names)
        return {name: [counts[name, week] for week in weeks] for name in sorted({name for name, _ in counts})}


class Loads:
    """The loads of everybody who has something to do."""

    def __init__(self, words: PlanWords) -> None:
        self._words = words
        self._plan = words.plan
        planning = words.estate.planning
        self._indoors = {kind for kind, way in planning.visits.items() if way.channel == "home"} | {
            kind for kind in planning.patrols if words.estate.book.kinds[kind].target == "building"
        }
        self.people = tuple(sorted({name for task in self._plan.tasks for name in (task.person, *task.along)}))

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """What takes time: kinds as the estate plans them, then others, then coming along."""
        planning = self._words.estate.planning
        found = {kind for one in self.all for kind in one.total}
        order = dict.fromkeys((*planning.visits, *planning.patrols, *sorted(found - {ALONG, OTHER}), OTHER, ALONG))
        return tuple(kind for kind in order if kind in found)

    @cached_property
    def all(self) -> Sequence[Load]:
        """One after the other."""
        return [self._load(person) for person in self.people]

    @cached_property
    def weeks(self) -> Sequence[date]:
        """Mondays from the first week in which somebody works or has something to do, to the last."""
        found = {monday(day) for one in self.all for day in one.days}.union(*(one.shares for one in self.all))
        return [min(found) + timedelta(days=days) for days in range(0, (max(found) - min(found)).days + 1, 7)]

    @cached_property
    def busiest_day(self) -> int:
        """Most of one kind that anybody has in a day."""
        return max((number for one in self.all for load in one.days.values() for number in load.values()), default=1)

    @cached_property
    def busiest_week(self) -> int:
        """Most that anybody has in a week, or would have if it were even."""
        found = [one.week(week).total() for one in self.all for week in self.weeks]
        return max([1, *found, *(-(-share // 1) for one in self.all for share in one.shares.values())])

    def name(self, kind: str) -> str:
        """What a kind is called."""
        return self._words.speech(f"html_{kind}") if kind in (ALONG, OTHER) else self._words.kind(kind)

    # ------------------------------------------------------------ one person

    @cached_property
    def _period(self) -> Period:
        return Period.parse(self._plan.period)

    @cached_property
    def _presence(self) -> Presence:
        estate = self._words.estate
        first, last = day_number(self._plan.start), day_number(self._period.last)
        return presence(
            estate.tables, estate.areas, estate.calendar, first=first, last=last, working_hours=estate.working_hours
        )

    def _load(self, person: str) -> Load:
        tasks = self._plan.of(person)
        days: dict[date, Counter[str]] = {}
        entered: dict[date, dict[str, None]] = {}
        for task in tasks:
            day = task.at.date()
            if task.until > task.at:
                days.setdefault(day, Counter())[self._kind(task) if task.person == person else ALONG] += 1
            if task.kind in self._indoors and (building := self._words.place(task)[0]):
                entered.setdefault(day, {})[building] = None
        off = dict(self._off(person))
        return Load(
            person,
            tasks,
            days,
            {day: tuple(names) for day, names in entered.items()},
            self._shares(sum(load.total() for load in days.values()), off),
            frozenset(day for day, leave in off.items() if not leave),
            frozenset(day for day, leave in off.items() if leave),
        )

    def _kind(self, task: Task) -> str:
        """What a task counts as: in a plan of all work, meetings and the like stand together."""
        planning = self._words.estate.planning
        own = self._plan.name != "work" or task.kind in planning.visits or task.kind in planning.patrols
        return task.kind if own else OTHER

    def _off(self, person: str) -> Iterator[tuple[date, bool]]:
        """Days that were planned on which a person is not at work; whether it is for leave."""
        who = self._presence
        code = who.persons.index(person)
        for distance in range(who.days):
            if not who.base_work[code, distance] or who.away[code, distance]:
                leave = bool(who.base_work[code, distance])
                yield self._plan.start + timedelta(days=distance), leave

    def _shares(self, total: int, off: Mapping[date, bool]) -> Mapping[date, Fraction]:
        planned = [self._plan.start + timedelta(days=distance) for distance in range(self._presence.days)]
        work = Counter(monday(day) for day in planned if day not in off)
        return {week: Fraction(total * days, work.total()) for week, days in work.items()}
