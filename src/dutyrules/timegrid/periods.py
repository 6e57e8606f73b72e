"""Calendar periods: what `per:` may say, and which scored period a straddling one belongs to."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dutyrules.timegrid.instants import DAY, day_number


class PeriodKind(StrEnum):
    """How long one obligation runs."""

    WORKDAY = "workday"
    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TWO_MONTHS = "two_months"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def daily(self) -> bool:
        """Whether one obligation covers one day."""
        return self in (PeriodKind.WORKDAY, PeriodKind.SHIFT, PeriodKind.DAY)

    @property
    def months(self) -> int:
        """How many months it has; none if it is shorter."""
        return _MONTHS.get(self, 0)


_MONTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.TWO_MONTHS: 2,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.YEAR: 12,
}

_FORMS = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), PeriodKind.DAY),
    (re.compile(r"(\d{4})-W(\d{2})"), PeriodKind.WEEK),
    (re.compile(r"(\d{4})-M(\d{2})-(\d{2})"), PeriodKind.TWO_MONTHS),
    (re.compile(r"(\d{4})-(\d{2})"), PeriodKind.MONTH),
    (re.compile(r"(\d{4})-Q([1-4])"), PeriodKind.QUARTER),
    (re.compile(r"(\d{4})-H([12])"), PeriodKind.HALF_YEAR),
    (re.compile(r"(\d{4})"), PeriodKind.YEAR),
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of whole days, both ends included."""

    first: date
    last: date
    kind: PeriodKind

    @classmethod
    def containing(cls, kind: PeriodKind, day: date) -> "Period":
        """The period of a kind that contains a day.

        >>> Period.containing(PeriodKind.WEEK, date(2026, 11, 1)).first
        datetime.date(2026, 10, 26)
        """
        if kind.daily:
            return cls(day, day, kind)
        if kind is PeriodKind.WEEK:
            monday = day - timedelta(days=day.weekday())
            return cls(monday, monday + timedelta(days=6), kind)
        months = _MONTHS[kind]
        start = (day.month - 1) // months * months + 1
        return cls(date(day.year, start, 1), _month_end(day.year, start + months - 1), kind)

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Reads ``2026-10``, ``2026-Q4``, ``2026-W41``, ``2026-H2``, ``2026`` or a date.

        Raises:
            ValueError: the text is none of these.

        >>> Period.parse("2026-Q4").last
        datetime.date(2026, 12, 31)
        """
        for form, kind in _FORMS:
            match = form.fullmatch(text.strip())
            if match:
                with suppress(ValueError):  # month 13, week 60: the form is right, the number is not
                    return cls.containing(kind, _first_day(kind, [int(part) for part in match.groups()]))
        raise ValueError(f"{text!r} is no period: write 2026-10, 2026-Q4, 2026-W41, 2026-H2 or 2026")

    @property
    def label(self) -> str:
        """The stable name of the period, part of every breach id."""
        year, month = self.first.year, self.first.month
        if self.kind.daily:
            return self.first.isoformat()
        if self.kind is PeriodKind.WEEK:
            iso = self.first.isocalendar()
            return f"{iso.year}-W{iso.week:02d}"
        if self.kind is PeriodKind.TWO_MONTHS:
            return f"{year}-M{month:02d}-{month + 1:02d}"
        names = {
            PeriodKind.MONTH: f"{year}-{month:02d}",
            PeriodKind.QUARTER: f"{year}-Q{(month + 2) // 3}",
            PeriodKind.HALF_YEAR: f"{year}-H{(month + 5) // 6}",
            PeriodKind.YEAR: f"{year}",
        }
        return names[self.kind]

    @property
    def first_day(self) -> int:
        """Day number of the first day."""
        return day_number(self.first)

    @property
    def last_day(self) -> int:
        """Day number of the last day."""
        return day_number(self.last)

    @property
    def end(self) -> int:
        """The first second after the period."""
        return (self.last_day + 1) * DAY

    def ending_within(self, kind: PeriodKind) -> Iterator["Period"]:
        """The periods of a kind whose last day lies in this one, in order."""
        period = Period.containing(kind, self.first)
        while period.last <= self.last:
            if period.last >= self.first:
                yield period
            period = Period.containing(kind, period.last + timedelta(days=1))

    def touching(self, kind: PeriodKind) -> Iterator["Period"]:
        """The periods of a kind that have a day in common with this one, in order."""
        period = Period.containing(kind, self.first)
        while period.first <= self.last:
            yield period
            period = Period.containing(kind, period.last + timedelta(days=1))


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def month_end(day: date) -> date:
    """The last day of the month of a day."""
    return _month_end(day.year, day.month)


def _first_day(kind: PeriodKind, parts: list[int]) -> date:
    year = parts[0]
    match kind:
        case PeriodKind.DAY:
            return date(year, parts[1], parts[2])
        case PeriodKind.WEEK:
            return date.fromisocalendar(year, parts[1], 1)
        case PeriodKind.QUARTER:
            return date(year, parts[1] * 3 - 2, 1)
        case PeriodKind.HALF_YEAR:
            return date(year, parts[1] * 6 - 5, 1)
        case PeriodKind.YEAR:
            return date(year, 1, 1)
        case _:
            return date(year, parts[1], 1)
