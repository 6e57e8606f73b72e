"""What people appealed against and what was decided: the table `appeals` of an estate, checked row by row."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from dutyrules.closing.inputs import APPEALS
from dutyrules.closing.world import World, row_name, rows_of
from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean
from dutyrules.scoring import Appeal, Result
from dutyrules.scoring.sheet import Decision

_ALL: Final = ("all", "全部")
_POINTS: Final = re.compile(r"\d{1,9}(\.\d{1,4})?")
_DECIDED: Final = ("decided_by", "decided_at", "points")


@dataclass(frozen=True)
class Window:
    """When appeals are admitted.

    Attributes:
        opens: When the month was first published.
        closes: The first second that is too late.
        now: Nothing was decided later.
    """

    opens: datetime
    closes: datetime
    now: datetime


@dataclass(frozen=True)
class _Contested:
    """What may be appealed against: a breach, or an inspector's row; and who found it."""

    name: str
    person: str
    role: str
    finders: frozenset[str]


def read_appeals(world: World, seen: Result, window: Window, elsewhere: Set[str]) -> list[tuple[Cell, Appeal]]:
    """The appeals against a month, in the order of the table; those against other months are left out.

    Args:
        seen: The month as it was published.
        elsewhere: The names that other months have.

    Raises:
        InputError: every row that is wrong.
    """
    contested = _contested(world, seen)
    found: list[tuple[Cell, Appeal]] = []
    first: dict[str, Cell] = {}
    problems: list[Diagnostic] = []
    for row in world.estate.tables.appeals.sort("_row").iter_rows(named=True):
        about = contested.get(row["breach_id"])
        where = _cell(world, row, "breach_id")
        if about is None:
            if row["breach_id"] not in elsewhere and row["filed_at"] is not None and row["filed_at"] >= window.opens:
                problems.append(_unknown(world, row, contested))
            continue
        if about.name in first:
            message = "there already is an appeal against this"
            see = (("the first", first[about.name]),)
            expected = "one row for each"
            problems.append(Diagnostic("appeal.twice", message, where, row["breach_id"], expected, related=see))
            continue
        first[about.name] = where
        wrong = list(_wrong(world, row, about, window)) if _admitted(row, window) else []
        problems += wrong
        if not wrong:
            found.append((where, _appeal(row, about, window)))
    if problems:
        raise InputError(problems)
    return found


def _cell(world: World, row: Mapping[str, Any], column: str) -> Cell:
    estate = world.estate
    name = next(name for name in estate.files if name.rpartition(".")[0] == APPEALS)
    return Cell(str(estate.directory / name), int(row["_row"]), column)


def _contested(world: World, seen: Result) -> Mapping[str, _Contested]:
    """All that may be appealed against, by its name; inspectors' rows also by the name of the file alone."""
    found: dict[str, _Contested] = {}
    for sheet in seen.people:
        rows = rows_of(sheet)
        for one in sheet.breaches:
            # where a line counts the inspector's row as well as its breach, they are one, and fall together
            name = row_name(one.evidence[0]) if one.reason == "found" and one.evidence[0] in rows else one.breach_id
            finders = frozenset(by for row in one.evidence if (by := world.recorders(row)))
            found[one.breach_id] = _Contested(name, sheet.person, sheet.role, finders)
        for row in rows:
            finders = frozenset(filter(None, [world.recorders(row)]))
            about = _Contested(row_name(row), sheet.person, sheet.role, finders)
            found[about.name] = found[about.name.rpartition("/")[2]] = about
    return found


def _admitted(row: Mapping[str, Any], window: Window) -> bool:
    return bool(window.opens <= row["filed_at"] < window.closes)


def _unknown(world: World, row: Mapping[str, Any], known: Mapping[str, object]) -> Diagnostic:
    message, expected = "no published sheet has such a breach", "a breach id, or FILE:ROW of an inspector's row"
    hint = did_you_mean(row["breach_id"], known) or "a breach that was excused since cannot be appealed against"
    return Diagnostic(
        "appeal.unknown-breach", message, _cell(world, row, "breach_id"), row["breach_id"], expected, hint
    )


def _wrong(world: World, row: Mapping[str, Any], about: _Contested, window: Window) -> Iterator[Diagnostic]:
    """Everything that is wrong with an appeal that is admitted."""
    if all(row[column] is None for column in _DECIDED):
        return

    def problem(code: str, message: str, column: str, expected: str, found: object = None) -> Diagnostic:
        said = None if found is None else str(found)
        return Diagnostic(f"appeal.{code}", message, _cell(world, row, column), said, expected)

    for column in _DECIDED:
        if row[column] is None:
            yield problem("half-decided", f"the decision lacks {column}", column, "decided_by, decided_at and points")
    decided, filed = row["decided_at"], row["filed_at"]
    if decided is not None and decided < filed:
        yield problem(
            "decided-before-filed", "it was decided before it was filed", "decided_at", f"after {filed}", decided
        )
    if decided is not None and decided > window.now:
        yield problem("decided-later", "it was decided later than now", "decided_at", f"at most {window.now}", decided)
    for column in ("decided_by", "approver"):
        why = _no_judge(row, about, row[column])
        if why:
            yield problem("no-judge", f"who {why} may not decide about it", column, "somebody else")
    points = row["points"]
    if points is None:
        return
    if points not in _ALL and not _POINTS.fullmatch(points):
        yield problem("bad-points", "this is no number of points", "points", "0 (refused), points, or all", points)
    elif points in _ALL or Decimal(points):
        for column in ("reason", "approver"):
            if row[column] is None:
                yield problem(
                    "no-reason" if column == "reason" else "no-approver",
                    f"points are given back without {column}",
                    column,
                    f"{column}: it is shown on the sheet",
                )


def _no_judge(row: Mapping[str, Any], about: _Contested, who: str | None) -> str | None:
    """Why somebody may not decide."""
    if who is None:
        return None
    if who == about.person:
        return "is charged with it"
    if who in about.finders:
        return "found it or wrote it down"
    return "filed the appeal" if who == row["filed_by"] else None


def _appeal(row: Mapping[str, Any], about: _Contested, window: Window) -> Appeal:
    points, decision = row["points"], _decision(row, window)
    return Appeal(
        breach_id=about.name,
        person=about.person,
        role=about.role,
        filed_at=row["filed_at"],
        filed_by=row["filed_by"],
        decision=decision,
        points=Decimal(points) if decision == "points" else None,
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        approver=row["approver"],
        reason=row["reason"],
    )


def _decision(row: Mapping[str, Any], window: Window) -> Decision:
    if not _admitted(row, window):
        return "late"
    points = row["points"]
    if points is None:
        return "open"
    if points in _ALL:
        return "all"
    return "points" if Decimal(points) else "refused"
