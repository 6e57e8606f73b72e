"""forbid: an event that must not happen while something lasts, or elsewhere than at home."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Strict

from dutyrules.checks.credit import by_place
from dutyrules.checks.duty import Duty, EventPattern, EventPatterns, Pattern, any_of
from dutyrules.checks.ground import Ground
from dutyrules.checks.occasions import MatchOn, PerformedBy, key_by, key_of
from dutyrules.facts import Matcher
from dutyrules.figure import wrong
from dutyrules.obligation import Bools, Ints, Judged, Obligations, Reason


class Forbid(Duty):
    """Fields of a prohibition: `after` an event `until` another, or `elsewhere` than in the areas of one's posts."""

    check: Literal["forbid"]
    event: EventPatterns
    after: EventPattern | None = None
    until: EventPattern | None = None
    match_on: MatchOn = "case"
    performed_by: PerformedBy = "self"
    elsewhere: Annotated[bool, Strict()] = False

    def model_post_init(self, _: object) -> None:
        """One thing that forbids."""
        if (self.after is not None) == self.elsewhere:
            raise wrong("forbid", "both" if self.elsewhere else "neither", "either after an event, or elsewhere: true")
        if self.until is not None and self.after is None:
            raise wrong("forbid", "until", "until only beside after")

    def reasons(self) -> tuple[str, ...]:
        """Where or when it is not allowed."""
        return ("outside",)

    def patterns(self) -> Iterator[Pattern]:
        """What is forbidden, and what begins and ends the time in which it is."""
        yield from self.event
        yield from self._bounds()

    def _bounds(self) -> tuple[Pattern, ...]:
        return tuple(one for one in (self.after, self.until) if one is not None)

    def occasions(self) -> tuple[str, ...]:
        """Without such an event there is nothing to look at."""
        return tuple(dict.fromkeys(pattern.event for pattern in self.event))

    def lasting(self) -> bool:
        """What is done is done."""
        return False

    def placed(self) -> tuple[str, ...]:
        """Kinds that must happen somewhere."""
        return self.occasions() if self.elsewhere else ()

    def read_by(self, ground: Ground, obligations: Obligations) -> Iterator[tuple[Bools, tuple[str, ...]]]:
        """An event is judged by itself and by what bounds the time: the other kinds do not matter to it."""
        bounds = tuple(pattern.event for pattern in self._bounds())
        for kind in self.occasions():
            yield np.isin(obligations.event, ground.facts.events(kind).row), (kind, *bounds)

    def expand(self, ground: Ground) -> Obligations:
        """One per event."""
        events, _ = ground.own(self.role, any_of(ground, self.event))
        obligations = ground.per_event(self.role, events, unit="instant")
        return obligations.replace(
            target=events.target if self.match_on == "target" else -1,
            case=events.case if self.match_on == "case" else -1,
        )

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Allowed, or outside of what is."""
        bound = np.full(len(obligations), -1, np.int64)
        if self.elsewhere:
            events = any_of(ground, self.event)
            outside = ~np.isin(obligations.event, events.row[by_place(ground, self.role, events).entry])
        else:
            outside, bound = self._lasting(ground, obligations)
        return Judged(
            met=~outside,
            reason=np.where(outside, Reason.OUTSIDE, Reason.NONE),
            actual=obligations.start,
            evidence=lambda row: np.array([one for one in (bound[row], obligations.event[row]) if one >= 0], np.int64),
        )

    def _lasting(self, ground: Ground, obligations: Obligations) -> tuple[Bools, Ints]:
        """Whether each instant lies after the one and before the other, and the event that began it."""
        person = ground.presence.person[obligations.post]
        wanted = key_by(ground, key_of(obligations, self.match_on), person, self.performed_by)
        found = []
        for pattern in self._bounds():
            events = pattern.of(ground)
            key = key_by(ground, key_of(events, self.match_on), events.person, self.performed_by)
            found.append(Matcher(key, events.at, events.row).last_until(wanted, obligations.start))
        begun, row = found[0]
        closed: Bools = row >= 0
        if self.until is not None:
            ended, last = found[1]
            closed &= ~((last >= 0) & (ended >= begun))
        return closed, np.where(closed, row, -1)
