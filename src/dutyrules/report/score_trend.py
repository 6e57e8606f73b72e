"""Months side by side: everybody's percent and their scorecard's mean, from months that were closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

from dutyrules.report.markup import Html, tag
from dutyrules.report.pictures import course
from dutyrules.report.score_data import Scored, Scores

MOST: Final = 24
"""Months shown; what is longer ago is another page."""


@dataclass(frozen=True)
class Point:
    """One month of somebody.

    Attributes:
        why: Why there is no percent: `missing` (not closed), `no_sheet`, `incomplete`, `scorecard` (by another one).
    """

    month: str
    percent: Decimal | Fraction | None
    why: str = ""


class Trend:
    """What months before this one came to, and this one.

    Attributes:
        months: From the earliest closed month on, one after the other; empty where there is nothing to compare with.
    """

    def __init__(self, scores: Scores) -> None:
        self._scores, self._say, self._closed = scores, scores.speech, scores.result.closed.months
        self.months = self._months()

    def _months(self) -> Sequence[str]:
        period = self._scores.result.period
        earlier = sorted(month for month in self._closed if month < period.label)
        if period.kind != "month" or not earlier:
            return []
        month, found = date.fromisoformat(f"{earlier[0]}-01"), []
        while month <= period.first:
            found.append(f"{month:%Y-%m}")
            month = (month + timedelta(days=31)).replace(day=1)
        return found[-MOST:]

    def section(self) -> Html | None:
        """Lines, and the table that says the same."""
        if not self.months:
            return None
        say, head = self._say, (tag("th", month, scope="col", class_="number") for month in self.months)
        titles = tag("tr", tag("th", say("col_name"), scope="col"), head, tag("th", say("sp_course"), scope="col"))
        people = [self._row(one.name, self.of(one), one) for one in self._scores.all if one.sheet.scorecard]
        teams = [self._row(title, self._mean(card), None) for card, title in self._cards.items()]
        table = tag(
            "table",
            tag("caption", say("sp_trend_table")),
            tag("thead", titles),
            tag("tbody", teams, class_="means") if teams else None,
            tag("tbody", people),
            class_="trends",
        )
        return tag(
            "section",
            tag("h2", say("sp_trend")),
            tag("p", say("sp_trend_about"), class_="quiet"),
            tag("div", table, class_="wide", tabindex="0", role="region", aria_label=say("sp_trend_table")),
            id="trend",
        )

    def spark(self, one: Scored) -> Html | None:
        """One person's line."""
        return self._course(one.name, self.of(one)) if self.months and one.sheet.scorecard else None

    def of(self, one: Scored) -> Sequence[Point]:
        """One person's months."""
        return [self._point(one, month) for month in self.months]

    def _point(self, one: Scored, month: str) -> Point:
        sheet = one.sheet
        if month == self._scores.result.period.label:
            return Point(month, sheet.percent, "" if sheet.percent is not None else "incomplete")
        if month not in self._closed:
            return Point(month, None, "missing")
        found = self._closed[month].get((sheet.person, sheet.role))
        if found is None:
            return Point(month, None, "no_sheet")
        if found.scorecard != sheet.scorecard:
            return Point(month, None, "scorecard")
        return Point(month, found.percent, "" if found.percent is not None else "incomplete")

    # ------------------------------------------------------------ everybody together

    @cached_property
    def _cards(self) -> Mapping[str, str]:
        """Scorecards by which more than one person is judged, with what their mean is called."""
        cards = [one.sheet.scorecard for one in self._scores.all if one.sheet.scorecard]
        book = self._scores.result.estate.book
        return {
            card: self._say("sp_mean", title=self._say.title(book.scorecards[card].title, card))
            for card in dict.fromkeys(cards)
            if cards.count(card) > 1
        }

    def _mean(self, card: str) -> Sequence[Point]:
        """The mean of the complete sheets of each month, whoever had them then."""
        found = []
        for month in self.months:
            percents = [percent for percent in self._percents(card, month) if percent is not None]
            why = "" if percents else "incomplete" if month in self._closed else "missing"
            mean = sum(map(Fraction, percents), Fraction(0)) / len(percents) if percents else None
            found.append(Point(month, mean, why))
        return found

    def _percents(self, card: str, month: str) -> Sequence[Decimal | None]:
        if month == self._scores.result.period.label:
            return [one.sheet.percent for one in self._scores.all if one.sheet.scorecard == card]
        return [sheet.percent for sheet in self._closed.get(month, {}).values() if sheet.scorecard == card]

    # ------------------------------------------------------------ how it looks

    @cached_property
    def _least(self) -> int:
        """Where all lines begin: the tens below the lowest percent, so that lines compare."""
        rows = [*map(self.of, self._scores.all), *map(self._mean, self._cards)]
        percents = [point.percent for row in rows for point in row if point.percent is not None]
        return min(int(min(percents, default=Decimal(0)) // 10) * 10, 90)

    def _row(self, name: str, found: Sequence[Point], one: Scored | None) -> Html:
        link = tag("a", name, href=f"#{one.id}") if one else name
        return tag(
            "tr",
            tag("th", link, scope="row"),
            (
                tag("td", self._told(point), class_="number" if point.percent is not None else "number gap")
                for point in found
            ),
            tag("td", self._course(name, found)),
            data_person=one.sheet.person if one else None,
            data_role=one.sheet.role if one else None,
        )

    def _told(self, point: Point) -> str:
        if point.percent is None:
            return self._say(f"sp_gap_{point.why}")
        return _hundredths(point.percent)

    def _course(self, name: str, found: Sequence[Point]) -> Html:
        each = self._say("listed").join(f"{point.month} {self._told(point)}" for point in found)
        values = [None if point.percent is None else Fraction(point.percent) for point in found]
        return course(values, self._least, self._say("sp_told_trend", name=name, months=each))


def _hundredths(number: Decimal | Fraction) -> str:
    """Half up to two places."""
    whole = (Fraction(number) * 100 + Fraction(1, 2)).__floor__()
    return f"{whole // 100}.{whole % 100:02}"
