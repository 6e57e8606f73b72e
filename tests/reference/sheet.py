"""Scorecards, overlap, bonus and fines (semantics.md, "Scorecard")."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import permutations
from math import floor
from typing import Any

from .books import Book, as_list
from .estate import Post
from .figures import OffError, Place, UnboundError, show, show_percent
from .log import fits
from .verdict import Obligation, World

ZERO = Fraction(0)
Order = tuple["Line", ...]


@dataclass
class Sheet:
    """One sheet per person and role with a post (not acting) touching the period."""

    person: str
    role: str
    area: str = ""
    """Of its lead post in the period: where by-area points are looked up."""
    obligations: list[Obligation] = field(default_factory=list)

    def breaches(self) -> list[Obligation]:
        """Only `strength: must` duties are charged."""
        return [ob for ob in self.obligations if ob.state == "breached" and ob.duty.must]


@dataclass(eq=False)
class Line:
    """A deduction line or a fine: what it names, what it costs."""

    key: str
    clauses: list[str]
    fields: dict[str, Any]
    place: Place
    book: Book
    on: bool = True
    """`none` switches a line off: it is shown, and nothing else."""
    times: Fraction = ZERO
    points: Fraction = ZERO

    @property
    def named(self) -> list[tuple[str, str]]:
        """The `duty.reason` pairs that the line charges."""
        return [(name.rpartition(".")[0], name.rpartition(".")[2]) for name in self.fields.get("breaches") or []]

    @property
    def duties(self) -> set[str]:
        return {duty for duty, _ in self.named}

    def price(self, times: Fraction) -> Fraction:
        """`each: p` n x p; `once: p` p if n > 0; `every: k, points: p` floor(n / k) x p."""
        if "each" in self.fields:
            return times * self.place.number(self.fields["each"])
        if "once" in self.fields:
            return self.place.number(self.fields["once"]) if times > 0 else ZERO
        if "every" in self.fields:
            steps = floor(times / self.place.number(self.fields["every"]))
            return steps * self.place.number(self.fields["points"])
        return times * self.place.number(self.fields["per_missing"])


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
            if role in world.estate.role_group(book, card["role"]):
                return book, card
    return None


def score_card(world: World, sheet: Sheet, book: Book, card: dict[str, Any]) -> dict[str, Any]:
    items = [make_item(world, sheet, book, card, str(key), raw) for key, raw in card["items"].items()]
    decisions = settlements(world, sheet)
    charge(world, sheet, [line for item in items for line in item.lines if line.on])
    for item in items:
        # A settlement `assume_met` makes it assessed as it stands; `exclude` takes the item off the sheet.
        settled = {"assume_met": "assessed", "exclude": "excluded"}.get(decision_on(item, decisions) or "")
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
            line.price(Fraction(1))
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


def own_events(world: World, sheet: Sheet) -> list[Any]:
    """Findings, inspections and bonus events of the person in the scored period."""
    return [e for e in world.events if e.person == sheet.person and world.lies_in(e)]


def settlements(world: World, sheet: Sheet) -> dict[str, str]:
    rows = world.estate.tables["settlements"]
    label = world.scored.label
    return {r["item"]: r["decision"] for r in rows if r["period"] == label and r["person"] == sheet.person}


def decision_on(item: Item, decisions: dict[str, str]) -> str | None:
    return decisions.get(item.key) or decisions.get(item.clause)


# ---------------------------------------------------------------------------------------------- lines


def charge(world: World, sheet: Sheet, lines: list[Line]) -> None:
    """Sets times and points of every line, groups that share breaches in their dearest order."""
    for group in share_breaches(lines):
        best: list[tuple[Fraction, Fraction]] | None = None
        best_order: Order = ()
        for order in permutations(group):
            prices = price_in_order(world, sheet, order)
            # The dearest order counts, the first on a tie.
            if best is None or sum(p for _, p in prices) > sum(p for _, p in best):
                best, best_order = prices, order
        for line, (times, points) in zip(best_order, best or [], strict=True):
            line.times, line.points = times, points


def share_breaches(lines: list[Line]) -> list[list[Line]]:
    """Lines that name the same `duty.reason` share breaches."""
    groups: list[list[Line]] = []
    for line in lines:
        joined = [g for g in groups if any(set(line.named) & set(other.named) for other in g)]
        merged = [other for g in joined for other in g] + [line]
        groups = [g for g in groups if g not in joined] + [merged]
    return [sorted(group, key=lines.index) for group in groups]


def price_in_order(world: World, sheet: Sheet, order: Order) -> list[tuple[Fraction, Fraction]]:
    """The first line keeps all its breaches and each later one loses those already taken."""
    taken: set[int] = set()
    prices = []
    for line in order:
        breaches = [ob for ob in line_breaches(world, sheet, line) if id(ob) not in taken]
        taken |= {id(ob) for ob in breaches}
        times = occurrences(world, sheet, line, breaches)
        prices.append((times, line.price(times)))
    return prices


def line_breaches(world: World, sheet: Sheet, line: Line) -> list[Obligation]:
    breaches = [ob for ob in sheet.breaches() if ob.duty.book is line.book]
    breaches = [ob for ob in breaches if (ob.duty.id, ob.reason) in line.named]
    if line.fields.get("if") == "none_done":
        breaches = [ob for ob in breaches if none_done(sheet, line, ob.duty.id)]
    kind = line.fields.get("aggravated_by")
    if kind:  # only breaches whose case has such an event before H
        cases = {e.case for e in world.events if fits(e, kind) and e.case}
        breaches = [ob for ob in breaches if ob.case in cases]
    return breaches


def none_done(sheet: Sheet, line: Line, duty: str) -> bool:
    """All breaches of the duty on this sheet are of the line's reasons, and no obligation is met."""
    own = [ob for ob in sheet.obligations if ob.duty.id == duty]
    all_named = all((duty, ob.reason) in line.named for ob in own if ob.state == "breached")
    return all_named and not any(ob.state == "met" for ob in own)


