"""When people can make visits: cells of free slots, by person, kind and day."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from operator import attrgetter

import numpy as np

from dutyrules.estate.planning import VisitCapacity
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, weekday_of

EVENING = 18 * 3600


def band_of(start: int) -> str:
    """Whether a visit that begins then is one of a ``weekend``, an ``evening`` or the ``daytime``."""
    if weekday_of(start // DAY) >= 5:
        return "weekend"
    return "evening" if start % DAY >= EVENING else "daytime"


@dataclass(frozen=True, order=True)
class Cell:
    """Slots of one person that are alike: same day, same kind of visit, same hours.

    Attributes:
        avoided: Whether a duty that should be kept forbids visits then.
        starts: When each slot begins, in local seconds.
    """

    day: int
    person: int
    kind: str
    starts: tuple[int, ...]
    avoided: bool

    @property
    def band(self) -> str:
        """``evening``, ``weekend`` or ``daytime``, as households wish."""
        return band_of(self.starts[0])


@dataclass
class Agenda:
    """The cells of a plan, and what of them is taken.

    Attributes:
        kinds: The planned kinds and their capacities.
        cells: Every cell with at least one slot that was free at first.
        at_work: (person, day) → the posts in which a person works that day.
        minutes: Most minutes of a person in a day, None if nobody counts them.
        along: For each person the times in which that person accompanies somebody.
        extra: (person, kind, day) → visits that may be made beyond the day's number, with their minutes.
    """

    kinds: Mapping[str, VisitCapacity]
    cells: tuple[Cell, ...]
    at_work: Mapping[tuple[int, int], frozenset[int]]
    minutes: int | None = None
    along: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    extra: Mapping[tuple[int, str, int], int] = field(default_factory=dict)
    _taken: set[tuple[int, int]] = field(default_factory=set)  # person, second
    _made: Counter[tuple[int, str, int]] = field(default_factory=Counter)  # visits by person, kind, day
    _spent: Counter[tuple[int, int]] = field(default_factory=Counter)  # minutes by person, day

    def channel(self, kind: str) -> str:
        """How visits of a kind reach a household; kinds that nobody plans reach none."""
        return self.kinds[kind].channel if kind in self.kinds else ""

    def free(self, cell: Cell) -> list[int]:
        """Slots of a cell that nobody has taken yet."""
        free = [start for start in cell.starts if (cell.person, start) not in self._taken]
        if cell.person in self.along:
            free = [start for start in free if not self._accompanies(cell.person, cell.kind, start)]
        return free

    def between(self, first: int, last: int) -> Sequence[Cell]:
        """The cells of the days `first` … `last`."""
        day = attrgetter("day")
        return self.cells[bisect_left(self.cells, first, key=day) : bisect_right(self.cells, last, key=day)]

    def _accompanies(self, person: int, kind: str, start: int) -> bool:
        end = start + self.kinds[kind].minutes * 60
        return any(start < until and since < end for since, until in self.along.get(person, ()))

    def is_free(self, person: int, start: int) -> bool:
        """Whether nobody has taken the slot that begins then."""
        return (person, start) not in self._taken

    def left(self, person: int, kind: str, day: int) -> int:
        """How many more visits a person may make in a day."""
        left = self.kinds[kind].per_day + self.spare(person, kind, day)
        left -= max(0, self._made[person, kind, day] - self.extra.get((person, kind, day), 0))
        minutes = self.minutes_left(person, day)
        if minutes is None:
            return left
        return min(left, minutes // self.kinds[kind].minutes + self.spare(person, kind, day))

    def spare(self, person: int, kind: str, day: int) -> int:
        """How many visits are left that neither the day's number nor its minutes count."""
        return max(0, self.extra.get((person, kind, day), 0) - self._made[person, kind, day])

    def minutes_left(self, person: int, day: int) -> int | None:
        """How many more minutes a person may spend in a day, None if nobody counts them."""
        if self.minutes is None:
            return None
        along = sum(until - since for since, until in self.along.get(person, ()) if since // DAY == day)
        return self.minutes + self._uncounted(person, day) - self._spent[person, day] - along // 60

    def _uncounted(self, person: int, day: int) -> int:
        """Minutes of visits beyond the day's number."""
        return sum(
            way.minutes * min(self.extra[person, kind, day], self._made[person, kind, day])
            for kind, way in (self.kinds.items() if self.extra else ())
            if (person, kind, day) in self.extra
        )

    def open(self, person: int, kind: str, start: int) -> bool:
        """Whether a slot is free, and one of the day's visits left."""
        taken = (person, start) in self._taken or self._accompanies(person, kind, start)
        return not taken and self.left(person, kind, start // DAY) > 0

    @property
    def entangled(self) -> bool:
        """Whether visits depend on each other by more than their slots and the day's number."""
        return any(kind.min_gap for kind in self.kinds.values()) or (self.minutes is not None and len(self.kinds) > 1)

    def sends(self, person: int, day: int, posts: frozenset[int]) -> bool:
        """Whether a person works in one of these posts on a day."""
        return not posts.isdisjoint(self.at_work.get((person, day), ()))

    def take(self, person: int, kind: str, start: int, minutes: int | None = None) -> None:
        """Takes the slot that begins then, one of the day's visits, and its minutes."""
        self._taken.add((person, start))
        self._made[person, kind, start // DAY] += 1
        self._spent[person, start // DAY] += self.kinds[kind].minutes if minutes is None else minutes

    def spend(self, person: int, day: int, minutes: int) -> None:
        """Takes some of a day's minutes for what is no visit of one's own."""
        self._spent[person, day] += minutes

    def give_back(self, person: int, kind: str, start: int) -> None:
        """Undoes `take`."""
        self._taken.remove((person, start))
        self._made[person, kind, start // DAY] -= 1
        self._spent[person, start // DAY] -= self.kinds[kind].minutes

    def alone(self) -> "Agenda":
        """A copy in which visits do not depend on each other any more.

        Two to one household may be near together, and each kind has a day's minutes for itself.
        """
        days = {(cell.person, cell.kind, cell.day) for cell in self.cells}
        kinds = {name: kind.model_copy(update={"min_gap": 0}) for name, kind in self.kinds.items()}
        made = Counter({day: self.kinds[day[1]].per_day - self.left(*day) for day in days})
        return replace(self.copy(), kinds=kinds, minutes=None, extra={}, _made=made)

    def copy(self) -> "Agenda":
        """The same cells, with the same slots taken."""
        return replace(self, _taken=set(self._taken), _made=Counter(self._made), _spent=Counter(self._spent))


def agenda_of(
    presence: Presence,
    posts: Iterable[int],
    days: range,
    kinds: Mapping[str, VisitCapacity],
    busy: Iterable[tuple[int, int, int]],
    closed: Callable[[int, str, np.ndarray], tuple[np.ndarray, np.ndarray]],
    minutes: int | None = None,
) -> Agenda:
    """Lays out the slots of everybody who may be sent.

    Args:
        posts: The posts whose holders are sent, on their workdays.
        days: Day numbers that are planned.
        busy: (person, first second, first second after) of what is fixed already.
        closed: (person, kind, seconds) → (must not, should not be then).
        minutes: Most minutes of a person in a day.
    """
    taken: dict[int, list[tuple[int, int]]] = {}
    for person, start, end in busy:
        taken.setdefault(person, []).append((start, end))
    cells: list[Cell] = []
    lead: dict[int, list[int]] = {}
    for post in sorted(posts):
        lead.setdefault(int(presence.person[post]), []).append(post)
    at_work: dict[tuple[int, int], frozenset[int]] = {}
    for person, own in lead.items():
        for day in days:
            working = [post for post in own if presence.work[post, day - presence.first]]
            if working:
                at_work[person, day] = frozenset(working)
                cells += _cells(presence, person, day, kinds, taken.get(person, []), closed)
    return Agenda(kinds, tuple(sorted(cells)), at_work, minutes)


def _cells(
    presence: Presence,
    person: int,
    day: int,
    kinds: Mapping[str, VisitCapacity],
    busy: list[tuple[int, int]],
    closed: Callable[[int, str, np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> Iterable[Cell]:
    """The cells of one person's day: inside the shift, outside leave and what is fixed."""
    column, midnight = day - presence.first, day * DAY
    before = int(presence.overhang[person, column])  # what is done by then still belongs to the shift of the day before
    opens = midnight + max(int(presence.shift_start[person, column]), before + 60 if before >= 0 else 0)
    closes = midnight + int(presence.shift_end[person, column])
    for kind, capacity in kinds.items():
        length = capacity.minutes * 60
        for start, stop in capacity.hours:
            starts = np.arange(midnight + start, midnight + stop - length + 1, length, dtype=np.int64)
            starts = starts[(starts >= opens) & (starts + length <= closes)]
            who = np.full(len(starts), person)
            starts = starts[presence.leave.seconds(who, starts, starts + length) == 0]
            for begin, end in busy:
                starts = starts[(starts + length <= begin) | (starts >= end)]
            never, avoided = closed(person, kind, starts)
            for flag, late in product((False, True), repeat=2):
                alike = starts[~never & (avoided == flag) & ((starts % DAY >= EVENING) == late)]
                if len(alike):
                    yield Cell(day, person, kind, tuple(alike.tolist()), flag)
