"""What appeals that were granted come to: breaches that fall, and points that lines give back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dutyrules.book import overlapping
from dutyrules.closing.world import World, row_name
from dutyrules.diagnostics import Cell, Diagnostic, InputError
from dutyrules.scoring import Appeal, Place, Result

Filed = tuple[Cell | None, Appeal]
"""An appeal and where it stands; nowhere, if it was decided in a month that is closed."""


def settled(world: World, appeals: Sequence[Filed]) -> tuple[frozenset[str], Mapping[Place, Decimal]]:
    """What appeals take out of a month, and what they give back on each line.

    Lines that share breaches give back together at most what they would take less without all breaches appealed against
    on them, and each at most what it takes.

    Raises:
        InputError: every appeal that is to give back more; one that was decided in a closed month is cut instead.
    """
    whole = frozenset(one.breach_id for _, one in appeals if one.decision == "all")
    partly = [(where, one) for where, one in appeals if one.decision == "points"]
    if not partly:
        return whole, {}
    full = world.score(whole)
    bare = world.score(whole | {one.breach_id for _, one in partly})
    books = _Books.of(full, bare)
    problems = [problem for where, one in partly if (problem := books.give(where, one))]
    if problems:
        raise InputError(problems)
    return whole, books.given


@dataclass(frozen=True)
class _Books:
    """What lines can still give back.

    Attributes:
        places: The line that counts each breach and each inspector's row.
        taken: What each line takes.
        group: The lines that share breaches with each, itself among them.
        rest: What each group can still give back, by its first line.
        given: What each line gives back.
    """

    places: Mapping[str, Place]
    taken: Mapping[Place, Decimal]
    group: Mapping[Place, tuple[Place, ...]]
    rest: dict[Place, Decimal]
    given: dict[Place, Decimal]

    @classmethod
    def of(cls, full: Result, bare: Result) -> "_Books":
        """Before anything is given back.

        Args:
            full: The month with what was appealed against.
            bare: The month without.
        """
        taken, less, group = _points(full), _points(bare), _groups(full)
        rest = {
            lines[0]: max(Decimal(0), sum((taken[one] - less.get(one, taken[one]) for one in lines), Decimal(0)))
            for lines in group.values()
        }
        return cls(_places(full), taken, group, rest, {})

    def give(self, where: Cell | None, one: Appeal) -> Diagnostic | None:
        """Gives back what an appeal says; what is wrong if that is too much."""
        place, points = self.places.get(one.breach_id), one.points or Decimal(0)
        if place is None:
            return _too_much(where, points, Decimal(0), "no line takes points for it")
        first, given = self.group[place][0], self.given.get(place, Decimal(0))
        most = min(self.rest[first], self.taken[place] - given)
        self.given[place] = given + min(points, most)
        self.rest[first] -= min(points, most)
        message = f"line {place[2]}/{place[3]} takes {most:f} points more for it, or for what else is appealed against"
        return _too_much(where, points, most, message) if points > most else None


def _too_much(where: Cell | None, points: Decimal, most: Decimal, message: str) -> Diagnostic | None:
    if where is None:
        return None
    place, expected = Cell(where.file, where.row, "points"), f"at most {most:f}, or all"
    return Diagnostic("appeal.too-many-points", message, place, f"{points:f}", expected)


def _points(result: Result) -> dict[Place, Decimal]:
    return {
        (sheet.person, sheet.role, item.item, line.line): line.points
        for sheet in result.people
        for item in sheet.items
        for line in item.lines
    }


def _places(result: Result) -> dict[str, Place]:
    return {
        name: (sheet.person, sheet.role, item.item, line.line)
        for sheet in result.people
        for item in sheet.items
        for line in item.lines
        for name in (*line.breaches, *map(row_name, line.findings))
    }


def _groups(result: Result) -> dict[Place, tuple[Place, ...]]:
    """Every line with those that it shares breaches with; most share none."""
    groups: dict[Place, tuple[Place, ...]] = {}
    for sheet in result.people:
        card = result.estate.book.scorecards[sheet.scorecard] if sheet.scorecard else None
        who = (sheet.person, sheet.role)
        groups |= {
            (*who, item.item, line.line): ((*who, item.item, line.line),) for item in sheet.items for line in item.lines
        }
        for shared in overlapping(card.lines) if card else ():
            lines = tuple((*who, *key) for key in shared)
            groups |= dict.fromkeys(lines, lines)
    return groups
