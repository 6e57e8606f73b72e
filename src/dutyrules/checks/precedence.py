"""precedence: this only after that – earlier at all, lately, in order, or on the workday before."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from dutyrules.checks.deeds import Deeds
from dutyrules.checks.duty import Duty, EventPattern, Pattern
from dutyrules.checks.ground import Ground, Terms
from dutyrules.checks.limits import reaching_back
from dutyrules.checks.occasions import MatchOn, OwedBy, PerformedBy, key_by, key_of, owners
from dutyrules.facts import Events, Matcher, first_of_each
from dutyrules.figure import Figure, Within, wrong
from dutyrules.obligation import NONE, Ints, Judged, Obligations, Reason, State
from dutyrules.timegrid import DAY


class Precedence(Duty):
    """Fields of a precedence duty; see docs/rule-book.md."""

    check: Literal["precedence"]
    event: EventPattern
    requires: Deeds
    match_on: MatchOn = "case"
    lag: Literal["none", "previous_workday"] = "none"
    within: Figure[Within] | None = None
    owed_by: OwedBy = "person"
    performed_by: PerformedBy = "self"

    def model_post_init(self, _: object) -> None:
        """The workday before has no order and no limit of its own."""
        if self.lag != "none" and (self.within is not None or self.requires.ordered):
            raise wrong("lag", "within" if self.within is not None else "in_order", "lag alone: it says the day")

    def reasons(self) -> tuple[str, ...]:
        """The wrong way round."""
        return ("disordered",)

    def patterns(self) -> Iterator[Pattern]:
        """What is done, and what must have come before."""
        yield self.event
        yield from self.requires.patterns()

    def occasions(self) -> tuple[str, ...]:
        """Without the event nothing needs to precede it."""
        return (self.event.event,)

    def local(self, located: frozenset[str]) -> bool:
        """Whether the area in which something happened says who owes."""
        return self.owed_by == "area_of_target"

    def lasting(self) -> bool:
        """What is done is done in order or not."""
        return False

    def expand(self, ground: Ground) -> Obligations:
        """One per event and owner; with a lag, one per owner, day and key."""
        events = self.event.of(ground)
        events = events.take(ground.happened(events) & (key_of(events, self.match_on) >= 0))
        entry, post = owners(ground, self.role, self.owed_by, events)
        events = events.take(entry) if self.owed_by == "person" else events.take(entry).by_date()
        start, settled = events.at, np.full(len(events), State.OPEN)
        if self.lag == "previous_workday":
            cell = post * ground.presence.days + events.day - ground.presence.first
            key = key_of(events, self.match_on)
            first = first_of_each(cell * (int(key.max(initial=0)) + 1) + key)
            events, post = events.take(first), post[first]
            before = ground.presence.previous_workday(post, events.day)
            settled = np.where(before < 0, State.NO_OCCASION, State.OPEN)
            start = np.where(before < 0, events.day, before) * DAY
        obligations = Obligations.of(
            len(post),
            whys=("", "first_day"),
            post=post,
            first_day=events.day,
            last_day=events.day,
            start=start,
            limit=events.at + 1,
            late_limit=events.at + 1,
            event=events.row,
            target=events.target if self.match_on == "target" else -1,
            case=events.case if self.match_on == "case" else -1,
            settled=settled,
            why=np.where(settled == State.NO_OCCASION, 1, 0),
        )
        terms = ground.terms(obligations.post, obligations.first_day)
        if self.within is not None:
            terms.choose(self.within)
        return terms.settle(obligations)

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Preceded as it should be, or disordered."""
        person = ground.presence.person[obligations.post]
        wanted = key_by(ground, key_of(obligations, self.match_on), person, self.performed_by)
        rows: list[Ints] = []

        def last(pattern: Pattern, until: Ints) -> Ints:
            events = pattern.of(ground)
            key = key_by(ground, key_of(events, self.match_on), events.person, self.performed_by)
            at, row = self._last(key, events, wanted, until)
            rows.append(row)
            return np.where(row >= 0, at, NONE)

        begun = self.requires.begun(last, obligations.start)
        met = begun >= self._since(ground, ground.terms(obligations.post, obligations.first_day), obligations)
        return Judged(
            met=met,
            reason=np.where(met, Reason.NONE, Reason.DISORDERED),
            actual=np.full(len(obligations), NONE),
            evidence=lambda row: _there(obligations.event[row], *(found[row] for found in rows)),
        )

    def _last(self, key: Ints, events: Events, wanted: Ints, until: Ints) -> tuple[Ints, Ints]:
        """(instant, row) of the last event up to an instant; with a lag, of the first one on that duty day."""
        if self.lag == "none":
            return Matcher(key, events.at, events.row).last_until(wanted, until)
        day, row = Matcher(key, events.day, events.row).first_from(wanted, until // DAY)
        return day * DAY, np.where(day == until // DAY, row, -1)

    def _since(self, ground: Ground, terms: Terms, obligations: Obligations) -> Ints:
        """From when on what is required counts."""
        if self.within is None:
            return np.full(len(obligations), NONE + 1)
        return np.maximum(reaching_back(ground, terms, self.within, obligations.start, obligations.post), NONE + 1)

    def discriminator(self, ground: Ground, obligations: Obligations, row: int) -> str:
        """The key by day; without a lag, the event's instant too."""
        if self.lag == "none":
            return super().discriminator(ground, obligations, row)
        return self.key_text(ground, obligations, row)


def _there(*rows: int) -> Ints:
    found = np.unique(np.array(rows, np.int64))
    return found[found >= 0]
