"""What is taken of everybody's days, and what is free: the hours of the shift, without leave, around fixed work."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from dutyrules.plan.hours import Span, at_work, common, without
from dutyrules.plan.plan import Task
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, day_number

GRID: Final = 5
"""Moments lie on minutes that this divides, where one of them is free."""

ROUND: Final = 30
"""Patrols with shorter times between them are one walk, in which nothing else is done."""

_MIDNIGHT = DAY // 60

Home = Callable[[str, Task, Task], tuple[int, int]]
"""Person, first and last stop of a walk → minutes from where it begins to the first, and from the last to its end."""


class Diary:
    """Everybody's days.

    Attributes:
        presence: Who is at work when.
    """

    def __init__(self, presence: Presence, granularity: int) -> None:
        self.presence = presence
        self._granularity = granularity
        self._persons = {name: code for code, name in enumerate(presence.persons)}
        self._busy: dict[tuple[int, int], list[Span]] = defaultdict(list)
        self._works: dict[int, np.ndarray] = {}

    def person(self, name: str) -> int:
        """The code of a person."""
        return self._persons[name]

    def take(self, person: int, day: int, span: Span) -> None:
        """Takes some minutes of a day."""
        if span[0] < span[1]:
            self._busy[person, day].append(span)

    def write(self, tasks: Iterable[Task]) -> None:
        """Takes the time of tasks, of whoever comes along too."""
        for task in tasks:
            day = day_number(task.at.date())
            begin = task.at.hour * 60 + task.at.minute
            end = begin - int((task.at - task.until) // timedelta(minutes=1))
            for name in (task.person, *task.along):
                if name in self._persons:
                    self.take(self._persons[name], day, (begin, end))

    def hours(self, person: int, day: int) -> list[Span]:
        """When a person is at work on a day; nothing on days without work."""
        if person not in self._works:
            self._works[person] = self.presence.work[self.presence.person == person].any(axis=0)
        if not self._works[person][day - self.presence.first]:
            return []
        return at_work(self.presence, person, day, self._granularity)

    def moments(self, person: int, day: int) -> list[Span]:
        """The same for what takes no time, which may be done as the shift ends."""
        hours = self.hours(person, day)
        closes = int(self.presence.shift_end[person, day - self.presence.first]) // 60
        leaves = np.array([day * DAY + closes * 60])
        away = self.presence.leave.contains(np.array([person]), leaves)[0]
        return [
            (first, last + 1) if last == closes < _MIDNIGHT and not away else (first, last) for first, last in hours
        ]

    def free(self, person: int, day: int, spans: Sequence[Span], *, moment: bool = False) -> list[Span]:
        """What of some spans a person is at work and has nothing else to do."""
        hours = self.moments(person, day) if moment else self.hours(person, day)
        return without(common(hours, spans), self._busy[person, day])

    def room(self, person: int, day: int, begin: int, end: int) -> int:
        """How long a person is free from a minute on, until another at most."""
        return next((last - first for first, last in self.free(person, day, [(begin, end)]) if first == begin), 0)


def moment(free: Sequence[Span], wish: int) -> int | None:
    """A minute of some spans near to a wish: rather before it than after, and a round one where there is one.

    A minute after the wish weighs as much as two and a half before it.

    >>> moment([(470, 475), (510, 511)], 500), moment([(960, 990), (1020, 1021)], 1010), moment([(481, 483)], 500)
    (510, 985, 482)
    """
    found = [minute for span in free for minute in _near(span, wish)]
    return min(found, key=lambda one: (one % GRID > 0, _off(one, wish), one), default=None)


def _near(span: Span, wish: int) -> Iterable[int]:
    """The minutes of a span that could be best: next to the wish on either side, round or not."""
    first, last = span[0], span[1] - 1
    before, after = min(wish, last), max(wish, first)
    near = (before, before // GRID * GRID, after, -(-after // GRID) * GRID)
    return (minute for minute in near if first <= minute <= last)


def _off(minute: int, wish: int) -> int:
    return 2 * (wish - minute) if minute <= wish else 5 * (minute - wish)


def blocks(tasks: Iterable[Task], walked: Collection[str], home: Home | None = None) -> list[Task]:
    """What takes time, once for everybody who takes part; patrols with the ways between buildings.

    Args:
        walked: Kinds of patrols: while somebody walks, nothing else is done on the way.
        home: How far walks begin and end from where they come from; nowhere if it is not said.
    """
    found: list[Task] = []
    walks: dict[tuple[str, date, str], list[Task]] = defaultdict(list)
    for task in tasks:
        if task.until > task.at:
            for name in (task.person, *task.along):
                if task.kind in walked:
                    walks[name, task.at.date(), task.kind].append(task)
                else:
                    found.append(Task(task.at, task.until, name, task.kind, pinned=True))
    for (name, _, kind), stops in walks.items():
        for walk in _walks(sorted(stops)):
            out, back = home(name, walk[0], walk[-1]) if home is not None else (0, 0)
            begin, end = walk[0].at - timedelta(minutes=out), walk[-1].until + timedelta(minutes=back)
            found.append(Task(begin, end, name, kind, pinned=True))
    return found


def _walks(stops: Sequence[Task]) -> Iterator[Sequence[Task]]:
    """Stops without a long rest between them."""
    walk: list[Task] = []
    for stop in stops:
        if walk and stop.at - walk[-1].until > timedelta(minutes=ROUND):
            yield walk
            walk = []
        walk.append(stop)
    if walk:
        yield walk
