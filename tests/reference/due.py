"""reference_due: what is open as of an instant (semantics.md, "Due")."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from . import calendar as cal
from .estate import Estate, instant, load_estate
from .figures import half_up, show
from .judge_quota import part_of
from .lines import Line, Sheet
from .log import cutoff_after
from .score import judge_all, make_world
from .sheet import (
    Card,
    find_scorecard,
    fine_roles,
    is_on,
    make_card,
    make_cards,
    make_item,
    make_sheets,
    report,
    sheet_for,
    total,
)
from .verdict import Obligation, World, find_excuse, named_instant

Sums = dict[str, Fraction]
SET_OFF = ("response", "interval")
"""Checks whose obligations an occasion sets off, with a limit of their own."""


def reference_due(estate_dir: Path, logs: list[Path], as_of: str, ahead: int = 0) -> list[dict[str, Any]]:
    """One row for everything that is open, and for what cannot be judged."""
    estate = load_estate(Path(estate_dir))
    today = instant(as_of).date()
    until = today + cal.DAY * ahead
    rows: list[dict[str, Any]] = []
    cutoff = cutoff_after(estate, cal.period_around("month", today).last)
    first: World | None = None
    for month in months(estate, today, until):
        world = make_world(estate, logs, month, as_of, cutoff)
        if first is None:
            first = world
        world._kinds_seen = first._kinds_seen  # the kinds with a row in T's month before H
        obligations = judge_all(world)
        sheets = {(sheet.person, sheet.role): sheet for sheet in make_sheets(world, obligations)}
        judged = Month(world, calm_cards(world, list(sheets.values()), obligations))
        for ob in obligations:
            sheet = sheet_for(sheets, ob.post)
            if belongs(world, ob) and begun(world, ob) <= until and leaves_something_to_do(ob):
                rows += listed(judged, ob, sheet, in_first=world is first)
    return rows


@dataclass
class Month:
    world: World
    calm: list[Card]
    """The sheets that a scorecard judges, if everything pending were met."""


def calm_cards(world: World, sheets: list[Sheet], obligations: list[Obligation]) -> list[Card]:
    pending = [ob for ob in obligations if ob.state == "pending"]
    for ob in pending:
        ob.state = "met"
    cards = make_cards(world, sheets)
    for ob in pending:
        ob.state = "pending"
    return cards


def months(estate: Estate, today: date, until: date) -> list[str]:
    """T's month; those in which running periods end; and the next two, in which triggered ones may fall due."""
    days = cal.Period("", today, until).days()
    found = {cal.period_around("month", day).first for day in days}
    following = cal.add_months(today.replace(day=1), 1)
    found |= {following, cal.add_months(following, 1)}
    for duty in estate.duties:
        if "due" in duty.fields or "days" in duty.fields:  # in whatever month of a period that has begun
            runs = [cal.period_around(duty.fields["per"], day) for day in days]
            found |= {cal.period_around("month", day).first for run in runs for day in run.days() if day >= today}
        if "per" in duty.fields:
            ends = [cal.period_around(duty.fields["per"], day).last for day in days]
            found |= {cal.period_around("month", end).first for end in ends}
    return [cal.period_around("month", day).label for day in sorted(found)]


# ------------------------------------------------------------------------------------------------ what is open


def leaves_something_to_do(ob: Obligation) -> bool:
    fields, check = ob.duty.fields, ob.duty.check
    return not (
        check in ("finding", "precedence", "window", "forbid")
        or (check == "record" and "of" in fields)
        or "of_each" in fields
    )


@cache
def period_of(label: str) -> cal.Period:
    return cal.parse_period(label)


def belongs(world: World, ob: Obligation) -> bool:
    """What falls due later is judged with its own month."""
    return not (ob.duty.check in SET_OFF and ob.limit and ob.day > world.scored.last)


def begun(world: World, ob: Obligation) -> date:
    """The workday, the first day of its period, the trigger's day; and the first day of the post."""
    triggered = ob.duty.check in SET_OFF and ob.period != world.scored.label
    first = (ob.search_from or ob.day) if triggered else part_of(ob.duty, period_of(ob.period)).first
    return first if ob.post.acting else max(first, ob.post.first)


def listed(month: Month, ob: Obligation, sheet: Sheet | None, *, in_first: bool) -> Iterator[dict[str, Any]]:
    world = month.world
    late = min(ob.late, world.scored.end()) if ob.late else None
    if ob.state == "not_assessed":
        if not_past(world, ob, in_first=in_first):
            due = ob.limit if ob.occasion and not ob.decided else None
            yield row_of(ob, sheet) | {"state": ob.state, "due": named(world, due)}
    elif ob.state == "pending":
        yield row_of(ob, sheet) | pending(month, ob, sheet)
    elif ob.state == "breached" and ob.presumed in ("missing", "short") and late and late > world.horizon:
        yield row_of(ob, sheet) | overdue(month, ob, sheet) | {"late_until": named(world, late)}


