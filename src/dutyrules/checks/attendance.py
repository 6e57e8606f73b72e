"""attendance: be there by a time, every workday."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import Field

from dutyrules.checks.duty import Duty, Pattern
from dutyrules.checks.ground import Ground
from dutyrules.checks.moments import SHIFT, Moment, Until, daily_obligations, instant_of, judge_moment, of_day
from dutyrules.facts import Events, Matcher
from dutyrules.figure import Figure, Text, wrong
from dutyrules.obligation import Bools, Ints, Judged, Obligations


class Attendance(Duty):
    """Fields of an attendance duty: `from` ≤ there ≤ `by`, or strictly `before`."""

    check: Literal["attendance"]
    event: Text
    start: Figure[Moment] | None = Field(default=None, alias="from")
    by: Figure[Moment] | None = None
    before: Figure[Moment] | None = None
    late_until: Figure[Until] | None = None

    def model_post_init(self, _: object) -> None:
        """One of the two limits must be there."""
        if (self.by is None) == (self.before is None):
            raise wrong("one-limit", "both" if self.by else "neither", "either by or before")

    def patterns(self) -> Iterator[Pattern]:
        """The one event that is looked for."""
        yield Pattern(event=self.event)

    def expand(self, ground: Ground) -> Obligations:
        """One per workday."""
        return daily_obligations(
            ground, self.role, start=self.start, by=self.by, before=self.before, late=self.late_until
        )

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """In time, late, early or missing."""
        events = ground.facts.events(self.event)
        owner = of_day(ground, obligations, events)
        if self.start is not None:
            owner = _of_shift(ground, obligations, events, owner)
        return judge_moment(obligations, events, owner)

    def excuse(self, ground: Ground, obligations: Obligations) -> Bools:
        """Leave that contains the named instant; where it begins with the end of the shift, leave up to that end."""
        named = ground.on_leave_at(obligations, obligations.limit - ground.granularity)
        if self.start is None:
            return named
        _, end = _shift(ground, obligations)
        return named | ((obligations.start == end) & ground.on_leave_at(obligations, end - 1))


def _shift(ground: Ground, obligations: Obligations) -> tuple[Ints, Ints]:
    """When the shift of each obligation starts and ends."""
    post, day = obligations.post, obligations.first_day
    start, end = (instant_of(ground, post, day, np.full(len(post), edge)) for edge in SHIFT.values())
    return start, end


def _of_shift(ground: Ground, obligations: Obligations, events: Events, owner: Ints) -> Ints:
    """What begins with the end of a shift reads its events: who goes home after a night does so on another day."""
    start, end = _shift(ground, obligations)
    since_end = obligations.start == end
    if not since_end.any() or not len(events):
        return owner
    order = np.argsort(start, kind="stable")
    shifts = Matcher(ground.presence.person[obligations.post[order]], start[order], order)
    _, last = shifts.last_until(events.person, events.at)
    found = (last >= 0) & since_end[last]
    kept = np.where((owner >= 0) & ~since_end[owner], owner, -1)
    return np.where(found, last, kept)
