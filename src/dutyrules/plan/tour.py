"""Where the integer programme looks next: every building and week alone, then more of them together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from dutyrules.plan.lanes import Entry
from dutyrules.timegrid import week_of

WIDEST: Final = 3
"""So many buildings, or weeks in a row, are looked at together at most."""


@dataclass
class Tour:
    """A round through all buildings and all weeks, in a drawn order; the next is wider if nothing was found in it.

    Narrow looks are quick and find most of what can be saved; wide ones find what two buildings must do together.

    Attributes:
        width: How many buildings, or weeks in a row, make a neighbourhood.
    """

    draw: Random
    width: int = 0
    _found: bool = False
    _waiting: list[frozenset[object]] = field(default_factory=list)

    def next(self, entries: Sequence[Entry]) -> frozenset[int]:
        """The entries of the next neighbourhood."""
        if not self._waiting:
            self._turn(entries)
        chosen = self._waiting.pop()
        return frozenset(number for number, entry in enumerate(entries) if not chosen.isdisjoint(_places(entry)))

    def found(self) -> None:
        """Something better was found: the next round begins with narrow looks again."""
        self._found = True

    def _turn(self, entries: Sequence[Entry]) -> None:
        self.width = 1 if self._found else self.width % WIDEST + 1
        self._found = False
        buildings = sorted({entry.building for entry in entries})
        weeks = sorted({week_of(entry.days[0]) for entry in entries})
        self.draw.shuffle(buildings)
        begin = self.draw.randrange(self.width)
        self._waiting = [
            frozenset(places[first : first + self.width])
            for places, start in ((buildings, 0), (weeks, begin))
            for first in range(start, len(places), self.width)
        ]
        self.draw.shuffle(self._waiting)


def _places(entry: Entry) -> tuple[str, int]:
    return entry.building, week_of(entry.days[0])
