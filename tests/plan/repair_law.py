"""What a repair promises, asked of drawn estates: an earlier plan, something that goes wrong, and the plan after it."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import dutyrules as dr
from dutyrules.diagnostics import Cell
from dutyrules.plan.moves import REASONS
from dutyrules.plan.plan import Plan, Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.visits import plan_visits
from tests.plan.brute_force import Price, fewest_misses
from tests.plan.visit_law import Case, broken_promises, law, write_plan
from tests.plan.visit_worlds import HEADERS, HOME, PHONE, for_two, seeded
from tests.property.strategies import Draw, SeededDraw
from tests.reference.estate import load_estate
from tests.reference.score import make_world

LEVELS = ("changed_person", "changed_day", "changed_hour")


@dataclass(frozen=True)
class Trouble:
    """What goes wrong after a plan was made.

    Attributes:
        rows: Table → further lines.
        closed: Units that let nobody in any more.
        start: The first day that is planned again.
        freeze: Nothing moves up to this day.
        edits: Which rows of the earlier plan were given to whom, and how much later: (which, person, minutes).
    """

    rows: dict[str, list[str]]
    closed: tuple[str, ...] = ()
    start: date | None = None
    freeze: date | None = None
    edits: tuple[tuple[int, str, int], ...] = ()


@dataclass(frozen=True)
class Repair:
    """A repaired plan.

    Attributes:
        kept: The earlier plan as it was given.
        frozen: What of it had to stay.
    """

    case: Case
    kept: tuple[Task, ...]
    frozen: tuple[Task, ...]

    @property
    def plan(self) -> Plan:
        return self.case.plan


def trouble(draw: Draw, plan: Plan) -> Trouble:
    """Leave, callbacks, refusals, visits made already, and hands that edit."""
    tasks = list(plan.tasks)
    rows: dict[str, list[str]] = {"leave": [], "log": []}
    if not tasks:
        return Trouble(rows)
    persons = sorted({name for task in tasks for name in (task.person, *task.along)})
    units = sorted({task.target for task in tasks if task.target})
    for _ in range(draw.pick(0, 1, 1, 2)):
        first = datetime.combine(draw.pick(*tasks).at.date(), datetime.min.time())
        begin = first + timedelta(minutes=draw.pick(0, 0, 14 * 60 + 10))
        until = begin + timedelta(minutes=draw.pick(24 * 60, 5 * 24 * 60, 60))
        rows["leave"].append(f"{draw.pick(*persons)},{begin},{until},yes,,")
    start = draw.pick(None, plan.start, draw.pick(*tasks).at.date())
    day = (start or plan.start) - timedelta(days=1)
    for number in range(draw.pick(0, 0, 1, 2)):
        due = f"{day + timedelta(days=3)} 14:20"
        rows["log"].append(f"{day} 16:00,{persons[0]},repair,{draw.pick(*units)},n{number},,,{due}")
    for _ in range(draw.pick(0, 0, 1, 2)):
        outcome = draw.pick("done", "refused", "refused", "not_home")
        rows["log"].append(f"{day} 11:00,{persons[0]},{draw.pick(HOME, PHONE)},{draw.pick(*units)},,{outcome},,")
    closed = tuple(draw.several(units, 0, 1)) if draw.whole(0, 2) == 0 else ()
    freeze = draw.pick(None, None, plan.start, draw.pick(*tasks).at.date())
    edits = [(draw.whole(0, 30), draw.pick(*persons), draw.pick(0, 5, 20, 1440)) for _ in range(draw.pick(0, 0, 1, 2))]
    return Trouble(rows, closed, start, freeze, tuple(edits))


def repaired(seed: int, *, two: bool = False) -> Repair:
    """The world of a seed: planned, troubled, and planned again with the earlier plan kept.

    Args:
        two: Whether most households wish for two at the door.
    """
    world, draw = replace(seeded(seed), pins=()), SeededDraw(seed)
    world = for_two(world, draw) if two else world
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world.write(folder)
        first = plan_visits(
            dr.load_estate(folder), world.period, _log(folder, dr.load_estate(folder)), start=world.start
        )
        what = trouble(draw, first)
        _disturb(folder, what)
        estate = dr.load_estate(folder)
        kept = _edited(first.tasks, what)
        keep = [Placed(task, Cell("plan.csv", row, "at")) for row, task in enumerate(kept, start=2)]
        log = _log(folder, estate)
        plan = plan_visits(estate, world.period, log, keep, start=what.start or world.start, freeze=what.freeze)
        reference = load_estate(folder)
        kinds = frozenset(reference.raw["planning"]["visits"])
        before = make_world(reference, [folder / "log.csv"], world.period, None, planned=kinds)
        write_plan(plan, folder / "plan.csv")
        after = make_world(reference, [folder / "log.csv", folder / "plan.csv"], world.period, None, planned=kinds)
    frozen = tuple(task for task in plan.tasks if what.freeze and task.at.date() <= what.freeze)
    last = before.scored.last
    moving = tuple(task for task in kept if plan.start <= task.at.date() <= last and _promised(task, what.freeze))
    later = max(plan.start, what.freeze + timedelta(days=1)) if what.freeze else plan.start
    plan = replace(plan, tasks=[replace(task, pinned=task in frozen) for task in plan.tasks])
    frozen = tuple(task for task in plan.tasks if task.pinned)
    return Repair(Case(estate, log, plan, frozen, before, after, later), moving, frozen)


def _log(folder: Path, estate: dr.Estate) -> dr.Log:
    return dr.read_log([folder / "log.csv"], estate)


def _disturb(folder: Path, what: Trouble) -> None:
    for table, rows in what.rows.items():
        path = folder / f"{table}.csv"
        text = path.read_text("utf-8") if path.exists() else HEADERS[table] + "\n"
        path.write_text(text + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    path = folder / "units.csv"
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        unit, building, state, _, *rest = line.split(",")
        if unit in what.closed:
            lines[number] = ",".join([unit, building, state, "none", *rest])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _edited(tasks: Sequence[Task], what: Trouble) -> tuple[Task, ...]:
    found = list(tasks)
    for number, person, minutes in what.edits:
        if found:
            task, later = found[number % len(found)], timedelta(minutes=minutes)
            found[number % len(found)] = replace(task, person=person, at=task.at + later, until=task.until + later)
    return tuple(found)


# ---------------------------------------------------------------------------------------------- what is promised


def wrong_with(repair: Repair) -> Iterator[str]:
    """Everything that is wrong with a repair."""
    yield from law(repair.case)
    yield from broken_promises(repair.case)
    yield from _moved_though_frozen(repair)
    yield from _more_changes_than_need_be(repair)
    yield from _false_diff(repair)


def _moved_though_frozen(repair: Repair) -> Iterator[str]:
    """On frozen days there is nothing but what was there."""
    given = {_place(task) for task in repair.kept}
    yield from (f"{task} is new on a frozen day" for task in repair.frozen if _place(task) not in given)


def level(kept: Sequence[Task], unit: str, kind: str, person: str, at: datetime, along: str | None = None) -> int:
    """0 as expected, 1 another hour or companion, 2 another day or nothing expected, 3 somebody else."""
    here = [task for task in kept if task.target == unit]
    if here and person not in {task.person for task in here}:
        return 3
    alike = [task for task in here if (task.person, task.kind) == (person, kind)]
    if any(task.at == at and (along is None or along in task.along) for task in alike):
        return 0
    return 1 if any(task.at.date() == at.date() for task in alike) else 2


def _more_changes_than_need_be(repair: Repair) -> Iterator[str]:
    """The counts are what they say, the bounds are none too high, and the numbers are the least of all plans."""
    plan, space = repair.plan, repair.case.space
    loose = [task for task in repair.kept if task.at.date() >= repair.case.start]
    own = [task for task in plan.tasks if task not in repair.frozen and _promised(task)]
    levels = [
        level(loose, task.target or "", task.kind, task.person, task.at, next(iter(task.along), None)) for task in own
    ]
    if not loose:
        return
    measures = {one.name: one for one in plan.measures}
    said = [measures[name].value for name in LEVELS]
    if said != [levels.count(3), levels.count(2), levels.count(1)]:
        yield f"says {said} changes, has {sorted(levels)}"

    def price(wanted: int) -> Price:
        return lambda slot, unit, along: int(level(loose, unit, slot.kind, slot.person, slot.at, along) == wanted)

    best = fewest_misses(space, prices=[price(3), price(2), price(1)])
    if not plan.least_shortfall <= best.misses <= plan.shortfall:
        yield f"proven {plan.least_shortfall}, missed {plan.shortfall}, possible {best.misses}"
    bounds = [measures[name].bound for name in LEVELS]
    if plan.shortfall == best.misses:
        if said != best.prices:
            yield f"{said} changes, and {best.prices} would do"
        if bounds != best.prices:
            yield f"{said} changes, not proven: {bounds}"


def _false_diff(repair: Repair) -> Iterator[str]:
    """The earlier plan and its moves make up the new one, and each has a reason that there are words for."""
    yield from (f"{one} for no reason" for one in repair.plan.moves if one.reason not in REASONS)
    tasks = Counter(_place(task) for task in repair.kept)
    tasks.subtract(_place(one.before) for one in repair.plan.moves if one.before)
    tasks.update(_place(one.after) for one in repair.plan.moves if one.after)
    if repair.kept and +tasks != Counter(_place(one) for one in repair.plan.tasks if one.pinned or _promised(one)):
        yield f"moves do not lead from {repair.kept} to {repair.plan.tasks}: {repair.plan.moves}"


def _promised(task: Task, freeze: date | None = None) -> bool:
    """Reserves promise nothing, unless their day is frozen."""
    return "reserve" not in task.attributes or (freeze is not None and task.at.date() <= freeze)


def _place(task: Task) -> tuple[datetime, str, str, str, tuple[str, ...]]:
    return task.at, task.person, task.kind, task.target or "", task.along
