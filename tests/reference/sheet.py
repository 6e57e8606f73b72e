"""Scorecards, bonus and fines (semantics.md, "Scorecard")."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import calendar as cal
from .books import Book, as_list
from .estate import Post
from .figures import OffError, Place, UnboundError, show, show_percent
from .lines import ZERO, Line, Sheet, charge, own_events
from .log import fits
from .verdict import Obligation, World


@dataclass
class Item:
    key: str
    clause: str
    marks: Fraction
    required: bool
    lines: list[Line]
    unbound: bool = False
    state: str = ""

    @property
    def deducted(self) -> Fraction:
        return sum((line.points for line in self.lines), ZERO)

    @property
    def score(self) -> Fraction:
        """item score = max(0, marks - sum of lines)."""
        return max(ZERO, self.marks - self.deducted)


# ---------------------------------------------------------------------------------------------- sheets


def make_sheets(world: World, obligations: list[Obligation]) -> list[Sheet]:
    sheets: dict[tuple[str, str], Sheet] = {}
    for post in sorted(world.estate.table_posts, key=lambda post: not post.primary):
        if post.first <= world.scored.last and post.last >= world.scored.first:
            sheets.setdefault((post.person, post.role), Sheet(post.person, post.role, post.area))
    for ob in obligations:
        sheet = sheet_for(sheets, ob.post)
        if sheet:
            sheet.obligations.append(ob)
    return list(sheets.values())


def sheet_for(sheets: dict[tuple[str, str], Sheet], post: Post) -> Sheet | None:
    """Verdicts of acting posts go to the person's sheet in that role (else its first sheet)."""
    if (post.person, post.role) in sheets or not post.acting:
        return sheets.get((post.person, post.role))
    return next((sheet for (person, _), sheet in sheets.items() if person == post.person), None)


def report(world: World, sheet: Sheet) -> dict[str, Any]:
    found = find_scorecard(world, sheet.role)
    result: dict[str, Any] = {"person": sheet.person, "role": sheet.role}
    if found is None:  # A role without scorecard: verdicts and fines, `score: null`.
        empty = ("marks", "score", "percent", "assessed_marks", "score_min", "score_max")
        result |= dict.fromkeys(empty) | {"complete": False, "bonus": "0", "items": []}
    else:
        result |= score_card(world, sheet, *found)
    return result | {"fines": fines(world, sheet)}


def find_scorecard(world: World, role: str) -> tuple[Book, dict[str, Any]] | None:
    for book in world.estate.books:
        for card in book.sections["scorecards"].values():
            fitting = cal.period_around(card["per"], world.scored.first) == world.scored
            if fitting and role in world.estate.role_group(card["role"]):
                return book, card
    return None


def score_card(world: World, sheet: Sheet, book: Book, card: dict[str, Any]) -> dict[str, Any]:
    items = [make_item(world, sheet, book, card, str(key), raw) for key, raw in card["items"].items()]
    decisions = settlements(world, sheet)
    charge(world, sheet, [line for item in items for line in item.lines if line.on])
    for item in items:
        # A settlement `assume_met` makes it assessed as it stands; `exclude` takes the item off the sheet.
        settled = {"assume_met": "assessed", "exclude": "excluded"}.get(decisions.get(item.key, ""))
        item.state = settled or assess(world, sheet, item)
    return totals(world, items, bonus_points(world, sheet, book, card))


def totals(world: World, items: list[Item], bonus: Fraction) -> dict[str, Any]:
    assessed = [item for item in items if item.state == "assessed"]
    others = [item for item in items if item.state not in ("assessed", "excluded")]
    marks = sum((item.marks for item in assessed + others), ZERO)
    score = sum((item.score for item in assessed), ZERO) + bonus
    complete = not others and world.horizon == world.scored.end()
    return {
        "marks": show(marks),
        "score": show(score),
        "percent": show_percent(score / marks * 100) if complete and marks else None,
        "assessed_marks": show(sum((item.marks for item in assessed), ZERO)),
        "score_min": show(score),
        "score_max": show(score + sum((item.score for item in others), ZERO)),
        "complete": complete,
        "bonus": show(bonus),
        "items": [show_item(item) for item in items],
    }


def show_item(item: Item) -> dict[str, Any]:
    lines = [{"line": x.key, "times": show(x.times), "points": show(x.points)} for x in item.lines]
    shown = {"item": item.key, "marks": show(item.marks), "deducted": show(item.deducted), "score": show(item.score)}
    return {**shown, "state": item.state, "lines": lines}


