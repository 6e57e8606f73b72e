"""Person × day: how many breaches fell due when, as a table that is read with eyes, keys or ears."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from dutyrules.report.markup import Html, tag
from dutyrules.report.month_days import Day
from dutyrules.report.score_data import Scored, Scores

LEVELS: Final = 5
"""Shades; larger numbers look alike, and are written anyway."""

_OFF: Final = ("rest", "leave", "none", "ahead")
"""Days on which nothing is owed, or nothing is known yet."""


def days_section(scores: Scores) -> Html | None:
    """A table for every month of the period."""
    if not scores.all:
        return None
    first = scores.all[0].days
    months = [list(days) for _, days in groupby(range(len(first)), lambda number: first[number].date.replace(day=1))]
    return tag(
        "section",
        tag("h2", scores.speech("sp_days")),
        tag("p", scores.speech("sp_days_about"), class_="quiet"),
        _legend(scores),
        (_month(scores, [*days]) for days in months),
        id="days",
    )


def _legend(scores: Scores) -> Html:
    """What the letters and shades mean; those that occur."""
    say, seen = scores.speech, {day.state for one in scores.all for day in one.days}
    keys = [
        ("h1", "1", say("sp_breaches_fell_due")),
        ("h3", "3", ""),
        (f"h{LEVELS}", f"{LEVELS}+", ""),
        ("work", "0", say("sp_work_none")),
        *((state, say(f"sp_{state}"), say(f"sp_{state}_long")) for state in _OFF if state in seen),
    ]
    return tag(
        "ul",
        (tag("li", tag("span", text, class_=f"cell {class_}"), f" {told}") for class_, text, told in keys),
        class_="legend",
    )


def _month(scores: Scores, numbers: Sequence[int]) -> Html:
    say, first = scores.speech, scores.all[0].days
    month = first[numbers[0]].date
    title = say("html_month", year=month.year, month=f"{month.month:02}")
    heads = (_weekday(scores, first[number]) for number in numbers)
    table = tag(
        "table",
        tag("caption", say("sp_days_of", month=title)),
        tag(
            "thead", tag("tr", tag("th", say("col_name"), scope="col"), heads, tag("th", say("col_total"), scope="col"))
        ),
        tag("tbody", (_row(scores, one, [one.days[number] for number in numbers]) for one in scores.all)),
        tag("tfoot", _sums(scores, numbers)),
        class_="heat",
    )
    return tag("div", table, class_="wide", tabindex="0", role="region", aria_label=say("sp_days_of", month=title))


def _weekday(scores: Scores, day: Day) -> Html:
    weekend = "weekend" if day.date.weekday() >= 5 else None
    name = tag(
        "abbr", scores.speech(f"sp_weekday_{day.date.weekday()}"), title=scores.speech(f"weekday_{day.date.weekday()}")
    )
    return tag("th", day.date.day, name, scope="col", class_=weekend)


def _row(scores: Scores, one: Scored, days: Sequence[Day]) -> Html:
    total = sum(day.breaches for day in days)
    return tag(
        "tr",
        tag("th", tag("a", one.name, href=f"#{one.id}"), scope="row"),
        (_cell(scores, one, day) for day in days),
        tag("td", total, class_="sum"),
        data_person=one.sheet.person,
        data_role=one.sheet.role,
    )


def _cell(scores: Scores, one: Scored, day: Day) -> Html:
    """The number, or what kind of a day it was; it leads to the breaches of the day."""
    say = scores.speech
    if not day.breaches:
        return tag("td", "0" if day.state == "work" else say(f"sp_{day.state}"), class_=day.state)
    told = say(
        "sp_told_day", name=one.name, day=day.date.isoformat(), count=day.breaches, state=say(f"sp_{day.state}_long")
    )
    link = tag("a", day.breaches, href=f"#{one.day(day)}", title=told, aria_label=told)
    return tag("td", link, class_=f"{day.state} h{min(day.breaches, LEVELS)}")


def _sums(scores: Scores, numbers: Sequence[int]) -> Html:
    """What falls due on each day in all."""
    sums = [sum(one.days[number].breaches for one in scores.all) for number in numbers]
    cells: Iterator[Html] = (tag("td", total or "") for total in sums)
    return tag("tr", tag("th", scores.speech("col_total"), scope="row"), cells, tag("td", sum(sums), class_="sum"))
