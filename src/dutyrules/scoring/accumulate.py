"""What several months come to: this one as it is scored, those before it as they were closed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from dutyrules.book import Over
from dutyrules.figure import POINT_SCALE
from dutyrules.scoring.closed import Closed, ClosedSheet
from dutyrules.timegrid import Period, PeriodKind

Why = Literal["", "missing", "no_sheet", "incomplete", "scorecard"]


@dataclass(frozen=True)
class Month:
    """What a month adds.

    Attributes:
        value: A score, or how many times; None where it adds nothing.
        why: Why not: nobody closed it (`missing`), the person had no such sheet (`no_sheet`), it is `incomplete`, or by
            another `scorecard`.
    """

    period: str
    value: Decimal | None
    why: Why


@dataclass(frozen=True)
class Window:
    """Several months, the scored one last.

    Attributes:
        value: What they come to; None where that is not known.
        complete: Whether every month is there, or the person had no sheet in it.
    """

    over: Over
    months: tuple[Month, ...]
    value: Decimal | None

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return all(month.why in ("", "no_sheet") for month in self.months)


def scores(over: Over, of: str, closed: Closed, period: Period, who: tuple[str, str], now: ClosedSheet) -> Window:
    """The sum or the mean of monthly scores, if all of them are there; the mean half up to four places."""

    def month(label: str, sheet: ClosedSheet) -> Month:
        if sheet.scorecard != now.scorecard:
            return Month(label, None, "scorecard")
        return Month(label, sheet.score, "") if sheet.complete else Month(label, None, "incomplete")

    months = (*_months(over, closed, period, who, month), month(period.label, now))
    window = Window(over, months, None)
    values = [one.value for one in months if one.value is not None]
    if not window.complete:
        return window
    total = sum(values, Decimal(0))
    return replace(window, value=total if of == "sum" else _mean(total, len(values)))


def times(over: Over, closed: Closed, period: Period, who: tuple[str, str], outcome: str, now: int) -> Window:
    """How many times an outcome happened, as far as that is known: what is missing may only add to it."""

    def month(label: str, sheet: ClosedSheet) -> Month:
        return Month(label, Decimal(sheet.outcomes.get(outcome, 0)), "")

    months = (*_months(over, closed, period, who, month), Month(period.label, Decimal(now), ""))
    return Window(over, months, sum((one.value for one in months if one.value is not None), Decimal(0)))


def _months(
    over: Over, closed: Closed, period: Period, who: tuple[str, str], read: Callable[[str, ClosedSheet], Month]
) -> Iterator[Month]:
    """The months before the scored one."""
    for label in _before(over, period):
        sheets = closed.months.get(label)
        sheet = None if sheets is None else sheets.get(who)
        missing: Why = "missing" if sheets is None else "no_sheet"
        yield Month(label, None, missing) if sheet is None else read(label, sheet)


def _before(over: Over, period: Period) -> Iterator[str]:
    """The months of the window before the scored one."""
    last = period.first.year * 12 + period.first.month - 1
    if over == "rolling_12_months":
        first = last - 11
    else:
        begin = Period.containing(PeriodKind(over), period.first).first
        first = begin.year * 12 + begin.month - 1
    yield from (f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last))


def _mean(total: Decimal, number: int) -> Decimal:
    scaled = int(total * POINT_SCALE)
    return Decimal((2 * scaled + number) // (2 * number)) / POINT_SCALE
