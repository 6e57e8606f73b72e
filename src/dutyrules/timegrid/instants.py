"""Days and instants as numbers, and back."""

from datetime import date, datetime, timedelta
from typing import Final

DAY: Final = 86_400
"""Seconds of a day."""

NEVER: Final = 2**62
"""An instant after every other."""

_EPOCH = date(1970, 1, 1)
_MIDNIGHT = datetime(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return (day - _EPOCH).days


def date_of(number: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=int(number))


def week_of(number: int) -> int:
    """Weeks, which begin on Mondays, since the one of 1970-01-01.

    >>> week_of(day_number(date(2026, 10, 4))) + 1 == week_of(day_number(date(2026, 10, 5)))
    True
    """
    return (number + 3) // 7


def weekday_of(number: int) -> int:
    """The day of the week, from 0 for Monday.

    >>> weekday_of(day_number(date(2026, 10, 5)))
    0
    """
    return (number + 3) % 7


def instant_number(at: datetime) -> int:
    """Seconds since 1970-01-01 00:00 of a naive local instant."""
    return int((at - _MIDNIGHT).total_seconds())


def instant_of(number: int) -> datetime:
    """The naive local instant of a number of seconds."""
    return _MIDNIGHT + timedelta(seconds=int(number))


def instant_text(number: int) -> str:
    """The local instant as ``2026-10-08 07:55:00``."""
    return str(instant_of(number))


def time_text(number: int) -> str:
    """The time of day of an instant as ``07:55``, with seconds only where there are any."""
    text = instant_text(number)[11:]
    return text.removesuffix(":00")