def not_past(world: World, ob: Obligation, *, in_first: bool) -> bool:
    triggered = ob.duty.check in (*SET_OFF, "metric")
    if ob.at_rest or (not ob.occasion and not (triggered and ob.period == world.scored.label)):
        return False  # nobody has to do anything anyway
    if ob.limit and not ob.decided:
        return ob.limit > world.horizon
    if ob.duty.check in SET_OFF and ob.period != world.scored.label:
        return ob.decided is not None and in_first
    return part_of(ob.duty, period_of(ob.period)).end() > world.horizon


def row_of(ob: Obligation, sheet: Sheet | None) -> dict[str, Any]:
    return {
        "person": ob.post.person,
        "role": sheet.role if sheet else ob.post.role,
        "duty": ob.duty.id,
        "post": ob.post.label,
        "period": ob.period,
        "discriminator": ob.discriminator,
    }


def named(world: World, limit: datetime | None) -> str | None:
    return str(named_instant(world, limit)) if limit else None


def pending(month: Month, ob: Obligation, sheet: Sheet | None) -> dict[str, Any]:
    world = month.world
    holds = ob.met and ob.only_at_end
    reason = "over" if holds else ob.presumed or ""
    lost = reason in ("incomplete", "unsigned") or (reason == "over" and not holds)
    actual = Fraction(show_number(ob.expected)) + 1 if holds else ob.actual
    excused = find_excuse(world, ob)
    return {
        "state": "lost" if lost else "open",
        "due": named(world, ob.limit),
        "late_until": None,
        "reason": reason,
        "excused": excused,
        "cost": cost(month, ob, sheet, reason, actual, excused=bool(excused)),
        "cost_late": None,
    }


def overdue(month: Month, ob: Obligation, sheet: Sheet | None) -> dict[str, Any]:
    world = month.world
    return {
        "state": "overdue",
        "due": named(world, ob.limit),
        "reason": ob.presumed,
        "excused": None,
        "cost": cost(month, ob, sheet, ob.presumed or "", ob.actual),
        "cost_late": cost(month, ob, sheet, "late", None),
    }


def show_number(value: Any) -> str:
    return show(value) or "0"


# ------------------------------------------------------------------------------------------------ what it costs


def cost(
    month: Month, ob: Obligation, sheet: Sheet | None, reason: str, actual: Any, *, excused: bool = False
) -> dict[str, Any] | None:
    """The sheet if everything pending is met, less the same with this one breach."""
    if sheet is None or not charged(month.world, ob, sheet, reason):
        return None
    kept = [(other, other.state, other.reason, other.actual) for other in sheet.obligations]
    for other in sheet.obligations:
        if other.state == "pending":
            other.state, other.reason = "met", None
    ob.state, ob.reason = "met", None
    best = standing(month, sheet)
    ob.state, ob.reason, ob.actual = "excused" if excused else "breached", reason, actual
    worst = standing(month, sheet)
    for other, state, before, was in kept:
        other.state, other.reason, other.actual = state, before, was
    taken = {name: worst.get(name, Fraction(0)) - best.get(name, Fraction(0)) for name in {*best, *worst}}
    points = -taken.pop("", Fraction(0))
    return {"points": show(points), "fines": {name: show(sum_) for name, sum_ in sorted(taken.items()) if sum_}}


def standing(month: Month, sheet: Sheet) -> Sums:
    """The sum over all items that are not excluded, under no name; fines under their currency."""
    card = make_card(month.world, sheet)
    cards = [card if card and one.sheet is sheet else one for one in month.calm]
    points = total(month.world, card, card.counted, cards) if card else Fraction(0)
    money = report(month.world, sheet, cards)["fines"]
    return {"": half_up(points, 4)} | {name: Fraction(sum_) for name, sum_ in money.items()}


def charged(world: World, ob: Obligation, sheet: Sheet, reason: str) -> bool:
    """Whether a line with a price, or a fine, of the sheet names the breach, and the duty is `must`."""
    return ob.duty.must and any(
        line.book is ob.duty.book and (ob.duty.id, reason) in line.named for line in lines(world, sheet)
    )


def lines(world: World, sheet: Sheet) -> Iterator[Line]:
    found = find_scorecard(world, sheet.role)
    if found:
        book, card = found
        for key, raw in card["items"].items():
            yield from (line for line in make_item(world, sheet, book, card, str(key), raw).lines if line.on)
    for book in world.estate.books:
        place = world.estate.place(book, sheet.area, world.scored.first)
        for key, fields in book.sections["fines"].items():
            line = Line(key, [], fields, place, book)
            if sheet.role in fine_roles(world, book, fields) and is_on(line):
                yield line
