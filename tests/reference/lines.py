"""Deduction lines: what they count, what that costs, and what they share (semantics.md, "Scorecard")."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import permutations
from math import floor
from typing import Any

from .books import Book
from .figures import Place, UnboundError, number
from .log import Event, fits
from .verdict import Obligation, World

ZERO = Fraction(0)
FIGURES = {"each", "once", "every", "points", "per_missing", "free", "line_cap"}
Order = tuple["Line", ...]


@dataclass
class Sheet:
    """One sheet per person and role with a post (not acting) touching the period."""

    person: str
    role: str
    area: str = ""
    """Of its lead post in the period: where by-area points are looked up."""
    manager: str = ""
    """Of its lead post in the period."""
    earlier: list[str] = field(default_factory=list)
    """The roles of the person's sheets before this one."""
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
    roles: set[str] = field(default_factory=set)
    """Whose sheets are charged by it."""
    on: bool = True
    """`none` switches a line off: it is shown, and nothing else."""
    times: Fraction = ZERO
    points: Fraction = ZERO
    vetoes: bool = False
    """Its veto fires: more than `free` occurrences, counted as if it shared nothing."""

    @property
    def named(self) -> list[tuple[str, str]]:
        """The `duty.reason` pairs that the line charges."""
        return [(name.rpartition(".")[0], name.rpartition(".")[2]) for name in self.fields.get("breaches") or []]

    @property
    def duties(self) -> set[str]:
        return {duty for duty, _ in self.named}

    def read(self) -> None:
        """Raises OffError if any of its figures is `none`, else UnboundError if one is unbound."""
        unbound: UnboundError | None = None
        veto = self.fields.get("veto")
        figures = [self.fields[name] for name in FIGURES & self.fields.keys()]
        for figure in [*figures, *([veto["cap"]] if isinstance(veto, dict) else [])]:
            try:
                self.place.figure(figure)
            except UnboundError as error:
                unbound = error
        if unbound:
            raise unbound

    def price(self, times: Fraction) -> Fraction:
        """What n occurrences cost: the free ones off, then the price, at most the cap."""
        n = max(ZERO, times - self.number("free", ZERO))
        cap = self.number("line_cap", None)
        points = self.full_price(n)
        return points if cap is None else min(points, cap)

    def full_price(self, n: Fraction) -> Fraction:
        if "every" in self.fields:
            return floor(n / self.number("every")) * self.number("points")
        if "once" in self.fields:  # all of them cost what the tier of n says
            return price_of(n, self.tiers("once"))
        if "each" not in self.fields and "per_missing" not in self.fields:
            return ZERO  # a veto needs no price
        tiers = self.tiers("each" if "each" in self.fields else "per_missing")
        return sum((price_of(Fraction(i), tiers) for i in range(1, int(n) + 1)), ZERO)

    def number(self, name: str, otherwise: Any = None) -> Any:
        return self.place.number(self.fields[name]) if name in self.fields else otherwise

    def tiers(self, name: str) -> dict[int, Fraction]:
        """A price outright holds from the first occurrence on."""
        found = self.place.figure(self.fields[name])
        return {int(n): number(p) for n, p in (found if isinstance(found, dict) else {1: found}).items()}


def price_of(n: Fraction, tiers: dict[int, Fraction]) -> Fraction:
    """The price of the highest tier that n reaches; nothing before the first."""
    reached = [start for start in tiers if start <= n]
    return tiers[max(reached)] if reached else ZERO


def own_events(world: World, sheet: Sheet) -> list[Event]:
    """Findings, inspections and bonus events of the person in the scored period."""
    return [e for e in world.events if e.person == sheet.person and world.lies_in(e)]


# ---------------------------------------------------------------------------------------------- what is shared


def charge(world: World, sheet: Sheet, lines: list[Line]) -> None:
    """Sets times and points of every line, groups that share something in their dearest order."""
    for line in lines:
        if "veto" in line.fields:
            ((times, _),) = price_in_order(world, sheet, (line,))
            line.vetoes = times > line.number("free", ZERO)
    for group in sharing(lines):
        best: list[tuple[Fraction, Fraction]] | None = None
        best_order: Order = ()
        for order in permutations(group):
            prices = price_in_order(world, sheet, order)
            # The dearest order counts, the first on a tie.
            if best is None or sum(p for _, p in prices) > sum(p for _, p in best):
                best, best_order = prices, order
        for line, (times, points) in zip(best_order, best or [], strict=True):
            line.times, line.points = times, points


def sharing(lines: list[Line]) -> list[list[Line]]:
    """Lines that name the same `duty.reason`, or the same word `dedupe`, directly or through others."""
    groups: list[list[Line]] = []
    for line in lines:
        joined = [g for g in groups if any(share(line, other) for other in g)]
        merged = [other for g in joined for other in g] + [line]
        groups = [g for g in groups if g not in joined] + [merged]
    return [sorted(group, key=lines.index) for group in groups]


