"""What could be changed, on the page of a plan: next to what is missing, and after everybody's calendar."""

from collections.abc import Iterable, Sequence

from dutyrules.plan import Relaxation
from dutyrules.report.markup import Html, tag
from dutyrules.report.plan_relief import ReliefWords
from dutyrules.report.plan_words import PlanWords


def relaxations(words: PlanWords) -> Html | None:
    """The cheapest changes after which nothing is missed, group by group."""
    found, relief = words.plan.relaxations, ReliefWords(words)
    if not found:
        return None
    return tag(
        "section",
        tag("h2", words.speech("relax_title", count=len(found))),
        tag("p", words.speech("relax_note"), class_="quiet"),
        tag("ul", (_relaxation(relief, one) for one in found), class_="shortfalls"),
        id="relaxations",
    )


def _relaxation(relief: ReliefWords, one: Relaxation) -> Html:
    person = one.persons[0] if len(one.persons) == 1 else None
    changes = (tag("p", change) for change in relief.changes(one))
    return tag("li", tag("strong", relief.relaxation(one)), changes, data_person=person)


def balanced(words: PlanWords) -> Html | None:
    """Which buildings could go over to whom."""
    one, relief = words.plan.balance, ReliefWords(words)
    if one is None:
        return None
    tables = (
        _table(relief.handover_titles, relief.handovers(one), 3) if one.handovers else None,
        _table(relief.load_titles, relief.loads(one), 1) if one.handovers else None,
    )
    return tag(
        "section",
        tag("h2", words.speech("balance_title")),
        tag("p", relief.balance(one)),
        tables,
        id="balance",
    )


def _table(titles: Sequence[str], rows: Iterable[Sequence[object]], words_first: int) -> Html:
    def cells(name: str, found: Sequence[object], scope: str | None = None) -> Iterable[Html]:
        return (
            tag(name, str(cell), class_="number" if place >= words_first else None, scope=scope)
            for place, cell in enumerate(found)
        )

    head = tag("thead", tag("tr", cells("th", titles, "col")))
    body = tag("tbody", (tag("tr", cells("td", row)) for row in rows))
    return tag("div", tag("table", head, body), class_="wide")
