"""Which clauses of a book its tests cite and execute, and which figures they try on both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dutyrules.book import Book
from dutyrules.checks import Duty


@dataclass(frozen=True)
class Tally:
    """So many of so many; never a rounded percentage.

    >>> str(Tally(("a", "b", "c"), ("b",))), Tally(("a", "b", "c"), ("b",)).missing
    ('1 of 3', ('a', 'c'))
    """

    all: tuple[str, ...]
    hit: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What was not hit."""
        return tuple(name for name in self.all if name not in self.hit)

    def __str__(self) -> str:
        return f"{len(self.hit)} of {len(self.all)}"

    def as_json(self) -> dict[str, object]:
        """The tally as plain values."""
        return {"hit": len(self.hit), "of": len(self.all), "missing": list(self.missing)}


@dataclass(frozen=True)
class Coverage:
    """What the tests of a book cover.

    Attributes:
        cited: Executable clauses that some test names as its `clause`.
        executed: Executable clauses that some test exercised: a duty that it names and that cites the clause came to a
            verdict (other than no occasion and not assessed), or a line, fine or bonus of the clause was checked or
            charged.
        bounded: Duties with a figure that are met in one place and breached in another.
    """

    cited: Tally
    executed: Tally
    bounded: Tally

    def lines(self) -> list[str]:
        """The counts, and below each what is missing."""
        told = (
            ("clauses cited by a test", self.cited),
            ("clauses executed by a test", self.executed),
            ("duties with a figure both met and breached", self.bounded),
        )
        found = []
        for what, tally in told:
            found.append(f"  {what}: {tally}")
            found += [f"    not: {', '.join(tally.missing)}"] if tally.missing else []
        return found

    def as_json(self) -> dict[str, object]:
        """The counts as plain values."""
        return {"cited": self.cited.as_json(), "executed": self.executed.as_json(), "bounded": self.bounded.as_json()}


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


def coverage(book: Book, tests: Sequence[Exercise]) -> Coverage:
    """Counts what the tests of a book cover."""
    clauses = executable_clauses(book)
    figured = tuple(name for name, duty in book.duties.items() if has_figure(duty))
    cited = {clause for test in tests for clause in test.clause}
    executed = {clause for test in tests for clause in test.executed}
    states = {name: {state for test in tests for state in test.states.get(name, ())} for name in figured}
    return Coverage(
        cited=_tally(clauses, cited),
        executed=_tally(clauses, executed),
        bounded=_tally(figured, {name for name, seen in states.items() if seen >= {"met", "breached"}}),
    )


def executable_clauses(book: Book) -> tuple[str, ...]:
    """Clauses of duties, lines, bonuses, fines and outcomes; items and timetable slots owe and cost nothing alone."""
    clauses = [clause for duty in book.duties.values() for clause in duty.clause]
    for card in book.scorecards.values():
        clauses += [clause for line in card.lines.values() for clause in line.clause]
        clauses += [clause for bonus in card.bonus.values() for clause in bonus.clause]
    clauses += [clause for one in (*book.fines.values(), *book.outcomes.values()) for clause in one.clause]
    return tuple(dict.fromkeys(clauses))


def has_figure(duty: Duty) -> bool:
    """Whether the book writes a figure for it; what a check assumes by itself is none."""
    return any(path[0] in duty.model_fields_set for path, _ in duty.figures())


def _tally(names: tuple[str, ...], hit: set[str]) -> Tally:
    return Tally(names, tuple(name for name in names if name in hit))
