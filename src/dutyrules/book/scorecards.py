"""Scorecards and fines: items, their deduction lines, what a line counts and what that costs."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Final, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from dutyrules.checks.duty import EventPattern, Names, Pattern, Titles, Words, one_or_many, tagged
from dutyrules.diagnostics import nearest
from dutyrules.figure import Count, Day, Figure, Form, Points, Price, Share, Text, wrong
from dutyrules.obligation import REASONS, Bools
from dutyrules.timegrid import PeriodKind


def _breach(value: str) -> str:
    duty, _, reason = value.rpartition(".")
    if duty and reason in REASONS:
        return value
    near = nearest(reason, REASONS) if duty else None
    hint = f"did you mean '{duty}.{near}'?" if near else None
    raise wrong("reason", value, f"duty.reason, where the reason is one of {', '.join(REASONS)}", hint)


Breach = Annotated[Text, AfterValidator(_breach)]


def _cause_form(value: object) -> str:
    if isinstance(value, Cause | BreachFact):
        return "several" if isinstance(value, Cause) else "breach"
    keys = value.keys() if isinstance(value, dict) else set()
    return "breach" if "breach" in keys else "several" if keys and "event" not in keys else "event"


class BreachFact(Form):
    """That a duty was breached, on the same case and sheet."""

    breach: Breach

    @property
    def duty(self) -> str:
        """The duty."""
        return self.breach.rpartition(".")[0]


class Cause(Form):
    """What must have happened on a case: one fact of a list, or all; the lists may nest."""

    any_of: tuple[tagged(_cause_form, event=EventPattern, breach=BreachFact, several="Cause"), ...] = ()  # type: ignore[valid-type]
    all_of: tuple[tagged(_cause_form, event=EventPattern, breach=BreachFact, several="Cause"), ...] = ()  # type: ignore[valid-type]

    def model_post_init(self, _: object) -> None:
        """One of the two lists."""
        if bool(self.any_of) == bool(self.all_of):
            raise wrong("cause", "both" if self.any_of else "neither", "either any_of or all_of")

    def breaches(self) -> Iterator[tuple[tuple[str | int, ...], BreachFact]]:
        """Every breach in it, with its path."""
        for name in ("any_of", "all_of"):
            for index, part in enumerate(getattr(self, name)):
                if isinstance(part, Cause):
                    yield from (((name, index, *path), fact) for path, fact in part.breaches())
                elif isinstance(part, BreachFact):
                    yield (name, index), part

    def holds(self, fact: Callable[[Pattern | BreachFact], Bools]) -> Bools:
        """Where it holds, given where each fact does."""
        parts = [part.holds(fact) if isinstance(part, Cause) else fact(part) for part in (*self.any_of, *self.all_of)]
        return np.logical_or.reduce(parts) if self.any_of else np.logical_and.reduce(parts)


def as_cause(value: object) -> object:
    """A single fact as a cause."""
    return value if _cause_form(value) == "several" else {"any_of": (value,)}


PRICES = ("each", "once", "every", "per_missing")


class Counting(Form):
    """Which breaches and findings are counted."""

    clause: Names = ()
    title: Titles = ""
    breaches: tuple[Breach, ...] = ()
    condition: Literal["none_done"] | None = Field(default=None, alias="if")
    only_if_met: Text | None = None
    aggravated_by: Annotated[Cause, BeforeValidator(as_cause)] | None = None
    distinct: Literal["case"] | None = None

    @property
    def by_missing(self) -> bool:
        """Whether a breach counts what is missing, not once."""
        return False

    @property
    def duties(self) -> tuple[str, ...]:
        """The duties whose breaches it counts."""
        return tuple(dict.fromkeys(breach.rpartition(".")[0] for breach in self.breaches))

    @property
    def reads(self) -> frozenset[str]:
        """The duties whose verdicts may change what it counts."""
        facts = (fact.duty for _, fact in self.aggravated_by.breaches()) if self.aggravated_by else ()
        return frozenset((*self.duties, *facts, *filter(None, (self.only_if_met,))))


class Charged(Counting):
    """What a line or a fine counts, and what that costs."""

    each: Figure[Price] | None = None
    once: Figure[Price] | None = None
    every: Figure[Count] | None = None
    points: Figure[Points] | None = None
    per_missing: Figure[Price] | None = None
    free: Figure[Count] | None = None
    line_cap: Figure[Points] | None = None

    def model_post_init(self, _: object) -> None:
        """One price."""
        prices = self.prices
        if len(prices) != 1 and not (self.needs_no_price and not prices):
            raise wrong("one-price", ", ".join(prices) or "none", f"one of {', '.join(PRICES)}")
        if (self.every is None) != (self.points is None):
            raise wrong(
                "every-points", ", ".join(prices) or "points", "every and points together: {every: 2, points: 1}"
            )

    @property
    def needs_no_price(self) -> bool:
        """Whether it does something else than to take off points."""
        return False

    @property
    def prices(self) -> tuple[str, ...]:
        """The words that give its price."""
        return tuple(name for name in PRICES if getattr(self, name) is not None)

    @property
    def by_missing(self) -> bool:
        """Whether its price is per piece that is missing."""
        return self.per_missing is not None


class Liable(Form):
    """Who bears a share of what a line takes off: the manager, or a role."""

    relation: Text
    share: Share = Fraction(1)


def _liable(value: object) -> object:
    return tuple({"relation": one} if isinstance(one, str) else one for one in one_or_many(value))


MANAGER: Final = "manager"
"""The relation that is no role: whom the people table names."""


class Ceiling(Form):
    """The most that a sheet comes to after a veto."""

    cap: Figure[Points]


def _veto_form(value: object) -> str:
    return "cap" if isinstance(value, dict | Ceiling) else "word"


if TYPE_CHECKING:
    Veto = Literal["zero_item", "zero_total"] | Ceiling
else:
    Veto = tagged(_veto_form, word=Literal["zero_item", "zero_total"], cap=Ceiling)


class Line(Charged):
    """A deduction line: what it charges, for which breaches."""

    dedupe: Text | None = None
    liable: Annotated[tuple[Liable, ...], BeforeValidator(_liable)] = ()
    veto: Veto | None = None

    def model_post_init(self, context: object) -> None:
        """Nobody bears a share of nothing."""
        super().model_post_init(context)
        if self.liable and not self.prices:
            raise wrong("liable", "no price", f"a price of which others bear a share: one of {', '.join(PRICES)}")

    @property
    def needs_no_price(self) -> bool:
        """A veto is enough."""
        return self.veto is not None


class Item(Form):
    """An item of a scorecard: its marks, and the lines that take them off."""

    clause: Names = ()
    title: Titles = ""
    marks: Points
    weight: Share | None = None
    inspect: Literal["optional", "required"] = "optional"
    lines: Mapping[str, Line]


class Bonus(Form):
    """Points on top, per event."""

    clause: Names = ()
    title: Titles = ""
    event: Text
    where: Mapping[str, Words] = {}
    each: Figure[Points]


class Grade(Form):
    """What a percent is called, and what it is worth."""

    start: Points = Field(alias="from")
    grade: Text
    coefficient: Points | None = None
    title: Titles = ""


def _weighed(items: Mapping[str, Item]) -> Mapping[str, Item]:
    """Weights are those of the whole card."""
    weights = [item.weight for item in items.values() if item.weight is not None]
    if weights and len(weights) < len(items):
        found = ", ".join(name for name, item in items.items() if item.weight is None)
        raise wrong("weights", f"none for {found}", "a weight for every item, or for none")
    if weights and sum(weights) != 1:
        raise wrong("weights", f"a sum of {sum(weights)}", "weights that sum to 1 (100%)")
    marks = sorted({item.marks for item in items.values()})
    if weights and len(marks) > 1:
        raise wrong("weights", f"marks of {', '.join(map(str, marks))}", "equal marks for items with weights")
    return items


def _graded(grades: tuple[Grade, ...]) -> tuple[Grade, ...]:
    """Every percent has one grade."""
    called = [grade.grade for grade in grades]
    if len(set(called)) < len(called):
        raise wrong("grades", ", ".join(called), "each grade once")
    starts = [grade.start for grade in grades]
    if starts and (starts[-1] != 0 or any(later >= start for start, later in pairwise(starts))):
        raise wrong("grades", ", ".join(map(str, starts)), "grades from the highest to the lowest, the last from 0")
    return grades


Over = Literal["quarter", "half_year", "year", "rolling_12_months"]
"""Months that are taken together: of the calendar's, up to the scored one, or the twelve that end with it."""


