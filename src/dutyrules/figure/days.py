"""Some days of a period: from a day of one of its months to a day of the same or a later one."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import BeforeValidator

from dutyrules.figure.values import DueDay, DueMonth, Form, wrong
from dutyrules.timegrid import Period, PeriodKind
from dutyrules.timegrid.periods import month_end


class MonthDay(Form):
    """A day of a month, cut to the month's length; the month counted from the period's first, else its last."""

    day: DueDay
    month: DueMonth | None = None

    def place(self, per: PeriodKind) -> tuple[int, int]:
        """The month in a period of this kind, and the day in it."""
        return self.month or per.months, 31 if self.day == "last" else int(self.day)


def _month_day(value: object) -> object:
    return {"day": value} if isinstance(value, int | str) and not isinstance(value, bool) else value


def _two(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong("days", value, "a first and a last day such as [15, 21] or [{month: 2, day: 25}, 14]")
    return value


Days = Annotated[
    tuple[Annotated[MonthDay, BeforeValidator(_month_day)], Annotated[MonthDay, BeforeValidator(_month_day)]],
    BeforeValidator(_two),
]


def check_days(days: tuple[MonthDay, MonthDay], per: PeriodKind) -> None:
    """Both days lie in a period of this kind, in this order."""
    first, last = (one.place(per) for one in days)
    if per.months == 0:
        raise wrong("days", per, "per: month, or a longer period")
    if max(first[0], last[0]) > per.months:
        found, expected = f"month {max(first[0], last[0])}", f"a month from 1 to {per.months}: those of a {per}"
        raise wrong("days", found, expected)
    if last < first:
        raise wrong("days", f"day {first[1]} of month {first[0]} first", "a first day that is not after the last")


def narrowed(period: Period, days: tuple[MonthDay, MonthDay]) -> Period:
    """The part of a period that some days make.

    >>> narrowed(Period.parse("2026-Q1"), (MonthDay(day=25, month=2), MonthDay(day="last", month=2))).last
    datetime.date(2026, 2, 28)
    """
    first, last = (_date(one, period) for one in days)
    return Period(first, last, period.kind)


def _date(one: MonthDay, period: Period) -> date:
    month, day = one.place(period.kind)
    start = period.first
    for _ in range(month - 1):
        start = month_end(start) + timedelta(days=1)
    return start.replace(day=min(day, month_end(start).day))
