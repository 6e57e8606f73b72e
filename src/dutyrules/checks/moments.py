"""Doing something by a time of day: shared by attendance, daily deadlines and daily records."""

import re
from contextlib import suppress
from typing import Annotated, Any, Final

import numpy as np
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from dutyrules.checks.ground import Ground, Terms, grid
from dutyrules.facts import Events, first_rows
from dutyrules.figure import Duration, Figure, clock, parse_duration, parse_time, wrong
from dutyrules.obligation import NONE, Ints, Judged, Obligations, Reason
from dutyrules.timegrid import DAY, NEVER

SHIFT: Final = {"start": -(10**6), "end": -3 * 10**6}
"""Edges of the shift as moments, far enough apart for a day's seconds to be added or taken off."""

SECONDS: Final = {"minute": 60, "hour": 3600}


def _moment(value: object) -> int:
    form = r"shift\.(start|end)(?: ([+-]) ([1-9]\d?) (minute|hour)s?)?"
    match = re.fullmatch(form, value) if isinstance(value, str) else None
    if match is None:
        return parse_time(value)
    edge, sign, amount, unit = match.groups()
    return SHIFT[edge] + (int(f"{sign}{amount}") * SECONDS[unit] if sign else 0)


Moment = Annotated[int, BeforeValidator(_moment)]
"""A time of day, or the start or end of the shift, perhaps some time before or after it."""


def moment_text(moment: int) -> str:
    """A `Moment` as a book writes it.

    >>> moment_text(28_500), moment_text(SHIFT["end"] - 900)
    ('07:55', 'shift.end - 15 minutes')
    """
    if moment >= 0:
        return clock(moment)
    edge = min(SHIFT, key=lambda name: abs(moment - SHIFT[name]))
    away = moment - SHIFT[edge]
    return f"shift.{edge}" + (f" {'-' if away < 0 else '+'} {abs(away) // 60} minutes" if away else "")


def _until(value: object) -> object:
    if value in ("end_of_day", "end_of_week", "end_of_month"):
        return value
    for parse in (parse_time, parse_duration):
        with suppress(PydanticCustomError):
            return parse(value)
    raise wrong("late-until", value, "a time, a duration, or end_of_day, end_of_week, end_of_month")


Until = Annotated[Any, BeforeValidator(_until)]
"""How long a late deed still counts as late: a time, a duration, or the end of the day, week or month."""


def instant_of(ground: Ground, post: Ints, day: Ints, moment: Ints) -> Ints:
    """The instant of a `Moment` on a day."""
    presence = ground.presence
    person, column = presence.person[post], day - presence.first
    middle = (SHIFT["start"] + SHIFT["end"]) // 2
    start = presence.shift_start[person, column] + moment - SHIFT["start"]
    end = presence.shift_end[person, column] + moment - SHIFT["end"]
    return day * DAY + np.select([moment >= 0, moment > middle], [moment, start], end)


def daily_obligations(
    ground: Ground,
    role: str,
    *,
    start: Figure[Any] | None,
    by: Figure[Any] | None,
    before: Figure[Any] | None,
    late: Figure[Any] | None,
) -> Obligations:
    """One obligation per workday: to be done from `start` on and by (before) a time."""
    post, day = ground.workdays(role, local=False)
    terms = ground.terms(post, day)
    if before is not None:
        limit = instant_of(ground, post, day, terms.numbers(before, without=DAY))
    else:
        moment = terms.numbers(by, without=DAY) if by is not None else np.full(len(post), DAY)
        limit = np.where(moment == DAY, (day + 1) * DAY, ground.by(instant_of(ground, post, day, moment)))
    begin = instant_of(ground, post, day, terms.numbers(start)) if start is not None else day * DAY
    obligations = Obligations.of(
        len(post),
        unit="instant",
        post=post,
        first_day=day,
        last_day=day,
        start=begin,
        limit=limit,
        # an event after the search window belongs to another day, however late a duty lets it be
        late_limit=np.maximum(
            limit, np.minimum(late_limit(ground, terms, late, limit, NEVER), ground.day_end(post, day))
        ),
        expected=limit - ground.granularity,
    )
    return terms.settle(obligations)


