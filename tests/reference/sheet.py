"""Scorecards, bonus and fines (semantics.md, "Scorecard")."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import calendar as cal
from .books import Book, as_list
from .estate import Post
from .figures import OffError, Place, UnboundError, half_up, number, show, show_percent
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
    weight: Fraction = Fraction(1)
    unbound: bool = False
    state: str = ""

    @property
    def deducted(self) -> Fraction:
        return sum((line.points for line in self.lines), ZERO)

    @property
    def score(self) -> Fraction:
        """max(0, marks - sum of lines), or 0 if `veto: zero_item` fires on a line of it."""
        vetoed = any(line.vetoes and line.fields["veto"] == "zero_item" for line in self.lines)
        return ZERO if vetoed else max(ZERO, self.marks - self.deducted)


@dataclass
class Card:
    """A sheet that a scorecard judges, with its lines charged."""

    sheet: Sheet
    book: Book
    raw: dict[str, Any]
    items: list[Item]

    @property
    def counted(self) -> list[Item]:
        return [item for item in self.items if item.state != "excluded"]


# ---------------------------------------------------------------------------------------------- sheets


def make_sheets(world: World, obligations: list[Obligation]) -> list[Sheet]:
    sheets: dict[tuple[str, str], Sheet] = {}
    for post in sorted(world.estate.table_posts, key=lambda post: not post.primary):
        if post.first <= world.scored.last and post.last >= world.scored.first:
            earlier = [role for person, role in sheets if person == post.person]
            made = Sheet(post.person, post.role, post.area, post.manager, earlier)
            sheets.setdefault((post.person, post.role), made)
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


def report(world: World, sheet: Sheet, cards: list[Card]) -> dict[str, Any]:
    """A sheet, given all sheets that a scorecard judges."""
    card = next((card for card in cards if card.sheet is sheet), None)
    result: dict[str, Any] = {"person": sheet.person, "role": sheet.role}
    if card is None:  # A role without scorecard: verdicts and fines, `score: null`.
        empty = ("marks", "score", "percent", "assessed_marks", "score_min", "score_max", "grade")
        result |= dict.fromkeys(empty) | {"complete": False, "bonus": "0", "items": []}
    else:
        result |= sums(world, card, cards)
    return result | {"fines": fines(world, sheet)}


def make_cards(world: World, sheets: list[Sheet]) -> list[Card]:
    return [card for sheet in sheets for card in [make_card(world, sheet)] if card]


def make_card(world: World, sheet: Sheet) -> Card | None:
    found = find_scorecard(world, sheet.role)
    if found is None:
        return None
    book, raw = found
    items = [make_item(world, sheet, book, raw, str(key), fields) for key, fields in raw["items"].items()]
    decisions = settlements(world, sheet)
    charge(world, sheet, [line for item in items for line in item.lines if line.on])
    for item in items:
        # A settlement `assume_met` makes it assessed as it stands; `exclude` takes the item off the sheet.
        settled = {"assume_met": "assessed", "exclude": "excluded"}.get(decisions.get(item.key, ""))
        item.state = settled or assess(world, sheet, item)
    return Card(sheet, book, raw, items)


def find_scorecard(world: World, role: str) -> tuple[Book, dict[str, Any]] | None:
    for book in world.estate.books:
        for card in book.sections["scorecards"].values():
            fitting = cal.period_around(card["per"], world.scored.first) == world.scored
            if fitting and role in world.estate.role_group(card["role"]):
                return book, card
    return None


def sums(world: World, card: Card, cards: list[Card]) -> dict[str, Any]:
    assessed = [item for item in card.counted if item.state == "assessed"]
    marks = sum((item.marks * item.weight for item in card.counted), ZERO)
    score = total(world, card, assessed, cards)
    capped = [cap(world, card, name) for name in ("bonus_cap", "total_cap")]
    complete = assessed == card.counted and world.horizon == world.scored.end() and "unbound" not in capped
    percent = show_percent(score / marks * 100) if complete and marks else None
    return {
        "marks": shown(marks),
        "score": shown(score),
        "percent": percent,
        "assessed_marks": shown(sum((item.marks * item.weight for item in assessed), ZERO)),
        "score_min": shown(score),
        "score_max": shown(total(world, card, card.counted, cards)),
        "complete": complete,
        "bonus": show(bonus(world, card)),
        "grade": grade(card, Fraction(percent)) if percent else None,
        "items": [show_item(item) for item in card.items],
    }


def shown(points: Fraction) -> str | None:
    """What is shown is rounded half up, once."""
    return show(half_up(points, 4))


def total(world: World, card: Card, items: list[Item], cards: list[Card]) -> Fraction:
    """The sum of a sheet over some of its items: weights, what it bears, bonus, caps, vetoes."""
    points = sum((item.score * item.weight for item in items), ZERO)
    points = max(ZERO, points - sum((borne(world, card, other, cards) for other in cards), ZERO))
    points += bonus(world, card)
    most = cap(world, card, "total_cap")
    points = min(points, most) if isinstance(most, Fraction) else points
    for line in [line for item in card.counted for line in item.lines if line.vetoes]:
        veto = line.fields["veto"]
        if veto == "zero_total":
            points = ZERO
        elif isinstance(veto, dict):
            points = min(points, line.place.number(veto["cap"]))
    return points


def cap(world: World, card: Card, name: str) -> Fraction | str | None:
    place = world.estate.place(card.book, card.sheet.area, world.scored.first)
    try:
        return place.number(card.raw[name]) if name in card.raw else None
    except OffError:
        return None
    except UnboundError:
        return "unbound"


def grade(card: Card, percent: Fraction) -> str | None:
    """The first whose boundary is at most the percent as it is shown."""
    return next((row["grade"] for row in card.raw.get("grades", []) if number(row["from"]) <= percent), None)


# ---------------------------------------------------------------------------------------------- joint liability


def borne(world: World, card: Card, other: Card, cards: list[Card]) -> Fraction:
    """What a sheet bears for another: the share of what its lines took, weighted, uncapped by their items."""
    points = ZERO
    for item in other.counted:
        for line in item.lines:
            for written in as_list(line.fields.get("liable")):
                row = {"relation": written} if isinstance(written, str) else written
                if is_liable(world, card, other, row["relation"], cards):
                    points += line.points * item.weight * number(row.get("share", "1"))
    return points


def is_liable(world: World, card: Card, other: Card, relation: str, cards: list[Card]) -> bool:
    liable = liable_sheets(world, other.sheet, relation, [one.sheet for one in cards])
    return any(one is card.sheet for one in liable)


def liable_sheets(world: World, sheet: Sheet, relation: str, among: list[Sheet]) -> list[Sheet]:
    """Who is liable for a sheet; nobody is for themselves."""
    others = [one for one in among if one.person != sheet.person]
    if relation == "manager":
        return [one for one in others if one.person == sheet.manager][:1]
    near = ["", *world.estate.chain(sheet.area)] if sheet.area else [""]
    roles = world.estate.role_group(relation)
    return [one for one in others if one.role in roles and any(p.area in near for p in posts_of(world, one))]


def posts_of(world: World, sheet: Sheet) -> list[Post]:
    """The posts of a sheet that touch the period, acting ones aside."""
    posts = [p for p in world.estate.table_posts if (p.person, p.role) == (sheet.person, sheet.role)]
    return [p for p in posts if p.first <= world.scored.last and p.last >= world.scored.first]


def show_item(item: Item) -> dict[str, Any]:
    lines = [{"line": x.key, "times": show(x.times), "points": show(x.points)} for x in item.lines]
    shown = {"item": item.key, "marks": show(item.marks), "deducted": show(item.deducted), "score": show(item.score)}
    return {**shown, "state": item.state, "lines": lines}


# ---------------------------------------------------------------------------------------------- items


def make_item(world: World, sheet: Sheet, book: Book, card: dict[str, Any], key: str, raw: dict[str, Any]) -> Item:
    """Items and lines without a clause get the scorecard's (item's) clause plus `.` plus their key."""
    place = world.estate.place(book, sheet.area, world.scored.first)
    clause = str(raw.get("clause") or f"{card.get('clause', '')}.{key}")
    roles = world.estate.role_group(card["role"])
    weight = number(raw.get("weight", "1"))
    item = Item(key, clause, place.number(raw["marks"]), raw.get("inspect") == "required", [], weight)
    for name, fields in (raw.get("lines") or {}).items():
        line = Line(name, as_list(fields.get("clause") or f"{clause}.{name}"), fields, place, book, roles)
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


def bonus(world: World, card: Card) -> Fraction:
    """Count of the event x points, at most the cap."""
    place = world.estate.place(card.book, card.sheet.area, world.scored.first)
    points = ZERO
    for row in (card.raw.get("bonus") or {}).values():
        count = len([e for e in own_events(world, card.sheet) if fits(e, row["event"], row.get("where"))])
        points += count * number_or_nothing(place, row["each"])
    most = cap(world, card, "bonus_cap")
    return min(points, most) if isinstance(most, Fraction) else points


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
    """Fines: as lines, in money; on the sheet of the fine's role."""
    totals: dict[str, Fraction] = {}
    for book in world.estate.books:
        for key, fields in book.sections["fines"].items():
            currency = fields.get("currency", "CNY")
            totals[currency] = totals.get(currency, ZERO) + fine_of(world, sheet, book, key, fields)
    return {currency: show(total) for currency, total in sorted(totals.items()) if total}


