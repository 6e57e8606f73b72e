"""Households and the groups of people who share them: groups do not touch each other and are planned one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from dutyrules.book.problems import follow
from dutyrules.checks.quota import Quota
from dutyrules.diagnostics import Cell, Diagnostic, InputError
from dutyrules.estate import Estate
from dutyrules.figure import clock
from dutyrules.plan.agenda import agenda_of
from dutyrules.plan.calling import CallingHours
from dutyrules.plan.demand import Demand
from dutyrules.plan.draft import Draft, Household, Stay
from dutyrules.plan.plan import Task, Unplanned
from dutyrules.plan.ways import ways
from dutyrules.plan.wishes import blackouts, too_near, waiting, without
from dutyrules.registry.areas import first_day, last_day
from dutyrules.scoring.judge import Judgement
from dutyrules.source import read
from dutyrules.timegrid import DAY, day_number


@dataclass(frozen=True)
class Made:
    """A visit on a planned day that is certain, because it is pinned or because it was made already.

    Attributes:
        kind: Of a kind that is no planned visit, it is other work: it takes its time, and counts for no day's visits.
        along: Whether the person accompanies somebody.
    """

    person: int
    kind: str
    start: int
    end: int
    along: bool = False


def drafts_of(judgement: Judgement, demands: Sequence[Demand], days: range, made: Sequence[Made]) -> list[Draft]:
    """One empty draft for each group.

    Args:
        demands: What is asked for.
        days: Day numbers that may be planned.
        made: Visits on those days that are certain: they take their time, and count for the day.
    """
    presence, visits = judgement.ground.presence, judgement.estate.planning.visits
    households = _households(judgement, demands, days)
    person_of = {post: int(presence.person[post]) for demand in demands for post in demand.posts}
    busy = [(one.person, one.start, one.end) for one in made]
    closed = CallingHours(judgement).closed
    drafts = []
    for group in _groups(demands, households, person_of):
        here = {code: households[code] for demand in group for code in demand.units}
        posts = {post for demand in group for post in demand.posts}
        posts |= {post for household in here.values() for post in household.posts}
        agenda = agenda_of(presence, posts, days, visits, busy, closed, judgement.estate.planning.minutes_per_day)
        for one in made:
            minutes = (one.end - one.start) // 60
            if one.kind not in visits:
                continue
            if one.along:
                agenda.spend(one.person, one.start // DAY, minutes)
            else:
                agenda.take(one.person, one.kind, one.start, minutes)
        drafts.append(Draft(group, here, agenda))
    return drafts


def entered(judgement: Judgement, pins: Sequence[Task]) -> set[tuple[int, int, str]]:
    """(person, day, building) of pinned visits at the door."""
    estate, persons = judgement.estate, judgement.ground.presence.persons
    buildings = dict(estate.tables.units.select("unit", "building").iter_rows())
    return {
        (persons.index(pin.person), day_number(pin.at.date()), buildings[pin.target])
        for pin in pins
        if estate.planning.visits[pin.kind].channel == "home" and pin.target in buildings
    }


def _groups(
    demands: Sequence[Demand], households: Mapping[int, Household], person_of: Mapping[int, int]
) -> list[list[Demand]]:
    """Demands that share households or people, directly or by others, stand together."""
    leader: dict[int, int] = {}

    def find(person: int) -> int:
        leader.setdefault(person, person)
        while leader[person] != person:
            leader[person] = person = leader[leader[person]]
        return person

    for demand in demands:
        posts = demand.posts.union(*(households[code].posts for code in demand.units))
        first, *others = sorted({person_of[post] for post in posts})
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[int, list[Demand]] = {}
    for demand in demands:
        groups.setdefault(find(person_of[min(demand.posts)]), []).append(demand)
    return list(groups.values())


def _households(judgement: Judgement, demands: Sequence[Demand], days: range) -> dict[int, Household]:
    posts: dict[int, set[int]] = {}
    ordinary = set(np.flatnonzero(judgement.ground.presence.acting_for < 0).tolist())
    for demand in demands:
        for code in demand.units:
            posts.setdefault(code, set()).update(post for post in demand.posts if demand.need and post in ordinary)
    _, buildings = _stays(judgement, days)
    stays, places = wishes_of(judgement, days), _places(judgement.estate)
    hasty = waiting(judgement, days)
    there_and_back = ways(judgement.estate)
    ids = judgement.estate.places.ids
    found = {}
    for code, owners in posts.items():
        name = ids[code]
        found[code] = Household(
            code,
            name,
            buildings[name],
            places.get(buildings[name], 0),
            there_and_back.get(buildings[name], 0),
            tuple(stays.get(name, ())),
            frozenset(owners),
            priority=name in hasty,
        )
    return found


def wishes_of(judgement: Judgement, days: range) -> Mapping[str, Sequence[Stay]]:
    """Unit → its wishes on the planned days; who refused in the log is not asked again that way."""
    stays, _ = _stays(judgement, days)
    refused = refusals(judgement)
    return {unit: [one.without(refused.get(unit, frozenset())) for one in own] for unit, own in stays.items()}


def refusals(judgement: Judgement) -> Mapping[str, frozenset[str]]:
    """Unit → the channels by which it refused, when it was last tried in the period."""
    log, period, visits = judgement.ground.facts.log, judgement.ground.period, judgement.estate.planning.visits
    if "outcome" not in log.frame.columns:
        return {}
    channels = {log.kinds.index(kind): way.channel for kind, way in visits.items() if kind in log.kinds}
    tried = log.frame.filter(
        pl.col("at").is_between(period.first_day * DAY, period.end - 1)
        & pl.col("kind").is_in(list(channels))
        & (pl.col("target") >= 0)
    )
    last: dict[tuple[int, str], str | None] = {}
    for target, kind, outcome in (
        tried.sort("at", maintain_order=True).select("target", "kind", pl.col("outcome").cast(pl.String)).iter_rows()
    ):
        last[target, channels[kind]] = outcome
    found: dict[str, frozenset[str]] = {}
    for (target, channel), outcome in last.items():
        if outcome == "refused":
            unit = log.targets[target]
            found[unit] = found.get(unit, frozenset()) | {channel}
    return found


def _stays(judgement: Judgement, days: range) -> tuple[Mapping[str, Sequence[Stay]], Mapping[str, str]]:
    """Unit → its wishes on the planned days, those that do not change together; and its building."""
    units = judgement.estate.tables.units
    away, near = blackouts(judgement.estate), too_near(judgement)
    rows = units.with_columns(
        _first=pl.Series(np.maximum(first_day(units["from"]), days.start)),
        _last=pl.Series(np.minimum(last_day(units["to"]), days.stop - 1)),
    ).sort("_first", maintain_order=True)
    buildings: dict[str, str] = {}
    stays: dict[str, list[Stay]] = {}
    for unit, building, contact, prefer, persons, first, last in rows.select(
        "unit", "building", "contact", "prefer", "persons", "_first", "_last"
    ).iter_rows():
        buildings.setdefault(unit, building)
        if first > last:
            continue
        own = stays.setdefault(unit, [])
        stay = Stay(first, last, contact, prefer, persons=int(persons))
        if own and own[-1].last + 1 == first and replace(own[-1], first=first, last=last) == stay:
            own[-1] = replace(own[-1], last=last)
        else:
            own.append(stay)
    return {unit: without(own, away.get(unit, ()), near.get(unit, {})) for unit, own in stays.items()}, buildings


def _places(estate: Estate) -> Mapping[str, int]:
    """Building → its place on a walk that always goes on to the nearest; those without coordinates come last."""
    rows = estate.tables.buildings.unique("building", keep="first", maintain_order=True)
    points = {name: (float(x), float(y)) for name, x, y in rows.select("building", "x", "y").drop_nulls().iter_rows()}
    order: list[str] = []
    here = (0.0, 0.0)
    while points:
        near = min(points, key=lambda name: (abs(points[name][0] - here[0]) + abs(points[name][1] - here[1]), name))
        order.append(near)
        here = points.pop(near)
    order += [name for name in rows["building"] if name not in set(order)]
    return {name: place for place, name in enumerate(order)}


def unowed(judgement: Judgement, duties: Sequence[str]) -> list[Unplanned]:
    """Areas in which a duty has households, but nobody who owes it.

    Raises:
        InputError: units that lie in no area, each at its row: nobody can be told to go there.
    """
    ground, estate, found = judgement.ground, judgement.estate, []
    lost: set[str] = set()
    for name in duties:
        duty = judgement.duty(name)
        if not isinstance(duty, Quota) or duty.population is None:
            continue
        members, day = ground.members(duty.population), ground.period.first_day
        codes = members.at(day)
        areas = members.area_of(codes, day)
        lost.update(estate.places.ids[int(code)] for code in codes[areas == ground.areas.root])
        owing = ground.presence.area[judgement.verdicts[name].obligations.post]
        covered = ground.areas.contains[owing].any(axis=0)
        alone = np.setdiff1d(areas, np.append(np.flatnonzero(covered), ground.areas.root))
        found += [Unplanned(f"{name} {ground.areas.names[area]}", "nobody") for area in alone.tolist()]
    if lost:
        raise InputError(_without_area(estate, lost))
    return found


def _without_area(estate: Estate, lost: set[str]) -> list[Diagnostic]:
    file = next((name for name in estate.files if Path(name).stem == "units"), "units")
    rows = estate.tables.units.filter(pl.col("unit").is_in(sorted(lost)))
    return [
        Diagnostic(
            "plan.unit-without-area",
            f"{unit} lies in no area: its building {building} is not registered then",
            Cell(str(estate.directory / file), row, "building"),
            building,
            "a building with an area",
        )
        for unit, building, row in rows.select("unit", "building", "_row").iter_rows()
    ]


def check_hours(judgement: Judgement, drafts: Sequence[Draft]) -> None:
    """Somebody must be able to make each kind of visit at some time of the period.

    Raises:
        InputError: the hours of a kind never fall into anybody's shift, or the book closes them all.
    """
    estate, period = judgement.estate, judgement.ground.period
    kinds, presence = estate.planning.visits, judgement.ground.presence
    open_kinds = {cell.kind for draft in drafts for cell in draft.agenda.cells}
    if not drafts or open_kinds.issuperset(kinds):
        return
    everybody, days = range(len(presence.person)), range(period.first_day, period.last_day + 1)
    whole = agenda_of(presence, everybody, days, kinds, (), CallingHours(judgement).closed)
    closed = [kind for kind in kinds if not any(cell.kind == kind for cell in whole.cells)]
    if whole.at_work and closed:
        raise InputError([_never_open(estate, kind) for kind in closed])


def _never_open(estate: Estate, kind: str) -> Diagnostic:
    message = f"nobody can make a {kind} at any time: its hours lie outside all shifts, or the book closes them"
    where = follow(read(estate.directory / "estate.yaml"), ("planning", "visits", kind, "hours"))[0].span
    hours = ", ".join(f"{clock(start)}-{clock(stop)}" for start, stop in estate.planning.visits[kind].hours)
    return Diagnostic("plan.window-never-opens", message, where, hours, "hours inside a shift")
