"""Pinned tasks: what of an earlier plan has been promised to somebody and stays."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, takewhile

import numpy as np

from dutyrules.activity.files import FIRST_ROW
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate
from dutyrules.estate.logs import log_from_rows
from dutyrules.plan.plan import Task
from dutyrules.plan.planfile import Placed
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, Period, day_number, instant_number, time_text


def check_pins(
    estate: Estate, presence: Presence, period: Period, start: date, keep: Sequence[Placed]
) -> Sequence[Task]:
    """The pinned visits among the tasks of an earlier plan, with an end each.

    Raises:
        InputError: pins that nobody could keep, each at its row.
    """
    visits = estate.planning.visits
    pins = [
        _with_end(one, visits[one.task.kind].minutes) for one in keep if one.task.pinned and one.task.kind in visits
    ]
    problems = [problem for pin in pins for problem in keepable(presence, period, start, pin)]
    problems += _contradictions(pins)
    problems += _crowds(estate, pins)
    problems += _unreadable(estate, pins)
    if problems:
        raise InputError(problems)
    return [pin.task for pin in pins]


def _with_end(pin: Placed, minutes: int) -> Placed:
    task = pin.task
    return pin if task.until > task.at else replace(pin, task=replace(task, until=task.at + timedelta(minutes=minutes)))


def at_once(rows: Sequence[Placed], *, pinned: bool) -> Iterator[Diagnostic]:
    """Two tasks of one person at the same time; pins have a code of their own."""
    ordered = sorted(rows, key=lambda one: (one.task.person, one.task.at))
    for first, second in pairwise(ordered):
        if first.task.person == second.task.person and second.task.at < first.task.until:
            yield Diagnostic(
                "plan.pins-contradict" if pinned else "plan.at-once",
                f"two {'pinned ' if pinned else ''}tasks of one person at the same time",
                second.where,
                str(second.task.at),
                f"a time from {first.task.until} on{', or no pin' if pinned else ''}",
                related=(("the other one", first.where),),
            )


def keepable(presence: Presence, period: Period, start: date, pin: Placed) -> Iterator[Diagnostic]:
    """Inside the planned days, and while its person is at work."""
    task, day = pin.task, day_number(pin.task.at.date())
    if not max(period.first, start) <= task.at.date() <= period.last:
        expected = f"a day from {max(period.first, start)} to {period.last}"
        yield Diagnostic(
            "plan.pin-outside", "a pinned task lies outside the planned days", pin.where, str(task.at.date()), expected
        )
        return
    person, column = presence.persons.index(task.person), day - presence.first
    begin, end = instant_number(task.at), instant_number(task.until)
    works = presence.work[presence.person == person, column].any()
    opens, closes = int(presence.shift_start[person, column]), int(presence.shift_end[person, column])
    leave = presence.leave.seconds(np.array([person]), np.array([begin]), np.array([end]))[0]
    if not works or leave or begin < day * DAY + opens or end > day * DAY + closes:
        expected = (
            f"a time between {time_text(opens)} and {time_text(closes)}, without leave"
            if works
            else "a workday of that person"
        )
        yield Diagnostic(
            "plan.pin-off-duty", "the person of a pinned task is not at work then", pin.where, str(task.at), expected
        )


def _contradictions(pins: Sequence[Placed]) -> Iterator[Diagnostic]:
    """Two pins at once: of one person, or at one household."""
    ordered = sorted(pins, key=lambda pin: pin.task.at)
    at_once = (
        (first, second) for place, first in enumerate(ordered) for second in _during(first, ordered[place + 1 :])
    )
    for first, second in at_once:
        for what, one, other in (
            ("person", first.task.person, second.task.person),
            ("household", first.task.target, second.task.target),
        ):
            if one == other:
                message = f"two pinned tasks of one {what} at the same time"
                yield Diagnostic(
                    "plan.pins-contradict",
                    message,
                    second.where,
                    str(second.task.at),
                    f"a time from {first.task.until} on, or no pin",
                    related=(("the other one", first.where),),
                )
                break


def _during(pin: Placed, later: Sequence[Placed]) -> Iterator[Placed]:
    """Those of some later pins that begin before a pin ends."""
    return takewhile(lambda one: one.task.at < pin.task.until, later)


def _crowds(estate: Estate, pins: Sequence[Placed]) -> Iterator[Diagnostic]:
    """More pins than visits fit a day."""
    made: Counter[tuple[str, str, date]] = Counter()
    for pin in pins:
        key = (pin.task.person, pin.task.kind, pin.task.at.date())
        made[key] += 1
        most = estate.planning.visits[pin.task.kind].per_day
        if made[key] == most + 1:
            message = f"more pinned {pin.task.kind} than one person makes in a day"
            yield Diagnostic("plan.pins-crowd", message, pin.where, f"{made[key]} on {key[2]}", f"at most {most}")
    yield from _too_long(estate, pins)


def _too_long(estate: Estate, pins: Sequence[Placed]) -> Iterator[Diagnostic]:
    """More minutes of pins than a day has."""
    most = estate.planning.minutes_per_day
    spent: Counter[tuple[str, date]] = Counter()
    for pin in pins if most is not None else ():
        key, minutes = (pin.task.person, pin.task.at.date()), (pin.task.until - pin.task.at) // timedelta(minutes=1)
        spent[key] += minutes
        if most is not None and spent[key] - minutes <= most < spent[key]:
            message = "more minutes of pinned visits than one person has in a day"
            yield Diagnostic("plan.pins-crowd", message, pin.where, f"{spent[key]} on {key[1]}", f"at most {most}")


def _unreadable(estate: Estate, pins: Sequence[Placed]) -> Iterator[Diagnostic]:
    """Pins that no log would accept as rows: what they say is not what their kind declares."""
    log = log_from_rows([pin.task.row() for pin in pins], estate, forecast=True)
    for row, column, value, reason, hint in log.rejects.select("row", "column", "value", "reason", "hint").iter_rows():
        where = replace(pins[row - FIRST_ROW].where, column=column)
        yield Diagnostic("plan.bad-pin", f"no log would accept this task: {reason}", where, value, hint=hint)
