"""metric: the mean or sum of logged values reaches a mark."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

import numpy as np

from dutyrules.checks.duty import Duty, Pattern, Text, Words
from dutyrules.checks.ground import Ground
from dutyrules.facts import Events
from dutyrules.figure import POINT_SCALE, Figure, Points, wrong
from dutyrules.obligation import NONE, Ints, Judged, Obligations, Reason
from dutyrules.timegrid import DAY, Period, PeriodKind, date_of


class Metric(Duty):
    """Fields of a metric; see docs/rule-book.md."""

    check: Literal["metric"]
    event: Text
    where: Mapping[str, Words] = {}
    value: Literal["mean", "sum"]
    of_each: Literal["case"] | None = None
    per: PeriodKind | None = None
    at_least: Figure[Points]

    def model_post_init(self, _: object) -> None:
        """One way of grouping."""
        if (self.of_each is None) == (self.per is None):
            raise wrong("one-group", "both" if self.per else "neither", "either of_each: case or per: a period")

    def patterns(self) -> Iterator[Pattern]:
        """The events whose values count."""
        yield Pattern(event=self.event, where=self.where)

    def occasions(self) -> tuple[str, ...]:
        """Without values there is nothing to measure."""
        return (self.event,)

    def expand(self, ground: Ground) -> Obligations:
        """One per group whose last value lies in the scored period."""
        events, group, post = self._groups(ground)
        size = int(group.max(initial=-1)) + 1
        last = np.full(size, -1, np.int64)
        last[group] = np.arange(len(events))  # in time order, so the last one stays
        day = events.day[last]
        inside = (day >= ground.period.first_day) & (day <= ground.period.last_day)
        last, day = last[inside], day[inside]
        first, until = self._spans(ground, day)
        terms = ground.terms(post[last], first)
        mark = terms.numbers(self.at_least, _scaled)
        obligations = Obligations.of(
            len(last),
            unit="mark",
            post=post[last],
            first_day=first,
            last_day=until,
            start=first * DAY,
            limit=events.at[last] + 1,
            late_limit=events.at[last] + 1,
            expected=mark,
            case=events.case[last] if self.of_each else -1,
        )
        return terms.settle(obligations)

    def _spans(self, ground: Ground, day: Ints) -> tuple[Ints, Ints]:
        """First and last day of each group's period; for cases both the day of the last value."""
        if self.per is None:
            return day, day
        periods = [Period.containing(self.per, date_of(int(number))) for number in day]
        spans = np.array([(period.first_day, period.last_day) for period in periods], np.int64).reshape(-1, 2)
        return spans[:, 0], spans[:, 1]

    def _groups(self, ground: Ground) -> tuple[Events, Ints, Ints]:
        """Events with their group and post; events of one person and case (or period) form a group."""
        events = ground.facts.events(self.event, self.where)
        post = ground.lead_post(self.role, events)
        key = events.case if self.of_each else _period_index(ground, self.per or PeriodKind.MONTH, events)
        good = (post >= 0) & (key >= 0)
        events, post, key = events.take(good), post[good], key[good]
        _, group = np.unique(np.stack([ground.presence.person[post], key]), axis=1, return_inverse=True)
        return events, group.reshape(-1), post

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Compared exactly; shown rounded half up to two decimals."""
        events, group, post = self._groups(ground)
        key = events.case if self.of_each else _period_index(ground, self.per or PeriodKind.MONTH, events)
        wanted = obligations.case if self.of_each else np.zeros(len(obligations), np.int64)
        person = ground.presence.person
        mine = [
            np.flatnonzero((person[post] == person[owner]) & ((key == case) if self.of_each else True))
            for owner, case in zip(obligations.post, wanted, strict=True)
        ]
        values = [ground.facts.numbers("value", events.row[rows]) for rows in mine]
        total = np.array([int(part[part != NONE].sum()) for part in values], np.int64)
        number = np.array([len(part) if self.value == "mean" else 1 for part in values], np.int64)
        met = total >= obligations.expected * number
        hundredth = POINT_SCALE // 100
        shown = (2 * total + number * hundredth) // np.maximum(2 * number * hundredth, 1) * hundredth
        return Judged(
            met=met,
            reason=np.where(met, Reason.NONE, Reason.SHORT),
            actual=shown,
            evidence=lambda row: events.row[mine[row]],
        )


def _scaled(points: Decimal) -> int:
    return int(points * POINT_SCALE)


def _period_index(ground: Ground, kind: PeriodKind, events: Events) -> Ints:
    """The number of the period (among those ending in the scored one) that each event lies in; -1 for none."""
    index = np.full(len(events), -1, np.int64)
    for number, period in enumerate(ground.period.ending_within(kind)):
        index[(events.day >= period.first_day) & (events.day <= period.last_day)] = number
    return index


