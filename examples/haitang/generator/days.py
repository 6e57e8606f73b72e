"""Dates and times of the month that the generator tells about."""

from datetime import date, datetime, time, timedelta
from random import Random

MONTH = "2026-10"
FIRST = date(2026, 10, 1)
LAST = date(2026, 10, 31)
LOG_FROM = date(2026, 9, 28)  # the Monday of week 40, which ends in October

_HOLIDAYS = frozenset(date(2026, 10, day) for day in range(1, 8))
_MAKE_UP = frozenset({date(2026, 10, 10)})


def october(day: int) -> date:
    return date(2026, 10, day)


def statutory(day: date) -> bool:
    """Whether people without a roster work on the day."""
    return day in _MAKE_UP or (day.weekday() < 5 and day not in _HOLIDAYS)


def span(first: date, last: date) -> list[date]:
    """The days from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def clock(day: date, text: str) -> datetime:
    """The instant at `HH:MM` or `HH:MM:SS` of the day."""
    return datetime.combine(day, time.fromisoformat(text))


def between(rng: Random, day: date, first: str, last: str) -> datetime:
    """A random second from `first` to `last`."""
    start, end = clock(day, first), clock(day, last)
    return start + timedelta(seconds=rng.randint(0, int((end - start).total_seconds())))


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
