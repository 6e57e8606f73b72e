"""response: after this, that, within a time – each trigger on its own, by the same case or target."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator

from dutyrules.checks.duty import Duty, EventPattern, Pattern, tagged
from dutyrules.checks.ground import REACH_ON, Ground, Terms
from dutyrules.checks.moments import Until, late_limit, months_later
from dutyrules.facts import ABSENT, Events, Matcher
from dutyrules.figure import Count, Duration, Figure, Form, Time, Window, Within, wrong
from dutyrules.obligation import NONE, Bools, Ints, Judged, Obligations, Reason, State
from dutyrules.timegrid import DAY, NEVER


class Trigger(Pattern):
    """What sets a response off: an event, perhaps only in a window, perhaps only the n-th."""

    window: Figure[Window] | None = None
    times: Figure[Count] | None = None
    same: Literal["target"] | None = None


def _follow_form(value: object) -> str:
    nested = isinstance(value, FollowUp) or (isinstance(value, dict) and "event" not in value)
    return "several" if nested else "event"


class FollowUp(Form):
    """Events of which one, or all, must follow; the lists may nest."""

    any_of: tuple[tagged(_follow_form, event=EventPattern, several="FollowUp"), ...] = ()  # type: ignore[valid-type]
    all_of: tuple[tagged(_follow_form, event=EventPattern, several="FollowUp"), ...] = ()  # type: ignore[valid-type]

    def model_post_init(self, _: object) -> None:
        """One of the two lists."""
        if bool(self.any_of) == bool(self.all_of):
            raise wrong("follow-up", "both" if self.any_of else "neither", "either any_of or all_of")

    def patterns(self) -> Iterator[Pattern]:
        """Every event in it."""
        for part in (*self.any_of, *self.all_of):
            yield from part.patterns() if isinstance(part, FollowUp) else (part,)

    def done(self, first: Callable[[Pattern], Ints]) -> Ints:
        """When it is done, given when each event first was."""
        parts = [
            part.done(first) if isinstance(part, FollowUp) else first(part) for part in (*self.any_of, *self.all_of)
        ]
        return np.stack(parts).min(axis=0) if self.any_of else np.stack(parts).max(axis=0)


class SameDay(Form):
    """By a time on the trigger's own day."""

    same_day: Figure[Time]


def _trigger(value: object) -> object:
    return {"event": value} if isinstance(value, str) else value


def _follow_up(value: object) -> object:
    if isinstance(value, str) or (isinstance(value, dict) and "event" in value):
        return {"any_of": (value,)}
    return value


def _limits(value: object) -> object:
    dated = isinstance(value, list) and all(isinstance(item, dict) and "from" in item for item in value)
    return tuple(value) if isinstance(value, list) and not dated else (value,)


def _limit_form(value: object) -> str:
    if value == "case.due_at":
        return "case"
    return "same_day" if isinstance(value, SameDay) or (isinstance(value, dict) and "same_day" in value) else "duration"


if TYPE_CHECKING:
    Limit = Literal["case.due_at"] | SameDay | Figure[Duration]
else:
    Limit = tagged(_limit_form, case=Literal["case.due_at"], same_day=SameDay, duration=Figure[Within])


