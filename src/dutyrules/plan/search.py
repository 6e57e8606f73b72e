"""The search for shorter walks: so much for every group, or until the time is up."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from os import cpu_count
from threading import Event
from time import monotonic
from typing import Final

from dutyrules.plan.course import Course

STEPS: Final = 6
"""Steps by circulations that one unit of effort takes in each group; they take some tenths of a second together."""

LOOKS: Final = 4
"""Looks by the integer programme that each further unit takes; each takes some seconds where areas are large."""

GLANCE: Final = 5.0
"""Seconds that one look may take where time is what counts."""

KEPT: Final = 8
"""Groups up to which all keep their programmes, of some 30 MB each, between their turns."""

Told = Callable[[int, int, int, int], None]
"""Told how much is done of how much, what the plans cost, and what no plans can cost less than."""


@dataclass(frozen=True)
class Effort:
    """How long to search.

    Attributes:
        units: Nothing but first plans at 0; every unit is so many steps, so that every run ends with the same plan.
        seconds: Search until so much time has passed instead; how far it gets depends on the machine.
    """

    units: int
    seconds: float | None


@dataclass
class Search:
    """The groups, and whether to stop."""

    courses: Sequence[Course]
    effort: Effort
    told: Told
    _stop: Event = field(default_factory=Event)
    _until: float = 0.0

    def run(self) -> bool:
        """Searches; says whether it was not interrupted. What was found stays, whatever happens."""
        self._until = monotonic() + (self.effort.seconds or 0)
        if self.effort.units == 0 and self.effort.seconds is None:
            return True
        with ThreadPoolExecutor(cpu_count()) as pool:
            try:
                self._round(pool, self.courses, _begin)
                self._search(pool)
                for _ in pool.map(Course.bound, [one for one in self.courses if one.outdated]):
                    pass
            except KeyboardInterrupt:
                self._stop.set()
        for course in self.courses:
            if course.outdated:
                course.least = None
        return not self._stop.is_set()

    def _search(self, pool: ThreadPoolExecutor) -> None:
        """By effort every group alone; by time those first that may gain most, again and again."""
        if self.effort.seconds is None:
            self._round(pool, [one for one in self.courses if one.open and one.small], Course.look)
            for _ in range(self.effort.units - 1):
                self._round(pool, [one for one in self.courses if one.open], self._look)
            return
        while monotonic() < self._until:
            waiting = sorted((one for one in self.courses if one.open), key=lambda one: -one.gap)
            if not waiting:
                return
            self._round(pool, waiting, self._turn)

    def _round(self, pool: ThreadPoolExecutor, courses: Sequence[Course], work: Callable[[Course], object]) -> None:
        worked = pool.map(lambda course: None if self._over() else work(course), courses)
        for done, _ in enumerate(worked, start=1):
            cost = sum(course.cost.total for course in self.courses)
            least = sum(course.least.cost if course.least else 0 for course in self.courses)
            self.told(done, len(courses), cost, least)

    def _turn(self, course: Course) -> None:
        course.step()
        for _ in range(LOOKS):
            if course.open and not self._over():
                course.look(GLANCE)
        self._let_go(course)

    def _look(self, course: Course) -> None:
        for _ in range(LOOKS):
            if course.open:
                course.look()
        self._let_go(course)

    def _let_go(self, course: Course) -> None:
        if len(self.courses) > KEPT:
            course.forget()

    def _over(self) -> bool:
        return self._stop.is_set() or (self.effort.seconds is not None and monotonic() > self._until)


def _begin(course: Course) -> None:
    """Circulations keep Python's lock and linear programmes do not, so that one group's run beside another's."""
    for _ in range(STEPS):
        course.step()
    course.bound()
