"""record: a form is kept, and filled in and signed as it should be."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import polars as pl
from pydantic import BeforeValidator

from dutyrules.checks.duty import Duty, EventPattern, Names, Pattern, Words, any_of, one_or_many, tagged
from dutyrules.checks.ground import Ground, Terms
from dutyrules.checks.moments import Moment, daily_obligations, first_moments, of_day
from dutyrules.figure import Count, Figure, Form, Share, Text, wrong
from dutyrules.obligation import NONE, Bools, Ints, Judged, Obligations, Reason
from dutyrules.timegrid import PeriodKind


class ShareOfFigure(Form):
    """A share of another figure."""

    share: Figure[Share]
    of: Figure[Count]


if TYPE_CHECKING:
    Least = ShareOfFigure | Figure[int]
else:
    Least = tagged(
        lambda value: "share" if isinstance(value, dict) and "share" in value else "count",
        share=ShareOfFigure,
        count=Figure[Count],
    )


class Filled(Form):
    """A field that must hold at least so much."""

    field: Text
    at_least: Least


class Record(Duty):
    """Fields of a record duty: one each workday (`event`, `per`, `by`), or every one that exists (`of`)."""

    check: Literal["record"]
    event: EventPattern | None = None
    of: Annotated[tuple[EventPattern, ...], BeforeValidator(one_or_many)] = ()
    per: PeriodKind | None = None
    by: Figure[Moment] | None = None
    before: Figure[Moment] | None = None
    fields: Names = ()
    blanks: Figure[Count] | None = None
    filled: Filled | None = None
    allowed: Mapping[str, Words] = {}
    signed_by: Text | None = None

    def model_post_init(self, _: object) -> None:
        """Checks what the single fields cannot see."""
        if (self.event is None) == (not self.of):
            raise wrong(
                "one-record",
                "both" if self.of else "neither",
                "either event (one each workday) or of (each that exists)",
            )
        if self.event and (self.per is None or not self.per.daily):
            raise wrong("record-period", self.per, "per: workday")

    def reasons(self) -> tuple[str, ...]:
        """What is not there is judged only where it has to be; what it says only where that is asked."""
        there = ("missing", "late") if self.event is not None else ()
        content = self.fields or self.allowed or self.filled or self.blanks is not None
        full = ("incomplete",) if content else ()
        return (*there, *full, *(("unsigned",) if self.signed_by is not None else ()))

    def patterns(self) -> Iterator[Pattern]:
        """The kinds that are records."""
        yield from (self.event,) if self.event else self.of

    def attributes(self) -> Iterator[tuple[str, str]]:
        """The columns that make a record complete."""
        names = [*self.fields, *self.allowed]
        names += ["blank_cells"] if self.blanks is not None else []
        names += [self.filled.field] if self.filled else []
        names += ["signed_by"] if self.signed_by else []
        return ((kind, name) for kind in self.kinds() for name in names)

    def occasions(self) -> tuple[str, ...]:
        """Without a record there is nothing to judge."""
        return tuple(dict.fromkeys(pattern.event for pattern in self.of))

    def lasting(self) -> bool:
        """Records that exist are as they are; one that is owed each day is open."""
        return not self.of

    def read_by(self, ground: Ground, obligations: Obligations) -> Iterator[tuple[Bools, tuple[str, ...]]]:
        """A record that exists is judged by itself: the other kinds do not matter to it."""
        if self.event:
            yield from super().read_by(ground, obligations)
        else:
            yield from self.by_own_kind(ground, obligations)

    def expand(self, ground: Ground) -> Obligations:
        """One per workday, or one per record."""
        if self.event:
            daily = daily_obligations(ground, self.role, start=None, by=self.by, before=self.before, late=None)
            terms = ground.terms(daily.post, daily.first_day)
            self._required(terms)
            return terms.settle(daily)
        each = ground.per_event(self.role, any_of(ground, self.of))
        terms = ground.terms(each.post, each.first_day)
        self._required(terms)
        return terms.settle(each)

    def _required(self, terms: Terms) -> None:
        """Resolves the figures of the content once, so that unbound ones are noted."""
        for _, figure in self.figures():
            terms.choose(figure)

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """There in time, complete, signed: the first that fails is the reason."""
        if self.of:
            reason = _content(*self._complete(ground, obligations, obligations.event))
            return _judged(obligations, obligations.event, reason, obligations.start)
        events = any_of(ground, tuple(self.patterns()))
        chosen, reason = first_moments(obligations, events, of_day(ground, obligations, events))
        # -1 takes what stands behind the last event
        rows, actual = np.append(events.row, -1)[chosen], np.append(events.at, NONE)[chosen]
        there = (rows >= 0) & (reason == Reason.NONE)
        reason = reason.copy()
        reason[there] = _content(*self._complete(ground, obligations.take(there), rows[there]))
        return _judged(obligations, rows, reason, actual)

    def _complete(self, ground: Ground, obligations: Obligations, rows: Ints) -> tuple[Bools, Bools]:
        facts = ground.facts
        terms = ground.terms(obligations.post, obligations.first_day)
        full = np.ones(len(rows), np.bool_)
        for name in self.fields:
            full &= facts.attribute(name, rows).is_not_null().to_numpy() & ~facts.says(name, rows, ("", False))
        if self.blanks is not None:
            blank = facts.numbers("blank_cells", rows)
            full &= (blank != NONE) & (blank <= terms.numbers(self.blanks))
        if self.filled is not None:
            number = facts.numbers(self.filled.field, rows)
            full &= (number != NONE) & (number >= self.least(terms))
        for name, words in self.allowed.items():
            full &= facts.says(name, rows, words)
        return full, self._signed(ground, obligations, rows)

    def least(self, terms: Terms) -> Ints:
        """How much the field of `filled` has to hold."""
        least = self.filled.at_least  # type: ignore[union-attr]
        if isinstance(least, Figure):
            return terms.numbers(least)
        lines = terms.numbers(least.of)
        index, shares = terms.choose(least.share)
        result = np.zeros(len(lines), np.int64)
        for number, share in enumerate(shares):
            mine = index == number
            if mine.any() and isinstance(share, Fraction):
                result[mine] = [ceil(share * int(line)) for line in lines[mine]]
        return result

    def _signed(self, ground: Ground, obligations: Obligations, rows: Ints) -> Bools:
        if self.signed_by is None:
            return np.ones(len(rows), np.bool_)
        presence = ground.presence
        code = {name: index for index, name in enumerate(presence.persons)}
        names = ground.facts.attribute("signed_by", rows).cast(pl.String)
        signer = names.replace_strict(code, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
        if self.signed_by == "self":
            return signer == presence.person[obligations.post]
        lead = presence.lead(ground.roles[self.signed_by])
        return (signer >= 0) & (lead[np.where(signer >= 0, signer, 0), obligations.first_day - presence.first] >= 0)

    def excuse(self, ground: Ground, obligations: Obligations) -> Bools:
        """Daily records: leave that contains the named instant."""
        if self.of:
            return np.zeros(len(obligations), np.bool_)
        return ground.on_leave_at(obligations, obligations.limit - ground.granularity)


def _content(full: Bools, signed: Bools) -> Ints:
    """The reason by what each record says: not all of it there comes before not signed."""
    reason = np.full(len(full), Reason.NONE, np.int64)
    reason[~signed] = Reason.UNSIGNED
    reason[~full] = Reason.INCOMPLETE
    return reason


def _judged(obligations: Obligations, rows: Ints, reason: Ints, actual: Ints) -> Judged:
    return Judged(
        met=reason == Reason.NONE,
        reason=reason,
        actual=actual if obligations.unit == "instant" else np.broadcast_to(np.int64(NONE), (len(rows),)),
        evidence=lambda row: rows[row : row + 1][rows[row : row + 1] >= 0],
    )
