"""The law of the house, asked of one estate: a plan is a log in the future tense."""

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import combinations, pairwise
from math import ceil
from pathlib import Path

import dutyrules as dr
from dutyrules.activity.log import Log
from dutyrules.diagnostics import Cell
from dutyrules.estate import scored_period
from dutyrules.plan.plan import Plan, Shortfall, Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.verify import violations
from dutyrules.plan.visits import plan_visits
from tests.plan.brute_force import Demand, Pin, Several, Slot, Space, fewest_misses, lacking, visit, ways
from tests.plan.visit_worlds import VisitsWorld
from tests.reference import calendar as cal
from tests.reference.estate import live, load_estate
from tests.reference.log import Event
from tests.reference.score import judged, make_world
from tests.reference.verdict import World

Key = tuple[str, ...]

UNPROVEN = ("follow_up_full", "follow_up_near", "minutes", "companions", "no_companion")
"""Causes that do not say whether the obligation could be met alone."""


@dataclass(frozen=True)
class Case:
    """A world that has been planned.

    Attributes:
        pinned: The tasks that the plan had to keep.
        before: The world as the reference reads it from the log alone.
        after: The same with all tasks of the plan.
    """

    estate: dr.Estate
    log: Log
    plan: Plan
    pinned: tuple[Task, ...]
    before: World
    after: World
    start: date

    @cached_property
    def space(self) -> Space:
        """Everything that could have been planned."""
        days = [day for day in self.before.scored.days() if day >= self.start]
        pins = [Pin(task.person, task.kind, task.at, task.until) for task in self.pinned]
        pins += [Pin(who, task.kind, task.at, task.until, True) for task in self.pinned for who in task.along]
        world = replace(self.before, events=sorted([*self.before.events, *map(self._event, self.pinned)], key=_moment))
        return Space(world, days, self.plan.duties, pins)

    def _event(self, task: Task) -> Event:
        return event_of(task, self.before)


def _moment(event: Event) -> tuple[datetime, int]:
    return event.at, event.order


def event_of(task: Task, world: World) -> Event:
    """A task as the reference reads a row."""
    row = {name: value or "" for name, value in task.row().items()}
    event = Event(task.at, task.person, task.kind, task.target or "", task.case or "", "", 10**6, row)
    event.duty_day = world.estate.duty_day(task.person, task.at)
    return event


