"""The team at a glance: numbers, the ranking with bars, and who has no rank and why."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from dutyrules.report.consequences import grade
from dutyrules.report.markup import Html, Node, tag
from dutyrules.report.numbers import money, plain, points
from dutyrules.report.pictures import reach
from dutyrules.report.score_data import Scored, Scores
from dutyrules.report.score_losses import lost
from dutyrules.report.standing import reasons
from dutyrules.report.text import range_of


def team_section(scores: Scores) -> Html:
    """What a director looks at first."""
    return tag("section", tag("h2", scores.speech("sp_team")), _tiles(scores), _ranking(scores), id="team")


def _tiles(scores: Scores) -> Html:
    """A few numbers of everybody."""
    say, sheets = scores.speech, [one.sheet for one in scores.all]
    carded = [sheet for sheet in sheets if sheet.scorecard]
    fines: dict[str, Decimal] = {}
    for sheet in sheets:
        for currency, amount in sheet.fine_totals.items():
            fines[currency] = fines.get(currency, Decimal(0)) + amount
    told = {
        "sp_people": str(len({sheet.person for sheet in sheets})),
        "sp_sheets_complete": f"{sum(sheet.complete for sheet in carded)} / {len(carded)}",
        "sp_lost": points(sum((lost(item) for sheet in sheets for item in sheet.items), Fraction(0))),
        "breaches": str(sum(len(one.charged) for one in scores.all)),
        "not_assessed": str(sum(len(sheet.not_assessed) for sheet in sheets)),
        "col_fines": money(fines) or "0",
    }
    return tag(
        "dl", (tag("div", tag("dt", say(key)), tag("dd", number)) for key, number in told.items()), class_="tiles"
    )


def _ranking(scores: Scores) -> Html:
    """Each scorecard by itself, best first; then whoever has no rank."""
    say = scores.speech
    columns = ("rank", "name", "score", "percent", "lost", "breaches", "open", "fines")
    titles = {"lost": say("sp_lost")}
    head = tag(
        "tr",
        (
            tag("th", titles.get(key) or say(f"col_{key}"), scope="col", class_=None if key == "name" else "number")
            for key in columns
        ),
        tag("th", say("sp_bar"), scope="col"),
    )
    groups: list[Node] = []
    for card in scores.standing.cards:
        mine = [scores.by_holder[sheet.person, sheet.role] for _, sheet in card.sheets]
        groups.append(_group(card.title, mine, scores, len(columns) + 1))
    if scores.standing.unranked:
        rest = [scores.by_holder[sheet.person, sheet.role] for sheet in scores.standing.unranked]
        groups.append(_group(say("wb_unranked"), rest, scores, len(columns) + 1))
    table = tag("table", tag("caption", say("sp_ranking"), class_="hush"), tag("thead", head), groups, class_="ranking")
    return tag("div", table, class_="wide", tabindex="0", role="region", aria_label=say("sp_ranking"))


def _group(title: str, mine: Iterable[Scored], scores: Scores, columns: int) -> Html:
    head = tag("tr", tag("th", title, colspan=columns, scope="rowgroup"), class_="group")
    return tag("tbody", head, (_row(scores, one) for one in mine))


def _row(scores: Scores, one: Scored) -> Html:
    sheet = one.sheet
    gone = sum((lost(item) for item in sheet.items), Fraction(0))
    numbers = (
        _score(scores, one),
        "" if sheet.percent is None else f"{sheet.percent:.2f}",
        points(gone) if sheet.scorecard else "",
        len(one.charged),
        len(sheet.not_assessed) or "",
        money(sheet.fine_totals),
    )
    return tag(
        "tr",
        tag("td", one.rank or "–", class_="number"),
        tag("th", tag("a", one.name, href=f"#{one.id}"), " ", tag("small", _about(scores, one)), scope="row"),
        (tag("td", number, class_="number") for number in numbers),
        tag("td", _bar(scores, one)),
        data_person=sheet.person,
        data_role=sheet.role,
    )


def _about(scores: Scores, one: Scored) -> str:
    """Where, with which grade, or why without a rank."""
    said = [scores.speech("listed").join(one.areas)] if one.areas else []
    if one.sheet.grade:
        said.append(grade(one.sheet.grade, scores.speech))
    if one.rank is None:
        said += reasons(scores.result, one.sheet, scores.speech)
    return " · ".join(said)


def _score(scores: Scores, one: Scored) -> Iterator[Node]:
    """The score of what it could be; of an incomplete sheet the range in which it will end."""
    sheet = one.sheet
    if sheet.score is None or sheet.marks is None:
        return
    settled = sheet.score_min == sheet.score_max
    yield tag("strong", plain(sheet.score) if settled else range_of(sheet))
    yield " "
    yield tag("small", scores.speech("wb_of", marks=plain(sheet.marks)))


def _bar(scores: Scores, one: Scored) -> Html | None:
    sheet = one.sheet
    if sheet.score is None or not sheet.marks:
        return None
    low, high = sheet.score_min or sheet.score, sheet.score_max or sheet.score
    told = scores.speech("sp_told_score", score=plain(low), marks=plain(sheet.marks))
    if not sheet.complete:
        told = scores.speech("sp_told_range", low=plain(low), high=plain(high), marks=plain(sheet.marks))
    return reach(Fraction(low), Fraction(high), Fraction(sheet.marks), told)