def late_limit(ground: Ground, terms: Terms, late: Figure[Any] | None, limit: Ints, default: Ints | int) -> Ints:
    """From when on a deed is missing and no longer late."""
    if late is None:
        return np.broadcast_to(np.asarray(default, np.int64), limit.shape)
    day = (limit - 1) // DAY
    index, values = terms.choose(late)
    result = np.broadcast_to(np.asarray(default, np.int64), limit.shape).copy()
    for number, value in enumerate(values):
        mine = index == number
        if mine.any():
            result[mine] = _late_limit(ground, value, day[mine])
    return np.maximum(result, limit)


def _late_limit(ground: Ground, value: Any, day: Ints) -> Ints:
    match value:
        case "end_of_day":
            return (day + 1) * DAY
        case "end_of_week":
            return (day + 7 - (day + 3) % 7) * DAY  # 1970-01-01 was a Thursday
        case "end_of_month":
            return ground.end_of_month(day)
        case Duration(amount, "days"):
            return (day + amount + 1) * DAY
        case Duration(amount, "months"):
            return months_later(day, amount)
        case int():
            return ground.by_time(day, value)
        case _:
            return np.full(len(day), NEVER)


def months_later(day: Ints, amount: Ints | int) -> Ints:
    """The end of the same day some months later, or of that month's last day."""
    days = day.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    target = months + amount
    offset = (days - months.astype("datetime64[D]")).astype(np.int64)
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64)
    return (target.astype("datetime64[D]").astype(np.int64) + np.minimum(offset, length - 1) + 1) * DAY


def of_day(ground: Ground, obligations: Obligations, events: Events) -> Ints:
    """The obligation of each event's person on its duty day; -1 where there is none."""
    presence = ground.presence
    person, day = presence.person[obligations.post], obligations.first_day - presence.first
    table = grid(person, day, (len(presence.persons), presence.days))
    known = events.person >= 0
    return np.where(known, table[np.where(known, events.person, 0), events.day - presence.first], -1)


def judge_moment(obligations: Obligations, events: Events, owner: Ints) -> Judged:
    """Done in time, late, early or missing.

    Args:
        events: Candidates, in time order.
        owner: The obligation of each event, -1 for none.
    """
    chosen, reason = first_moments(obligations, events, owner)
    return Judged(
        met=reason == Reason.NONE,
        reason=reason,
        actual=np.where(chosen >= 0, events.at[chosen] if len(events) else NONE, NONE),
        evidence=lambda row: events.row[chosen[row : row + 1]] if chosen[row] >= 0 else np.empty(0, np.int64),
    )


def first_moments(obligations: Obligations, events: Events, owner: Ints) -> tuple[Ints, Ints]:
    """For each obligation the event that decides it, by its position (-1: none), and what is wrong with it."""
    size = len(obligations)
    rows = np.arange(len(events))
    safe = np.where(owner >= 0, owner, 0) if size else owner
    at = events.at
    start, limit, late = (getattr(obligations, name)[safe] if size else at for name in ("start", "limit", "late_limit"))
    in_time = first_rows(np.where((at >= start) & (at < limit), owner, -1), rows, size)
    later = first_rows(np.where((at >= limit) & (at < late), owner, -1), rows, size)
    early = first_rows(np.where(at < start, owner, -1), rows, size)
    chosen = np.where(in_time >= 0, in_time, np.where(later >= 0, later, early))
    reason = np.select([in_time >= 0, later >= 0, early >= 0], [Reason.NONE, Reason.LATE, Reason.EARLY], Reason.MISSING)
    return chosen, reason
