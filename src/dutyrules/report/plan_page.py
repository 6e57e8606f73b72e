"""A plan as one HTML page: how good it is, what is missing and why, and everybody's calendar with its loads."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from dutyrules.plan import Shortfall
from dutyrules.report.markup import Html, Node, tag
from dutyrules.report.page import html_page
from dutyrules.report.pictures import key, spark, tick
from dutyrules.report.plan_load import Loads
from dutyrules.report.plan_person import PersonPage
from dutyrules.report.plan_relief_page import balanced, relaxations
from dutyrules.report.plan_words import PlanWords, percent
from dutyrules.report.work_day import WorkDays

MOST_MISSING: Final = 24
"""More targets than these are shown when they are asked for."""


def plan_page(words: PlanWords) -> bytes:
    """The page, the same bytes for the same plan."""
    loads = Loads(words)
    days = WorkDays(words)
    pages = [PersonPage(words, loads, number, load, days) for number, load in enumerate(loads.all, start=1)]
    body = (
        tag("a", words.speech("html_skip"), href="#people", class_="skip"),
        tag("header", _heading(words), _filter(words, pages)),
        tag(
            "main",
            _shortfalls(words),
            relaxations(words),
            _measures(words),
            _moves(words),
            _people(words, loads, pages),
            (one.section() for one in pages),
            balanced(words),
            _unplanned(words),
        ),
        tag("footer", _provenance(words)),
    )
    return html_page(words.title, body, words.speech, sheets=("plan.css",))


def _heading(words: PlanWords) -> Iterator[Html]:
    yield tag("h1", words.title)
    yield tag("p", words.status(), class_="status good" if words.good else "status bad")
    for caveat in words.caveats():
        yield tag("p", caveat, class_="caveat")


def _filter(words: PlanWords, pages: list[PersonPage]) -> Html | None:
    """A choice of whom to see; the script shows it, and without one there are links below."""
    if len(pages) < 2:
        return None
    everybody = tag("option", words.speech("html_everybody"), value="")
    choice = tag(
        "select",
        everybody,
        (tag("option", one.name, value=one.load.person) for one in pages),
        id="pick",
        data_by="person",
    )
    return tag("p", tag("label", f"{words.speech('html_show')} ", choice), class_="filter", hidden=True)


# ---------------------------------------------------------------- how good it is


def _shortfalls(words: PlanWords) -> Html | None:
    found = words.plan.shortfalls
    if not found:
        return None
    return tag(
        "section",
        tag("h2", words.speech("plan_shortfalls", count=len(found))),
        tag("ul", (_shortfall(words, one) for one in found), class_="shortfalls"),
        id="shortfalls",
    )


def _shortfall(words: PlanWords, one: Shortfall) -> Html:
    notes = " · ".join(filter(None, (words.proof(one), ", ".join(one.clause), one.breach_id)))
    return tag(
        "li",
        tag("strong", words.shortfall(one)),
        (tag("p", sentence) for sentence in words.reasons(one)),
        _missing(words, one),
        tag("p", notes, class_="quiet"),
        data_person=one.post.partition("@")[0],
    )


def _missing(words: PlanWords, one: Shortfall) -> Html | None:
    """What is left out; if that is much, behind its first lines."""
    if not one.missing:
        return None
    whole = tag("p", words.missing(one, len(one.missing)), class_="quiet")
    return whole if len(one.missing) <= MOST_MISSING else tag("details", tag("summary", words.missing(one, 3)), whole)


def _measures(words: PlanWords) -> Html | None:
    if not words.plan.measures:
        return None
    name, unit, *numbers = words.measure_titles
    head = tag("tr", (tag("th", title, scope="col") for title in (name, unit)), _numbers("th", numbers), tag("td"))
    return tag(
        "section",
        tag("h2", words.speech("plan_measures")),
        tag("div", tag("table", tag("thead", head), tag("tbody", _measured(words)), class_="measures"), class_="wide"),
        tag("p", words.gaps()) if words.gaps() else None,
        id="measures",
    )


def _measured(words: PlanWords) -> Iterator[Html]:
    """Every measure that the plan has, whichever they are."""
    for name, unit, value, bound, gap in words.measures():
        told = words.speech("html_measure", name=name, value=value, bound="–" if bound is None else bound)
        cells = (value, "–" if bound is None else bound, percent(gap))
        picture = tag("td", tick(value, bound, told))
        yield tag("tr", tag("th", name, scope="row"), tag("td", unit), _numbers("td", cells), picture)


def _numbers(name: str, cells: Any) -> Iterator[Html]:
    scope = "col" if name == "th" else None
    return (tag(name, cell, class_="number", scope=scope) for cell in cells)


def _moves(words: PlanWords) -> Html | None:
    """What is not as in the plan that was kept; shown for whoever had the task, and for whoever has it now."""
    moves = words.plan.moves
    if not moves:
        return None
    head = tag("tr", (tag("th", title, scope="col") for title in words.move_titles))
    lines = []
    for one, cells in zip(moves, words.moves(), strict=True):
        before, after = (task.person if task else None for task in (one.before, one.after))
        lines.append(tag("tr", (tag("td", cell) for cell in cells), data_person=after or before, data_also=before))
    table = tag("table", tag("thead", head), tag("tbody", lines))
    title = tag("h2", words.speech("plan_moves", count=len(moves)))
    return tag("section", title, tag("div", table, class_="wide"), id="moves")


# ---------------------------------------------------------------- who does how much


def _people(words: PlanWords, loads: Loads, pages: list[PersonPage]) -> Html:
    if not pages:
        return tag("section", tag("p", words.speech("plan_nothing")), id="people")
    kinds = [(key(colour), " ", loads.name(kind)) for colour, kind in enumerate(loads.kinds)]
    titles = [*kinds, words.speech("html_days"), words.speech("unit_building_days")]
    head = tag(
        "tr",
        tag("th", words.speech("col_name"), scope="col"),
        _numbers("th", titles),
        tag("th", words.speech("html_weeks"), scope="col"),
    )
    return tag(
        "section",
        tag("h2", words.speech("plan_tasks", count=len(words.plan.tasks))),
        tag(
            "div", tag("table", tag("thead", head), tag("tbody", (_person(loads, one) for one in pages))), class_="wide"
        ),
        tag("p", words.speech("html_even"), class_="quiet"),
        id="people",
    )


def _person(loads: Loads, page: PersonPage) -> Html:
    load = page.load
    numbers = [*(load.total[kind] for kind in loads.kinds), len(load.days), load.building_days]
    return tag(
        "tr",
        tag("th", tag("a", page.name, href=f"#{page.id}"), scope="row"),
        _numbers("td", numbers),
        tag("td", spark(page.bars, loads.busiest_week, page.told_weeks)),
        data_person=load.person,
    )


# ---------------------------------------------------------------- what is read last


def _unplanned(words: PlanWords) -> Html | None:
    found = words.plan.unplanned
    if not found:
        return None
    title = tag("h2", words.speech("plan_unplanned", count=len(found)))
    return tag("section", title, tag("ul", (tag("li", line) for line in words.unplanned())), id="unplanned")


def _provenance(words: PlanWords) -> Html:
    """What the plan was made of."""
    return tag("details", tag("summary", words.speech("html_provenance")), _pairs(words.plan.provenance))


def _pairs(found: Mapping[str, Any]) -> Html:
    entries: list[Node] = []
    for name, value in found.items():
        entries += [tag("dt", name), tag("dd", _pairs(value) if isinstance(value, Mapping) else str(value))]
    return tag("dl", entries)
