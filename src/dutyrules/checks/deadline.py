"""deadline: hand something in by a recurring instant, daily or on a day of the week or month."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal

import numpy as np

from dutyrules.checks.duty import Duty, EventPattern, Pattern
from dutyrules.checks.ground import Ground, Terms
from dutyrules.checks.moments import Moment, Until, daily_obligations, late_limit
from dutyrules.facts import ABSENT, Events, Matcher
from dutyrules.figure import WEEKDAYS, Due, Figure, Form, wrong
from dutyrules.obligation import NONE, Bools, Ints, Judged, Obligations, Reason, State
from dutyrules.timegrid import DAY, Period, PeriodKind, day_number
from dutyrules.timegrid.periods import month_end

ROLLS: Final = 31
"""Days that a deadline rolls at most."""


class AllOf(Form):
    """Several events that are all needed."""

    all_of: tuple[EventPattern, ...]


class Deadline(Duty):
    """Fields of a deadline: `by`/`before` a time each workday, or `due` on a day of a longer period."""

    check: Literal["deadline"]
    event: EventPattern | None = None
    events: AllOf | None = None
    per: PeriodKind
    by: Figure[Moment] | None = None
    before: Figure[Moment] | None = None
    due: Figure[Due] | None = None
    roll: Figure[Literal["next", "previous", "none"]] = Figure("next")
    late_until: Figure[Until] | None = None

    def model_post_init(self, _: object) -> None:
        """Checks what the single fields cannot see."""
        if (self.event is None) == (self.events is None):
            raise wrong("one-event", "both" if self.event else "neither", "either event or events")
        if self.per.daily == (self.due is not None):
            raise wrong("due-period", self.per, "due for a week or longer, by or before for a workday")

    def reasons(self) -> tuple[str, ...]:
        """Short only of several."""
        return ("missing", "late", "short") if self.events is not None else ("missing", "late")

    def patterns(self) -> Iterator[Pattern]:
        """The events that must all be there."""
        if self.event is not None:
            yield self.event
        if self.events is not None:
            yield from self.events.all_of

    def expand(self, ground: Ground) -> Obligations:
        """One per workday, or one per period for whoever holds its nominal day."""
        if self.due is not None:
            return self._dated(ground)
        return daily_obligations(ground, self.role, start=None, by=self.by, before=self.before, late=self.late_until)

    def nominal_days(self, period: Period, bound: Mapping[str, Figure[Any]]) -> Iterator[date]:
        """The printed days of a period, whichever figure is in force."""
        for due in self.due.possible(bound) if self.due is not None else ():
            day = nominal_day(due, period)
            if day is not None:
                yield day

    def _dated(self, ground: Ground) -> Obligations:
        periods = list(ground.period.touching(self.per))
        posts, owes = ground.owing(self.role, local=False)
        ordinary = ground.presence.acting_for[posts] < 0
        posts, owes = posts[ordinary], owes[ordinary]
        post = np.tile(posts, len(periods))
        which = np.repeat(np.arange(len(periods)), len(posts))
        first = np.array([period.first_day for period in periods], np.int64)[which]
        last = np.array([period.last_day for period in periods], np.int64)[which]
        terms = ground.terms(post, first)
        nominal, by = self._nominal(terms, periods, which)
        place = np.tile(np.arange(len(posts)), len(periods))
        held = owes[place, ground.on_axis(nominal) - ground.presence.first]
        # without a due day nobody can hold it: then it is open for whoever works in the period
        unknown = terms.unbound > 0
        ever = np.concatenate(
            [np.zeros(0, np.bool_), *(self._works(ground, posts, owes, period) for period in periods)]
        )
        held = np.where(unknown, ever, held)
        day, found = self._rolled(ground, terms, post, nominal, first, last)
        limit = ground.by_time(day, by)
        late = late_limit(ground, terms, self.late_until, limit, (last + 1) * DAY)
        falls = np.where(terms.unbound > 0, nominal, (limit - 1) // DAY)  # a figure is unbound: as printed
        held &= (falls >= ground.period.first_day) & (falls <= ground.period.last_day)
        obligations = Obligations.of(
            len(post),
            unit="instant",
            whys=("", "rest"),
            post=post,
            first_day=first,
            last_day=last,
            start=first * DAY,
            limit=limit,
            late_limit=late,
            expected=limit - ground.granularity,
            settled=np.where(found, State.OPEN, State.EXCUSED),
            why=np.where(found, 0, 1),
        )
        return terms.settle(obligations.take(held), np.flatnonzero(held))

    def _works(self, ground: Ground, posts: Ints, owes: Bools, period: Period) -> Bools:
        inside = slice(period.first_day - ground.presence.first, period.last_day - ground.presence.first + 1)
        return np.any(owes[:, inside] & ground.presence.work[posts, inside], axis=1)

    def _nominal(self, terms: Terms, periods: list[Period], which: Ints) -> tuple[Ints, Ints]:
        """The printed day of each period, and the time on it."""
        index, values = terms.choose(self.due)  # type: ignore[arg-type]
        nominal = np.array([period.last_day for period in periods], np.int64)[which]
        by = np.full(len(which), DAY, np.int64)
        for number, due in enumerate(values):
            for place, period in enumerate(periods):
                mine = (index == number) & (which == place)
                if not mine.any():
                    continue
                day = nominal_day(due, period)  # type: ignore[arg-type]
                if day is None:
                    terms.off |= mine
                else:
                    nominal[mine], by[mine] = day_number(day), due.by  # type: ignore[union-attr]
        return nominal, by

    def _rolled(
        self, ground: Ground, terms: Terms, post: Ints, nominal: Ints, first: Ints, last: Ints
    ) -> tuple[Ints, Bools]:
        """The day on which it is due after rest days and leave, and whether there is one in the period."""
        index, values = terms.choose(self.roll)
        near = ground.on_axis(nominal)  # what is due beyond is not judged now
        following = ground.presence.nth_workday(post, near - 1, 1)
        preceding = ground.presence.previous_workday(post, near + 1)
        way = np.array([{"next": 1, "previous": -1}.get(str(value), 0) for value in values] + [0])[index]
        day = np.select([way > 0, way < 0], [following, preceding], nominal)
        found = (day >= first) & (day <= last) & (np.abs(day - nominal) <= ROLLS)
        return np.where(found, day, nominal), found

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """In time, late, short of some submissions, or missing."""
        found = [self._first(ground, obligations, pattern.of(ground)) for pattern in self.patterns()]
        done, rows = np.stack([at for at, _ in found]), np.stack([row for _, row in found])
        seen = (done < ABSENT).sum(axis=0)
        latest = done.max(axis=0)
        complete = seen == len(done)
        in_time = latest < obligations.limit
        return Judged(
            met=in_time,
            reason=np.select([in_time, complete, seen > 0], [Reason.NONE, Reason.LATE, Reason.SHORT], Reason.MISSING),
            actual=np.select([complete, seen > 0], [latest, seen], NONE),
            owed=np.where(complete | (seen == 0), obligations.expected, len(done)),
            evidence=lambda row: rows[:, row][done[:, row] < ABSENT],
        )

    def _first(self, ground: Ground, obligations: Obligations, events: Events) -> tuple[Ints, Ints]:
        """(instant, row) of each obligation's first event, if it comes before it is too late even to be late."""
        presence = ground.presence
        if self.due is None:  # the duty day counts, whatever the date
            key = np.where(events.person >= 0, events.person * presence.days + events.day - presence.first, -1)
            wanted = presence.person[obligations.post] * presence.days + obligations.first_day - presence.first
        else:
            key, wanted = ground.lead_post(self.role, events), obligations.post
        at, row = Matcher(key, events.at, events.row).first_from(wanted, obligations.start)
        return np.where(at < obligations.late_limit, at, ABSENT), row

    def excuse(self, ground: Ground, obligations: Obligations) -> Bools:
        """Leave that contains the named instant."""
        return ground.on_leave_at(obligations, obligations.limit - ground.granularity)


def nominal_day(due: Due, period: Period) -> date | None:
    """The printed day in a period; None where the period has none of the months.

    >>> nominal_day(Due(day="last", months=(6, 12)), Period.parse("2026-H2"))
    datetime.date(2026, 12, 31)
    """
    if due.weekday is not None:
        return date.fromordinal(period.first.toordinal() + WEEKDAYS.index(due.weekday))
    months = (
        [period.last.month]
        if not due.months
        else [month for month in due.months if period.first.month <= month <= period.last.month]
    )
    if not months:
        return None
    end = month_end(date(period.last.year, max(months), 1))
    return end if due.day == "last" else end.replace(day=min(int(due.day or 1), end.day))
