"""Days, periods and the statutory calendar.

Inside the engine a day is a number (days since 1970-01-01) and an instant is a number of seconds of the estate's
local wall clock since the same midnight, so that a month of verdicts is array arithmetic.
"""

from dutyrules.timegrid.calendar import Calendar
from dutyrules.timegrid.instants import (
    DAY,
    NEVER,
    date_of,
    day_number,
    instant_number,
    instant_of,
    instant_text,
    time_text,
    week_of,
    weekday_of,
)
from dutyrules.timegrid.periods import Period, PeriodKind

__all__ = [
    "DAY",
    "NEVER",
    "Calendar",
    "Period",
    "PeriodKind",
    "date_of",
    "day_number",
    "instant_number",
    "instant_of",
    "instant_text",
    "time_text",
    "week_of",
    "weekday_of",
]
