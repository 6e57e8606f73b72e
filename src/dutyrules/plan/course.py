"""How the visits of one group are planned: callbacks, then one family of demands after the other, then a search."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from dutyrules.plan.cluster import cluster
from dutyrules.plan.draft import Draft
from dutyrules.plan.exchange import fill
from dutyrules.plan.family import Family, families
from dutyrules.plan.followups import make_follow_ups
from dutyrules.plan.objective import Cost, at_the_door, cost_of, doors, placed
from dutyrules.plan.priority import bring_forward
from dutyrules.plan.programme import Least, Limits, Programme
from dutyrules.plan.spread import ROUNDS, Spreading, entered, spread
from dutyrules.plan.tour import Tour

SEED: Final = 1

SMALL: Final = 600
"""Lanes of a network up to which the integer programme looks at everything at once."""

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
    _tour: Tour = field(default_factory=lambda: Tour(Random(SEED)))
    _programme: Programme | None = None
    _bounded: Limits | None = None
    _known: Sequence[int] = ()
    _below: int = 0

    @classmethod
    def begin(cls, start: Draft) -> "Course":
        """The first plan of a group."""
        base, walked, after = _based(start, (), ROUNDS)
        course = cls(start, base, walked, after, base, Cost(0, 0))
        course.best = _finished(base, walked, after)
        course.cost = cost_of(course.best)
        return course

    def step(self) -> bool:
        """One step of the search by circulations; says whether it found something."""
        return self.walked is not None and self.walked.step(self._draw) and self._take(self.base, self.walked)

    @property
    def small(self) -> bool:
        """Whether the integer programme can look at all days of all buildings at once."""
        return self.walked is not None and len(self.walked.lanes.lanes) <= SMALL

    def look(self, seconds: float | None = None) -> bool:
        """One look at a neighbourhood by the integer programme; says whether the plan got better.

        Args:
            seconds: Time after which to give up; None if only branches are counted.
        """
        programme = self._prepared()
        if programme is None or self.walked is None:
            return False
        everything = frozenset(range(len(programme.entries)))
        free = everything if self.small else self._tour.next(programme.entries)
        found = programme.look(self._known, free, self._below, seconds)
        if found is None:
            return False
        self._tour.found()
        self._known, self._below = found.days, found.cost
        entries = zip(programme.entries, found.days, strict=True)
        proposed = {(entry.person, entry.days[0], entry.building) for entry, days in entries if days}
        base, walked, _ = _based(self.start, proposed, 1)
        if walked is None:
            return False
        walked.follow(proposed)
        return self._take(base, walked)

    def forget(self) -> None:
        """Lets go of the programme, which is large; the next look builds it anew."""
        self._programme = None

    def bound(self) -> None:
        """Finds out what no plan can cost less than."""
        self.least, self._bounded = Least(0, 0), _limits(self.best)
        if self.walked is not None and self.walked.bounded(self.start.relaxed()):
            self.least = Programme(self.start.relaxed(), self.walked.family, self._bounded).bound()

    @property
    def outdated(self) -> bool:
        """Whether the bound speaks of other plans than the best: one with fewer misses may make more visits."""
        return self.least is not None and self._bounded != _limits(self.best)

    @property
    def gap(self) -> int:
        """How many minutes a better plan could save at most."""
        return self.cost.total - (self.least.cost if self.least else 0)

    @property
    def open(self) -> bool:
        """Whether a cheaper plan may exist."""
        return self.least is None or self.cost.total > self.least.cost

    def _take(self, base: Draft, walked: Spreading) -> bool:
        """Takes over what a network has, if the whole plan is better with it."""
        draft = _finished(base, walked, self.after)
        cost = cost_of(draft)
        if (*_limits(draft).order, cost.total) >= (*_limits(self.best).order, self.cost.total):
            return False
        self.base, self.walked, self.best, self.cost = base, walked, draft, cost
        return True

    def _prepared(self) -> Programme | None:
        """The programme of single days, with the plan as a solution of it."""
        if self._programme is None and self.walked is not None and self.walked.bounded(self.start.relaxed()):
            family, limits = self.walked.family, _limits(self.best)
            self._programme = Programme(self.start.relaxed(), family, limits, alike=False)
            through = entered(self.best)
            doors = [(entry.person, entry.days[0], entry.building) for entry in self._programme.entries]
            self._known, self._below = [int(door in through) for door in doors], self.cost.total
        return self._programme


def _based(start: Draft, doors: Collection[Door], rounds: int) -> tuple[Draft, Spreading | None, Sequence[Family]]:
    """What comes before the family whose walks are searched, that family's first plan, and the families after it.

    Args:
        doors: Buildings that somebody will probably enter anyway.
        rounds: How often the price of entering a building is scaled.
    """
    base = start.copy()
    make_follow_ups(base, doors)
    order = [family for family in families(base.demands) if base.shortfall(family.numbers)]
    main = max(
        (family for family in at_the_door(base) if family in order),
        key=lambda family: sum(base.missing(number) for number in family.fine),
        default=None,
    )
    place = order.index(main) if main is not None else len(order)
    for family in order[:place]:
        if base.shortfall(family.numbers):
            spread(base, family)
    walked = Spreading.begin(base, main, rounds) if main is not None else None
    return base, walked, order[place + 1 :]


def _finished(base: Draft, walked: Spreading | None, after: Sequence[Family]) -> Draft:
    """The whole plan."""
    draft = base.copy()
    if walked is not None:
        walked.apply(draft)
    for family in after:
        if draft.shortfall(family.numbers):
            spread(draft, family)
    _mend(draft)
    return draft


def tidy(draft: Draft) -> None:
    """What a search for misses leaves, put in order: nothing in vain, buildings together."""
    _mend(draft)
    cluster(draft)


def _mend(draft: Draft) -> None:
    """Nothing in vain, gaps filled, priority first."""
    draft.drop_idle()
    fill(draft)
    bring_forward(draft)
    draft.drop_idle()


def _limits(draft: Draft) -> Limits:
    """What a plan does apart from walking."""
    against = avoided = 0
    for visit, cell in placed(draft):
        at_home = draft.agenda.channel(visit.kind) == "home"
        against += at_home and not visit.household.wishes(cell.band, cell.day)
        avoided += at_home and cell.avoided
    return Limits(draft.shortfall(), sum(1 for _ in doors(draft)), against, avoided)
