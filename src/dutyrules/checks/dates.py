"""Dates of the registry that set something off: who moves in, whose birthday it is, whose permit ends."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Strict

from dutyrules.checks.ground import Ground
from dutyrules.checks.moments import months_later
from dutyrules.facts import Events, ranges
from dutyrules.figure import Count, Form, Text
from dutyrules.obligation import Ints
from dutyrules.registry.population import Members
from dutyrules.timegrid import DAY


class DateTrigger(Form):
    """The days on which targets become members of a population, or are so for the last time; some days ahead."""

    population: Text
    date: Literal["from", "to"] = "from"
    yearly: Annotated[bool, Strict()] = False
    days_before: Count = 0

    def of(self, ground: Ground) -> Events:
        """The dates from the earliest day that is looked at to the end of the scored period, each at its midnight."""
        first, last = ground.presence.first, ground.period.last_day
        target, day = _turns(ground.members(self.population), self.date)
        if self.yearly:
            target, day = _anniversaries(target, day, first, last + self.days_before)
        day = day - self.days_before
        inside = np.flatnonzero((day >= first) & (day <= last))
        target, day = target[inside], day[inside]
        nobody = np.full(len(day), -1, np.int64)
        return Events(row=nobody, at=day * DAY, day=day, person=nobody, target=target, case=nobody)


def _turns(members: Members, edge: Literal["from", "to"]) -> tuple[Ints, Ints]:
    """(target, day) of every first (last) day of being a member; a change of row in between is none."""
    day, beyond = (members.first, members.first - 1) if edge == "from" else (members.last, members.last + 1)
    low, high = members.offsets[members.target], members.offsets[members.target + 1]
    entry, other = ranges(low, high - low)
    goes_on = (members.first[other] <= beyond[entry]) & (beyond[entry] <= members.last[other])
    turning = np.bincount(entry[goes_on], minlength=len(day)) == 0
    pairs = np.unique(np.stack([day[turning], members.target[turning]]), axis=1)
    return pairs[1], pairs[0]


def _anniversaries(target: Ints, day: Ints, first: int, last: int) -> tuple[Ints, Ints]:
    """The day itself and the same day of every later year, the 29th of February on the 28th where there is none."""
    known = np.abs(day) < 10**6  # a row without `from` began nobody knows when
    target, day = target[known], day[known]
    year = day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    bounds = np.array([first, last]).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    found = [
        (target[born], months_later(day[born], 12 * (now - year[born])) // DAY - 1)
        for now in range(int(bounds[0]), int(bounds[1]) + 1)
        if (born := year <= now).any()
    ]
    targets = np.concatenate([target[:0], *(one for one, _ in found)])
    days = np.concatenate([day[:0], *(one for _, one in found)])
    order = np.lexsort((targets, days))
    return targets[order], days[order]