def planned(world: VisitsWorld) -> Case:
    """The plan of a world; with pins, the second plan, which keeps some tasks of a first one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world.write(folder)
        estate = dr.load_estate(folder)
        log = dr.read_log([folder / "log.csv"], estate)
        plan = plan_visits(estate, world.period, log, start=world.start)
        pins = _pins(world, plan)
        if pins:
            keep = [Placed(pin, Cell("plan.csv", 2, "at")) for pin in pins]
            plan = plan_visits(estate, world.period, log, keep=keep, start=world.start)
        reference = load_estate(folder)
        kinds = frozenset(reference.raw["planning"]["visits"])
        before = make_world(reference, [folder / "log.csv"], world.period, None, planned=kinds)
        write_plan(plan, folder / "plan.csv")
        after = make_world(reference, [folder / "log.csv", folder / "plan.csv"], world.period, None, planned=kinds)
    return Case(estate, log, plan, pins, before, after, plan.start)


def _pins(world: VisitsWorld, plan: Plan) -> tuple[Task, ...]:
    """Tasks of a first plan, some of them a little later than they were, as people move appointments."""
    found: list[Task] = []
    for number, minutes in world.pins:
        if plan.tasks:
            task = plan.tasks[number % len(plan.tasks)]
            moved = timedelta(minutes=minutes)
            task = replace(task, at=task.at + moved, until=task.until + moved, pinned=True)
            if not any(one.at < task.until and task.at < one.until for one in found):
                found.append(task)
    return tuple(found)


def write_plan(plan: Plan, path: Path) -> None:
    """The tasks as a log."""
    rows = [task.row() for task in plan.tasks]
    titles = dict.fromkeys(name for row in rows for name in row) or {"at": None, "person": None, "kind": None}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(titles))
        writer.writeheader()
        writer.writerows(rows)


# ---------------------------------------------------------------------------------------------- the law


def law(case: Case) -> Iterator[str]:
    """Breaches of the planned duties, judged on log and plan, are the shortfalls."""
    said: Counter[Key] = Counter()
    for one in case.plan.shortfalls:
        said[one.duty, one.post, one.period, one.reason, one.expected or "", one.actual or ""] += one.number
    true = breaches(case.after, case.plan.duties)
    for key in sorted(said.keys() | true.keys()):
        if said.get(key) != true.get(key):
            yield f"shortfall {key}: the planner says {said.get(key)}, the reference {true.get(key)}"


def breaches(world: World, duties: Sequence[str]) -> dict[Key, int]:
    """(duty, post, period, reason, expected, actual) → how many are missing."""
    found: dict[Key, int] = {}
    for duty in world.estate.duties:
        for ob in judged(world, duty) if duty.id in duties else ():
            if ob.state == "breached":
                counted = isinstance(ob.expected, int) and isinstance(ob.actual, int)
                key = (duty.id, ob.post.label, ob.period, ob.reason or "", _text(ob.expected), _text(ob.actual))
                found[key] = found.get(key, 0) + (int(ob.missing()) if counted else 1)
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("T", " ")


# ---------------------------------------------------------------------------------------------- the plan itself


def broken_promises(case: Case) -> Iterator[str]:
    """What a butler or a household would complain about."""
    space, own = case.space, [task for task in case.plan.tasks if not task.pinned]
    grid = {(slot.person, slot.kind, slot.at): slot for slot in space.slots}
    for task in own:
        slot = grid.get((task.person, task.kind, task.at))
        if slot is None or slot.until != task.until:
            yield f"{task} at an hour that is not open"
        else:
            yield from _complaints(space, task, slot)
    for (person, kind, day), number in Counter((task.person, task.kind, task.at.date()) for task in own).items():
        if number > space.room(person, kind, day):
            yield f"{number} visits of {kind} by {person} on {day}"
    spent: Counter[tuple[str, date]] = Counter()
    for task in own:
        for who in (task.person, *task.along):
            spent[who, task.at.date()] += (task.until - task.at) // timedelta(minutes=1)
    yield from (f"{minutes} minutes on {day}" for day, minutes in spent.items() if minutes > space.minutes(*day))
    yield from _near(space, own)
    busy = sorted((who, task.at, task.until) for task in case.plan.tasks for who in (task.person, *task.along))
    for one, two in pairwise(busy):
        if one[0] == two[0] and two[1] < one[2]:
            yield f"{one} and {two} at once"
    kept = [(task.at, task.until, task.person, task.kind, task.target, task.case) for task in case.plan.tasks]
    for pin in case.pinned:
        if (pin.at, pin.until, pin.person, pin.kind, pin.target, pin.case) not in kept:
            yield f"pin {pin} is gone"
    if len(case.plan.tasks) != len(own) + len(case.pinned):
        yield "other tasks are pinned"
    needed = [task for task in own if not _reserve(task)]
    yield from (f"{task} changes nothing" for task in needed if _idle(space, task, needed))


def _reserve(task: Task) -> bool:
    return task.attributes.get("reserve") == "yes"


def _near(space: Space, own: Sequence[Task]) -> Iterator[str]:
    """Visits with too few days between them; `takes` knows of the log and of pins."""
    for one, two in combinations(own, 2):
        gap = int(space.kinds[one.kind].get("min_gap", 0))
        same = (one.kind, one.target) == (two.kind, two.target)
        if same and abs((one.at.date() - two.at.date()).days) < gap:
            yield f"{one} and {two} are too near"


def _idle(space: Space, task: Task, own: Sequence[Task]) -> bool:
    """Whether no more would be missed without a task."""
    return lacking(space, _reached(space, own)) == lacking(space, _reached(space, [one for one in own if one != task]))


def _reached(space: Space, tasks: Sequence[Task]) -> frozenset[tuple[int, str]]:
    events = [event_of(task, space.world) for task in tasks]
    return frozenset(
        (number, event.target)
        for number, demand in enumerate(space.demands)
        for event in events
        if event.target in demand.units and demand.counts(event)
    )


def _complaints(space: Space, task: Task, slot: Slot) -> Iterator[str]:
    """What is wrong with a visit at an open hour."""
    unit, event = task.target or "", event_of(task, space.world)
    serves = [one for one in space.demands if unit in one.units and one.counts(event)]
    if space.pair(unit, slot) != (len(task.along) == 1 and task.along[0] in space.companions(unit, slot)):
        yield f"{task} by the wrong number of people"
    if not space.takes(unit, slot):
        yield f"{task} is not wished"
    if not any(one.there(unit, task.at.date()) for one in serves):
        yield f"{task} where nobody is asked for"
    if not space.sent(unit, slot, serves):
        yield f"{task} by somebody who owes nothing there"
    if not {one.obligation.duty.id for one in serves}.issubset(task.duties):
        yield f"{task} is for more"


def waits(case: Case) -> Iterator[str]:
    """How long households with priority wait, counted a second time."""
    space, found = case.space, list[tuple[date, date]]()
    units = space.world.estate.tables["units"]
    hasty = {row["unit"] for row in units if row["priority"] == "yes" and any(live(row, day) for day in space.days)}
    reached = {
        event.target
        for event in space.world.events
        if event.kind in space.kinds and space.world.scored.contains(event.at.date())
    }
    first, after = _monday(space.days[0]), _monday(space.days[-1]) + cal.DAY * 7
    for unit in hasty - reached:
        soonest = min((slot.at.date() for slot in space.slots if _wanted(space, unit, slot)), default=None)
        if soonest is not None:
            came = min((task.at.date() for task in case.plan.tasks if task.target == unit), default=after)
            found.append((_monday(came), _monday(soonest)))
    weeks, least = (sum((one[place] - first).days // 7 for one in found) for place in (0, 1))
    said = [(one.value, one.bound) for one in case.plan.measures if one.name == "priority_waits"]
    if said != [(weeks, least)] * bool(found):
        yield f"households with priority wait {weeks} weeks, at least {least}; said is {said}"


def hopes(case: Case) -> Iterator[str]:
    """Who is expected to be reached, counted a second time; and nobody more could have been visited."""
    space = case.space
    rates = space.world.estate.raw["planning"].get("contact_rates")
    said = [one.value for one in case.plan.measures if one.name == "expected_short"]
    if rates is None:
        if said or any(_reserve(task) for task in case.plan.tasks):
            yield "reserves although everybody is reached"
        return
    events = [(task, event_of(task, space.world)) for task in case.plan.tasks if not task.pinned]
    total = Fraction(0)
    for demand in space.demands:
        if isinstance(demand, Several):
            missed: dict[str, Fraction] = {}
            for task, event in events:
                if event.target in demand.units and demand.counts(event):
                    share = Fraction(rates.get(_band(task.at), "1/1"))
                    missed[event.target] = missed.get(event.target, Fraction(1)) * (1 - share)
            hoped = sum((1 - share for share in missed.values()), Fraction(0))
            lacks = demand.needs[len(demand.leavers & missed.keys())] - hoped
            total += max(Fraction(0), lacks)
            if lacks > 0:
                yield from _more(case, demand, missed.keys())
    if said != [ceil(total)]:
        yield f"{total} visits are expected to reach nobody, said is {said}"


def _band(at: datetime) -> str:
    return "weekend" if at.weekday() >= 5 else "evening" if at.hour >= 18 else "daytime"


def _more(case: Case, demand: Several, reached: Set[str]) -> Iterator[str]:
    """Slots in which somebody else could have been visited for a demand that is expected to lack something."""
    space, tasks = case.space, case.plan.tasks
    made = Counter((task.person, task.kind, task.at.date()) for task in tasks if not task.pinned)
    spent = Counter[tuple[str, date]]()
    for task in tasks:
        for who in (task.person, *task.along):
            spent[who, task.at.date()] += 0 if task.pinned else (task.until - task.at) // timedelta(minutes=1)
    avoided = [duty for duty in space.world.estate.duties if not duty.must]
    for slot in space.slots:
        day, minutes = slot.at.date(), (slot.until - slot.at) // timedelta(minutes=1)
        if (
            made[slot.person, slot.kind, day] >= space.room(slot.person, slot.kind, day)
            or spent[slot.person, day] + minutes > space.minutes(slot.person, day)
            or any(
                slot.person in (task.person, *task.along) and task.at < slot.until and slot.at < task.until
                for task in tasks
            )
            or any(space.closed(duty, slot.person, slot.kind, slot.at) for duty in avoided)
        ):
            continue
        for unit in set(demand.units) - set(reached) - demand.leavers:
            gap = int(space.kinds[slot.kind].get("min_gap", 0))
            near = [task for task in tasks if (task.kind, task.target) == (slot.kind, unit)]
            if any(abs((task.at.date() - day).days) < gap for task in near) or not space.takes(unit, slot):
                continue
            if space.pair(unit, slot):
                continue
            for words, name in ways(space, slot.kind, unit):
                event = visit(space, slot, unit, words, name)
                serves = [one for one in space.demands if unit in one.units and one.counts(event)]
                leaves = any(unit in one.leavers for one in serves)
                there = any(one.there(unit, day) for one in serves)
                if demand in serves and there and not leaves and space.sent(unit, slot, serves):
                    yield f"{unit} could be visited in reserve: {slot}"
                    return


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _wanted(space: Space, unit: str, slot: Slot) -> bool:
    """Whether a visit then would be one for something that is needed."""
    for words, case in ways(space, slot.kind, unit) if space.takes(unit, slot) else ():
        event = visit(space, slot, unit, words, case)
        serves = [
            one for one in space.demands if unit in one.units and one.counts(event) and one.there(unit, slot.at.date())
        ]
        if any(one.needs[0] > 0 for one in serves) and space.sent(unit, slot, serves):
            return True
    return False


def reliefs(case: Case) -> Iterator[str]:
    """What could be changed answers each shortfall once that can be helped, and owing less is always an answer."""
    number = {one.breach_id: one.number for one in case.plan.shortfalls}
    answered = [key for one in case.plan.relaxations for key in one.breach_ids]
    helpless = {"done_late", "no_unit", "before_start"}
    helped = [one.breach_id for one in case.plan.shortfalls if not helpless & {cause.message for cause in one.causes}]
    if sorted(answered) != sorted(helped):
        yield f"changes for {answered}, missed are {helped}"
    for one in case.plan.relaxations:
        if one.least > 10 * sum(number[key] for key in one.breach_ids):
            yield f"no changes cost less than {one.least}, yet nothing need be owed any more"
        if one.price is not None and one.price < one.least:
            yield f"changes that cost {one.price} are less than {one.least}"


def empty(case: Case) -> Iterator[str]:
    """Without its tasks a plan misses more than it says, and the verification notices."""
    gone, kinds = replace(case.plan, tasks=()), frozenset(case.estate.planning.visits)
    found = violations(case.estate, case.log, scored_period(gone.period), gone, kinds=kinds, pins=case.pinned)
    if case.plan.tasks and not any(found):
        yield "nobody notices that all tasks are gone"


# ---------------------------------------------------------------------------------------------- the fewest misses


def claims(case: Case) -> Iterator[str]:
    """The proven bound is one, and where the planner says that its misses are the fewest they are."""
    plan, space = case.plan, case.space
    best = fewest_misses(space)
    if not plan.least_shortfall <= best.misses <= plan.shortfall:
        yield f"proven {plan.least_shortfall}, missed {plan.shortfall}, possible {best.misses}"
    world = space.world
    rows = [visit(space, slot, unit, words, case_) for slot, unit, words, case_ in best.visits]
    world = replace(world, events=sorted([*world.events, *rows], key=_moment))
    total = sum(breaches(world, plan.duties).values())
    if total != best.misses:
        yield f"the other plan is said to miss {best.misses}, and misses {total}"
    yield from _causes(case, space)


def _causes(case: Case, space: Space) -> Iterator[str]:
    """Each sentence about what could be had at most is true, whatever is given up for that obligation."""
    for one in case.plan.shortfalls:
        for cause in one.causes:
            demand = _demand(space, one, str(cause.numbers.get("unit", "")))
            alone = fewest_misses(space, [demand]).misses
            if cause.message in ("competes", "competes_apart"):
                if alone:
                    yield f"{one}: {alone} would be missing whatever else is given up"
            elif cause.message not in UNPROVEN and not alone:
                yield f"{one}: it could be met"
            if cause.message.startswith("few"):
                numbers = {name: int(value) for name, value in cause.numbers.items()}
                if not numbers["households"] + numbers["slots"] == numbers["most"] < numbers["need"]:
                    yield f"{one}: the numbers do not add up"
                if numbers["need"] - numbers["most"] > alone:
                    yield f"{one}: no more than {alone} need be missing"


def _demand(space: Space, one: Shortfall, unit: str) -> Demand:
    """The obligation of a shortfall, as it stands without a plan."""
    for demand in space.demands:
        ob = demand.obligation
        counted = isinstance(demand, Several)
        if (ob.duty.id, ob.post.label, ob.period) == (one.duty, one.post, one.period) and (
            counted or (_text(ob.expected) == one.expected and (not unit or demand.units == [unit]))
        ):
            return demand
    raise AssertionError(f"no breach of {one.duty} {one.post} {one.period} without a plan")


def differences(world: VisitsWorld, *, brute: bool = True) -> list[str]:
    """Everything that is wrong with the plan of a world."""
    case = planned(world)
    found = [*law(case), *broken_promises(case), *waits(case), *hopes(case), *empty(case), *reliefs(case)]
    return found or ([*claims(case)] if brute else [])


__all__ = ["Case", "breaches", "broken_promises", "cal", "claims", "differences", "law", "planned"]