def occurrences(world: World, sheet: Sheet, line: Line, breaches: list[Obligation]) -> Fraction:
    """Its breaches plus findings of its clause; per day, the larger of the two numbers counts."""
    by_breach: dict[date, Fraction] = {}
    for ob in once_per_case(breaches) if line.fields.get("distinct") == "case" else breaches:
        amount = ob.missing() if "per_missing" in line.fields else ob.amount()
        by_breach[ob.day] = by_breach.get(ob.day, ZERO) + amount
    by_finding = finding_days(world, sheet, line)
    days = by_breach.keys() | by_finding.keys()
    return sum((max(by_breach.get(d, ZERO), by_finding.get(d, ZERO)) for d in days), ZERO)


def once_per_case(breaches: list[Obligation]) -> list[Obligation]:
    """Breaches of one case count once (on the first day)."""
    kept: list[Obligation] = []
    for ob in sorted(breaches, key=lambda ob: ob.day):
        if not ob.case or all(other.case != ob.case for other in kept):
            kept.append(ob)
    return kept


def finding_days(world: World, sheet: Sheet, line: Line) -> dict[date, Fraction]:
    """Findings count `value` or 1; not on days with a breach of the `only_if_met` duty."""
    duty = line.fields.get("only_if_met")
    blocked = {ob.day for ob in sheet.obligations if ob.state == "breached" and ob.duty.id == duty}
    kinds = [f"finding.{clause}" for clause in line.clauses]
    found: dict[date, Fraction] = {}
    for event in own_events(world, sheet):
        if event.kind in kinds and event.duty_day not in blocked:
            found[event.duty_day] = found.get(event.duty_day, ZERO) + Fraction(event.value or "1")
    return found


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
        line.price(Fraction(1))
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
        return world.estate.role_group(book, fields["role"])
    named = {name.rpartition(".")[0] for name in fields.get("breaches") or []}
    roles = [book.sections["duties"][duty]["role"] for duty in named] or list(book.sections["roles"])
    return {one for role in roles for one in world.estate.role_group(book, role)}
