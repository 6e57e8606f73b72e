"""rate: how much of one thing another is, over a period – at least, at most, or only told."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import numpy as np

from dutyrules.checks.credit import credited, obligation_at
from dutyrules.checks.duty import Duty, EventPattern, Pattern, tagged
from dutyrules.checks.ground import Ground
from dutyrules.checks.occasions import PerformedBy
from dutyrules.facts import Events, counts, sums
from dutyrules.figure import POINT_SCALE, Figure, Form, Points, Share, Text, wrong
from dutyrules.obligation import NONE, Bools, Ints, Judged, Obligations, Reason, State
from dutyrules.timegrid import Period, PeriodKind


class Members(Form):
    """As many as a population has members on the period's first day."""

    population: Text


def _whole_form(value: object) -> str:
    return "members" if isinstance(value, Members) or (isinstance(value, dict) and "population" in value) else "event"


if TYPE_CHECKING:
    Whole = Pattern | Members
else:
    Whole = tagged(_whole_form, members=Members, event=EventPattern)


class Rate(Duty):
    """Fields of a rate; see docs/rule-book.md."""

    check: Literal["rate"]
    num: EventPattern
    den: Whole
    of: Literal["count", "value"] = "count"
    per: PeriodKind
    at_least: Figure[Share] | None = None
    at_most: Figure[Share] | None = None
    den_min: Figure[Points] | None = None
    performed_by: PerformedBy = "self"

    def model_post_init(self, _: object) -> None:
        """At most one limit, over a week or longer."""
        if self.at_least is not None and self.at_most is not None:
            raise wrong("one-limit", "both", "at_least, at_most, or neither: then it is only told")
        if self.per.daily:
            raise wrong("rate-period", self.per, "a week or longer")

    def reasons(self) -> tuple[str, ...]:
        """Too much, too little, or neither where it is only told."""
        if self.at_most is not None:
            return ("over",)
        return ("short",) if self.at_least is not None else ()

    @property
    def judged_at_end(self) -> bool:
        """It may still grow too large."""
        return self.at_most is not None

    def patterns(self) -> Iterator[Pattern]:
        """The part, and the whole if it is of events too."""
        yield self.num
        if isinstance(self.den, Pattern):
            yield self.den

    def populations(self) -> tuple[str, ...]:
        """The population that is the whole."""
        return (self.den.population,) if isinstance(self.den, Members) else ()

    def local(self, located: frozenset[str]) -> bool:
        """Whether it counts things that lie in an area."""
        return bool(self.populations()) or not located.isdisjoint(self.kinds())

    # ------------------------------------------------------------ expand

    def expand(self, ground: Ground) -> Obligations:
        """One per post and period; none of anything, or of too little, is no occasion."""
        periods = list(ground.period.ending_within(self.per))
        post, which = ground.period_posts(self.role, self.local(ground.located), periods)
        obligations = ground.over_periods(post, periods, which, unit="mark")
        terms = ground.terms(post, obligations.first_day)
        share = self.at_least or self.at_most
        if share is not None:
            obligations = obligations.replace(expected=terms.numbers(share, _shown))
        least = 0 if self.den_min is None else terms.numbers(self.den_min, _scaled)
        _, whole, _ = self._sums(ground, obligations, periods)
        nothing = (whole <= 0) | (whole < least)
        return terms.settle(obligations.replace(settled=np.where(nothing, State.NO_OCCASION, State.OPEN)))

    def _sums(
        self, ground: Ground, obligations: Obligations, periods: Sequence[Period]
    ) -> tuple[Ints, Ints, list[tuple[Ints, Ints]]]:
        """Part and whole of each obligation in ten-thousandths, and (obligation, row) of the events of both."""
        part, found = self._sum(ground, obligations, self.num)
        if isinstance(self.den, Members):
            days = np.array([period.first_day for period in periods], np.int64)
            which = np.searchsorted(days, obligations.first_day)
            there = ground.members(self.den.population).counts(days)
            return part, there[which, ground.presence.area[obligations.post]] * POINT_SCALE, [found]
        whole, others = self._sum(ground, obligations, self.den)
        return part, whole, [found, others]

    def _sum(self, ground: Ground, obligations: Obligations, pattern: Pattern) -> tuple[Ints, tuple[Ints, Ints]]:
        events: Events = pattern.of(ground)
        local = self.local(ground.located)
        credit = credited(ground, self.role, events, self.performed_by, local=local)
        owner = obligation_at(ground, obligations, credit.post, events.day[credit.entry])
        mine, rows = owner[owner >= 0], events.row[credit.entry[owner >= 0]]
        if self.of == "count":
            return counts(mine, len(obligations)) * POINT_SCALE, (mine, rows)
        value = ground.facts.numbers("value", rows)
        return sums(mine, np.where(value == NONE, 0, value), len(obligations)), (mine, rows)

    # ------------------------------------------------------------ judge

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Compared exactly; shown rounded half up to four decimals."""
        part, whole, found = self._sums(ground, obligations, list(ground.period.ending_within(self.per)))
        met = self._met(ground, obligations, part, whole)
        least = np.maximum(whole, 1)
        return Judged(
            met=met,
            reason=np.where(met, Reason.NONE, Reason.OVER if self.at_most is not None else Reason.SHORT),
            actual=(2 * part * POINT_SCALE + least) // (2 * least),
            evidence=lambda row: np.unique(np.concatenate([rows[mine == row] for mine, rows in found])),
        )

    def _met(self, ground: Ground, obligations: Obligations, part: Ints, whole: Ints) -> Bools:
        share = self.at_least or self.at_most
        met = np.ones(len(obligations), np.bool_)
        if share is None:
            return met
        index, values = ground.terms(obligations.post, obligations.first_day).choose(share)
        for number, value in enumerate(values):
            if isinstance(value, Fraction):
                mine, held = index == number, part * value.denominator
                bound = whole * value.numerator
                met[mine] = (held >= bound if self.at_least is not None else held <= bound)[mine]
        return met


def _shown(share: Fraction) -> int:
    return int((2 * share * POINT_SCALE + 1) // 2)


def _scaled(points: Decimal) -> int:
    return int(points * POINT_SCALE)
