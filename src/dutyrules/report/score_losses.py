"""Where the points go: items of each scorecard by what the team lost on them, and duties by their breaches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from dutyrules.report.markup import Html, tag
from dutyrules.report.numbers import points
from dutyrules.report.pictures import length
from dutyrules.report.score_data import Scored, Scores
from dutyrules.scoring import Finding, ItemScore

MOST_DUTIES: Final = 15
"""More are shown when they are asked for."""


def lost(item: ItemScore) -> Fraction:
    """The points that an item cost, as they count on the sheet: never more than its marks, and by its weight."""
    if item.state == "excluded":
        return Fraction(0)
    return Fraction(item.marks - item.score) * (1 if item.weight is None else item.weight)


@dataclass
class _Sum:
    """What several sheets come to at one item or duty."""

    title: str
    points: Fraction = Fraction(0)
    people: set[str] = field(default_factory=set)
    breaches: int = 0


def losses_section(scores: Scores) -> Html | None:
    """Both lists."""
    say = scores.speech
    items, duties = _items(scores), _duties(scores)
    if not items and not duties:
        return None
    return tag(
        "section",
        tag("h2", say("sp_losses")),
        tag("div", _item_list(scores, items), _duty_list(scores, duties), class_="pair"),
        tag("p", say("sp_by_duty_about"), class_="quiet") if duties else None,
        id="losses",
    )


def _items(scores: Scores) -> Sequence[tuple[str, _Sum]]:
    """(scorecard/item, sum), the dearest first; items that cost nobody anything are left out."""
    found: dict[str, _Sum] = {}
    for one in scores.all:
        for item in one.sheet.items:
            if (gone := lost(item)) == 0:
                continue
            key = f"{one.sheet.scorecard}/{item.item}"
            total = found.setdefault(key, _Sum(scores.speech.title(item.title, item.item)))
            total.points += gone
            total.people.add(one.sheet.person)
            total.breaches += sum(line.times for line in item.lines)
    return sorted(found.items(), key=lambda entry: (-entry[1].points, entry[0]))


def _item_list(scores: Scores, items: Sequence[tuple[str, _Sum]]) -> Html | None:
    if not items:
        return None
    most = max(total.points for _, total in items)
    cards = {key.partition("/")[0] for key, _ in items}
    rows = (
        tag(
            "tr",
            tag("th", total.title, " ", _card(scores, key) if len(cards) > 1 else None, scope="row"),
            tag("td", points(total.points), class_="number"),
            tag("td", len(total.people), class_="number"),
            tag("td", length(total.points, most)),
            data_item=key,
        )
        for key, total in items
    )
    titles = (("col_item", None), ("sp_lost", "number"), ("sp_people", "number"), ("sp_bar", None))
    return _table(scores, "sp_by_item", titles, rows)


def _card(scores: Scores, key: str) -> Html:
    card = key.partition("/")[0]
    return tag("small", scores.speech.title(scores.result.estate.book.scorecards[card].title, card))


def _duties(scores: Scores) -> Sequence[tuple[str, _Sum]]:
    """(duty, sum), what was breached most often first."""
    book = scores.result.estate.book
    found: dict[str, _Sum] = {}
    for one in scores.all:
        for breach in one.charged:
            title = scores.speech.title(book.duties[breach.duty].title, breach.duty)
            total = found.setdefault(breach.duty, _Sum(title))
            total.people.add(one.sheet.person)
            total.breaches += 1
        for duty, gone in alone(one).items():
            found[duty].points += gone
    return sorted(found.items(), key=lambda entry: (-entry[1].points, -entry[1].breaches, entry[0]))


def alone(one: Scored) -> dict[str, Fraction]:
    """Duty → points of the lines in which nothing else counts; what several cost together is nobody's share."""
    named: dict[str, Finding] = {breach.breach_id: breach for breach in one.sheet.breaches}
    found: dict[str, Fraction] = defaultdict(Fraction)
    for item in one.sheet.items:
        for line in item.lines:
            duties = {named[breach].duty for breach in line.breaches if breach in named}
            if len(duties) == 1 and not line.findings and item.state != "excluded":
                duty = next(iter(duties))
                if named[line.breaches[0]].strength == "must":
                    found[duty] += Fraction(line.points)
    return found


def _duty_list(scores: Scores, duties: Sequence[tuple[str, _Sum]]) -> Html | None:
    """The dearest duties, and the others behind their number."""
    if not duties:
        return None
    most = max(total.breaches for _, total in duties)
    rows = [
        tag(
            "tr",
            tag("th", total.title, scope="row"),
            tag("td", total.breaches, class_="number"),
            tag("td", len(total.people), class_="number"),
            tag("td", points(total.points) if total.points else "–", class_="number"),
            tag("td", length(Fraction(total.breaches), Fraction(most))),
        )
        for _, total in duties
    ]
    titles = (
        ("col_duty", None),
        ("col_breaches", "number"),
        ("sp_people", "number"),
        ("sp_lost_alone", "number"),
        ("sp_bar", None),
    )
    first = _table(scores, "sp_by_duty", titles, rows[:MOST_DUTIES])
    if len(rows) <= MOST_DUTIES:
        return first
    summary = tag("summary", scores.speech("sp_other_duties", count=len(rows) - MOST_DUTIES))
    rest = _table(scores, "sp_by_duty_rest", titles, rows[MOST_DUTIES:])
    return tag("div", first, tag("details", summary, rest))


def _table(scores: Scores, caption: str, titles: Sequence[tuple[str, str | None]], rows: Iterable[Html]) -> Html:
    say = scores.speech
    head = tag("tr", (tag("th", say(key), scope="col", class_=class_) for key, class_ in titles))
    table = tag("table", tag("caption", say(caption)), tag("thead", head), tag("tbody", rows), class_="losses")
    return tag("div", table, class_="wide", tabindex="0", role="region", aria_label=say(caption))