class Accumulate(Form):
    """What the scores of several months come to."""

    over: Over
    of: Literal["mean", "sum"] = "mean"


class Scorecard(Form):
    """The items by which a role is appraised in a period."""

    title: Titles = ""
    role: Text
    per: PeriodKind
    clause: Names = ()
    items: Annotated[Mapping[str, Item], AfterValidator(_weighed)]
    bonus: Mapping[str, Bonus] = {}
    bonus_cap: Figure[Points] | None = None
    total_cap: Figure[Points] | None = None
    grades: Annotated[tuple[Grade, ...], AfterValidator(_graded)] = ()
    accumulate: Accumulate | None = None

    def model_post_init(self, _: object) -> None:
        """What is closed is closed by the month."""
        if self.accumulate is not None and self.per != "month":
            raise wrong("accumulate", f"per: {self.per}", "per: month, where months are taken together")

    @property
    def lines(self) -> Mapping[tuple[str, str], Line]:
        """Every line by (item, line)."""
        return {(item, line): form for item, entry in self.items.items() for line, form in entry.lines.items()}


CONDITIONS: Final = ("legal_basis", "adopted_on", "published_on", "monthly_cap")
"""What a fine needs to be payable."""


class Fine(Charged):
    """Money that a text asks for; reported, and payable only on what the law asks of such a text."""

    role: Text
    currency: Text
    mode: Literal["record_only", "payable"] = "record_only"
    legal_basis: Text | None = None
    adopted_on: Day | None = None
    published_on: Day | None = None
    monthly_cap: Figure[Points] | None = None

    def model_post_init(self, context: object) -> None:
        """Payable with all that it needs, or only recorded and with none of it."""
        super().model_post_init(context)
        given = [word for word in CONDITIONS if getattr(self, word) is not None]
        needed = f"{', '.join(CONDITIONS[:-1])} and {CONDITIONS[-1]}"
        if self.mode == "payable" and len(given) < len(CONDITIONS):
            lacking = ", ".join(word for word in CONDITIONS if word not in given)
            raise wrong("payable", f"mode: payable without {lacking}", needed)
        if self.mode != "payable" and given:
            raise wrong("payable", f"{', '.join(given)} without mode: payable", f"mode: payable, and {needed}")
        if self.adopted_on and self.published_on and self.published_on < self.adopted_on:
            found = f"published on {self.published_on}, adopted on {self.adopted_on}"
            raise wrong("payable", found, "a text that is adopted first")
