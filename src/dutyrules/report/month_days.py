"""The days of a sheet: who was at work, and how many breaches fell due."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from dutyrules.scoring import Result, Sheet
from dutyrules.timegrid import DAY, date_of

DayState = Literal["work", "rest", "leave", "none", "ahead"]


@dataclass(frozen=True)
class Day:
    """One day of one sheet.

    Attributes:
        state: At work, off, on approved leave, not in the post, or not known yet.
        breaches: How many fell due, of what people must do.
    """

    date: date
    state: DayState
    breaches: int


def days_of(result: Result, sheet: Sheet) -> Sequence[Day]:
    """Every day of the period."""
    ground, index = result.judgement.ground, result.index_of(sheet)
    presence = ground.presence
    posts = np.flatnonzero((result.sheets.of_post == index) & (presence.acting_for < 0))
    person = int(result.sheets.person[index])
    held = np.logical_or.reduce(presence.tenure[posts][:, ground.scored], axis=0)
    works = presence.base_work[person, ground.scored]
    away = presence.away[person, ground.scored]
    counted = Counter(one.day for one in sheet.breaches if one.strength == "must")
    found = []
    for number, day in enumerate(range(result.period.first_day, result.period.last_day + 1)):
        state: DayState = "none"
        if day * DAY >= ground.horizon:
            state = "ahead"
        elif held[number]:
            state = "leave" if works[number] and away[number] else "work" if works[number] else "rest"
        when = date_of(day)
        found.append(Day(when, state, counted[when.isoformat()]))
    return found
