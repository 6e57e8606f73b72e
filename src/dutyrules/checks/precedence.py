"""precedence: this only after that – earlier at all, or on the workday before."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from dutyrules.checks.duty import Duty, EventPattern, Pattern
from dutyrules.checks.ground import Ground
from dutyrules.facts import Events, Matcher, first_of_each
from dutyrules.obligation import NONE, Ints, Judged, Obligations, Reason, State
from dutyrules.timegrid import DAY


class Precedence(Duty):
    """Fields of a precedence duty; see docs/rule-book.md."""

    check: Literal["precedence"]
    event: EventPattern
    requires: EventPattern
    match_on: Literal["target", "case", "none"] = "case"
    lag: Literal["none", "previous_workday"] = "none"

    def reasons(self) -> tuple[str, ...]:
        """The wrong way round."""
        return ("disordered",)

    def patterns(self) -> Iterator[Pattern]:
        """What is done, and what must have come before."""
        yield self.event
        yield self.requires

    def occasions(self) -> tuple[str, ...]:
        """Without the event nothing needs to precede it."""
        return (self.event.event,)

    def lasting(self) -> bool:
        """What is done is done in order or not."""
        return False

    def _key(self, columns: Events | Obligations) -> Ints:
        match self.match_on:
            case "target":
                return columns.target
            case "case":
                return columns.case
            case _:
                return np.zeros(len(columns), np.int64)

    def expand(self, ground: Ground) -> Obligations:
        """One per event; with a lag, one per day and key."""
        events = self.event.of(ground)
        events = events.take(ground.happened(events))
        post = ground.lead_post(self.role, events)
        good = (post >= 0) & (self._key(events) >= 0)
        events, post = events.take(good), post[good]
        start, settled = events.day * DAY, np.full(len(events), State.OPEN)
        if self.lag == "previous_workday":
            cell = post * ground.presence.days + events.day - ground.presence.first
            key = self._key(events)
            first = first_of_each(cell * (int(key.max(initial=0)) + 1) + key)
            events, post = events.take(first), post[first]
            before = ground.presence.previous_workday(post, events.day)
            settled = np.where(before < 0, State.NO_OCCASION, State.OPEN)
            start = np.where(before < 0, events.day, before) * DAY
        return Obligations.of(
            len(post),
            whys=("", "first_day"),
            post=post,
            first_day=events.day,
            last_day=events.day,
            start=start if self.lag != "none" else events.at,
            limit=events.at + 1,
            late_limit=events.at + 1,
            event=events.row,
            target=events.target if self.match_on == "target" else -1,
            case=events.case if self.match_on == "case" else -1,
            settled=settled,
            why=np.where(settled == State.NO_OCCASION, 1, 0),
        )

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Preceded as it should be, or disordered."""
        events = self.requires.of(ground)
        width = len(ground.presence.persons)
        person = ground.presence.person[obligations.post]
        key = _packed(self._key(events), events.person, width)
        wanted = _packed(self._key(obligations), person, width)
        if self.lag == "none":
            _, row = Matcher(key, events.at, events.row).last_until(wanted, obligations.start)
        else:
            # the day stands in for the instant: listed at any time of that duty day
            at, row = Matcher(key, events.day, events.row).first_from(wanted, obligations.start // DAY)
            row = np.where(at == obligations.start // DAY, row, -1)
        met = row >= 0
        return Judged(
            met=met,
            reason=np.where(met, Reason.NONE, Reason.DISORDERED),
            actual=np.full(len(obligations), NONE),
            evidence=lambda index: np.array([value for value in (obligations.event[index], row[index]) if value >= 0]),
        )

    def discriminator(self, ground: Ground, obligations: Obligations, row: int) -> str:
        """The key by day; without a lag, the event's instant too."""
        if self.lag == "none":
            return super().discriminator(ground, obligations, row)
        return self.key_text(ground, obligations, row)


def _packed(key: Ints, person: Ints, width: int) -> Ints:
    return np.where((key >= 0) & (person >= 0), key * width + person, -1)
