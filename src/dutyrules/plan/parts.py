"""What a visit may say in a part of a day that no demand tells apart, so that it serves most."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dutyrules.plan.agenda import Cell
from dutyrules.plan.demand import Attributes, within
from dutyrules.plan.draft import Draft, Household, senders

Words = tuple[Attributes, str | None]
"""What a visit says, and the case that it names."""

Way = tuple[Words, frozenset[int]]
"""Words, and the demands that a visit with them serves."""


@dataclass(frozen=True)
class Part:
    """Free slots of a cell that no demand tells apart."""

    number: int
    cell: Cell
    starts: tuple[int, ...]

    @property
    def day(self) -> tuple[int, str, int]:
        """Person, kind and day."""
        return self.cell.person, self.cell.kind, self.cell.day


def parts_of(draft: Draft, lacking: Sequence[int]) -> Iterator[Part]:
    """The free slots, cut where a demand begins or ends."""
    demands = [draft.demands[number] for number in lacking]
    counted = {spans for one in demands for spans in (*one.units.values(), *one.there.values())}
    edges = sorted({edge for spans in counted for span in spans for edge in span})
    number = 0
    for cell in draft.agenda.cells:
        pieces: dict[int, list[int]] = defaultdict(list)
        for start in draft.agenda.free(cell):
            pieces[bisect_right(edges, start)].append(start)
        for starts in pieces.values():
            yield Part(number, cell, tuple(starts))
            number += 1


def ways(draft: Draft, part: Part, one: Household, numbers: Sequence[int]) -> Iterator[Way]:
    """What a visit in a part may say so that it serves most; of ways that serve the same, the first.

    Whether somebody could come along where two must come is not asked here.
    """
    agenda, cell, start = draft.agenda, part.cell, part.starts[0]
    if not one.takes(agenda.channel(cell.kind), cell.day, cell.kind, 2):
        return
    open_then = [
        number
        for number in numbers
        if cell.kind in draft.demands[number].kinds and within(draft.demands[number].units[one.code], start)
    ]
    found: list[Way] = []
    for words, case in said(draft, open_then, cell.kind):
        serves = [n for n in open_then if draft.demands[n].accepts(cell.kind, words, cell.person, case)]
        meant = any(within(draft.demands[number].times(one.code), start) for number in serves)
        posts = senders(one, [draft.demands[number] for number in serves])
        if meant and agenda.sends(cell.person, cell.day, posts):
            found.append(((words, case), frozenset(serves)))
    for place, (words_, serves_) in enumerate(found):
        others = [other for _, other in found[:place]]
        if not any(serves_ < other for _, other in found) and serves_ not in others:
            yield words_, serves_


def said(draft: Draft, numbers: Sequence[int], kind: str) -> list[Words]:
    """What visits of a kind may say and be about, so that each counts for one demand or for several that agree."""
    demands = [draft.demands[number] for number in numbers]
    found = {(words, one.case) for one in demands for way, words in one.ways if way == kind}
    fresh = set(found)
    while fresh:
        joined = {both for one in fresh for other in found if (both := _both(one, other)) is not None}
        fresh = joined - found
        found |= fresh
    return sorted(found, key=repr)


def _both(one: Words, other: Words) -> Words | None:
    """Two ways to speak as one, if they do not contradict each other."""
    (words, case), (more, another) = one, other
    together = dict(words) | dict(more)
    if dict(more) | dict(words) != together or (case and another and case != another):
        return None
    return tuple(sorted(together.items())), case or another
