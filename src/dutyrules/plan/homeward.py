"""How far the walks of a day begin and end from the office, where the estate says that they are closed."""

from collections.abc import Iterator

from dutyrules.estate import Estate
from dutyrules.plan.owing import Buildings
from dutyrules.plan.plan import Task
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import day_number


class Homeward:
    """Minutes from and to the office: of all areas of somebody's posts that day the farthest."""

    def __init__(self, estate: Estate, presence: Presence) -> None:
        self._paces, self._buildings, self._presence = estate.planning.patrols, Buildings(estate), presence
        self._units = frozenset(estate.places.by_type["unit"])
        self._codes = {name: code for code, name in enumerate(estate.places.ids.to_list())}

    def __call__(self, person: str, first: Task, last: Task) -> tuple[int, int]:
        """The way to the first stop, and from the last."""
        ways = list(self._ways(person, first, last))
        return max((out for out, _ in ways), default=0), max((back for _, back in ways), default=0)

    def _ways(self, person: str, first: Task, last: Task) -> Iterator[tuple[int, int]]:
        pace, day = self._paces.get(first.kind), day_number(first.at.date())
        one, other = (self._codes.get(task.target or "", -1) for task in (first, last))
        if pace is None or not self._closed(first) or not self._closed(last) or one < 0 or other < 0:
            return
        here, there = self._buildings.spot(one, day), self._buildings.spot(other, day)
        for area in self._areas(person, day):
            office = self._buildings.office(area)
            if office is not None:
                distances, metres = self._buildings.distances, pace.metres_per_minute
                yield distances.minutes(office, here, metres), distances.minutes(there, office, metres)

    def _closed(self, task: Task) -> bool:
        """Whether a walk comes from the office; units are checked on whatever walk there is."""
        if task.target in self._units:
            return any(pace.walk == "closed" for pace in self._paces.values())
        return task.kind in self._paces and self._paces[task.kind].walk == "closed"

    def _areas(self, person: str, day: int) -> set[int]:
        who = self._presence
        posts = (who.person == who.persons.index(person)) & who.tenure[:, day - who.first]
        return set(who.area[posts].tolist())
