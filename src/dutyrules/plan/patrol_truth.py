"""What a plan of patrols misses and why, and how good it is."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from dutyrules.plan.assignment import Assignment
from dutyrules.plan.beats import Circuit, Patrol
from dutyrules.plan.forecast import PlanError, forecast, missed, outlook
from dutyrules.plan.hours import Span, common, inside, joined, without
from dutyrules.plan.kept_rounds import Order
from dutyrules.plan.menus import Menu
from dutyrules.plan.outing_truth import missed_outings, occasion_causes, outing_causes
from dutyrules.plan.owing import Owing
from dutyrules.plan.plan import Cause, Measure, Shortfall, Task
from dutyrules.timegrid import date_of, day_number

Claim: TypeAlias = tuple[str, str, str]
"""An obligation that is missed: its id; for lists, duty, person and day."""


@dataclass(frozen=True)
class Turned:
    """A rotation that was found.

    Attributes:
        chosen: The set of every round.
        orders: How each is walked: its places, and the minutes at which one begins there.
        least: Minutes that no rotation walks less; proven.
    """

    circuit: Circuit
    chosen: tuple[int, ...]
    orders: tuple[Order, ...]
    minutes: int
    least: int


# ---------------------------------------------------------------- misses


def least_shortfall(task: Assignment) -> int:
    """What no plan can help missing: what is past, and round by round what does not fit."""
    menus = _menus(task.circuits)
    shared = _shared(task.patrols, menus)
    ahead = (
        menus[patrol].least if patrol in menus else sum(one.need for one in patrol.owing)
        for patrol in task.patrols
        if patrol not in shared
    )
    late = sum(entry.late for *_, entry in task.lists.made())
    return sum(one.number for one in _past(task)) + late + sum(ahead)


def _menus(circuits: Iterable[Circuit]) -> dict[Patrol, Menu]:
    return {
        patrol: step.menu
        for circuit in circuits
        for patrol, step in zip(circuit.patrols, circuit.rotation.steps, strict=True)
    }


def _shared(patrols: Iterable[Patrol], menus: Mapping[Patrol, Menu]) -> set[Patrol]:
    """Patrols that visits of another errand may help: for them, what does not fit proves nothing.

    A visit may count for two errands, and one list names a building for all patrols of a person's day.
    """
    days: dict[int, list[tuple[Patrol, Owing]]] = defaultdict(list)
    for patrol in patrols:
        days[patrol.day] += [(patrol, one) for one in patrol.owing]
    return {
        patrol
        for listed in days.values()
        for patrol, mine in listed
        for _, theirs in listed
        if (mine.errand, mine.person) != (theirs.errand, theirs.person)
        and theirs.buildings & mine.buildings
        and (
            _helps(mine, theirs) or (theirs.person == mine.person and patrol in menus and menus[patrol].round.unlisted)
        )
    }


def _late(patrol: Patrol, menus: Mapping[Patrol, Menu]) -> bool:
    return patrol in menus and bool(menus[patrol].round.unlisted)


def _helps(mine: Owing, theirs: Owing) -> bool:
    """Whether a visit for one obligation may count for another."""
    windows, others = mine.errand.windows, theirs.errand.windows
    apart = bool(windows and others) and not common(windows, others)
    return theirs.errand.kind in mine.counts and (mine.anybody or theirs.person == mine.person) and not apart


def _past(task: Assignment) -> list[Shortfall]:
    """What the log misses for good, on days before the first planned one."""
    outings = task.outings
    return [
        one
        for one in missed(task.before, task.duties)
        if (
            one.breach_id in outings.past
            if one.duty in outings.duties
            else date.fromisoformat(one.period) < date_of(task.first)
        )
    ]


def _listing(task: Assignment) -> frozenset[str]:
    return frozenset(duty.id for duty in task.lists.duties)


def shortfalls(task: Assignment, tasks: Sequence[Task]) -> tuple[Shortfall, ...]:
    """What is missed if everything goes as planned, as it will be judged, with causes.

    Raises:
        PlanError: that is not what the planner thinks it misses: it misread the book.
    """
    after = outlook(task.estate, forecast(task.estate, task.log, tasks), task.period, task.kinds)
    breaches, past = missed(after, task.duties), _past(task)
    claimed, judged = Counter(past_and_ahead(task, tasks, past)), _claims(task, breaches)
    if claimed != judged:
        wrong = sorted(map(str, (claimed - judged) + (judged - claimed)))
        raise PlanError(f"planned and judged misses differ: {wrong[:5]}")
    gone, why = {one.breach_id for one in past}, {**dict(_causes(task)), **dict(outing_causes(task, tasks))}
    return tuple(
        replace(one, causes=_gone(task) if one.breach_id in gone else why.get(one.breach_id, _UNLISTED))
        for one in breaches
    )


def past_and_ahead(task: Assignment, tasks: Sequence[Task], past: Sequence[Shortfall]) -> Counter[Claim]:
    """What the planner thinks it misses, counted without judging anything."""
    claims = _claims(task, past)
    persons = {name: code for code, name in enumerate(task.before.ground.presence.persons)}
    codes = {name: code for code, name in enumerate(task.estate.places.ids.to_list())}
    walked = [
        (persons[one.person], day_number(one.at.date()), codes[one.target or ""], one)
        for one in tasks
        if one.kind in task.estate.planning.patrols and one.kind not in task.outings.kinds
    ]
    days: dict[int, list[tuple[int, int, Task]]] = defaultdict(list)
    for person, day, code, one in walked:
        days[day].append((person, code, one))
    late = {
        (entry.duty, person, day, code)
        for person, day, code, one in walked
        for entry in task.lists.entries(person, day, code, one.kind, one.attributes)
        if entry.late
    }
    late |= {(entry.duty, person, day, code) for person, day, code, entry in task.lists.made() if entry.late}
    for duty, person, day, _ in late:  # a building is listed once, however often it is seen
        claims[duty, task.before.ground.presence.persons[person], date_of(day).isoformat()] += 1
    for owing in task.owing:
        seen = {code for person, code, one in days[owing.day] if _counts(owing, person, one)} & owing.buildings
        claims[owing.key, "", ""] += max(0, owing.need - len(seen))
    for key, number in missed_outings(task, tasks).items():
        claims[key, "", ""] += number
    return +claims


def _counts(owing: Owing, person: int, one: Task) -> bool:
    said = all(one.attributes.get(name) == word for name, word in owing.errand.attributes)
    in_time = inside(owing.errand.windows, one.at.hour * 60 + one.at.minute)
    return one.kind in owing.counts and said and in_time and (owing.anybody or person == owing.person)


def _claims(task: Assignment, breaches: Iterable[Shortfall]) -> Counter[Claim]:
    """Misses by obligation; of lists, by person and day, since a list names its building only in its id."""
    listing, claims = _listing(task), Counter[Claim]()
    for one in breaches:
        key = (one.duty, one.post.split("@")[0], one.period) if one.duty in listing else (one.breach_id, "", "")
        claims[key] += one.number
    return claims


# ---------------------------------------------------------------- causes


_UNLISTED = (Cause("not_listed", {}),)


def _gone(task: Assignment) -> tuple[Cause, ...]:
    return (Cause("before_start", {"start": date_of(task.first).isoformat()}),)


def _causes(task: Assignment) -> Iterator[tuple[str, tuple[Cause, ...]]]:
    """Obligation → why its patrol cannot be long enough."""
    menus = _menus(task.circuits)
    for patrol in task.patrols:
        for one in patrol.owing:
            if patrol.frozen:
                yield one.key, (Cause("frozen", {"until": date_of(task.rows.until).isoformat()}),)
            elif len(one.buildings) < one.need:
                yield one.key, (Cause("few_buildings", {"need": one.need, "buildings": len(one.buildings)}),)
            elif patrol in menus:
                lane = (patrol.person, patrol.day)
                cause = _too_short(patrol, menus[patrol], task.kept.busy.get(lane, ()))
                yield one.key, (cause, *occasion_causes(task, lane))


def _too_short(patrol: Patrol, menu: Menu, busy: Sequence[Span]) -> Cause:
    """What fits, and the sum that shows it, if one does; to have looked for a walk in vain proves nothing."""
    spans = without(joined(span for one in patrol.owing for span in one.hours), busy)
    minutes = sum(last - first for first, last in spans)
    numbers: dict[str, int | str] = {
        "need": sum(one.need for one in patrol.owing),
        "areas": len({one.area for one in patrol.owing}),
        "minutes": minutes,
        "fit": menu.most,
    }
    if len(menu.round.unlisted) > 1:
        return Cause("not_listed", {})  # two duties to list outweigh one to patrol
    if menu.least < menu.misses:
        return Cause("slot_perhaps_too_short", numbers)
    if menu.needed > minutes:
        return Cause("slot_too_short", {**numbers, "needed": menu.needed})
    return Cause("slot_does_not_fit", {**numbers, "pieces": len(spans)})


# ---------------------------------------------------------------- measures


def measures(turned: Sequence[Turned]) -> tuple[Measure, ...]:
    """Minutes walked from building to building, the longest wait, and waits longer than promised."""
    waits = [(wait, gap) for one in turned for wait, gap in _waits(one)]
    return (
        Measure("walking", "minutes", sum(one.minutes for one in turned), sum(one.least for one in turned)),
        Measure(
            "longest_gap",
            "workdays",
            max((wait for wait, _ in waits), default=0),
            max(
                (_least_wait(one.circuit, beat) for one in turned for beat in range(len(one.circuit.beats))), default=0
            ),
        ),
        Measure("long_waits", "waits", sum(wait > gap for wait, gap in waits), sum(map(_overdue, turned))),
    )


def _waits(one: Turned) -> Iterator[tuple[int, int]]:
    """(wait, longest promised) of every building, each time."""
    rotation = one.circuit.rotation
    for number in range(len(rotation.places)):
        for wait in rotation.waits(one.chosen, number):
            yield wait, rotation.gap(number)


def _overdue(one: Turned) -> int:
    """Buildings that have waited too long before the plan begins."""
    rotation = one.circuit.rotation
    return sum(-place.since > rotation.gap(number) for number, place in enumerate(rotation.places))


def _least_wait(circuit: Circuit, beat: int) -> int:
    """No rotation can do better: whoever has waited so long already, and what even turns need."""
    places = [place for place in circuit.rotation.places if place.beat == beat]
    mine = circuit.rotation.beat(beat)
    days: dict[int, int] = defaultdict(int)
    for step in circuit.rotation.steps:
        for number, day in step.days:
            if number == beat:
                days[day] += min(step.menu.most, (step.menu.round.spread(-1) & mine).bit_count())
    most = max(days.values(), default=0)
    steady = sum(place.since < 0 and place.until == len(days) for place in places)
    turns = min(-(-steady // most), len(days) + 1) if most else len(days) + 1
    return max([turns, *(-place.since for place in places)])
