"""interval: while something lasts, one event after the other in no more than a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dutyrules.checks.duty import Duty, EventPattern, Pattern
from dutyrules.checks.ground import Ground
from dutyrules.checks.limits import GIVEN, due
from dutyrules.checks.occasions import MatchOn, OwedBy, PerformedBy, falls_to, key_of, owners
from dutyrules.facts import ABSENT, Events, Matcher, ranges
from dutyrules.figure import Figure, Within
from dutyrules.obligation import NONE, Bools, Ints, Judged, Obligations, Reason, State
from dutyrules.timegrid import DAY


@dataclass(frozen=True)
class Gaps:
    """What lasts, cut at every event: `since` one moment to the `next`, the last one to the end."""

    post: Ints
    since: Events
    next: Ints
    next_row: Ints


class Interval(Duty):
    """Fields of an interval; see docs/rule-book.md."""

    check: Literal["interval"]
    event: EventPattern
    after: EventPattern
    until: EventPattern
    within: Figure[Within]
    match_on: MatchOn = "case"
    owed_by: OwedBy = "person"
    performed_by: PerformedBy = "self"

    def reasons(self) -> tuple[str, ...]:
        """Not at all, or late."""
        return ("missing", "late")

    def patterns(self) -> Iterator[Pattern]:
        """What begins it, what must come again and again, and what ends it."""
        yield from (self.after, self.event, self.until)

    def occasions(self) -> tuple[str, ...]:
        """Where nothing begins, nothing lasts."""
        return (self.after.event,)

    def local(self, located: frozenset[str]) -> bool:
        """Whether the area in which something happened says who owes."""
        return self.owed_by == "area_of_target"

    # ------------------------------------------------------------ expand

    def expand(self, ground: Ground) -> Obligations:
        """One per gap and owner that falls due in the scored period, or will."""
        gaps = self._gaps(ground)
        since, day = gaps.since, gaps.since.at // DAY
        terms = ground.terms(gaps.post, day)
        limit, why = due(ground, terms, (self.within,), since.by_date(), gaps.post)
        known = (why == GIVEN) & (terms.unbound == 0)
        limit = np.where(known, limit, since.at + 1)
        obligations = Obligations.of(
            len(gaps.post),
            unit="instant",
            whys=("", "", "no_workday"),
            post=gaps.post,
            first_day=day,
            last_day=(limit - 1) // DAY,
            start=since.at,
            limit=limit,
            late_limit=np.where(known, ground.end_of_month((limit - 1) // DAY), limit),
            expected=np.where(known, limit - ground.granularity, NONE),
            event=since.row,
            target=since.target if self.match_on == "target" else -1,
            case=since.case if self.match_on == "case" else -1,
            settled=np.where(why == GIVEN, State.OPEN, State.NO_OCCASION),
            why=why,
        )
        settled = terms.settle(obligations)
        return settled.take(falls_to(ground, settled))

    def _gaps(self, ground: Ground) -> Gaps:
        begun = self.after.of(ground)
        begun = begun.take(key_of(begun, self.match_on) >= 0)
        entry, post = owners(ground, self.role, self.owed_by, begun)
        end, end_row = self._ends(ground, begun)
        begun, end, end_row = begun.take(entry), end[entry], end_row[entry]
        within, event = self._inside(ground, begun, end, post)
        lasting = np.concatenate([np.arange(len(post)), within])
        since = joined(begun, event)
        order = np.lexsort((since.at, lasting))
        lasting, since = lasting[order], since.take(order)
        last = np.append(lasting[1:] != lasting[:-1], True)[: len(lasting)]
        return Gaps(
            post=post[lasting],
            since=since,
            next=np.where(last, end[lasting], np.append(since.at[1:], ABSENT)[: len(last)]),
            next_row=np.where(last, end_row[lasting], np.append(since.row[1:], -1)[: len(last)]),
        )

    def _ends(self, ground: Ground, begun: Events) -> tuple[Ints, Ints]:
        """(instant, row) of what ends each: its end, or the next beginning of the same."""
        key, ended = key_of(begun, self.match_on), self.until.of(ground)
        at, row = Matcher(key_of(ended, self.match_on), ended.at, ended.row).first_from(key, begun.at)
        again, again_row = Matcher(key, begun.at, begun.row).first_from(key, begun.at + 1)
        return np.minimum(at, again), np.where(again < at, again_row, row)

    def _inside(self, ground: Ground, begun: Events, end: Ints, post: Ints) -> tuple[Ints, Events]:
        """(position in `begun`, event): what came again in between, of one second the first."""
        events = self.event.of(ground)
        key = key_of(events, self.match_on)
        events = events.take(key >= 0)
        base = min((int(part.min()) for part in (events.at, begun.at) if len(part)), default=0)
        wide = max((int(part.max()) for part in (events.at, begun.at) if len(part)), default=0) - base + 3
        packed = key[key >= 0] * wide + events.at - base
        order = np.argsort(packed, kind="stable")
        packed, events = packed[order], events.take(order)
        mine = key_of(begun, self.match_on) * wide
        low = np.searchsorted(packed, mine + begun.at - base + 1)
        high = np.searchsorted(packed, mine + np.minimum(end - base, wide - 1))
        within, place = ranges(low, np.maximum(high - low, 0))
        found = events.take(place)
        if self.performed_by == "self":
            own = found.person == ground.presence.person[post[within]]
            within, found = within[own], found.take(own)
        fresh = np.append(True, (within[1:] != within[:-1]) | (found.at[1:] != found.at[:-1]))[: len(within)]
        return within[fresh], found.take(fresh)

    # ------------------------------------------------------------ judge

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """The next in time, late, or none."""
        gaps = self._gaps(ground)
        name = gaps.post << 32 | gaps.since.row
        order = np.argsort(name)
        place = order[np.searchsorted(name[order], obligations.post << 32 | obligations.event)]
        at, row = gaps.next[place], gaps.next_row[place]
        met = at < obligations.limit
        late = ~met & (at < obligations.late_limit)
        return Judged(
            met=met,
            reason=np.select([met, late], [Reason.NONE, Reason.LATE], Reason.MISSING),
            actual=np.where(met | late, at, NONE),
            evidence=lambda one: np.array(
                [number for number in (obligations.event[one], row[one]) if number >= 0], np.int64
            ),
        )

    def excuse(self, ground: Ground, obligations: Obligations) -> Bools:
        """Leave at the named instant of the limit, or over half of the time that there was."""
        named = ground.on_leave_at(obligations, obligations.limit - ground.granularity)
        return named | ground.half_on_leave(obligations, [(obligations.start, obligations.limit)])


def joined(first: Events, second: Events) -> Events:
    """Both, one after the other."""
    return Events(
        *(np.concatenate([getattr(first, name), getattr(second, name)]) for name in Events.__dataclass_fields__)
    )
