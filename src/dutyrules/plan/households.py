"""Households and the groups of people who share them: groups do not touch each other and are planned one by one."""

from collections.abc import Mapping, Sequence
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
from dutyrules.plan.draft import Draft, Household, Visit
from dutyrules.plan.plan import Task, Unplanned
from dutyrules.registry.areas import first_day, last_day
from dutyrules.scoring.judge import Judgement
from dutyrules.source import read
from dutyrules.timegrid import instant_number


def drafts_of(judgement: Judgement, demands: Sequence[Demand], days: range, pins: Sequence[Task]) -> list[Draft]:
    """One draft for each group, which holds only the pinned visits.

    Args:
        demands: What is still asked for.
        days: Day numbers that may be planned.
        pins: Visits that stay.
    """
    presence, visits = judgement.ground.presence, judgement.estate.planning.visits
    households = _households(judgement, demands, days)
    person_of = {post: int(presence.person[post]) for demand in demands for post in demand.posts}
    hours = CallingHours(judgement)
    busy = [(presence.persons.index(pin.person), instant_number(pin.at), instant_number(pin.until)) for pin in pins]
    drafts = []
    for group in _groups(demands, households, person_of):
        posts = {post for demand in group for code in demand.units for post in households[code].posts}
        posts |= {post for demand in group for post in demand.posts}
        agenda = agenda_of(presence, posts, days, visits, busy, hours.closed)
        here = {code: households[code] for demand in group for code in (*demand.units, *demand.leaving)}
        draft = Draft(group, here, agenda)
        _pin(draft, judgement, pins, {person_of[post] for post in posts})
        drafts.append(draft)
    return drafts


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
    for demand in demands:
        for code in (*demand.units, *demand.leaving):
            posts.setdefault(code, set()).update(demand.posts)
    rows = _rows(judgement.estate, days)
    places = _places(judgement.estate)
    ids = judgement.estate.places.ids
    found = {}
    for code, owners in posts.items():
        name = ids[code]
        building, contact, prefer = rows[name]
        found[code] = Household(code, name, building, places.get(building, 0), contact, prefer, frozenset(owners))
    return found


def _rows(estate: Estate, days: range) -> Mapping[str, tuple[str, str, str]]:
    """Unit → building, contact, prefer: of the row that holds on the first planned day, else of the next one."""
    units = estate.tables.units
    nearest = units.with_columns(
        _gone=pl.Series(last_day(units["to"]) < days.start), _from=pl.Series(first_day(units["from"]))
    ).sort("_gone", "_from", maintain_order=True)
    first = nearest.unique("unit", keep="first", maintain_order=True)
    return {
        unit: (building, contact, prefer)
        for unit, building, contact, prefer in first.select("unit", "building", "contact", "prefer").iter_rows()
    }


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


def _pin(draft: Draft, judgement: Judgement, pins: Sequence[Task], persons: set[int]) -> None:
    """Makes the pinned visits of a group's people and at its households."""
    code_of = {household.name: household for household in draft.households.values()}
    for pin in pins:
        household = code_of.get(pin.target or "")
        person = judgement.ground.presence.persons.index(pin.person)
        if household is not None:
            attributes = tuple(sorted(pin.attributes.items()))
            draft.add(Visit(household, pin.kind, person, instant_number(pin.at), attributes, pin.case, pinned=True))
        elif person in persons:
            draft.agenda.take(person, pin.kind, instant_number(pin.at))


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


def check_hours(estate: Estate, drafts: Sequence[Draft]) -> None:
    """Somebody must be able to make each kind of visit at some time.

    Raises:
        InputError: the hours of a kind never fall into anybody's shift, or the book closes them all.
    """
    agendas = [draft.agenda for draft in drafts]
    if not any(agenda.at_work for agenda in agendas):
        return  # nobody works on the days that are left: shortfalls say so
    problems = []
    for kind in estate.planning.visits:
        if not any(cell.kind == kind for agenda in agendas for cell in agenda.cells):
            message = f"nobody can make a {kind} at any time: its hours lie outside all shifts, or the book closes them"
            where = follow(read(estate.directory / "estate.yaml"), ("planning", "visits", kind, "hours"))[0].span
            hours = ", ".join(f"{clock(start)}-{clock(stop)}" for start, stop in estate.planning.visits[kind].hours)
            problems.append(Diagnostic("plan.window-never-opens", message, where, hours, "hours inside a shift"))
    if problems:
        raise InputError(problems)
