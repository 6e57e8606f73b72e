"""How the visits of one group are planned: callbacks, then one family of demands after the other, then a search."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from dutyrules.plan.cluster import cluster
from dutyrules.plan.draft import Draft
from dutyrules.plan.family import Family, families
from dutyrules.plan.followups import make_follow_ups
from dutyrules.plan.lanes import Entry
from dutyrules.plan.objective import Cost, at_the_door, cost_of, doors, placed
from dutyrules.plan.programme import Entered, Least, Limits, Programme
from dutyrules.plan.spread import Spreading, entered, spread
from dutyrules.timegrid import week_of

SEED: Final = 1

Door = tuple[int, int, str]
"""Person, day number and building: somebody enters a building on a day."""


@dataclass
class Course:
    """A group's plan, and what is known of it.

    Attributes:
        start: What is fixed, before anything is planned.
        base: With the callbacks, and what is planned before the family whose walks are searched.
        walked: That family's network, None if nobody goes to any door.
        after: The families that come after it.
        best: The best plan so far.
        cost: What it costs.
        least: What no plan that is as good otherwise can cost less than; None as long as nobody asked.
    """

    start: Draft
    base: Draft
    walked: Spreading | None
    after: Sequence[Family]
    best: Draft
    cost: Cost
    least: Least | None = None
    _draw: Random = field(default_factory=lambda: Random(SEED))
    _programme: Programme | None = None
    _known: Sequence[int] = ()
    _below: int = 0

    @classmethod
    def begin(cls, start: Draft) -> "Course":
        """The first plan of a group."""
        base = start.copy()
        make_follow_ups(base)
        order = [family for family in families(base.demands) if base.shortfall(family.numbers)]
        main = max(
            (family for family in at_the_door(base) if family in order),
            key=lambda family: sum(base.missing(number) for number in family.fine),
            default=None,
        )
        before = order[: order.index(main)] if main is not None else order
        for family in before:
            if base.shortfall(family.numbers):
                spread(base, family)
        walked = Spreading.begin(base, main) if main is not None else None
        after = order[order.index(main) + 1 :] if main is not None else ()
        course = cls(start, base, walked, after, base, Cost(0, 0))
        course.best = course._finished()
        course.cost = cost_of(course.best)
        return course

    def _finished(self) -> Draft:
        """The whole plan."""
        draft = self.base.copy()
        if self.walked is not None:
            self.walked.apply(draft)
        for family in self.after:
            if draft.shortfall(family.numbers):
                spread(draft, family)
        draft.drop_idle()
        cluster(draft)
        return draft

    def step(self) -> bool:
        """One step of the search by circulations; says whether it found something."""
        return self.walked is not None and self.walked.step(self._draw) and self._take()

    def look(self) -> bool:
        """One look at a neighbourhood by the integer programme; says whether the plan got better."""
        programme = self._prepared()
        if programme is None or self.walked is None:
            return False
        free = _neighbourhood(programme.entries, self._draw)
        found = programme.look(self._known, free, self._below)
        if found is None:
            return False
        self._known, self._below = found.days, found.cost
        return self.walked.follow(set(_days(programme.entries, found))) and self._take()

    def bound(self) -> None:
        """Finds out what no plan can cost less than."""
        self.least = Least(0, 0)
        if self.walked is not None and self.walked.bounded(self.start.relaxed()):
            self._programme = Programme(self.start.relaxed(), self.walked.family, _limits(self.best))
            self.least = self._programme.bound()

    @property
    def open(self) -> bool:
        """Whether a cheaper plan may exist."""
        return self.least is None or self.cost.total > self.least.cost

    def _take(self) -> bool:
        """Takes over what the network has, if the whole plan is better with it."""
        draft = self._finished()
        cost = cost_of(draft)
        if (*_limits(draft).order, cost.total) >= (*_limits(self.best).order, self.cost.total):
            return False
        self.best, self.cost = draft, cost
        return True

    def _prepared(self) -> Programme | None:
        """The programme, with the plan as a solution of it."""
        if self.least is None:
            self.bound()
        if self._programme is not None and not self._known:
            number = {
                (entry.person, day, entry.building): place
                for place, entry in enumerate(self._programme.entries)
                for day in entry.days
            }
            known = [0] * len(self._programme.entries)
            for door in entered(self.best):
                if door in number:
                    known[number[door]] += 1
            self._known, self._below = known, self.cost.total
        return self._programme


def _limits(draft: Draft) -> Limits:
    """What a plan does apart from walking."""
    against = avoided = 0
    for visit, cell in placed(draft):
        at_home = draft.agenda.channel(visit.kind) == "home"
        against += at_home and not visit.household.wishes(cell.band, cell.day)
        avoided += at_home and cell.avoided
    return Limits(draft.shortfall(), sum(1 for _ in doors(draft)), against, avoided)


def _neighbourhood(entries: Sequence[Entry], draw: Random) -> frozenset[int]:
    """Three buildings in all weeks, or four weeks in all buildings."""
    if draw.random() < 0.5:
        buildings = sorted({entry.building for entry in entries})
        chosen = set(draw.sample(buildings, min(3, len(buildings))))
        return frozenset(number for number, entry in enumerate(entries) if entry.building in chosen)
    weeks = sorted({week_of(entry.days[0]) for entry in entries})
    first = draw.randrange(max(1, len(weeks) - 3))
    return frozenset(
        number for number, entry in enumerate(entries) if week_of(entry.days[0]) in weeks[first : first + 4]
    )


def _days(entries: Sequence[Entry], found: Entered) -> Iterator[Door]:
    """A day for each time that an entry is used: those with the fewest choices first, each on the emptiest day."""
    load: Counter[tuple[int, int]] = Counter()
    used = sorted(
        ((entry, days, visits) for entry, days, visits in zip(entries, found.days, found.visits, strict=True) if days),
        key=lambda one: (len(one[0].days) - one[1], -one[2], one[0].building, one[0].days),
    )
    for entry, days, visits in used:
        for day in sorted(entry.days, key=lambda day: (load[entry.person, day], day))[:days]:
            load[entry.person, day] += visits // days
            yield entry.person, day, entry.building


