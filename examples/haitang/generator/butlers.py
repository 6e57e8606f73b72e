"""A diligent month of the butlers: every duty done, well inside its limits."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from generator.days import FIRST, LAST, between, clock, october, span, statutory
from generator.log import Log
from generator.world import (
    ACTING,
    BUTLERS,
    FEES,
    PATCH,
    TARGETS,
    World,
    butler_of,
    next_workday,
    post_of,
    workdays,
    works,
)

#: Days that the plants empty or shift: no problems, repairs or vacant units are put there.
QUIET = {
    ("b03", october(14)),
    ("b10", october(12)),
    ("b10", october(23)),
    ("b01", october(26)),
    ("b12", october(29)),
}
_CHANNELS = ("phone", "phone", "phone", "sms", "home", "letter")


@dataclass(slots=True)
class Rounds:
    """Which buildings each butler patrols on which day; the next workday's list is published the workday before."""

    patrols: dict[tuple[str, date], list[str]] = field(default_factory=lambda: defaultdict(list))
    lists: dict[tuple[str, date], list[str]] = field(default_factory=lambda: defaultdict(list))


def plan_rounds(world: World) -> Rounds:
    """Walks through each patch in the order of its numbers, day by day, without an end."""
    rounds = Rounds()
    pointer: dict[str, int] = defaultdict(int)
    for day in span(FIRST, LAST + timedelta(days=3)):
        for person in BUTLERS:
            for patch in patches(person, day):
                buildings = world.buildings[patch]
                start = pointer[patch]
                for n in range(PATCH[patch].quota):
                    rounds.patrols[person, day].append(buildings[(start + n) % len(buildings)])
                pointer[patch] += PATCH[patch].quota
    for person in BUTLERS:
        for day in workdays(person):
            later = next_workday(person, day)
            if post_of(person, later) is post_of(person, day):
                rounds.lists[person, day] = rounds.patrols[person, later]
    return rounds


def patches(person: str, day: date) -> list[str]:
    """The patches that a butler looks after on a workday: the own one, then the one of an absent colleague."""
    post = post_of(person, day)
    if post is None or not works(person, day):
        return []
    acting = ACTING.get((person, day))
    return [post.patch, acting] if acting else [post.patch]


def write(log: Log, world: World, seed: int) -> None:
    """Adds the month of all butlers."""
    rounds = plan_rounds(world)
    for person in BUTLERS:
        for day in workdays(person):
            rng = Random(f"{seed}:{person}:{day}")
            if day >= FIRST:
                _attendance(log, rng, person, day)
                _patrol(log, rng, person, day, rounds.patrols[person, day])
                _renovations(log, world, rng, person, day)
                _fees(log, world, rng, person, day)
                _papers(log, rng, person, day)
                _problem(log, rng, person, day, rounds.patrols[person, day])
            _list_buildings(log, rng, person, day, rounds)
        _monthly_papers(log, Random(f"{seed}:{person}:papers"), person)
    for patch in PATCH:
        rng = Random(f"{seed}:{patch}:month")
        _vacant_units(log, world, rng, patch)
        _repairs(log, world, rng, patch)
        _registers(log, world, rng, patch)
    _legal_cases(log, world, Random(f"{seed}:legal"))


def _attendance(log: Log, rng: Random, person: str, day: date) -> None:
    log.add(between(rng, day, "07:50:10", "07:54:50"), person, "meeting.project")
    log.add(between(rng, day, "08:05:00", "08:09:30"), person, "meeting.department")
    log.add(between(rng, day, "08:14:00", "08:28:00"), person, "plan.day", follow_ups=rng.randint(1, 6))
    log.add(between(rng, day, "08:45:00", "08:58:00"), person, "office.arrived")
    log.add(between(rng, day, "16:20:00", "16:29:00"), person, "meeting.fee_summary")
    log.add(clock(day, f"17:{32 + (day.day * 7 + int(person[1:]) * 5) % 27}"), person, "clock.out")


def _list_buildings(log: Log, rng: Random, person: str, day: date, rounds: Rounds) -> None:
    at = between(rng, day, "16:08:00", "16:16:00")
    for building in rounds.lists[person, day]:
        log.add(at, person, "plan.building", target=building)
        at += timedelta(seconds=rng.randint(3, 9))


