"""attendance: be there by a time, every workday."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from dutyrules.checks.duty import Duty, Pattern
from dutyrules.checks.ground import Ground
from dutyrules.checks.moments import Moment, Until, daily_obligations, judge_moment, of_day
from dutyrules.figure import Figure, Text, wrong
from dutyrules.obligation import Bools, Judged, Obligations


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

    def reasons(self) -> tuple[str, ...]:
        """Too early only where it has a beginning."""
        return ("missing", "late", "early") if self.start is not None else ("missing", "late")

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
        return judge_moment(obligations, events, of_day(ground, obligations, events))

    def excuse(self, ground: Ground, obligations: Obligations) -> Bools:
        """Leave that contains the named instant."""
        return ground.on_leave_at(obligations, obligations.limit - ground.granularity)