# ---------------------------------------------------------------------------------------------- items


def make_item(world: World, sheet: Sheet, book: Book, card: dict[str, Any], key: str, raw: dict[str, Any]) -> Item:
    """Items and lines without a clause get the scorecard's (item's) clause plus `.` plus their key."""
    place = world.estate.place(book, sheet.area, world.scored.first)
    clause = str(raw.get("clause") or f"{card.get('clause', '')}.{key}")
    item = Item(key, clause, place.number(raw["marks"]), raw.get("inspect") == "required", [])
    for name, fields in (raw.get("lines") or {}).items():
        line = Line(name, as_list(fields.get("clause") or f"{clause}.{name}"), fields, place, book)
        item.lines.append(line)
        try:
            line.read()
        except OffError:
            line.on = False
        except UnboundError:
            line.on, item.unbound = False, True
    return item


def assess(world: World, sheet: Sheet, item: Item) -> str:
    duties = {duty for line in item.lines if line.on for duty in line.duties}
    own = [ob for ob in sheet.obligations if ob.duty.id in duties]
    charged = [ob for ob in own if ob.duty.fields.get("strength", "must") == "must"]
    fully_judged = not item.unbound and not any(ob.state == "not_assessed" for ob in charged)
    if fully_judged and ((duties and not item.required) or inspected(world, sheet, item)):
        return "assessed"
    judged = any(ob.state in ("met", "breached", "excused") for ob in own)
    return "partial" if judged or item.deducted > 0 else "not_assessed"


def inspected(world: World, sheet: Sheet, item: Item) -> bool:
    """An `inspection.<item>` row or a finding on one of its lines."""
    kinds = {f"inspection.{item.key}"} | {f"finding.{c}" for line in item.lines if line.on for c in line.clauses}
    return any(e.kind in kinds for e in own_events(world, sheet))


def settlements(world: World, sheet: Sheet) -> dict[str, str]:
    rows = world.estate.tables["settlements"]
    label = world.scored.label
    return {r["item"]: r["decision"] for r in rows if r["period"] == label and r["person"] == sheet.person}


# ---------------------------------------------------------------------------------------------- bonus, fines


def bonus_points(world: World, sheet: Sheet, book: Book, card: dict[str, Any]) -> Fraction:
    """Bonus: count of the event x points."""
    place = world.estate.place(book, sheet.area, world.scored.first)
    total = ZERO
    for row in (card.get("bonus") or {}).values():
        count = len([e for e in own_events(world, sheet) if fits(e, row["event"], row.get("where"))])
        total += count * number_or_nothing(place, row["each"])
    return total


def number_or_nothing(place: Place, figure: Any) -> Fraction:
    try:
        return place.number(figure)
    except (OffError, UnboundError):
        return ZERO


def is_on(line: Line) -> bool:
    """`none` switches a line off; an unbound fine charges nothing."""
    try:
        line.read()
    except (OffError, UnboundError):
        return False
    return True


def fines(world: World, sheet: Sheet) -> dict[str, str | None]:
    """Fines: as lines, in money, `record_only`; on the sheet of the fine's role."""
    totals: dict[str, Fraction] = {}
    for book in world.estate.books:
        place = world.estate.place(book, sheet.area, world.scored.first)
        lines = []
        for key, fields in book.sections["fines"].items():
            if sheet.role in fine_roles(world, book, fields):
                line = Line(key, as_list(fields.get("clause")), fields, place, book)
                if is_on(line):
                    lines.append(line)
        for line in lines:
            charge(world, sheet, [line])  # each fine on its own: they may be in different money
            if line.points:
                currency = line.fields.get("currency", "CNY")
                totals[currency] = totals.get(currency, ZERO) + line.points
    return {currency: show(total) for currency, total in sorted(totals.items())}


def fine_roles(world: World, book: Book, fields: dict[str, Any]) -> set[str]:
    """The fine's role; else the roles of the duties it names; else the book's only role."""
    if "role" in fields:
        return world.estate.role_group(fields["role"])
    named = {name.rpartition(".")[0] for name in fields.get("breaches") or []}
    roles = [book.sections["duties"][duty]["role"] for duty in named] or list(book.sections["roles"])
    return {one for role in roles for one in world.estate.role_group(role)}
