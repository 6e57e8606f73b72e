"""What a roster breaks, and what that costs: plain loops that know no solver."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dutyrules.roster.model import (
    Count,
    Cover,
    Fair,
    Follows,
    OnDay,
    Overtime,
    Person,
    Roster,
    RosterModel,
    Rule,
    Runs,
    Shift,
    Weekends,
)

QUALIFIED = "qualified"
"""The rule that nobody writes: shifts are given only to those who are qualified for them."""


@dataclass(frozen=True)
class Breach:
    """A rule that a roster breaks.

    Attributes:
        person: Whose; None for cover and fairness.
        days: The days that show it.
        found, limit: The number that there is, and the one that it goes beyond or stays below.
        amount: How many units.
        price: Of a unit; None if the rule must be kept.
    """

    rule: str
    person: str | None
    days: tuple[int, ...]
    found: int
    limit: int
    amount: int
    price: int | None
    what: str = ""

    @property
    def cost(self) -> int:
        """What it costs; nothing if it must not be."""
        return self.amount * (self.price or 0)


def breaches(model: RosterModel, roster: Roster) -> Iterator[Breach]:
    """Everything that a roster breaks, rules with a price too."""
    for person in model.people:
        row = roster[person.id]
        if len(row) != model.days:
            raise ValueError(f"{person.id}: {len(row)} days of {model.days}")
        for day, shift in enumerate(row):
            if shift is not None and shift not in person.shifts:
                yield Breach(QUALIFIED, person.id, (day,), 1, 0, 1, None, shift)
    people = {person.id: person for person in model.people}
    shifts = model.by_id
    for rule in model.rules:
        if isinstance(rule, Cover):
            yield from _cover(rule, roster, shifts)
        elif isinstance(rule, Fair):
            yield from _fair(rule, roster)
        else:
            for name in rule.who:
                yield from _alone(rule, people[name], roster[name], shifts)


def cost_of(model: RosterModel, roster: Roster) -> int:
    """The prices of all that is broken and has one."""
    return sum(one.cost for one in breaches(model, roster))


def broken(model: RosterModel, roster: Roster) -> Sequence[Breach]:
    """What must be kept and is not."""
    return [one for one in breaches(model, roster) if one.price is None]


def _alone(rule: Rule, person: Person, row: Sequence[str | None], shifts: dict[str, Shift]) -> Iterator[Breach]:
    match rule:
        case Count():
            yield from _count(rule, person, row)
        case Runs():
            yield from _runs(rule, person, row)
        case Follows():
            yield from _follows(rule, person, row)
        case Weekends():
            worked = [days for days in rule.weekends if any(row[day] is not None for day in days)]
            if len(worked) > rule.most:
                days = tuple(day for weekend in worked for day in weekend if row[day] is not None)
                excess = len(worked) - rule.most
                yield Breach(rule.id, person.id, days, len(worked), rule.most, excess, rule.price, "weekends")
        case Overtime():
            yield from _overtime(rule, person, row, shifts)
        case OnDay():
            if not rule.kept(row[rule.day]):
                yield Breach(rule.id, person.id, (rule.day,), 1, 0, 1, rule.price, row[rule.day] or "")
        case _:
            raise TypeError(type(rule).__name__)


def _count(rule: Count, person: Person, row: Sequence[str | None]) -> Iterator[Breach]:
    seen = {day: _on(person, row, day) for day in range(rule.first, rule.last + 1)}
    found = sum(rule.weight(shift) for shift in seen.values())
    days = tuple(day for day, shift in seen.items() if rule.weight(shift))
    if rule.most is not None and found > rule.most:
        yield Breach(rule.id, person.id, days, found, rule.most, found - rule.most, rule.price, rule.unit)
    if found < rule.least:
        yield Breach(rule.id, person.id, days, found, rule.least, rule.least - found, rule.price, rule.unit)


def _on(person: Person, row: Sequence[str | None], day: int) -> str | None:
    """What is worked on a day, which may lie before the first; what nobody knows is a day off."""
    if day >= 0:
        return row[day]
    return person.before[day] if -day <= len(person.before) else None


def _runs(rule: Runs, person: Person, row: Sequence[str | None]) -> Iterator[Breach]:
    known = [*person.before, *row]
    shown = len(person.before)
    start = 0
    while start < len(known):
        end = start
        while end < len(known) and (known[end] is None) == (known[start] is None):
            end += 1
        if (known[start] is None) == rule.off:
            days = tuple(day - shown for day in range(start, end))
            length = end - start
            if rule.most is not None:
                # days beyond the limit, of those that are planned
                excess = min(length - rule.most, end - shown)
                if excess > 0:
                    yield Breach(rule.id, person.id, days, length, rule.most, excess, rule.price, "run")
            inside = start > 0 and end < len(known) and end >= shown
            if length < rule.least and inside:
                yield Breach(rule.id, person.id, days, length, rule.least, rule.least - length, rule.price, "run")
        start = end


def _follows(rule: Follows, person: Person, row: Sequence[str | None]) -> Iterator[Breach]:
    for day in range(len(row)):
        last = _on(person, row, day - 1)
        here = row[day]
        if last is not None and here is not None and (last, here) in rule.pairs:
            yield Breach(rule.id, person.id, (day - 1, day), 1, 0, 1, rule.price, f"{last} {here}")


def _overtime(rule: Overtime, person: Person, row: Sequence[str | None], shifts: dict[str, Shift]) -> Iterator[Breach]:
    found = 0
    for week in rule.weeks:
        normal = 0
        for day in week:
            shift = _on(person, row, day)
            minutes = shifts[shift].minutes if shift is not None else 0
            found += max(0, minutes - rule.day)
            normal += min(minutes, rule.day)
        found += max(0, normal - rule.week)
    if found > rule.most:
        days = tuple(day for week in rule.weeks for day in week)
        yield Breach(rule.id, person.id, days, found, rule.most, found - rule.most, rule.price, "minutes")


def _fair(rule: Fair, roster: Roster) -> Iterator[Breach]:
    if not rule.who:
        return
    had = {
        name: rule.history.get(name, 0) + sum(rule.weight(roster[name][day]) for day in rule.days) for name in rule.who
    }
    spread = max(had.values()) - min(had.values())
    if spread > rule.most:
        least, most = min(rule.who, key=had.__getitem__), max(rule.who, key=had.__getitem__)
        what = f"{least} {had[least]}, {most} {had[most]}"
        yield Breach(rule.id, None, (), spread, rule.most, spread - rule.most, rule.price, what)


def _cover(rule: Cover, roster: Roster, shifts: dict[str, Shift]) -> Iterator[Breach]:
    there = 0
    for row in roster.values():
        shift = row[rule.day]
        if shift is not None and rule.key in shifts[shift].serves:
            there += 1
    if there < rule.need:
        yield Breach(rule.id, None, (rule.day,), there, rule.need, rule.need - there, rule.price, rule.key)
    if rule.most is not None and there > rule.most:
        yield Breach(rule.id, None, (rule.day,), there, rule.most, there - rule.most, rule.over, rule.key)
