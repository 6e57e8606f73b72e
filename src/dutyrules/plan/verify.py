"""Whether a plan can be worked and says the truth: no solver takes part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np

from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.plan.expected import hopes
from dutyrules.plan.forecast import PlanError, forecast, missed, outlook
from dutyrules.plan.occasions import disturbed
from dutyrules.plan.plan import Plan, Shortfall, Task
from dutyrules.plan.promises import broken_promises, unaccompanied
from dutyrules.plan.violation import Violation, named
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, Period, day_number, instant_number


def violations(
    estate: Estate, log: Log, period: Period, plan: Plan, *, kinds: Set[str], pins: Sequence[Task] = ()
) -> Iterator[Violation]:
    """Everything that is wrong with a plan.

    Args:
        log: What was done before the plan starts.
        kinds: The kinds of events that the planner placed, or could have placed.
        pins: Tasks that had to stay as they were.
    """
    judgement = outlook(estate, forecast(estate, log, plan.tasks), period, kinds)
    yield from workable(estate, log, judgement.ground.presence, plan.tasks, pins)
    if estate.planning.contact_rates is not None:
        before = outlook(estate, forecast(estate, log, pins), period, kinds)
        yield from hopes(before, judgement, plan, _placed(plan.tasks, pins))
    yield from _honest(missed(judgement, plan.duties), plan.shortfalls)


def workable(
    estate: Estate,
    log: Log,
    presence: Presence,
    tasks: Sequence[Task],
    pins: Sequence[Task],
    beyond: Mapping[tuple[str, str, date], int] | None = None,
) -> Iterator[Violation]:
    """Everything that nobody could do, or that somebody was promised otherwise; whatever it is good for.

    Args:
        beyond: Person, kind and day → visits that the day's number and minutes do not count.
    """
    along = [replace(task, person=name) for task in tasks for name in task.along if name in presence.persons]
    yield from _at_work(presence, [*tasks, *along])
    yield from _apart([*tasks, *along])
    placed = _placed(tasks, pins)
    yield from broken_promises(estate, log, placed, pins, beyond)
    yield from unaccompanied(estate, presence, placed)
    yield from disturbed(estate, presence, placed)
    for pin in pins:
        if not any(_same(task, pin) for task in tasks):
            yield Violation("pin_moved", named(pin), "not in the plan")


def _placed(tasks: Sequence[Task], pins: Sequence[Task]) -> list[Task]:
    """The tasks that nobody pinned."""
    return [task for task in tasks if not any(_same(task, pin) for pin in pins)]


def verified(
    estate: Estate,
    log: Log,
    period: Period,
    plan: Plan,
    *,
    kinds: Set[str],
    pins: Sequence[Task] = (),
    others: Iterable[Violation] = (),
) -> Plan:
    """The plan, once nothing is wrong with it.

    Args:
        others: What somebody else finds wrong with it.

    Raises:
        PlanError: something is; a fault of the planner, not of its input.
    """
    found = [*violations(estate, log, period, plan, kinds=kinds, pins=pins), *others]
    if found:
        lines = "; ".join(f"{one.rule}: {one.what}: {one.found}" for one in found[:5])
        raise PlanError(f"{len(found)} violations in a plan of {plan.name}: {lines}")
    return plan


def _same(task: Task, pin: Task) -> bool:
    return (task.at, task.person, task.kind, task.target) == (pin.at, pin.person, pin.kind, pin.target)


def _at_work(presence: Presence, tasks: Sequence[Task]) -> Iterator[Violation]:
    """At work that day, inside the shift, and not on leave for an hour of it."""
    numbers = {name: number for number, name in enumerate(presence.persons)}
    who = np.array([numbers[task.person] for task in tasks], np.int64)
    starts = np.array([instant_number(task.at) for task in tasks], np.int64)
    ends = np.array([instant_number(task.until) for task in tasks], np.int64)
    away = presence.leave.seconds(who, starts, np.maximum(ends, starts + 1))
    works = {person: presence.work[presence.person == person].any(axis=0) for person in set(who.tolist())}
    for task, person, start, end, leave in zip(
        tasks, who.tolist(), starts.tolist(), ends.tolist(), away.tolist(), strict=True
    ):
        day = day_number(task.at.date())
        column = day - presence.first
        if end < start:
            yield Violation("overlap", named(task), f"ends before it begins, at {task.until}")
        if not works[person][column]:
            yield Violation("off_duty", named(task), "no workday of any post")
            continue
        opens, closes = (day * DAY + int(hours[person, column]) for hours in (presence.shift_start, presence.shift_end))
        if start < opens or end > closes:
            yield Violation("off_duty", named(task), "outside the shift")
        if leave:
            yield Violation("leave", named(task), "on leave")


def _apart(tasks: Sequence[Task]) -> Iterator[Violation]:
    """Nobody does two things at once; what takes no time disturbs nothing."""
    busy = sorted((task for task in tasks if task.until > task.at), key=lambda task: (task.person, task.at))
    for before, after in pairwise(busy):
        if before.person == after.person and after.at < before.until:
            yield Violation("overlap", named(after), f"during {named(before)}")


def _honest(breaches: Sequence[Shortfall], shortfalls: Sequence[Shortfall]) -> Iterator[Violation]:
    """The law: judged, the plan misses exactly what it says that it misses."""
    said = {one.breach_id: one for one in shortfalls}
    judged = {one.breach_id: one for one in breaches}
    for key in sorted(said.keys() | judged.keys()):
        claim, truth = said.get(key), judged.get(key)
        if claim is None or truth is None or _figures(claim) != _figures(truth):
            one = truth or claim
            assert one is not None
            yield Violation(
                "shortfall", f"{one.duty} {one.post} {one.period}", f"said {_told(claim)}, is {_told(truth)}"
            )


def _figures(one: Shortfall) -> tuple[object, ...]:
    return (one.duty, one.post, one.period, one.reason, one.expected, one.actual, one.number)


def _told(one: Shortfall | None) -> str:
    return f"{one.actual} of {one.expected}" if one else "met"


__all__ = ["PlanError", "Violation", "verified", "violations"]
