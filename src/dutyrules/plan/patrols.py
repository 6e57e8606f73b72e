"""plan_patrols: who patrols which buildings on which day, in which order, and which list is published before."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from dutyrules.activity.log import Log
from dutyrules.estate import Estate, scored_period
from dutyrules.estate.provenance import provenance
from dutyrules.plan.assignment import Assignment, assign
from dutyrules.plan.beats import Circuit, Patrol
from dutyrules.plan.hours import instant
from dutyrules.plan.menus import WideMenu
from dutyrules.plan.patrol_load import gaps, spread
from dutyrules.plan.patrol_truth import Turned, least_shortfall, measures, shortfalls
from dutyrules.plan.plan import Plan, Status, Task, status_of
from dutyrules.plan.planfile import Placed
from dutyrules.plan.progress import Progress, untold
from dutyrules.plan.rotation import Best, Rotation, Search, window
from dutyrules.plan.rotation_bound import least_walking
from dutyrules.plan.verify import verified
from dutyrules.plan.walkable import unwalkable
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
    moves: int = MOVES,
    progress: Progress | None = None,
) -> Plan:
    """Plans the daily patrols of buildings that a period asks for, and the lists that are published before them.

    Args:
        estate: The estate; its section ``planning.patrols`` says which events are patrols, and how people walk.
        period: ``2026-10``, ``2026-Q4`` …
        done: The activity log so far.
        keep: Tasks of an earlier plan; the pinned ones stay.
        start: First day to plan; by default the day after the last event of `done` in the period, else its first day.
        moves: How long to look for less walking: moves for each round.
        progress: Told how far the planning is.

    Returns:
        A verified plan; what it cannot meet is in its shortfalls. Interrupted, the best one so far.

    Raises:
        InputError: the estate plans no patrols, or pins contradict each other or the estate.
    """
    task = assign(estate, scored_period(period), done, keep, start)
    turned, complete = _turn(task.circuits, moves, progress or untold)
    tasks = _numbered([*_patrols(task, turned), *task.kept.tasks])
    tasks = _numbered([*tasks, *task.lists.tasks(one for one in tasks if one.kind in estate.planning.patrols)])
    plan = Plan(
        name="patrols",
        estate=estate.id,
        period=task.period.label,
        start=date_of(task.first),
        status=Status.UNKNOWN,
        tasks=tasks,
        duties=task.duties,
        shortfalls=shortfalls(task, tasks),
        least_shortfall=least_shortfall(task),
        measures=(*measures(turned), *spread(task, turned)),
        gaps=gaps(turned),
        unplanned=task.unplanned,
        complete=complete,
        provenance=provenance(estate, task.log, provisional=task.before.ground.presence.provisional),
    )
    plan = replace(plan, status=status_of(plan.shortfall, plan.least_shortfall, plan.measures))
    walks = unwalkable(task, tasks)
    return verified(estate, task.log, task.period, plan, kinds=task.kinds, pins=task.kept.tasks, others=walks)


def _turn(circuits: Sequence[Circuit], moves: int, progress: Progress) -> tuple[list[Turned], bool]:
    """Turns every rotation: a start, then the search; interrupted, the best so far stands, and starts for the rest."""
    budgets = [_budget(circuit.rotation, moves) for circuit in circuits]
    turned: list[Turned] = []
    complete = True
    for number, circuit in enumerate(circuits):
        rotation, before = circuit.rotation, sum(budgets[:number])
        search = Search(rotation, window(rotation))
        if complete:
            try:
                goal = least_walking(rotation, [place.fair for place in rotation.places])
                for made in search.run(budgets[number], SEED, goal):
                    progress("plan.patrols", before + made, sum(budgets))
            except KeyboardInterrupt:
                complete = False
        turned.append(_turned(circuit, search.best))
    progress("plan.patrols", sum(budgets), sum(budgets))
    return turned, complete


def _turned(circuit: Circuit, best: Best) -> Turned:
    """The rotation with what is proven of those that patrol as evenly."""
    rotation = circuit.rotation
    counts = rotation.counts(best.chosen)
    fair = [
        (min(place.fair[0], count), max(place.fair[1], count))
        for place, count in zip(rotation.places, counts, strict=True)
    ]
    return Turned(circuit, best.chosen, best.minutes, least_walking(rotation, fair))


def _budget(rotation: Rotation, moves: int) -> int:
    """Moves for a rotation: fewer, the more of its rounds have no list of walks."""
    rounds = len(rotation.steps)
    wide = sum(isinstance(step.menu, WideMenu) for step in rotation.steps)
    return moves * rounds * rounds // max(rounds + (SLOWER - 1) * wide, 1)


def _patrols(task: Assignment, turned: Sequence[Turned]) -> Iterator[Task]:
    """The walks as tasks; what is pinned is in the plan already."""
    for one in turned:
        steps = one.circuit.rotation.steps
        for patrol, step, chosen in zip(one.circuit.patrols, steps, one.chosen, strict=True):
            for place, begin in step.menu.order(chosen):
                site = one.circuit.sites[place]
                if site not in patrol.fixed:
                    yield _task(task, patrol, patrol.sites.index(site), begin)


def _task(task: Assignment, patrol: Patrol, stop: int, begin: int) -> Task:
    errand, code = patrol.sites[stop]
    at = instant(patrol.day, begin)
    return Task(
        at=at,
        until=at + timedelta(minutes=patrol.stops[stop].minutes),
        person=task.before.ground.presence.persons[patrol.person],
        kind=errand.kind,
        target=str(task.estate.places.ids[code]),
        attributes=dict(errand.attributes),
        duties=tuple(dict.fromkeys(one.duty for one in patrol.owing if one.errand == errand and code in one.buildings)),
    )


def _numbered(tasks: Sequence[Task]) -> list[Task]:
    """The tasks in order of time, with their place in each person's day."""
    places = Counter[tuple[str, date]]()
    numbered = []
    for task in sorted(tasks, key=lambda task: (task.at, task.person, task.kind, task.target or "")):
        places[task.person, task.at.date()] += 1
        numbered.append(replace(task, order=places[task.person, task.at.date()]))
    return numbered
