"""Who walks through which buildings on which day, in which order: what patrol sheets and their pictures show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from dutyrules.plan import Task
from dutyrules.report.plan_load import Load
from dutyrules.report.plan_words import PlanWords
from dutyrules.timegrid import Period


@dataclass(frozen=True)
class Stop:
    """A building of a walk.

    Attributes:
        number: Its place in the person's walks of the day, from 1.
        units: Homes that are checked there.
    """

    number: int
    building: str
    units: int


@dataclass(frozen=True)
class PatrolMonth:
    """One person's walks in a month.

    Attributes:
        days: The planned days of the month, whether or not there is a walk.
        walks: Day → stops in order.
        buildings: Everything that is seen, and what else lies in the person's own areas.
    """

    person: str
    month: date
    days: Sequence[date]
    walks: Mapping[date, Sequence[Stop]]
    buildings: Sequence[str]

    def numbers(self, building: str, day: date) -> Sequence[Stop]:
        """The stops in a building on a day; mostly one."""
        return [stop for stop in self.walks.get(day, ()) if stop.building == building]

    def times(self, building: str) -> int:
        """How often a building is seen."""
        return sum(stop.building == building for stops in self.walks.values() for stop in stops)

    def waits(self, building: str) -> Mapping[date, int]:
        """For each day on which a building is seen: how many days with walks since it was seen last, in this month.

        The first time is 1: what was before is not on this page.
        """
        found, last = {}, None
        for number, day in enumerate(sorted(self.walks)):
            if self.numbers(building, day):
                found[day] = 1 if last is None else number - last
                last = number
        return found


class Patrols:
    """The walks of everybody in a plan."""

    def __init__(self, words: PlanWords) -> None:
        self._words = words
        self._kinds = frozenset(words.estate.planning.patrols)

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(self._words.estate.tables.buildings["building"])}

    def months(self, load: Load) -> Iterator[PatrolMonth]:
        """One person's months, those with a walk."""
        walks = self._walks(load)
        for first, own in groupby(sorted(walks), lambda day: day.replace(day=1)):
            month = {day: walks[day] for day in own}
            seen = {stop.building for stops in month.values() for stop in stops}
            buildings = sorted(seen | self._own(load.person), key=lambda name: (self._order.get(name, 0), name))
            yield PatrolMonth(load.person, first, self._days(first), month, buildings)

    def _walks(self, load: Load) -> Mapping[date, Sequence[Stop]]:
        mine = [task for task in load.tasks if task.kind in self._kinds and task.until > task.at]
        return {day: tuple(self._stops(list(tasks))) for day, tasks in groupby(mine, lambda task: task.at.date())}

    def _stops(self, tasks: Sequence[Task]) -> Iterator[Stop]:
        """What is done in one building without leaving it is one stop."""
        places = [self._words.place(task) for task in tasks]
        for number, (building, inside) in enumerate(groupby(places, lambda place: place[0]), start=1):
            yield Stop(number, building, sum(bool(unit) for _, unit in inside))

    def _days(self, first: date) -> Sequence[date]:
        plan = self._words.plan
        begin = max(first, plan.start)
        last = min((first + timedelta(days=31)).replace(day=1) - timedelta(days=1), Period.parse(plan.period).last)
        return [begin + timedelta(days=distance) for distance in range((last - begin).days + 1)]

    def _own(self, person: str) -> set[str]:
        """Buildings in the areas of somebody's posts."""
        estate = self._words.estate
        people, buildings = estate.tables.people, estate.tables.buildings
        own = set(people.filter(people["person"] == person)["area"].drop_nulls())
        areas = estate.areas
        inside = {name for name in areas.names if not own.isdisjoint(areas.around(areas.index[name]))}
        return set(buildings.filter(buildings["area"].is_in(list(inside)))["building"])


def marked(stops: Sequence[Stop]) -> str:
    """What stands in a cell: the stop's number, and how many homes are checked there.

    >>> marked([Stop(3, "b1", 0)]), marked([Stop(1, "b1", 2), Stop(6, "b1", 0)])
    ('3', '1+2 6')
    """
    return " ".join(f"{stop.number}+{stop.units}" if stop.units else str(stop.number) for stop in stops)
