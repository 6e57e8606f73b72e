"""The statutory calendar: published years, make-up workdays, overrides, and years not yet published."""

from datetime import date, timedelta

import numpy as np
import pytest

from dutyrules.timegrid.calendar import Calendar


def is_workday(calendar: Calendar, day: date) -> bool:
    return bool(calendar.workdays(day, day)[0])


def test_national_day_week_2026_with_its_make_up_saturday() -> None:
    days = Calendar().workdays(date(2026, 9, 28), date(2026, 10, 11))
    assert days.dtype == np.bool_
    assert days.tolist() == [True] * 3 + [False] * 7 + [True] * 3 + [False]


@pytest.mark.parametrize(
    ("day", "workday"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 2, 16), False),  # a Monday in the Spring Festival
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),  # a Saturday made up for
        (date(2026, 10, 11), False),
        (date(2026, 12, 31), True),
        (date(2024, 2, 29), True),
    ],
)
def test_published_days(day: date, workday: bool) -> None:
    assert is_workday(Calendar(), day) is workday


def test_a_range_over_three_years_is_its_days_one_by_one() -> None:
    first, last = date(2024, 2, 10), date(2027, 3, 4)
    calendar = Calendar({date(2026, 10, 8): False, date(2027, 1, 2): True})
    one_by_one = [is_workday(calendar, first + timedelta(days=n)) for n in range((last - first).days + 1)]
    assert calendar.workdays(first, last).tolist() == one_by_one


def test_an_unpublished_year_is_monday_to_friday_and_provisional() -> None:
    calendar = Calendar()
    assert calendar.workdays(date(2027, 10, 1), date(2027, 10, 4)).tolist() == [True, False, False, True]
    assert calendar.provisional(date(2027, 10, 1), date(2027, 10, 4))
    assert calendar.provisional(date(2026, 12, 31), date(2027, 1, 1))
    assert calendar.provisional(date(2003, 12, 31), date(2004, 1, 1))
    assert not calendar.provisional(date(2004, 1, 1), date(2026, 12, 31))


def test_overrides_win_and_make_days_certain() -> None:
    calendar = Calendar({date(2027, 10, 10): True, date(2027, 10, 11): False, date(2026, 10, 1): True})
    assert calendar.workdays(date(2027, 10, 9), date(2027, 10, 12)).tolist() == [False, True, False, True]
    assert is_workday(calendar, date(2026, 10, 1))
    assert not calendar.provisional(date(2027, 10, 10), date(2027, 10, 11))
    assert calendar.provisional(date(2027, 10, 10), date(2027, 10, 12))


def test_no_days() -> None:
    calendar = Calendar()
    assert calendar.workdays(date(2027, 1, 2), date(2027, 1, 1)).tolist() == []
    assert calendar.workdays(date(2027, 1, 2), date(2026, 1, 1)).tolist() == []
    assert not calendar.provisional(date(2027, 1, 2), date(2027, 1, 1))


def test_changing_an_answer_leaves_the_next_one_alone() -> None:
    day = date(2026, 10, 10)
    Calendar().workdays(day, day)[0] = False
    assert is_workday(Calendar(), day)


def test_calendars_are_values() -> None:
    day = date(2026, 10, 10)
    assert Calendar({day: False}) == Calendar({day: False}) != Calendar()
    assert hash(Calendar({day: False})) == hash(Calendar({day: False}))
