"""metric: the mean or sum of logged values reaches a mark."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

import numpy as np

from dutyrules.checks.duty import Duty, Pattern, Words
from dutyrules.checks.ground import Ground
from dutyrules.facts import Events, counts, sums
from dutyrules.figure import POINT_SCALE, Figure, Points, Text, wrong
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

    def reasons(self) -> tuple[str, ...]:
        """Below what it should be."""
        return ("short",)

    def patterns(self) -> Iterator[Pattern]:
        """The events whose values count."""
        yield Pattern(event=self.event, where=self.where)

    def occasions(self) -> tuple[str, ...]:
        """Without values there is nothing to measure."""
        return (self.event,)

    def lasting(self) -> bool:
        """A case is measured with its last value; a period runs on."""
        return self.per is not None

    def expand(self, ground: Ground) -> Obligations:
        """One per group whose last value lies in the scored period."""
        events, group, post, _ = self._groups(ground)
        size = int(group.max(initial=-1)) + 1
        rows, begun, last = np.arange(len(events)), np.zeros(size, np.int64), np.zeros(size, np.int64)
        begun[group[::-1]], last[group] = rows[::-1], rows  # in time order, so the first and the last one stay
        if self.of_each:  # periods are those that end in the scored one already
            inside = ground.happened(events.take(last))
            begun, last = begun[inside], last[inside]
        first, until = self._spans(ground, events.day[last])
        start = (events.day[begun] if self.of_each else first) * DAY
        limit = events.at[last] + 1 if self.of_each else (until + 1) * DAY
        terms = ground.terms(post[last], first)
        mark = terms.numbers(self.at_least, _scaled)
        obligations = Obligations.of(
            len(last),
            unit="mark",
            post=post[last],
            first_day=first,
            last_day=until,
            start=start,
            limit=limit,
            late_limit=limit,
            expected=mark,
            case=events.case[last] if self.of_each else -1,
        )
        return terms.settle(obligations)

    def _spans(self, ground: Ground, day: Ints) -> tuple[Ints, Ints]:
        """First and last day of each group's period; for cases both the day of the last value."""
        if self.per is None:
            return day, day
        days, which = np.unique(day, return_inverse=True)
        periods = [Period.containing(self.per, date_of(int(number))) for number in days]
        spans = np.array([(period.first_day, period.last_day) for period in periods], np.int64).reshape(-1, 2)[which]
        return spans[:, 0], spans[:, 1]

    def _groups(self, ground: Ground) -> tuple[Events, Ints, Ints, Ints]:
        """Events with their group and post, and the key of each group: a post and a case (or period)."""
        events = ground.facts.events(self.event, self.where)
        post = ground.lead_post(self.role, events)
        key = self._key(ground, post, events.case, events.day)
        good = (post >= 0) & (key >= 0)
        events, post = events.take(good), post[good]
        keys, group = np.unique(key[good], return_inverse=True)
        return events, group, post, keys

    def _key(self, ground: Ground, post: Ints, case: Ints, day: Ints) -> Ints:
        """The post and the case, or the period among those that end in the scored one; negative for none."""
        inner = case
        if self.per is not None:
            inner = np.full(len(day), -1, np.int64)
            for number, period in enumerate(ground.period.ending_within(self.per)):
                inner[(day >= period.first_day) & (day <= period.last_day)] = number
        return np.where(inner >= 0, post << 32 | inner, -1)

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Compared exactly; shown rounded half up to two decimals."""
        events, group, _, keys = self._groups(ground)
        mine = np.searchsorted(keys, self._key(ground, obligations.post, obligations.case, obligations.first_day))
        value = ground.facts.numbers("value", events.row)
        total = sums(group, np.where(value == NONE, 0, value), len(keys))[mine]
        number = counts(group, len(keys))[mine] if self.value == "mean" else np.ones(len(mine), np.int64)
        met = total >= obligations.expected * number
        hundredth = POINT_SCALE // 100
        shown = (2 * total + number * hundredth) // np.maximum(2 * number * hundredth, 1) * hundredth
        return Judged(
            met=met,
            reason=np.where(met, Reason.NONE, Reason.SHORT),
            actual=shown,
            evidence=lambda row: events.row[group == mine[row]],
        )


def _scaled(points: Decimal) -> int:
    return int(points * POINT_SCALE)