def payable(world: World, sheet: Sheet, sheets: list[Sheet]) -> dict[str, str | None]:
    """What of the fines may be paid: of a month that is over, by texts that were there before it, up to a cap."""
    totals: dict[str, Fraction] = {}
    if world.scored.label == world.scored.first.strftime("%Y-%m") and world.horizon == world.scored.end():
        own = [one for one in sheets if one.person == sheet.person]
        for book in world.estate.books:
            for key, fields in book.sections["fines"].items():
                there = [fields.get(word, "") for word in ("adopted_on", "published_on")]
                if fields.get("mode") == "payable" and max(there) < world.scored.first.isoformat():
                    paid = share_of_cap(world, sheet, own, book, key)
                    currency = fields.get("currency", "CNY")
                    totals[currency] = totals.get(currency, ZERO) + paid
    return {currency: show(total) for currency, total in sorted(totals.items()) if total}


def share_of_cap(world: World, sheet: Sheet, own: list[Sheet], book: Book, key: str) -> Fraction:
    """The cap is one person's: the first sheet takes of it first."""
    paid, fields = ZERO, book.sections["fines"][key]
    for one in own:
        cap = number_or_nothing(world.estate.place(book, one.area, world.scored.first), fields["monthly_cap"])
        mine = min(fine_of(world, one, book, key, fields), max(ZERO, cap - paid))
        if one is sheet:
            return mine
        paid += mine
    return ZERO


def fine_of(world: World, sheet: Sheet, book: Book, key: str, fields: dict[str, Any]) -> Fraction:
    """What one fine comes to on one sheet."""
    roles = fine_roles(world, book, fields)
    place = world.estate.place(book, sheet.area, world.scored.first)
    line = Line(key, as_list(fields.get("clause")), fields, place, book, roles)
    if sheet.role not in roles or not is_on(line):
        return ZERO
    charge(world, sheet, [line])  # each fine on its own: they may be in different money
    return line.points


def fine_roles(world: World, book: Book, fields: dict[str, Any]) -> set[str]:
    """The fine's role; else the roles of the duties it names; else the book's only role."""
    if "role" in fields:
        return world.estate.role_group(fields["role"])
    named = {name.rpartition(".")[0] for name in fields.get("breaches") or []}
    roles = [book.sections["duties"][duty]["role"] for duty in named] or list(book.sections["roles"])
    return {one for role in roles for one in world.estate.role_group(role)}
