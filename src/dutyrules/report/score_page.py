"""A scored month as one HTML page: the team, who missed what on which day, and every point with what it rests on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dutyrules.estate.provenance import provenance
from dutyrules.report.language import Speech
from dutyrules.report.markup import Html, Node, tag
from dutyrules.report.page import html_page
from dutyrules.report.score_data import Scores
from dutyrules.report.score_days import days_section
from dutyrules.report.score_losses import losses_section
from dutyrules.report.score_person import PersonScore
from dutyrules.report.score_team import team_section
from dutyrules.report.score_trend import Trend
from dutyrules.report.standing_text import standing_words
from dutyrules.report.text import caveats, heading
from dutyrules.scoring import Result, Sheet


def score_page(result: Result, people: Sequence[Sheet], speech: Speech, *, own: bool = False) -> bytes:
    """The page, the same bytes for the same result.

    Args:
        own: It is one person's copy, with nothing of others in it: no team, and others by role instead of name.
    """
    scores = Scores(result, people, speech, own=own)
    trend = Trend(scores)
    team = () if own else (team_section(scores), days_section(scores), losses_section(scores), trend.section())
    title = next(iter(heading(result, speech)))
    body = (
        tag("a", speech("html_skip"), href="#people", class_="skip"),
        tag("header", _heading(scores, title), _contents(scores, trend), _filters(scores)),
        tag(
            "main",
            team,
            tag("div", (PersonScore(scores, trend, one).section() for one in scores.all), id="people", tabindex="-1"),
        ),
        tag("footer", _provenance(scores)),
    )
    return html_page(title, body, speech, sheets=("score.css",))


# ---------------------------------------------------------------- what was scored


def _heading(scores: Scores, title: str) -> Iterator[Html]:
    yield tag("h1", title)
    yield tag("p", _sources(scores), class_="quiet")
    yield _status(scores)
    if scores.result.standing:
        yield tag("p", standing_words(scores.result.standing, scores.speech))
    lines = [*caveats(scores.result, scores.speech)]
    if scores.result.uncovered and not scores.own:
        lines.append(scores.speech("uncovered", count=len(scores.result.uncovered)))
    if lines:
        yield tag("ul", (tag("li", line) for line in lines), class_="caveats")


def _sources(scores: Scores) -> str:
    """In a line, what it was made from."""
    result, say = scores.result, scores.speech
    days = say("sp_days_range", first=result.period.first.isoformat(), last=result.period.last.isoformat())
    as_of = say("as_of", as_of=result.as_of) if result.as_of else say("sp_whole")
    rows = say("sp_rows", rows=sum(file.rows for file in result.log.files), files=len(result.log.files))
    return " · ".join((days, as_of, rows))


def _status(scores: Scores) -> Html:
    """Whether what stands here is what it will stay."""
    carded = [one.sheet for one in scores.all if one.sheet.scorecard]
    open_ = sum(not sheet.complete for sheet in carded)
    key = "sp_forecast" if scores.result.forecast else "sp_open" if open_ else "sp_complete"
    if len(carded) == 1 and not scores.result.forecast:
        key += "_one"
    good = key.startswith("sp_complete")
    return tag("p", scores.speech(key, open=open_, all=len(carded)), class_="status good" if good else "status bad")


def _contents(scores: Scores, trend: "Trend") -> Html | None:
    """Where the parts are."""
    if scores.own:
        return None
    parts = ["team", "days", "losses", *(["trend"] if trend.months else []), "sheets"]
    places = {"sheets": "people"}
    links = (tag("li", tag("a", scores.speech(f"sp_{part}"), href=f"#{places.get(part, part)}")) for part in parts)
    return tag("nav", tag("ul", links), class_="contents", aria_label=scores.speech("sp_contents"))


def _filters(scores: Scores) -> Html | None:
    """Choices of what to see; the script shows them, and without one everything is there."""
    if scores.own or len(scores.all) < 2:
        return None
    say, everything = scores.speech, scores.speech("sp_all")
    people = [(one.sheet.person, one.sheet.name) for one in scores.all]
    roles = [(one.sheet.role, one.role) for one in scores.all]
    items = [
        (f"{one.sheet.scorecard}/{item.item}", say.title(item.title, item.item))
        for one in scores.all
        for item in one.sheet.items
    ]
    choices = (("person", people), ("role", roles), ("item", items))
    return tag(
        "div",
        (
            _choice(name, say("col_name" if name == "person" else f"col_{name}"), everything, dict(pairs))
            for name, pairs in choices
            if len(dict(pairs)) > 1
        ),
        tag("button", say("sp_open_all"), type="button", class_="everything"),
        tag("output", class_="quiet", id="found", data_none=say("sp_none_found")),
        class_="filter",
        role="search",
        aria_label=say("sp_filter"),
        hidden=True,
    )


def _choice(name: str, label: str, everything: str, options: Mapping[str, str]) -> Html:
    chosen = (tag("option", text, value=value) for value, text in options.items())
    select = tag("select", tag("option", everything, value=""), chosen, id=f"pick-{name}", data_by=name)
    return tag("label", f"{label} ", select)


# ---------------------------------------------------------------- what is read last


def _provenance(scores: Scores) -> Html:
    """Hashes of everything that the result was made from, so that it can be made again."""
    result = scores.result
    found = provenance(result.estate, result.log, provisional=result.provisional)
    return tag("details", tag("summary", scores.speech("sp_provenance")), _pairs(found))


def _pairs(found: Mapping[str, Any]) -> Html:
    entries: list[Node] = []
    for name, value in found.items():
        entries += [tag("dt", name), tag("dd", _pairs(value) if isinstance(value, Mapping) else str(value))]
    return tag("dl", entries)