def _patrol(log: Log, rng: Random, person: str, day: date, buildings: list[str]) -> None:
    at = between(rng, day, "09:01:00", "09:04:00")
    stride = 6300 // len(buildings)
    for building in buildings:
        log.add(at, person, "patrol.building", target=building)
        at += timedelta(seconds=rng.randint(stride * 3 // 4, stride))
    log.add(between(rng, day, "11:32:00", "11:42:00"), person, "patrol.perimeter")
    log.add(between(rng, day, "11:50:00", "11:58:30"), person, "submit.patrol_pictures")


def _renovations(log: Log, world: World, rng: Random, person: str, day: date) -> None:
    for patch in patches(person, day):
        for unit in _some(rng, world.renovating(patch, day), 6):
            at = between(rng, day, "09:10:00", "10:52:00")
            log.add(at, person, "inspect.renovation", target=unit, outcome=rng.choice(("normal", "normal", "warned")))


def _some(rng: Random, units: list[str], most: int) -> list[str]:
    return units if len(units) <= most else rng.sample(units, most)


def _fees(log: Log, world: World, rng: Random, person: str, day: date) -> None:
    for patch in patches(person, day):
        for book, least in TARGETS.items():
            debtors = world.debtors(patch, book, day)
            chosen = rng.sample(debtors, min(len(debtors), least + rng.randint(0, 2)))
            for n, unit in enumerate(chosen):
                morning = n % 4 == 0
                at = between(rng, day, *(("11:01:00", "11:28:30") if morning else ("14:01:00", "15:28:30")))
                log.add(at, person, "dunning.contact", target=unit, fee=FEES[book][0], channel=rng.choice(_CHANNELS))


def _papers(log: Log, rng: Random, person: str, day: date) -> None:
    at = [between(rng, day, "16:34:00", "16:56:00") for _ in range(4)]
    signed = {"signed_by": "lead"}
    problems = rng.randint(14, 19)
    log.add(at[0], person, "record.cleaning", problem_lines=problems, blank_cells=0, complete=True, **signed)
    log.add(at[1], person, "record.repairs", blank_cells=0, **signed)
    log.add(at[2], person, "record.dunning", **signed)
    log.add(at[3], person, "record.summary", fee_result=True, work_summary=True)
    log.add(between(rng, day, "16:57:00", "17:20:00"), person, "file.repairs_updated")
    log.add(between(rng, day, "16:36:00", "16:50:00"), person, "submit.recheck_pictures", explanation=True)


def _problem(log: Log, rng: Random, person: str, day: date, buildings: list[str]) -> None:
    """Two problems in five days, found, handled, put right and rechecked on the same day."""
    if rng.random() > 0.4 or (person, day) in QUIET:
        return
    case = f"WT{day:%m%d}-{person}"
    outside = rng.random() < 0.4
    solvable = rng.random() < 0.85
    found = between(rng, day, *(("11:33:00", "11:40:00") if outside else ("09:15:00", "10:45:00")))
    due = between(rng, day, "17:00:00", "17:00:00") + timedelta(days=1) if rng.random() < 0.3 else ""
    place = "perimeter" if outside else "unit"
    target = rng.choice(buildings)
    log.add(found, person, "problem.found", target=target, case=case, place=place, due_at=due, solvable=solvable)
    if outside:
        log.add(found + timedelta(seconds=rng.randint(40, 180)), person, "problem.recorded", case=case)
    kind = rng.choice(("problem.handled", "problem.dispatched"))
    log.add(found + timedelta(minutes=rng.randint(4, 15)), person, kind, case=case)
    if not solvable:
        log.add(between(rng, day, "13:10:00", "13:40:00"), person, "problem.escalated", case=case)
    log.add(between(rng, day, "13:45:00", "15:20:00"), "", "problem.rectified", case=case)
    log.add(between(rng, day, "15:34:00", "16:05:00"), person, "problem.rechecked", case=case)


def rolled(person: str, day: date) -> date:
    """The day or the person's first workday after it."""
    while not works(person, day):
        day += timedelta(days=1)
    return day


def _monthly_papers(log: Log, rng: Random, person: str) -> None:
    for number, kinds in {
        5: ("submit.repairs_email",),
        20: ("record.vacant", "record.renovation"),
        26: ("plan.vacant",),
    }.items():
        if post_of(person, october(number)):
            day = rolled(person, october(number))
            for kind in kinds:
                log.add(between(rng, day, "13:20:00", "16:00:00"), person, kind)


def _vacant_units(log: Log, world: World, rng: Random, patch: str) -> None:
    """One vacant unit a workday, those that are let within the month first; newly vacant ones when they are."""
    days = [
        day
        for day in span(FIRST, LAST)
        if (person := butler_of(patch, day)) and works(person, day) and (person, day) not in QUIET
    ]
    let = {unit for code, unit, what, day in world.changes if code == patch and what == "let"}
    units = sorted(world.vacant(patch, FIRST), key=lambda unit: (unit not in let, unit))
    visits = list(zip(units, days, strict=False))
    for code, unit, what, day in world.changes:
        if code == patch and what == "emptied" and day > FIRST:
            visits.append((unit, next(later for later in days if later > day)))
    for unit, day in visits:
        at = between(rng, day, "09:10:00", "10:52:00")
        person = butler_of(patch, day) or ""
        outcome = rng.choice(("normal", "normal", "problem"))
        log.add(at, person, "inspect.vacant", target=unit, outcome=outcome)


def _repairs(log: Log, world: World, rng: Random, patch: str) -> None:
    """A repair in four workdays: passed on by the lead, done by an engineer, the owner called back by the butler."""
    for day in span(FIRST, LAST):
        person = butler_of(patch, day)
        if not person or not works(person, day) or (person, day) in QUIET or rng.random() > 0.25:
            continue
        unit = rng.choice(world.units[patch])
        repair(log, rng, unit, between(rng, day, "08:40:00", "11:30:00"), day)
    for code, asked, done in (("HT2", october(3), october(8)), ("GH1", october(17), october(19))):
        if code == patch:  # asked for on a rest day: the next workday of the butler counts
            unit = rng.choice(world.units[patch])
            repair(log, rng, unit, between(rng, asked, "10:00:00", "16:00:00"), done)


def repair(log: Log, rng: Random, unit: str, asked: datetime, day: date) -> str:
    """Adds a repair that is dealt with on a day; returns its case."""
    patch = unit.partition("-")[0]
    person = butler_of(patch, day) or ""
    case = f"BX{asked:%m%d%H%M}-{patch}"
    log.add(asked, "", "repair.requested", target=unit, case=case)
    passed = asked + timedelta(minutes=rng.randint(5, 40))
    if asked.date() != day:
        passed = between(rng, day, "08:32", "09:00")
    log.add(passed, "lead", "repair.dispatched", case=case)
    log.add(between(rng, day, "13:10:00", "15:20:00"), "", "repair.closed", target=unit, case=case)
    log.add(between(rng, day, "15:35:00", "16:15:00"), person, "repair.callback", case=case)
    return case


def _registers(log: Log, world: World, rng: Random, patch: str) -> None:
    """Changes of units and permits, and the meters; the butler brings the lists up to date on the next workday."""
    for code, unit, what, day in world.changes:
        if code == patch and what != "moved_in":
            _update(log, rng, (patch, day), ("register.vacant_changed", "register.vacant_updated"), unit)
    for code, unit, first, last in world.permits:
        for turn in (first, last):
            if code == patch and turn and FIRST <= turn <= LAST:
                _update(log, rng, (patch, turn), ("register.renovation_changed", "register.renovation_updated"), unit)
    _update(log, rng, (patch, october(19)), ("meter.read", "register.utility_updated"), PATCH[patch].area)


def _update(log: Log, rng: Random, where: tuple[str, date], kinds: tuple[str, str], target: str) -> None:
    (patch, day), (changed, updated) = where, kinds
    person = butler_of(patch, day) or ""
    assert works(person, day) or (changed == "meter.read" and statutory(day)), (person, day)
    log.add(between(rng, day, "10:00:00", "11:00:00"), "", changed, target=target)
    log.add(between(rng, next_workday(person, day), "15:40:00", "16:05:00"), person, updated, target=target)


def _legal_cases(log: Log, world: World, rng: Random) -> None:
    for person, patch, day in (("b02", "HT2", october(13)), ("b09", "MY1", october(12)), ("b12", "MY4", october(20))):
        unit = world.debtors(patch, "old", day)[0]
        case = f"FL{day:%m%d}-{person}"
        at = between(rng, day, "14:10:00", "15:00:00")
        log.add(at, person, "dunning.legal_needed", target=unit, case=case)
        log.add(at + timedelta(minutes=rng.randint(20, 60)), person, "dunning.legal_recorded", case=case)
