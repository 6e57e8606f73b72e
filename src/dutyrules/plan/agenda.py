"""When people can make visits: cells of free slots, by person, kind and day."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from dutyrules.estate.planning import VisitCapacity
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, weekday_of

EVENING = 18 * 3600


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
        if weekday_of(self.day) >= 5:
            return "weekend"
        return "evening" if self.starts[0] % DAY >= EVENING else "daytime"


@dataclass
class Agenda:
    """The cells of a plan, and what of them is taken.

    Attributes:
        kinds: The planned kinds and their capacities.
        cells: Every cell with at least one slot that was free at first.
        at_work: (person, day) → the posts in which a person works that day.
    """

    kinds: Mapping[str, VisitCapacity]
    cells: tuple[Cell, ...]
    at_work: Mapping[tuple[int, int], frozenset[int]]
    _taken: set[tuple[int, int]] = field(default_factory=set)  # person, second
    _made: Counter[tuple[int, str, int]] = field(default_factory=Counter)  # visits by person, kind, day

    def channel(self, kind: str) -> str:
        """How visits of a kind reach a household; kinds that nobody plans reach none."""
        return self.kinds[kind].channel if kind in self.kinds else ""

    def free(self, cell: Cell) -> list[int]:
        """Slots of a cell that nobody has taken yet."""
        return [start for start in cell.starts if (cell.person, start) not in self._taken]

    def is_free(self, person: int, start: int) -> bool:
        """Whether nobody has taken the slot that begins then."""
        return (person, start) not in self._taken

    def left(self, person: int, kind: str, day: int) -> int:
        """How many more visits a person may make in a day."""
        return self.kinds[kind].per_day - self._made[person, kind, day]

    def sends(self, person: int, day: int, posts: frozenset[int]) -> bool:
        """Whether a person works in one of these posts on a day."""
        return not posts.isdisjoint(self.at_work.get((person, day), ()))

    def take(self, person: int, kind: str, start: int) -> None:
        """Takes the slot that begins then, and one of the day's visits."""
        self._taken.add((person, start))
        self._made[person, kind, start // DAY] += 1

    def give_back(self, person: int, kind: str, start: int) -> None:
        """Undoes `take`."""
        self._taken.remove((person, start))
        self._made[person, kind, start // DAY] -= 1

    def copy(self) -> "Agenda":
        """The same cells, with the same slots taken."""
        return Agenda(self.kinds, self.cells, self.at_work, set(self._taken), Counter(self._made))


def agenda_of(
    presence: Presence,
    posts: Iterable[int],
    days: range,
    kinds: Mapping[str, VisitCapacity],
    busy: Iterable[tuple[int, int, int]],
    closed: Callable[[int, str, np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> Agenda:
    """Lays out the slots of everybody who may be sent.

    Args:
        posts: The posts whose holders are sent, on their workdays.
        days: Day numbers that are planned.
        busy: (person, first second, first second after) of what is fixed already.
        closed: (person, kind, seconds) → (must not, should not be then).
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
    return Agenda(kinds, tuple(sorted(cells)), at_work)


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
            for flag in (False, True):
                alike = starts[~never & (avoided == flag)]
                if len(alike):
                    yield Cell(day, person, kind, tuple(alike.tolist()), flag)