def share(one: Line, other: Line) -> bool:
    word = one.fields.get("dedupe")
    return bool(set(one.named) & set(other.named)) or (word is not None and word == other.fields.get("dedupe"))


def price_in_order(world: World, sheet: Sheet, order: Order) -> list[tuple[Fraction, Fraction]]:
    """The first line keeps everything and each later one loses what an earlier one kept."""
    taken: set[int] = set()
    cases: set[tuple[str, str]] = set()
    prices = []
    for line in order:
        word = line.fields.get("dedupe")
        breaches = [ob for ob in line_breaches(world, sheet, line) if id(ob) not in taken]
        findings = list(line_findings(world, sheet, line))
        if word is not None:
            breaches = [ob for ob in breaches if (word, ob.case) not in cases]
            findings = [event for event in findings if (word, event.case) not in cases]
            cases |= {(word, case) for case in [ob.case for ob in breaches] + [e.case for e in findings] if case}
        taken |= {id(ob) for ob in breaches}
        times = occurrences(line, breaches, findings)
        prices.append((times, line.price(times)))
    return prices


# ---------------------------------------------------------------------------------------------- what is counted


def line_breaches(world: World, sheet: Sheet, line: Line) -> list[Obligation]:
    breaches = [ob for ob in sheet.breaches() if ob.duty.book is line.book]
    breaches = [ob for ob in breaches if (ob.duty.id, ob.reason) in line.named]
    if line.fields.get("if") == "none_done":
        breaches = [ob for ob in breaches if none_done(sheet, line, ob.duty.id)]
    if "aggravated_by" in line.fields:
        breaches = [ob for ob in breaches if ob.case and holds(world, sheet, line.fields["aggravated_by"], ob.case)]
    return breaches


def none_done(sheet: Sheet, line: Line, duty: str) -> bool:
    """All breaches of the duty on this sheet are of the line's reasons, and no obligation is met."""
    own = [ob for ob in sheet.obligations if ob.duty.id == duty]
    all_named = all((duty, ob.reason) in line.named for ob in own if ob.state == "breached")
    return all_named and not any(ob.state == "met" for ob in own)


def holds(world: World, sheet: Sheet, cause: Any, case: str) -> bool:
    """A cause on a case: an event of anybody before H, a breach of this sheet, or several causes."""
    if isinstance(cause, dict) and "all_of" in cause:
        return all(holds(world, sheet, part, case) for part in cause["all_of"])
    if isinstance(cause, dict) and "any_of" in cause:
        return any(holds(world, sheet, part, case) for part in cause["any_of"])
    if isinstance(cause, dict) and "breach" in cause:
        duty, _, reason = cause["breach"].rpartition(".")
        own = [ob for ob in sheet.obligations if ob.state == "breached" and ob.case == case]
        return any((ob.duty.id, ob.reason) == (duty, reason) for ob in own)
    kind, where = (cause["event"], cause.get("where")) if isinstance(cause, dict) else (cause, None)
    return any(fits(event, kind, where) and event.case == case for event in world.events)


def line_findings(world: World, sheet: Sheet, line: Line) -> Iterator[Event]:
    """Findings of its clauses, on the person's first sheet; not on days with a breach of the `only_if_met` duty."""
    if line.roles.intersection(sheet.earlier):
        return
    duty = line.fields.get("only_if_met")
    blocked = {ob.day for ob in sheet.obligations if ob.state == "breached" and ob.duty.id == duty}
    kinds = [f"finding.{clause}" for clause in line.clauses]
    for event in own_events(world, sheet):
        if event.kind in kinds and event.duty_day not in blocked:
            yield event


def occurrences(line: Line, breaches: list[Obligation], findings: list[Event]) -> Fraction:
    """Its breaches plus findings of its clause; per day, the larger of the two numbers counts."""
    by_breach: dict[date, Fraction] = {}
    for ob in once_per_case(breaches) if line.fields.get("distinct") == "case" else breaches:
        amount = ob.missing() if "per_missing" in line.fields else ob.amount()
        by_breach[ob.day] = by_breach.get(ob.day, ZERO) + amount
    by_finding: dict[date, Fraction] = {}
    for event in findings:  # Findings count `value` or 1.
        by_finding[event.duty_day] = by_finding.get(event.duty_day, ZERO) + Fraction(event.value or "1")
    days = by_breach.keys() | by_finding.keys()
    return sum((max(by_breach.get(d, ZERO), by_finding.get(d, ZERO)) for d in days), ZERO)


def once_per_case(breaches: list[Obligation]) -> list[Obligation]:
    """Breaches of one case count once (on the first day)."""
    kept: list[Obligation] = []
    for ob in sorted(breaches, key=lambda ob: ob.day):
        if not ob.case or all(other.case != ob.case for other in kept):
            kept.append(ob)
    return kept
