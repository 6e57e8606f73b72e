"""Which clauses of a book its tests cite and execute, and which figures they try on both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dutyrules.book import Book
from dutyrules.checks import Duty
from dutyrules.checks.rate import Rate
from dutyrules.workshop.boundaries import Edge, Probe, Side


@dataclass(frozen=True)
class Tally:
    """So many of so many; the percentage is cut, never rounded up, so that 100 means all.

    >>> str(Tally(tuple("abc"), ("b",))), Tally(tuple("abc"), ("b",)).missing
    ('1 of 3 (33.3 %)', ('a', 'c'))
    >>> many = tuple(map(str, range(10_000)))
    >>> str(Tally(many, many[1:])), str(Tally(many, many)), str(Tally((), ()))
    ('9999 of 10000 (99.9 %)', '10000 of 10000 (100 %)', '0 of 0')
    """

    all: tuple[str, ...]
    hit: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What was not hit."""
        return tuple(name for name in self.all if name not in self.hit)

    @property
    def percent(self) -> str | None:
        """Down to one decimal; None of nothing."""
        whole, tenth = divmod(1000 * len(self.hit) // len(self.all), 10) if self.all else (0, 0)
        return (f"{whole}.{tenth}" if tenth else str(whole)) if self.all else None

    def __str__(self) -> str:
        text = f"{len(self.hit)} of {len(self.all)}"
        return text if self.percent is None else f"{text} ({self.percent} %)"

    def as_json(self) -> dict[str, object]:
        """The tally as plain values."""
        return {
            "hit": len(self.hit),
            "of": len(self.all),
            "percent": self.percent,
            "missing": list(self.missing),
        }


@dataclass(frozen=True)
class Boundary:
    """An edge, and the tests that show it.

    Attributes:
        met: The first test with a case exactly at the edge that is met.
        breached: The first test with a case just beyond that is breached.
        visible: Whether a verdict can show it at all.
    """

    edge: Edge
    met: str | None
    breached: str | None
    visible: bool

    @property
    def covered(self) -> bool:
        """Whether both sides are shown."""
        return self.met is not None and self.breached is not None

    @property
    def state(self) -> str:
        """What is known of it: covered, one side, or not shown."""
        if self.covered:
            return "covered"
        return "met only" if self.met else "breached only" if self.breached else "not shown"

    def as_json(self) -> dict[str, object]:
        """The boundary as plain values."""
        edge = {"duty": self.edge.duty, "field": self.edge.field, "value": self.edge.value}
        return {**edge, "met": self.met, "breached": self.breached, "visible": self.visible}


@dataclass(frozen=True)
class Coverage:
    """What the tests of a book cover.

    Attributes:
        cited: Executable clauses that some test names as its `clause`.
        executed: Executable clauses that some test exercised: a duty that it names and that cites the clause came to a
            verdict (other than no occasion and not assessed), or a line, fine or bonus of the clause was checked or
            charged.
        duties: Duties that are met in one place and breached in another, of those that can be.
        boundaries: The edges of all figures, and what tests show of them.
    """

    cited: Tally
    executed: Tally
    duties: Tally
    boundaries: tuple[Boundary, ...]

    @property
    def edges(self) -> Tally:
        """The edges that tests show from both sides."""
        every = tuple(str(boundary.edge) for boundary in self.boundaries)
        return Tally(every, tuple(str(boundary.edge) for boundary in self.boundaries if boundary.covered))

    def lines(self) -> list[str]:
        """The counts, and below each what is missing."""
        told = (
            ("clauses cited by a test", self.cited),
            ("clauses executed by a test", self.executed),
            ("duties both met and breached", self.duties),
        )
        found = []
        for what, tally in told:
            found.append(f"  {what}: {tally}")
            found += [f"    not: {', '.join(tally.missing)}"] if tally.missing else []
        found.append(f"  figures met at their edge and breached just beyond: {self.edges}")
        for state in ("met only", "breached only", "not shown"):
            found += [f"    {state}: {one.edge}" for one in self.boundaries if one.state == state]
        return found

    def as_json(self) -> dict[str, object]:
        """The counts as plain values."""
        tallies = {"cited": self.cited, "executed": self.executed, "duties": self.duties}
        edges = self.edges
        boundaries = {
            "hit": len(edges.hit),
            "of": len(edges.all),
            "percent": edges.percent,
            "edges": [boundary.as_json() for boundary in self.boundaries],
        }
        return {**{name: tally.as_json() for name, tally in tallies.items()}, "boundaries": boundaries}


class Exercise(Protocol):
    """What coverage has to know of a test that ran."""

    @property
    def clause(self) -> tuple[str, ...]:
        """The clauses that it names."""

    @property
    def executed(self) -> frozenset[str]:
        """The clauses that it exercised."""

    @property
    def states(self) -> Mapping[str, frozenset[str]]:
        """Duty → states of its obligations."""

    @property
    def shown(self) -> frozenset[tuple[Edge, Side]]:
        """Sides of edges that it shows."""

    @property
    def name(self) -> str:
        """What it is called."""


def coverage(book: Book, edges: Sequence[Probe], tests: Sequence[Exercise]) -> Coverage:
    """Counts what the tests of a book cover."""
    clauses = executable_clauses(book)
    duties = tuple(name for name, duty in book.duties.items() if not _only_told(duty))
    cited = {clause for test in tests for clause in test.clause}
    executed = {clause for test in tests for clause in test.executed}
    states = {name: {state for test in tests for state in test.states.get(name, ())} for name in duties}
    return Coverage(
        cited=_tally(clauses, cited),
        executed=_tally(clauses, executed),
        duties=_tally(duties, {name for name, seen in states.items() if seen >= {"met", "breached"}}),
        boundaries=tuple(_boundary(probe, tests) for probe in edges),
    )


def _only_told(duty: Duty) -> bool:
    """Whether nothing can breach it: a rate without a limit."""
    return isinstance(duty, Rate) and duty.at_least is None and duty.at_most is None


def _boundary(probe: Probe, tests: Sequence[Exercise]) -> Boundary:
    def first(side: Side) -> str | None:
        return next((test.name for test in tests if (probe.edge, side) in test.shown), None)

    return Boundary(probe.edge, first("met"), first("breached"), probe.look is not None)


def executable_clauses(book: Book) -> tuple[str, ...]:
    """Clauses that a duty, a line, a fine or a bonus renders; items and timetable slots owe and cost nothing alone."""
    clauses = [clause for duty in book.duties.values() for clause in duty.clause]
    for card in book.scorecards.values():
        clauses += [clause for line in card.lines.values() for clause in line.clause]
        clauses += [clause for bonus in card.bonus.values() for clause in bonus.clause]
    clauses += [clause for fine in book.fines.values() for clause in fine.clause]
    return tuple(dict.fromkeys(clauses))


def _tally(names: tuple[str, ...], hit: set[str]) -> Tally:
    return Tally(names, tuple(name for name in names if name in hit))
