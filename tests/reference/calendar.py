"""Days, periods and time limits (semantics.md, "Time")."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MONTHS_IN = {"month": 1, "two_months": 2, "quarter": 3, "half_year": 6, "year": 12}
DAILY = ("workday", "shift", "day")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Period:
    label: str
    first: date
    last: date

    def days(self) -> list[date]:
        return [self.first + DAY * i for i in range((self.last - self.first).days + 1)]

    def contains(self, day: date) -> bool:
        return self.first <= day <= self.last

    def end(self) -> datetime:
        return midnight(self.last + DAY)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def end_of_day(day: date) -> datetime:
    """The end of a day is the next midnight."""
    return midnight(day + DAY)


def month_end(day: date) -> date:
    return add_months(day.replace(day=1), 1) - DAY


def add_months(day: date, months: int) -> date:
    """The same day so many months later, clipped to that month's end."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


@cache
def statutory_workday(day: date) -> bool:
    """Chinese public holidays with make-up workdays; years not yet announced: Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def period_around(per: str, day: date) -> Period:
    """The week, month, ... that contains the day. Weeks start on Monday."""
    if per in DAILY:
        return Period(day.isoformat(), day, day)
    if per == "week":
        first = day - DAY * day.weekday()
        year, week, _ = day.isocalendar()
        return Period(f"{year}-W{week:02d}", first, first + DAY * 6)
    length = MONTHS_IN[per]
    index = (day.month - 1) // length
    first = date(day.year, index * length + 1, 1)
    last = add_months(first, length) - DAY
    label = {
        "month": f"{day.year}-{first.month:02d}",
        "two_months": f"{day.year}-M{first.month:02d}-{last.month:02d}",
        "quarter": f"{day.year}-Q{index + 1}",
        "half_year": f"{day.year}-H{index + 1}",
        "year": f"{day.year}",
    }[per]
    return Period(label, first, last)


def parse_period(label: str) -> Period:
    """`2026-10`, `2026-Q4`, `2026-W41`, ...: the period of that name."""
    year = int(label[:4])
    for per in ("year", "half_year", "quarter", "two_months", "month", "week", "day"):
        for shift in range(-7, 373):
            period = period_around(per, date(year, 1, 1) + DAY * shift)
            if period.label == label:
                return period
    raise ValueError(label)


def periods_ending_in(per: str, scored: Period) -> list[Period]:
    """A period belongs to the scored period that contains its last day."""
    found = []
    for day in scored.days():
        period = period_around(per, day)
        if period.last == day:
            found.append(period)
    return found


def periods_touching(per: str, scored: Period) -> list[Period]:
    """The periods that have a day in common with the scored one."""
    return list({(period := period_around(per, day)).label: period for day in scored.days()}.values())


def floor_to(instant: datetime, granularity: int) -> datetime:
    return instant - timedelta(seconds=instant.second % granularity)


def by(instant: datetime, granularity: int) -> datetime:
    """`by t` is on time while `at < floor(t, g) + g`: the first second that is too late."""
    return floor_to(instant, granularity) + timedelta(seconds=granularity)


def clock(day: date, text: str) -> datetime:
    """`07:55`, `7:55`, `24:00` on a day."""
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return midnight(day) + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


def by_clock(day: date, text: str, granularity: int) -> datetime:
    """The limit `by t`; `by 24:00` is the end of the day."""
    instant = clock(day, text)
    return instant if instant == end_of_day(day) else by(instant, granularity)


def due_day(limit: datetime) -> date:
    """An obligation falls due on the day of `L - 1 s`."""
    return (limit - SECOND).date()


def overlap_seconds(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> float:
    return max(0.0, (min(a[1], b[1]) - max(a[0], b[0])).total_seconds())
