"""What a planner is asked for: so many distinct units, in a time, by certain kinds of events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

Attributes = tuple[tuple[str, str], ...]
"""What an event says beside its kind, person and target."""

Span = tuple[int, int]
Spans = tuple[Span, ...]
"""Times: first second, first second too late."""


def within(spans: Spans, second: int) -> bool:
    """Whether a second lies in one of some times."""
    return any(start <= second < end for start, end in spans)


@dataclass(frozen=True)
class Demand:
    """One obligation, as a planner sees it.

    Attributes:
        key: The breach id, which names the obligation.
        first, last: Its period, as day numbers.
        ways: Events that count, and what each must say.
        needs: How many units more, by how many of the leavers are among them; 0 where it is met already.
        units: Units not yet visited, and when a first visit would count.
        there: When a unit may be visited for it, where that is less than when a visit would count.
        leavers: Units that leave the population before the period ends: unvisited they are not owed, visited they are.
        posts: Posts whose holders may be sent.
        performers: Persons whose visits count; None if anybody's do.
        case: The case that a visit must name.
        follow_up: Whether it is about one unit and has a limit of its own, as callbacks have.
        late: Whether it was done after its limit, which no plan can change.
    """

    key: str
    duty: str
    period: str
    first: int
    last: int
    ways: tuple[tuple[str, Attributes], ...]
    needs: tuple[int, ...]
    units: Mapping[int, Spans]
    there: Mapping[int, Spans]
    leavers: frozenset[int]
    posts: frozenset[int]
    performers: frozenset[int] | None = None
    case: str | None = None
    follow_up: bool = False
    late: bool = False

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Kinds of events that count, if they say what they must."""
        return frozenset(kind for kind, _ in self.ways)

    @property
    def need(self) -> int:
        """How many units more, at least: leavers only add to it."""
        return self.needs[0]

    @property
    def leavers_help(self) -> bool:
        """Whether a visit to a leaver is worth as much as any other, because the need stays the same."""
        return self.needs[0] == self.needs[-1]

    def times(self, code: int) -> Spans:
        """When a unit may be visited for it."""
        return self.there.get(code, self.units[code])

    def says(self, kind: str) -> Attributes:
        """What a visit of a kind that counts must say."""
        return next(attributes for way, attributes in self.ways if way == kind)

    def accepts(self, kind: str, attributes: Attributes, person: int, case: str | None) -> bool:
        """Whether a visit of this kind by this person would count, on a unit and at a time that do."""
        return (
            any(way == kind and set(words) <= set(attributes) for way, words in self.ways)
            and (self.performers is None or person in self.performers)
            and self.case in (None, case)
        )

    def relaxed(self) -> "Demand":
        """A demand without leavers that no plan can find harder: whatever their visits could help is given to it."""
        if not self.leavers or self.leavers_help:
            return replace(self, leavers=frozenset())
        helped = len(self.leavers) - (self.needs[-1] - self.needs[0])
        steady = {code: spans for code, spans in self.units.items() if code not in self.leavers}
        return replace(self, units=steady, leavers=frozenset(), needs=(max(0, self.need - helped),))
