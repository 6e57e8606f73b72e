"""response: after this, that, within a time – each trigger on its own, by the same case or target."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from dutyrules.checks.dates import DateTrigger
from dutyrules.checks.deeds import Deeds, DeedsForm
from dutyrules.checks.duty import Duty, EventPattern, Pattern, tagged
from dutyrules.checks.ground import Ground, Terms
from dutyrules.checks.limits import GIVEN, NO_DUE_TIME, NO_WORKDAY, Limits, due, opening
from dutyrules.checks.moments import Until, late_limit
from dutyrules.checks.occasions import MatchOn, OwedBy, PerformedBy, falls_to, key_by, key_of, owners
from dutyrules.facts import ABSENT, Events, Matcher
from dutyrules.figure import Count, Duration, Figure, Form, Window, Within, wrong
from dutyrules.obligation import NONE, Bools, Ints, Judged, Obligations, Reason, State
from dutyrules.timegrid import DAY, NEVER


class EventTrigger(Pattern):
    """An event that sets a response off, perhaps only in a window, perhaps only the n-th."""

    window: Figure[Window] | None = None
    times: Figure[Count] | None = None
    same: Literal["target"] | None = None


def _trigger(value: object) -> object:
    return {"event": value} if isinstance(value, str) else value


def _by_date(value: object) -> bool:
    return isinstance(value, DateTrigger) or (isinstance(value, dict) and "population" in value)


def _calendar(duration: Duration) -> Duration:
    if duration.unit not in ("minutes", "hours", "days", "months"):
        raise wrong("not-before", f"{duration.amount} {duration.unit}", "minutes, hours, days or months, or an event")
    return duration


def _is_event(value: object) -> bool:
    """Kinds have no blanks, durations have one."""
    return isinstance(value, Pattern | dict) or (isinstance(value, str) and not value[:1].isdigit())


if TYPE_CHECKING:
    Trigger = EventTrigger | DateTrigger
    Opening = Pattern | Duration
else:
    Trigger = tagged(lambda value: "date" if _by_date(value) else "event", date=DateTrigger, event=EventTrigger)
    Opening = tagged(
        lambda value: "event" if _is_event(value) else "duration",
        event=EventPattern,
        duration=Annotated[Within, AfterValidator(_calendar)],
    )


class Otherwise(Form):
    """What may be done instead, in a time of its own."""

    follow_up: Deeds
    within: Limits


class Response(Duty):
    """Fields of a response; see docs/rule-book.md."""

    check: Literal["response"]
    trigger: Annotated[Trigger, BeforeValidator(_trigger)]
    not_before: Opening | None = None
    follow_up: Deeds
    within: Limits
    otherwise: Otherwise | None = Field(default=None, alias="else")
    match_on: MatchOn = "case"
    owed_by: OwedBy = "person"
    performed_by: PerformedBy = "self"
    late_until: Figure[Until] | None = None

    def reasons(self) -> tuple[str, ...]:
        """Not at all, or late."""
        return ("missing", "late")

    def model_post_init(self, _: object) -> None:
        """Dates name a target, and neither a person nor a case."""
        if not isinstance(self.trigger, DateTrigger):
            return
        if self.match_on == "case" or "case.due_at" in self._all_limits():
            raise wrong("date-trigger", "a case", "match_on: target or none, and a limit that needs no case")
        if self.owed_by == "person":
            raise wrong("date-trigger", "owed_by: person", "owed_by: role or area_of_target")

    def _all_limits(self) -> tuple[object, ...]:
        return (*self.within, *(self.otherwise.within if self.otherwise else ()))

    @property
    def branches(self) -> tuple[DeedsForm, ...]:
        """What must follow, and what may follow instead."""
        return (self.follow_up, self.otherwise.follow_up) if self.otherwise else (self.follow_up,)

    def patterns(self) -> Iterator[Pattern]:
        """The trigger, what it waits for, and what must follow."""
        if isinstance(self.trigger, Pattern):
            yield self.trigger
        if isinstance(self.not_before, Pattern):
            yield self.not_before
        for branch in self.branches:
            yield from branch.patterns()

    def occasions(self) -> tuple[str, ...]:
        """Without a trigger there is nothing to do."""
        return (self.trigger.event,) if isinstance(self.trigger, Pattern) else ()

    @property
    def triggered(self) -> bool:
        """An event or a date is needed."""
        return True

    def populations(self) -> tuple[str, ...]:
        """The population whose dates set it off."""
        return (self.trigger.population,) if isinstance(self.trigger, DateTrigger) else ()

    def attributes(self) -> Iterator[tuple[str, str]]:
        """The case's own due time."""
        if isinstance(self.trigger, Pattern) and "case.due_at" in self._all_limits():
            yield self.trigger.event, "due_at"

    def local(self, located: frozenset[str]) -> bool:
        """Whether the area in which something happened says who owes."""
        return self.owed_by == "area_of_target"

    # ------------------------------------------------------------ expand

    def expand(self, ground: Ground) -> Obligations:
        """One per trigger and owner that falls due in the scored period, or will."""
        events, time = self._occasions(ground)
        entry, post = owners(ground, self.role, self.owed_by, events)
        events, time = events.take(entry).by_date(), time[entry]  # limits count from the date, even of a night shift
        terms = ground.terms(post, events.day)
        if isinstance(self.trigger, EventTrigger) and self.trigger.window is not None:
            kept = _in_window(terms, self.trigger.window, time)
            events, post = events.take(kept), post[kept]
            terms = ground.terms(post, events.day)
            terms.choose(self.trigger.window)
        limit, why = self._due(ground, terms, events, post)
        said = (why == GIVEN) & (limit < NEVER)
        month_end = ground.end_of_month((np.where(said, limit, events.at + 1) - 1) // DAY)
        late = late_limit(ground, terms, self.late_until, limit, month_end)
        known = said & (terms.unbound == 0)  # where a figure is unbound, nothing is known but the trigger's day
        obligations = Obligations.of(
            len(post),
            unit="instant",
            whys=("", "no_due_time", "no_workday"),
            post=post,
            first_day=events.day,
            last_day=(np.where(known, limit, events.at + 1) - 1) // DAY,
            start=events.at,
            limit=np.where(known, limit, events.at + 1),
            late_limit=np.where(known, late, events.at + 1),
            expected=np.where(known, limit - ground.granularity, NONE),
            event=events.row,
            target=events.target if self.match_on == "target" or not self.occasions() else -1,
            case=events.case if self.match_on == "case" else -1,
            settled=np.select(
                [why == NO_DUE_TIME, why == NO_WORKDAY], [State.NOT_ASSESSED, State.NO_OCCASION], State.OPEN
            ),
            why=why,
        )
        settled = terms.settle(obligations)
        return settled.take(falls_to(ground, settled))

    def _occasions(self, ground: Ground) -> tuple[Events, Ints]:
        """The moments from which a follow-up counts, and the time of day of what set each off."""
        events = self.trigger.of(ground)
        if isinstance(self.trigger, EventTrigger) and self.trigger.times is not None:
            events = self._nth(ground, events, self.trigger.times)
        time = events.at % DAY
        if self.not_before is None:
            return events, time
        if isinstance(self.not_before, Pattern):
            opener = self.not_before.of(ground)
            nothing = np.zeros(len(opener), np.int64)
            at, _ = Matcher(nothing, opener.at, opener.row).first_from(np.zeros(len(events), np.int64), events.at)
        else:
            at = opening(self.not_before, events)
        open_ = (at >= ground.presence.first * DAY) & (at < ground.period.end)  # a later one belongs to a later period
        return replace(events, at=at, day=at // DAY).take(open_), time[open_]

    def _nth(self, ground: Ground, events: Events, times: Figure[int]) -> Events:
        month = (events.at // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        _, group = np.unique(np.stack([month, events.person, events.target]), axis=1, return_inverse=True)
        order = np.argsort(group, kind="stable")
        ordinal = np.empty(len(events), np.int64)
        ordinal[order] = np.arange(len(events)) - np.searchsorted(group[order], group[order]) + 1
        any_post = np.maximum(ground.lead_post(self.role, events), 0)
        return events.take(ordinal == ground.terms(any_post, events.day).numbers(times))

    def _due(self, ground: Ground, terms: Terms, events: Events, post: Ints) -> tuple[Ints, Ints]:
        """(limit, why): of two branches the later limit."""
        limit, why = due(ground, terms, self.within, events, post)
        if self.otherwise is None:
            return limit, why
        other, given = due(ground, terms, self.otherwise.within, events, post)
        return np.where((why == GIVEN) & (given == GIVEN), np.maximum(limit, other), limit), why

    # ------------------------------------------------------------ judge

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Followed in time, late, or not."""
        found: dict[int, tuple[Ints, Ints]] = {}
        limits = self._limits(ground, obligations)
        done = [
            np.where(limit == NONE, ABSENT, self._done(ground, obligations, branch, found))
            for limit, branch in zip(limits, self.branches, strict=True)
        ]
        in_time = np.stack([np.where(at < limit, at, ABSENT) for at, limit in zip(done, limits, strict=True)])
        met = in_time.min(axis=0) < ABSENT
        at = np.where(met, in_time.min(axis=0), np.stack(done).min(axis=0))
        late = ~met & (at < obligations.late_limit)

        def evidence(row: int) -> Ints:
            followed = [rows[row] for since, rows in found.values() if since[row] <= at[row] < ABSENT]
            rows = np.unique(np.array([obligations.event[row], *followed], np.int64))
            return rows[rows >= 0]

        return Judged(
            met=met,
            reason=np.select([met, late], [Reason.NONE, Reason.LATE], Reason.MISSING),
            actual=np.where(met | late, at, NONE),
            evidence=evidence,
        )

    def _done(
        self, ground: Ground, obligations: Obligations, branch: DeedsForm, found: dict[int, tuple[Ints, Ints]]
    ) -> Ints:
        """When a branch was done; what was found of each event goes to `found`."""
        owner = ground.presence.person[obligations.post]
        wanted = key_by(ground, key_of(obligations, self.match_on), owner, self.performed_by)

        def first(pattern: Pattern, since: Ints) -> Ints:
            events = pattern.of(ground)
            key = key_by(ground, key_of(events, self.match_on), events.person, self.performed_by)
            found[id(pattern)] = Matcher(key, events.at, events.row).first_from(wanted, since)
            return found[id(pattern)][0]

        return branch.done(first, obligations.start)

    def _limits(self, ground: Ground, obligations: Obligations) -> list[Ints]:
        """The limit of each branch; where the other one says none, it is no way out."""
        if self.otherwise is None:
            return [obligations.limit]
        day, nobody = obligations.start // DAY, np.full(len(obligations), -1, np.int64)
        events = Events(obligations.event, obligations.start, day, nobody, nobody, nobody)
        terms = ground.terms(obligations.post, obligations.first_day)
        own, _ = due(ground, terms, self.within, events, obligations.post)
        other, why = due(ground, terms, self.otherwise.within, events, obligations.post)
        return [own, np.where(why == GIVEN, other, NONE)]

    def excuse(self, ground: Ground, obligations: Obligations) -> Bools:
        """Leave at the named instant of the limit, or over half of the time that there was."""
        named = ground.on_leave_at(obligations, obligations.limit - ground.granularity)
        return named | ground.half_on_leave(obligations, [(obligations.start, obligations.limit)])


def _in_window(terms: Terms, window: Figure[Window], time: Ints) -> Bools:
    index, values = terms.choose(window)
    kept = np.zeros(len(time), np.bool_)
    for number, value in enumerate(values):
        if isinstance(value, tuple):
            kept |= (index == number) & (time >= value[0]) & (time < value[1])
    return kept | (terms.unbound > 0)
