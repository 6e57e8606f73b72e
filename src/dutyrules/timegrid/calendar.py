"""Chinese statutory workdays, make-up workdays (调休上班) included, and what an estate overrides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
import numpy as np
import numpy.typing as npt

__all__ = ["Calendar"]

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The statutory calendar of an estate.

    Attributes:
        overrides: What the estate says about single days: True is a workday, False is not. It wins.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict, hash=False)

    def workdays(self, first: date, last: date) -> npt.NDArray[np.bool_]:
        """Tells for each day from `first` to `last` (both included) whether it is a workday.

        Returns:
            One entry per day, True for a workday; empty if `last` is before `first`.
        """
        if last < first:
            return np.zeros(0, dtype=np.bool_)
        years = [_year(year)[0] for year in range(first.year, last.year + 1)]
        start = first.timetuple().tm_yday - 1
        days = np.concatenate(years)[start : start + (last - first).days + 1].copy()
        for day, works in self.overrides.items():
            if first <= day <= last:
                days[(day - first).days] = works
        return days

    def provisional(self, first: date, last: date) -> bool:
        """Tells whether some day from `first` to `last` rests on a guess.

        The holidays of a year are published late in the year before. Until they are known, Monday to
        Friday count as workdays, and only a day that the estate overrides is certain.
        """
        return any(
            not _year(year)[1] and self._has_gap(max(first, date(year, 1, 1)), min(last, date(year, 12, 31)))
            for year in range(first.year, last.year + 1)
        )

    def _has_gap(self, first: date, last: date) -> bool:
        covered = sum(first <= day <= last for day in self.overrides)
        return covered < (last - first).days + 1


@lru_cache(maxsize=256)
def _year(year: int) -> tuple[npt.NDArray[np.bool_], bool]:
    """Returns the workdays of a year and whether they are published ones."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    count = (last - first).days + 1
    try:
        published = chinese_calendar.get_workdays(first, last)
    except NotImplementedError:
        days = [(first + timedelta(days=n)).weekday() < _SATURDAY for n in range(count)]
        return _frozen(np.array(days, dtype=np.bool_)), False
    known = np.zeros(count, dtype=np.bool_)
    known[[(day - first).days for day in published]] = True
    return _frozen(known), True


def _frozen(days: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    # The cache hands out one array to every calendar.
    days.flags.writeable = False
    return days
