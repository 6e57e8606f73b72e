"""How long a follow-up may take: hours, days, workdays, the case's own due time, and the first of several."""

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np
from pydantic import BeforeValidator

from dutyrules.checks.duty import tagged
from dutyrules.checks.ground import REACH_ON, Ground, Terms
from dutyrules.checks.moments import months_later
from dutyrules.facts import Events
from dutyrules.figure import Duration, Figure, Form, Time, Within
from dutyrules.obligation import NONE, Bools, Ints
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, NEVER

GIVEN, NO_DUE_TIME, NO_WORKDAY = 0, 1, 2
"""What `due` says beside a limit."""

PATIENCE: Final = REACH_ON - 10
"""Days within which a workday must come."""

SECONDS: Final = {"hours": 3600, "minutes": 60}


class SameDay(Form):
    """By a time on the trigger's own day."""

    same_day: Figure[Time]


def _limits(value: object) -> object:
    dated = isinstance(value, list) and all(isinstance(item, dict) and "from" in item for item in value)
    return tuple(value) if isinstance(value, list) and not dated else (value,)


def _limit_form(value: object) -> str:
    if value == "case.due_at":
        return "case"
    return "same_day" if isinstance(value, SameDay) or (isinstance(value, dict) and "same_day" in value) else "duration"


if TYPE_CHECKING:
    Limit = Literal["case.due_at"] | SameDay | Figure[Duration]
else:
    Limit = tagged(_limit_form, case=Literal["case.due_at"], same_day=SameDay, duration=Figure[Within])

Limits = Annotated[tuple[Limit, ...], BeforeValidator(_limits)]
"""The first that is given counts."""


def due(ground: Ground, terms: Terms, within: tuple[Limit, ...], events: Events, post: Ints) -> tuple[Ints, Ints]:
    """(limit, what is said of it): the first limit of the list that is given."""
    limit = np.full(len(events), NEVER, np.int64)
    why = np.full(len(events), NO_DUE_TIME, np.int64)
    for given in within:
        found = _limit(ground, terms, given, events, post, needed=why == NO_DUE_TIME)
        fresh = (why == NO_DUE_TIME) & (found != NONE)
        limit = np.where(fresh, np.abs(found), limit)
        why = np.where(fresh, np.where(found < 0, NO_WORKDAY, GIVEN), why)
    return limit, why


def _limit(ground: Ground, terms: Terms, given: Any, events: Events, post: Ints, *, needed: Bools) -> Ints:
    """Limits by one rule: NONE where it does not say, -1 where no workday comes; anything where it is not needed."""
    if given == "case.due_at":
        there = ground.facts.numbers("due_at", events.row)
        # What was due before it was set off would fall due in a month that does not know of it.
        return np.where(there == NONE, NONE, ground.by(np.maximum(there, events.at)))
    if isinstance(given, SameDay):
        time = terms.numbers(given.same_day, needed=needed)
        own = ground.by_time(events.day, time)
        later = _next_workday(ground, post, events.day)
        day = np.where(events.at < own, events.day, later)
        return np.where(day < 0, -1, ground.by_time(day, time))
    index, values = terms.choose(given, needed=needed)
    limit = np.full(len(events), NEVER, np.int64)
    for number, value in enumerate(values):
        mine = (index == number) & needed
        if isinstance(value, Duration) and mine.any():
            limit[mine] = _after(ground, value, events.take(mine), post[mine])
    return limit


def _next_workday(ground: Ground, post: Ints, day: Ints) -> Ints:
    found = ground.presence.nth_workday(post, day, 1)
    return np.where(found > day + PATIENCE, -1, found)


def _after(ground: Ground, duration: Duration, events: Events, post: Ints) -> Ints:
    """The limit of a duration after each event; -1 where no workday comes."""
    match duration.unit:
        case "hours" | "minutes":
            return ground.by(events.at + duration.amount * SECONDS[duration.unit])
        case "working_hours":
            end = _worked(ground.presence, post, events.at, duration.amount * 3600)
            return np.where(end < 0, -1, ground.by(end))
        case "days":
            return (events.day + duration.amount + 1) * DAY
        case "months":
            return months_later(events.day, duration.amount)
        case "same_day":
            return (events.day + 1) * DAY
        case "period_end":
            return ground.end_of_month(events.day)
        case "same_workday":
            at_work = ground.presence.work[post, events.day - ground.presence.first]
            day = np.where(at_work, events.day, _next_workday(ground, post, events.day))
        case _:
            day = ground.presence.nth_workday(post, events.day, duration.amount)
            day = np.where(day > events.day + PATIENCE, -1, day)
    return np.where(day < 0, -1, (day + 1) * DAY)


def _worked(presence: Presence, post: Ints, at: Ints, seconds: int) -> Ints:
    """The instant at which each post has worked so long since an instant; -1 where it does not in time."""
    person, day = presence.person[post], at // DAY - presence.first
    day = np.maximum(day, 1)
    before = presence.worked_before
    target = before[post, day - 1] + seconds
    for near in (day - 1, day):  # a shift of the day before may still run
        start = (near + presence.first) * DAY + presence.shift_start[person, near]
        length = before[post, near + 1] - before[post, near]
        target += np.clip(at - start, 0, length)
    wide = before.max(initial=0) + seconds + 1
    flat = (before[:, 1:] + np.arange(len(before))[:, None] * wide).ravel()
    reached = np.searchsorted(flat, post * wide + np.minimum(target, wide - 1), side="left") - post * presence.days
    inside = (reached < presence.days) & (reached <= day + PATIENCE)
    last = np.where(inside, reached, 0)
    end = (last + presence.first) * DAY + presence.shift_start[person, last] + target - before[post, last]
    return np.where(inside, end, -1)


def opening(after: Duration, events: Events) -> Ints:
    """The instant from which something counts that must wait for a while."""
    match after.unit:
        case "days":
            return (events.at // DAY + after.amount) * DAY
        case "months":
            return months_later(events.at // DAY, after.amount) - DAY
        case _:
            return events.at + after.amount * SECONDS[after.unit]


def reaching_back(ground: Ground, terms: Terms, within: Figure[Duration], at: Ints, post: Ints) -> Ints:
    """The first instant that is near enough before each instant."""
    index, values = terms.choose(within)
    since = np.full(len(at), NONE, np.int64)
    for number, value in enumerate(values):
        mine = index == number
        if isinstance(value, Duration) and mine.any():
            since[mine] = _before(ground, value, at[mine], post[mine])
    return since


def _before(ground: Ground, duration: Duration, at: Ints, post: Ints) -> Ints:
    day = at // DAY
    match duration.unit:
        case "hours" | "minutes":
            return at - duration.amount * SECONDS[duration.unit]
        case "working_hours":
            return at - duration.amount * 3600
        case "days":
            return (day - duration.amount) * DAY
        case "months":
            return months_later(day, -duration.amount) - DAY
        case "same_day" | "same_workday":
            return day * DAY
        case "period_end":
            return day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) * DAY
        case _:
            for _ in range(duration.amount):
                before = ground.presence.previous_workday(post, np.maximum(day, ground.presence.first))
                day = np.where(day < 0, -1, before)
            return np.where(day < 0, NONE, day * DAY)
