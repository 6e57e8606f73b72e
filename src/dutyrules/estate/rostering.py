"""What a roster has to keep, as an estate writes it: windows, shifts, cover, rules with names, labour law.

The limits are those of the People's Republic of China for the standard working-time system, as we read them; they are
defaults that an estate overrides by name where another system was approved, and no legal advice.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from dutyrules.figure import Count, Form, Text, Window, wrong


def _hours(value: object) -> object:
    """Hours as whole minutes."""
    try:
        if isinstance(value, bool):
            raise TypeError
        minutes = Fraction(str(value)) * 60
    except (ValueError, TypeError, ZeroDivisionError):
        raise wrong("hours", value, "a number of hours such as 8 or 7.5") from None
    if minutes < 0 or minutes.denominator != 1:
        raise wrong("hours", value, "hours of whole minutes, not negative")
    return int(minutes)


Hours = Annotated[int, BeforeValidator(_hours)]
"""Written in hours, kept in minutes."""

DayKind = Literal["workday", "weekend", "holiday", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Words = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
Kinds = Annotated[tuple[DayKind, ...], BeforeValidator(_listed)]


class CoverForm(Form):
    """How many people a window needs.

    Attributes:
        areas: Each for itself; people count whose post is in the area or within it. Without areas: the whole estate.
        roles: Who counts.
        window: Which.
        days: On which days; all if it is not said.
        need: At least so many.
        most: More than so many are too many.
        short, over: The price of each who is missing, or too many.
    """

    areas: Words = ()
    roles: Words
    window: Text
    days: Kinds = ()
    need: Count
    most: Count | None = None
    short: Count = 1000
    over: Count = 5


class RosterRules(Form):
    """Rules of the house; what is not said does not hold.

    Attributes:
        longest_run, shortest_run: Days of work in a row.
        shortest_rest: Days off in a row.
        rest_hours: From the end of a shift to the begin of the next day's.
        days_off: At least so many days off in a month; leave is one. Of a part of a month the same part, rounded down.
        weekends: At most so many weekends with work in a month. Of a part of a month the same part, rounded up.
    """

    longest_run: Count | None = None
    shortest_run: Count = 1
    shortest_rest: Count = 1
    rest_hours: Hours | None = None
    days_off: Count | None = None
    weekends: Count | None = None


class LabourLimits(Form):
    """Limits of labour law, each with a name; `null` takes one away.

    Attributes:
        normal_day, normal_week: What goes beyond is overtime (Labour Law art. 36: 8 and 44 hours; State Council
            regulation on working hours, as revised in 1995, art. 3: 8 and 40).
        overtime_day: Hours of overtime on one day (Labour Law art. 41).
        overtime_month: Hours of overtime in a calendar month (Labour Law art. 41).
        rest_days_week: Days off in a calendar week, from Monday (Labour Law art. 38).
    """

    normal_day: Hours = 480
    normal_week: Hours = 2400
    overtime_day: Hours | None = 180
    overtime_month: Hours | None = 2160
    rest_days_week: Count | None = 1


STATUTES: Mapping[str, str] = {
    "labour.overtime_day": "Labour Law of the PRC, arts. 36 and 41",
    "labour.overtime_month": "Labour Law of the PRC, arts. 36 and 41; State Council rules on working hours, art. 3",
    "labour.rest_days_week": "Labour Law of the PRC, art. 38",
}
"""Rule → where it comes from."""


class FairForm(Form):
    """What is to be shared out evenly among those who share cover; each a price per unit of difference beyond `most`.

    Attributes:
        weekends: Shifts on Saturdays and Sundays that are no workdays.
        holidays: Shifts on other days that are no workdays.
        shifts: All shifts.
        windows: Window → price.
        most: Differences up to so much are fair.
        history: Also count what the roster table has of earlier days, so many days back.
    """

    weekends: Count = 0
    holidays: Count = 0
    shifts: Count = 0
    windows: Mapping[Text, Count] = {}
    most: Count = 1
    history: Count = 0


class Rostering(Form):
    """The section `planning: roster:` of an estate.

    Attributes:
        windows: Name → from when to when.
        shifts: Name → the windows that one person works on one day.
        request: The price of a request of weight 1 that is not met.
    """

    windows: Mapping[Text, Window]
    shifts: Mapping[Text, Words]
    cover: tuple[CoverForm, ...]
    rules: RosterRules = RosterRules()
    labour: LabourLimits = LabourLimits()
    fair: FairForm = FairForm()
    request: Count = 2

    @model_validator(mode="after")
    def _fit(self) -> "Rostering":
        if not self.shifts or not self.cover:
            raise wrong("roster", "nothing", "at least one shift and one line of cover")
        for name, windows in self.shifts.items():
            spans = sorted(self.windows[one] for one in windows if one in self.windows)
            if any(later < stop for (_, stop), (later, _) in pairwise(spans)):
                raise wrong("roster-windows", name, "a shift whose windows do not overlap")
        return self

    def unknown_windows(self) -> Iterator[tuple[tuple[Any, ...], str]]:
        """(place in the section, name) of each window that is used and is not there."""
        for name, windows in self.shifts.items():
            for window in windows:
                if window not in self.windows:
                    yield ("shifts", name), window
        for number, line in enumerate(self.cover):
            if line.window not in self.windows:
                yield ("cover", number, "window"), line.window
        for window in self.fair.windows:
            if window not in self.windows:
                yield ("fair", "windows", window), window

    def minutes(self, shift: str) -> int:
        """How long a shift is worked."""
        return sum((stop - start) // 60 for start, stop in self.spans(shift))

    def spans(self, shift: str) -> tuple[tuple[int, int], ...]:
        """From when to when, in order."""
        return tuple(sorted(self.windows[one] for one in self.shifts[shift]))
