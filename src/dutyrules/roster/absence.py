"""Somebody is absent: the roster that changes least, and who could take over at what price."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dutyrules.plan.plan import Status
from dutyrules.roster.judge import Breach, breaches
from dutyrules.roster.model import Cover, Fair, OnDay, Roster, RosterModel, Rule
from dutyrules.roster.solve import Limits, Progress, solve

EARLIER = 100
"""Changes that one before the absence is worth: it is made only where a rule cannot be kept otherwise."""

NEAR = 7
"""Days within which a shift is exchanged for another."""


@dataclass(frozen=True)
class Change:
    """What somebody works on a day, before and after."""

    person: str
    day: int
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Mended:
    """A roster after an absence.

    Attributes:
        status: `optimal`: no roster misses fewer people, and of those none changes less. `feasible`: not proven.
        roster: None if there is none that keeps the rules, or none was found.
        changes: Without the days of the absence themselves.
        missing: People that are missing in all windows together.
        least_changes: No roster that misses as few changes less; proven.
    """

    status: Status
    roster: Roster | None
    changes: tuple[Change, ...]
    missing: int
    least_changes: int
    complete: bool


@dataclass(frozen=True)
class Offer:
    """Somebody who could take over.

    Attributes:
        shifts: The shifts that are taken over, by day.
        back: (day, shift) that the absent person would work in return; None for a substitute.
        left: Days that nobody takes over.
        added: What it breaks more than the roster does now, rule by rule; negative where it breaks less.
        cost: The difference of prices.
    """

    person: str
    shifts: Mapping[int, str]
    back: tuple[int, str] | None
    left: int
    added: Mapping[str, int]
    must: int
    cost: int


def absent(person: str, first: int, last: int) -> list[Rule]:
    """Rules for days on which somebody cannot work."""
    return [
        OnDay(id="absent", who=(person,), day=day, shifts=frozenset({None}))
        for day in range(first, last + 1)
    ]  # fmt: skip


def mend(
    model: RosterModel,
    kept: Roster,
    person: str,
    first: int,
    last: int,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Mended:
    """The roster that misses fewest people, and of those the one that changes least.

    Args:
        kept: The roster as it is.
        first, last: The days of the absence.
    """
    most = 1 + EARLIER * len(model.people) * model.days
    rules: list[Rule] = []
    for rule in model.rules:
        if isinstance(rule, Cover):
            rules.append(replace(rule, price=most, over=0))
        elif rule.price is None:
            rules.append(rule)
    rules += absent(person, first, last)
    for one in model.people:
        for day, shift in enumerate(kept[one.id]):
            if one.id != person or not first <= day <= last:
                price = 1 if day >= first else EARLIER
                rules.append(OnDay(id="kept", who=(one.id,), day=day, shifts=frozenset({shift}), price=price))
    found = solve(replace(model, rules=tuple(rules)), limits, progress, kept)
    if found.roster is None:
        return Mended(found.status, None, (), 0, 0, found.complete)
    roster = found.roster
    changes = tuple(
        Change(one.id, day, before, after)
        for one in model.people
        for day, (before, after) in enumerate(zip(kept[one.id], roster[one.id], strict=True))
        if before != after and not (one.id == person and first <= day <= last)
    )
    missing, rest = divmod(found.cost, most)
    least = max(0, found.bound - missing * most)
    early = sum(change.day < first for change in changes)
    least_changes = len(changes) if least == rest and not early else min(len(changes), -(-least // EARLIER))
    return Mended(found.status, roster, changes, missing, least_changes, found.complete)


def substitutes(model: RosterModel, kept: Roster, person: str, first: int, last: int) -> list[Offer]:
    """Who could take over which of somebody's shifts: least broken first, then most taken over, then least price."""
    duty = {day: shift for day in range(first, last + 1) if (shift := kept[person][day]) is not None}
    away = {**kept, person: _row(kept, person, dict.fromkeys(duty))}
    offers = []
    for other in model.people:
        taken = {
            day: shift for day, shift in duty.items() if shift in other.shifts and kept[other.id][day] is None
        }  # fmt: skip
        if other.id != person and taken:
            after = {**away, other.id: _row(kept, other.id, taken)}
            left = len(duty) - len(taken)
            offers.append(_offer(model, kept, after, (person, other.id), taken, None, left))
    return sorted(offers, key=lambda one: (one.must, one.left, one.cost, one.person))


def swaps(model: RosterModel, kept: Roster, person: str, day: int) -> list[Offer]:
    """With whom a shift could be exchanged for another one within a week: least broken first, then least price."""
    shift = kept[person][day]
    mine = next(one for one in model.people if one.id == person)
    if shift is None:
        return []
    offers = []
    for other in model.people:
        if other.id == person or shift not in other.shifts or kept[other.id][day] is not None:
            continue
        for back in range(max(0, day - NEAR), min(model.days, day + NEAR + 1)):
            theirs = kept[other.id][back]
            if theirs is not None and theirs in mine.shifts and kept[person][back] is None:
                after = {
                    **kept,
                    person: _row(kept, person, {day: None, back: theirs}),
                    other.id: _row(kept, other.id, {day: shift, back: None}),
                }
                offers.append(_offer(model, kept, after, (person, other.id), {day: shift}, (back, theirs), 0))
    return sorted(offers, key=lambda one: (one.must, one.cost, abs((one.back or (day, ""))[0] - day), one.person))


def _row(kept: Roster, person: str, changed: Mapping[int, str | None]) -> tuple[str | None, ...]:
    return tuple(changed.get(day, shift) if day in changed else shift for day, shift in enumerate(kept[person]))


def _offer(
    model: RosterModel,
    kept: Roster,
    after: Roster,
    people: tuple[str, str],
    shifts: Mapping[int, str],
    back: tuple[int, str] | None,
    left: int,
) -> Offer:
    part = replace(model, rules=tuple(_touched(model, people)))
    old, new = list(breaches(part, kept)), list(breaches(part, after))
    added = {}
    for name in dict.fromkeys(one.rule for one in (*new, *old)):
        amount = _units(new, name) - _units(old, name)
        if amount:
            added[name] = amount
    must = sum(one.amount for one in new if one.price is None) - sum(one.amount for one in old if one.price is None)
    cost = sum(one.cost for one in new) - sum(one.cost for one in old)
    return Offer(people[1], shifts, back, left, added, max(0, must), cost)


def _units(found: list[Breach], name: str) -> int:
    return sum(one.amount for one in found if one.rule == name)


def _touched(model: RosterModel, people: tuple[str, str]) -> Iterator[Rule]:
    """The rules that a change of these people can touch."""
    for rule in model.rules:
        if isinstance(rule, Cover | Fair):
            yield rule
        else:
            who = tuple(name for name in rule.who if name in people)
            if who:
                yield replace(rule, who=who)
