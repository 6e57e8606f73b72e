"""plan_patrols: who patrols which buildings on which day, in which order, and which list is published before."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from dutyrules.activity.log import Log
from dutyrules.estate import Estate, scored_period
from dutyrules.estate.provenance import provenance
from dutyrules.plan.assignment import Assignment, assign
from dutyrules.plan.beats import Circuit, Patrol
from dutyrules.plan.few_sets import begun
from dutyrules.plan.hours import instant
from dutyrules.plan.kept_rounds import Order, change_measures, kept_order, walk_of
from dutyrules.plan.menus import WideMenu
from dutyrules.plan.outing_plan import plan_outings
from dutyrules.plan.owing import Owing, said
from dutyrules.plan.patrol_load import gaps, spread
from dutyrules.plan.patrol_moves import PatrolDiff
from dutyrules.plan.patrol_truth import Turned, least_shortfall, measures, shortfalls
from dutyrules.plan.plan import Measure, Plan, Status, Task, status_of
from dutyrules.plan.planfile import Placed
from dutyrules.plan.progress import Progress, untold
from dutyrules.plan.rotation import Best, Rotation, Search, Step, window
from dutyrules.plan.rotation_bound import least_walking
from dutyrules.plan.unitchecks import EVER, last_checks, place_checks
from dutyrules.plan.verify import verified
from dutyrules.plan.walkable import unwalkable
from dutyrules.plan.walked_rounds import Map, WalkedRound, WalkedRounds
from dutyrules.timegrid import date_of

MOVES: Final = 4_000
"""Moves of the search for each round."""

SLOWER: Final = 200
"""So many moves does a round cost whose walks are not listed and have to be worked out one by one."""

SEED: Final = 0


def plan_patrols(
    estate: Estate,
    period: str,
    done: Log | None = None,
    keep: Sequence[Placed] = (),
    *,
    start: date | None = None,
    freeze: date | None = None,
    moves: int = MOVES,
    progress: Progress | None = None,
) -> Plan:
    """Plans the daily patrols of buildings that a period asks for, and the lists that are published before them.

    Args:
        estate: The estate; its section ``planning.patrols`` says which events are patrols, and how people walk.
        period: ``2026-10``, ``2026-Q4`` …
        done: The activity log so far.
        keep: Tasks of an earlier plan; the pinned ones stay, and of the others as few as can be change.
        start: First day to plan; by default the day after the last event of `done` in the period, else its first day.
        freeze: Up to and including this day, patrols of the earlier plan stay and no others are planned.
        moves: How long to look for less walking: moves for each round.
        progress: Told how far the planning is.

    Returns:
        A verified plan; what it cannot meet is in its shortfalls. Interrupted, the best one so far.

    Raises:
        InputError: the estate plans no patrols, or pins contradict each other or the estate.
    """
    task = assign(estate, scored_period(period), done, keep, start, freeze)
    turned, complete = _turn(task, moves, progress or untold)
    rounds = _walked_rounds(task, turned)
    place_checks(rounds, task.wanted)
    walks = [*_tasks(task, rounds), *task.kept.tasks]
    trips = plan_outings(task, walks, [one.task for one in keep if _ahead(task, one.task)])
    lists = task.lists.tasks(one for one in walks if one.kind in estate.planning.patrols.keys() - task.outings.kinds)
    tasks = _numbered([*walks, *trips.tasks, *lists])
    plan = Plan(
        name="patrols",
        estate=estate.id,
        period=task.period.label,
        start=date_of(task.first),
        status=Status.UNKNOWN,
        tasks=tasks,
        duties=task.duties,
        shortfalls=shortfalls(task, tasks),
        least_shortfall=least_shortfall(task) + trips.least,
        measures=(*_measures(task, turned, rounds), *trips.measures(task), *spread(task, turned)),
        gaps=gaps(turned),
        unplanned=task.unplanned,
        moves=tuple(PatrolDiff(task).moves(tasks)) if task.promises else (),
        complete=complete,
        provenance=provenance(estate, task.log, provisional=task.before.ground.presence.provisional),
    )
    plan = replace(plan, status=status_of(plan.shortfall, plan.least_shortfall, plan.measures))
    unfit = unwalkable(task, tasks)
    return verified(estate, task.log, task.period, plan, kinds=task.kinds, pins=task.kept.tasks, others=unfit)


def _ahead(task: Assignment, one: Task) -> bool:
    """Whether a row of an earlier plan is a round without target that may be made again."""
    inside = date_of(task.first) <= one.at.date() <= task.period.last
    return inside and one.kind in task.outings.kinds and not one.pinned and one.until > one.at


def _measures(task: Assignment, turned: Sequence[Turned], rounds: WalkedRounds) -> tuple[Measure, ...]:
    changed = change_measures(one for rounds in task.rounds for one in rounds) if task.promises else ()
    return (*changed, *measures(turned, sum(one.walked for one in rounds.all), longer=_longer(task)))


def _turn(task: Assignment, moves: int, progress: Progress) -> tuple[list[Turned], bool]:
    """Turns every rotation: a start, then the search; interrupted, the best so far stands, and starts for the rest."""
    free = [_free(task, number) for number in range(len(task.circuits))]
    budgets = [_budget(circuit.rotation, some, moves) for circuit, some in zip(task.circuits, free, strict=True)]
    turned: list[Turned] = []
    complete = True
    for number, circuit in enumerate(task.circuits):
        rotation, before = circuit.rotation, sum(budgets[:number])
        search = Search(rotation, window(rotation), free[number])
        if complete and budgets[number]:
            try:
                goal = least_walking(rotation, [place.fair for place in rotation.places])
                search = begun(rotation, free[number])
                for made in search.run(budgets[number], SEED, goal):
                    progress("plan.patrols", before + made, sum(budgets))
            except KeyboardInterrupt:
                complete = False
        turned.append(_turned(task, circuit, search.best))
    progress("plan.patrols", sum(budgets), sum(budgets))
    return turned, complete


def _free(task: Assignment, number: int) -> list[int]:
    """The rounds that the search may change: where an earlier plan is kept, those that it leaves a choice."""
    rounds = task.rounds[number] if task.promises else ()
    return [step for step in range(len(task.circuits[number].patrols)) if not rounds or rounds[step].free]


def _turned(task: Assignment, circuit: Circuit, best: Best) -> Turned:
    """The rotation with what is proven of those that patrol as evenly."""
    rotation = circuit.rotation
    counts = rotation.counts(best.chosen)
    fair = [
        (min(place.fair[0], count), max(place.fair[1], count))
        for place, count in zip(rotation.places, counts, strict=True)
    ]
    found = [
        _walk(task, circuit, patrol, step, chosen)
        for patrol, step, chosen in zip(circuit.patrols, rotation.steps, best.chosen, strict=True)
    ]
    minutes = sum(walked for _, walked in found)
    return Turned(circuit, best.chosen, tuple(order for order, _ in found), minutes, least_walking(rotation, fair))


def _walk(task: Assignment, circuit: Circuit, patrol: Patrol, step: Step, chosen: int) -> tuple[Order, int]:
    """How a set is walked, and the minutes: as it was before, if it can be, else the shortest way."""
    seen = {stop: circuit.sites.index(site) for stop, site in enumerate(patrol.walked.seen)}
    best = tuple((seen[stop], begin) for stop, begin in step.menu.order(chosen) if stop in seen)
    minutes = step.menu.cost(chosen) or 0
    if task.promises is None or patrol.walked.seen != patrol.walked.sites:
        return best, minutes
    kept = kept_order(task.promises, circuit, patrol, chosen)
    if kept is None or [place for place, _ in kept] == [place for place, _ in best]:
        return kept or best, minutes
    return kept, walk_of(circuit, patrol, [place for place, _ in kept])


def _budget(rotation: Rotation, free: Sequence[int], moves: int) -> int:
    """Moves for a rotation: fewer, the more of its rounds have no list of walks."""
    rounds = len(free)
    wide = sum(isinstance(rotation.steps[step].menu, WideMenu) for step in free)
    return moves * rounds * rounds // max(rounds + (SLOWER - 1) * wide, 1)


def _longer(task: Assignment) -> bool:
    """Whether whatever else is checked on the way can make a walk longer only."""
    paces = {pace.metres_per_minute for pace in task.estate.planning.patrols.values()}
    return not any(one.demand.need for one in task.wanted) or all(map(task.buildings.straight, paces))


def _walked_rounds(task: Assignment, turned: Sequence[Turned]) -> WalkedRounds:
    """The rounds as they are walked; where some units of several do, those that wait longest are checked."""
    map_ = Map(task.buildings, task.estate.planning.patrols)
    last = last_checks(task.before, task.first, {one.errand.kind for one in task.owing if one.units})
    found = []
    promised = task.promised_checks
    rounds = [
        (patrol.walked, one.circuit, step.menu, chosen, order)
        for one in turned
        for patrol, step, chosen, order in zip(
            one.circuit.patrols, one.circuit.rotation.steps, one.chosen, one.orders, strict=True
        )
    ]
    for patrol, circuit, menu, chosen, order in sorted(rounds, key=lambda one: (one[0].day, one[0].person)):
        if patrol.seen == patrol.sites:
            way = [(patrol.sites.index(circuit.sites[place]), begin) for place, begin in order]
        else:
            keys = [(errand.kind, code) for errand, code in patrol.sites]
            waits = [EVER - 1 if (*key, patrol.day) in promised else last.get(key, EVER) for key in keys]
            way = menu.order(chosen, waits)
            last |= {keys[stop]: patrol.day for stop, _ in way}
        found.append(WalkedRound.of(patrol, way, map_))
    return WalkedRounds(found, map_)


def _tasks(task: Assignment, rounds: WalkedRounds) -> Iterator[Task]:
    """The walks as tasks; what is pinned is in the plan already."""
    owing: dict[tuple[int, int], list[Owing]] = defaultdict(list)
    for one in task.owing:
        owing[one.person, one.day].append(one)
    stay = {(*task.kept.key(one), one.at) for one in task.kept.tasks}
    for lap in rounds.all:
        for number, begin in lap.order:
            errand, code = lap.sites[number]
            if (lap.person, lap.day, errand.kind, code, instant(lap.day, begin)) not in stay:
                yield _task(task, owing[lap.person, lap.day], lap, number, begin)


def _task(task: Assignment, owing: Sequence[Owing], lap: WalkedRound, number: int, begin: int) -> Task:
    errand, code = lap.sites[number]
    at, words = instant(lap.day, begin), dict(errand.attributes)
    daily = (one.duty for one in owing if one.errand == errand and code in one.buildings)
    longer = (one.duty.id for one in task.wanted if one.counts(lap.person, lap.day, errand.kind, code, words))
    return Task(
        at=at,
        until=at + timedelta(minutes=lap.stops[number].minutes),
        person=task.before.ground.presence.persons[lap.person],
        kind=errand.kind,
        target=str(task.estate.places.ids[code]),
        attributes=said(owing, errand, code),
        duties=tuple(dict.fromkeys([*daily, *longer])),
    )


def _numbered(tasks: Sequence[Task]) -> list[Task]:
    """The tasks in order of time, with their place in each person's day."""
    places = Counter[tuple[str, date]]()
    numbered = []
    for task in sorted(tasks, key=lambda task: (task.at, task.person, task.kind, task.target or "")):
        places[task.person, task.at.date()] += 1
        numbered.append(replace(task, order=places[task.person, task.at.date()]))
    return numbered