class Response(Duty):
    """Fields of a response; see docs/rule-book.md."""

    check: Literal["response"]
    trigger: Annotated[Trigger, BeforeValidator(_trigger)]
    follow_up: Annotated[FollowUp, BeforeValidator(_follow_up)]
    match_on: Literal["case", "target", "none"] = "case"
    within: Annotated[tuple[Limit, ...], BeforeValidator(_limits)]
    owed_by: Literal["person", "role", "area_of_target"] = "person"
    performed_by: Literal["self", "any"] = "self"
    late_until: Figure[Until] | None = None

    def reasons(self) -> tuple[str, ...]:
        """Not at all, or late."""
        return ("missing", "late")

    def patterns(self) -> Iterator[Pattern]:
        """The trigger and what must follow."""
        yield self.trigger
        yield from self.follow_up.patterns()

    def occasions(self) -> tuple[str, ...]:
        """Without a trigger there is nothing to do."""
        return (self.trigger.event,)

    def attributes(self) -> Iterator[tuple[str, str]]:
        """The case's own due time."""
        if "case.due_at" in self.within:
            yield self.trigger.event, "due_at"

    def local(self, located: frozenset[str]) -> bool:
        """Whether the area in which something happened says who owes."""
        return self.owed_by == "area_of_target"

    # ------------------------------------------------------------ expand

    def expand(self, ground: Ground) -> Obligations:
        """One per trigger and owner that falls due in the scored period, or will."""
        events = self._triggers(ground)
        entry, post = self._owners(ground, events)
        events = events.take(entry).by_date()  # limits count from the date, even of the small hours of a night shift
        terms = ground.terms(post, events.day)
        if self.trigger.window is not None:
            kept = _in_window(terms, self.trigger.window, events.time)
            events, post = events.take(kept), post[kept]
            terms = ground.terms(post, events.day)
            terms.choose(self.trigger.window)
        limit, why = self._due(ground, terms, events, post)
        said = (why == 0) & (limit < NEVER)
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
            target=events.target if self.match_on == "target" else -1,
            case=events.case if self.match_on == "case" else -1,
            settled=np.select([why == 1, why == 2], [State.NOT_ASSESSED, State.NO_OCCASION], State.OPEN),
            why=why,
        )
        settled = terms.settle(obligations)
        return settled.take(_belongs(ground, settled))

    def _triggers(self, ground: Ground) -> Events:
        events = self.trigger.of(ground)
        if self.trigger.times is None:
            return events
        month = (events.at // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        _, group = np.unique(np.stack([month, events.person, events.target]), axis=1, return_inverse=True)
        order = np.argsort(group, kind="stable")
        ordinal = np.empty(len(events), np.int64)
        ordinal[order] = np.arange(len(events)) - np.searchsorted(group[order], group[order]) + 1
        wanted = ground.terms(self._any_post(ground, events), events.day).numbers(self.trigger.times)
        return events.take(ordinal == wanted)

    def _any_post(self, ground: Ground, events: Events) -> Ints:
        return np.maximum(ground.lead_post(self.role, events), 0)

    def _owners(self, ground: Ground, events: Events) -> tuple[Ints, Ints]:
        """(entry, post) pairs: whose task each trigger is."""
        if self.owed_by == "person":
            post = ground.lead_post(self.role, events)
            return np.flatnonzero(post >= 0), post[post >= 0]
        posts, owes = ground.owing(self.role, self.owed_by == "area_of_target")
        events = events.by_date()
        day = events.day - ground.presence.first
        if self.owed_by == "role":
            place, entry = np.nonzero(owes[:, day])
            return entry, posts[place]
        entry, place = ground.around(posts, ground.facts.area_of(events))
        owed = owes[place, day[entry]]
        return entry[owed], posts[place[owed]]

    def _due(self, ground: Ground, terms: Terms, events: Events, post: Ints) -> tuple[Ints, Ints]:
        """(limit, why): the first limit of the list that is given; why 1 = none is, 2 = no workday comes."""
        limit = np.full(len(events), NEVER, np.int64)
        why = np.ones(len(events), np.int64)
        for given in self.within:
            found = self._limit(ground, terms, given, events, post, needed=why == 1)
            fresh = (why == 1) & (found != NONE)
            limit = np.where(fresh, np.abs(found), limit)
            why = np.where(fresh, np.where(found < 0, 2, 0), why)
        return limit, why

    def _limit(self, ground: Ground, terms: Terms, given: Any, events: Events, post: Ints, *, needed: Bools) -> Ints:
        """Limits by one rule: NONE where it does not say, -1 where no workday comes."""
        if given == "case.due_at":
            due = ground.facts.numbers("due_at", events.row)
            return np.where(due == NONE, NONE, ground.by(due))
        if isinstance(given, SameDay):
            time = terms.numbers(given.same_day)
            own = ground.by_time(events.day, time)
            later = _next_workday(ground, post, events.day)
            day = np.where(events.at < own, events.day, later)
            return np.where(day < 0, -1, ground.by_time(day, time))
        index, values = terms.choose(given)
        limit = np.full(len(events), NEVER, np.int64)
        for number, value in enumerate(values):
            mine = (index == number) & needed
            if isinstance(value, Duration) and mine.any():
                limit[mine] = _after(ground, value, events.take(mine), post[mine])
        return limit

    # ------------------------------------------------------------ judge

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Followed in time, late, or not."""
        found = {
            id(pattern): self._first(ground, obligations, pattern.of(ground)) for pattern in self.follow_up.patterns()
        }
        at = self.follow_up.done(lambda pattern: found[id(pattern)][0])
        in_time = at < obligations.limit
        late = ~in_time & (at < obligations.late_limit)

        def evidence(row: int) -> Ints:
            followed = [rows[row] for done, rows in found.values() if done[row] <= at[row] < ABSENT]
            return np.unique(np.array([obligations.event[row], *followed], np.int64))

        return Judged(
            met=in_time,
            reason=np.select([in_time, late], [Reason.NONE, Reason.LATE], Reason.MISSING),
            actual=np.where(in_time | late, at, NONE),
            evidence=evidence,
        )

    def _first(self, ground: Ground, obligations: Obligations, events: Events) -> tuple[Ints, Ints]:
        owner = ground.presence.person[obligations.post]
        match self.match_on:
            case "case":
                key, wanted = events.case, obligations.case
            case "target":
                key, wanted = events.target, obligations.target
            case _:
                key, wanted = np.zeros(len(events), np.int64), np.zeros(len(obligations), np.int64)
        if self.performed_by == "self":
            width = len(ground.presence.persons)
            key = np.where((key >= 0) & (events.person >= 0), key * width + events.person, -1)
            wanted = np.where(wanted >= 0, wanted * width + owner, -1)
        return Matcher(key, events.at, events.row).first_from(wanted, obligations.start)

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


def _next_workday(ground: Ground, post: Ints, day: Ints) -> Ints:
    found = ground.presence.nth_workday(post, day, 1)
    return np.where(found > day + REACH_ON - 10, -1, found)


def _after(ground: Ground, duration: Duration, events: Events, post: Ints) -> Ints:
    """The limit of a duration after each trigger; -1 where no workday comes."""
    match duration.unit:
        case "hours":
            return ground.by(events.at + duration.amount * 3600)
        case "days":
            return (events.day + duration.amount + 1) * DAY
        case "months":
            return months_later(events.day, duration.amount)
        case "same_day":
            return (events.day + 1) * DAY
        case "period_end":
            return ground.end_of_month(events.day)
        case "same_workday":
            at_work = ground.presence.work[post, events.day - ground.presence.first]
            day = np.where(at_work, events.day, _next_workday(ground, post, events.day))
        case _:
            day = ground.presence.nth_workday(post, events.day, duration.amount)
            day = np.where(day > events.day + REACH_ON - 10, -1, day)
    return np.where(day < 0, -1, (day + 1) * DAY)


def _belongs(ground: Ground, obligations: Obligations) -> Bools:
    """Whether it falls due in the scored period, or lies in it and falls due later."""
    due, day = obligations.day, obligations.first_day
    first, last = ground.period.first_day, ground.period.last_day
    return ((due >= first) & (due <= last)) | ((day >= first) & (day <= last) & (due > last))
