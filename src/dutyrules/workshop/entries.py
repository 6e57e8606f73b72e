"""Reads the `tests:` of a book strictly: every name must exist, every mistake is found at its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from dutyrules.activity.kinds import Kind
from dutyrules.activity.log import JUDGED, KEPT, REQUIRED
from dutyrules.book import Book
from dutyrules.book.assemble import in_full
from dutyrules.book.problems import place_of, problems_of
from dutyrules.diagnostics import Diagnostic, Span, did_you_mean
from dutyrules.figure import Form
from dutyrules.registry.tables import TARGET_COLUMN
from dutyrules.source import Node, locate, plain
from dutyrules.workshop.forms import STATES, BreachedForm, BreachForm, GivenForm, SumsForm, TestForm

F = TypeVar("F", bound=Form)

COLUMNS = (*REQUIRED, *JUDGED, *KEPT)
SUMS = tuple(SumsForm.model_fields)
WORDS = f"one of {', '.join(STATES)}, or breached: {{…}}"


@dataclass(frozen=True)
class Entry:
    """A test as it was read.

    Attributes:
        clause: The clauses that it speaks of, in full.
        duties: Duty → a word of `STATES`, or exactly the breaches that are expected.
        lines: Clause of a line, in full → points.
        node: The test as written, for places.
    """

    name: str
    clause: tuple[str, ...]
    given: GivenForm
    duties: Mapping[str, str | tuple[BreachForm, ...]]
    sums: SumsForm
    lines: Mapping[str, Any]
    node: Node

    def span(self, *path: str | int) -> Span:
        """Where a part of the test is written."""
        return place_of(locate(self.node, path))


def read_entries(book: Book, problems: list[Diagnostic]) -> list[Entry]:
    """The tests of a book; what is wrong with them goes to `problems`."""
    if not book.tests:
        span = Span([*book.files][-1], 1, 1)
        problems.append(
            Diagnostic("test.none", "the book has no tests", span, None, "tests: [{name, clause, given, expect}]")
        )
    found = [_entry(book, test.source, test.node, problems) for test in book.tests]
    return [entry for entry in found if entry is not None]


def _entry(book: Book, source: str, node: Node, problems: list[Diagnostic]) -> Entry | None:
    before = len(problems)
    form = _checked(TestForm, node, problems)
    expect = locate(node, ("expect",))
    members = expect.value if isinstance(expect.value, dict) else {}
    parts = {key: part for key, part in members.items() if key in SUMS}
    sums = _checked(SumsForm, replace(expect, value=parts), problems)
    found = {key: _verdict(book, key, part, problems) for key, part in members.items() if key not in SUMS}
    if form is None or sums is None:
        return None
    entry = Entry(
        name=form.name,
        clause=tuple(in_full(clause, source) for clause in form.clause),
        given=form.given,
        duties={duty: verdict for duty, verdict in found.items() if verdict is not None},
        sums=sums,
        lines={in_full(clause, source): points for clause, points in sums.lines.items()},
        node=node,
    )
    _names(book, source, entry, problems)
    if not members:
        span, example = entry.span("expect"), "expect: {duty: met}"
        problems.append(Diagnostic("test.nothing-expected", "a test has to expect something", span, "{}", example))
    return entry if len(problems) == before else None


def _verdict(book: Book, duty: str, node: Node, problems: list[Diagnostic]) -> str | tuple[BreachForm, ...] | None:
    if duty not in book.duties:
        known = (*book.duties, *SUMS)
        problems.append(_unknown("duty", duty, place_of(node), known))
        return None
    if isinstance(node.value, dict):
        form = _checked(BreachedForm, node, problems)
        return form.breached if form else None
    if node.value in STATES:
        return str(node.value)
    found = str(plain(node))
    hint = did_you_mean(found, (*STATES, "breached"))
    problems.append(Diagnostic("test.unknown-verdict", "this is no verdict", node.span, found, WORDS, hint))
    return None


def _names(book: Book, source: str, entry: Entry, problems: list[Diagnostic]) -> None:
    """Clauses, items, lines, currencies, populations and kinds that must exist."""
    clauses = {*book.cited, *(clause for catalogue in book.catalogues.values() for clause in catalogue.clauses)}
    cards = list(book.scorecards.values())
    lines = {clause for card in cards for line in card.lines.values() for clause in line.clause}
    tables = (*book.populations, *TARGET_COLUMN)

    def need(what: str, names: Iterable[str], known: Iterable[str], *path: str | int) -> None:
        known = list(known)
        for index, name in enumerate(names):
            if (in_full(name, source) if what in ("clause", "line") else name) not in known:
                place = locate(entry.node, (*path, name, index))
                problems.append(_unknown(what, name, place.span if what == "clause" else place_of(place), known))

    need("clause", entry.clause, {*clauses, *(clause for card in cards for clause in card.clause)}, "clause")
    need("item", entry.sums.items, [item for card in cards for item in card.items], "expect", "items")
    grades = {grade.grade for card in cards for grade in card.grades}
    if entry.sums.grade not in (None, *grades):
        place = locate(entry.node, ("expect", "grade")).span
        problems.append(_unknown("grade", str(entry.sums.grade), place, grades))
    need("line", entry.sums.lines, lines, "expect", "lines")
    need("outcome", entry.sums.outcomes, book.outcomes, "expect", "outcomes")
    for word in ("fines", "payable"):
        need("currency", getattr(entry.sums, word), [fine.currency for fine in book.fines.values()], "expect", word)
    need("population", entry.given.populations, tables, "given", "populations")
    for index, event in enumerate(entry.given.events):
        path = ("given", "events", index)
        kind = book.kinds.get(event.kind)
        if kind is None:
            problems.append(_unknown("kind of event", event.kind, locate(entry.node, (*path, "kind")).span, book.kinds))
        else:
            need("column", event.model_extra or {}, _columns(kind), *path)


def _columns(kind: Kind) -> tuple[str, ...]:
    return (*COLUMNS, *kind.attributes)


def _unknown(what: str, name: str, span: Span | None, known: Iterable[str]) -> Diagnostic:
    code = f"test.unknown-{what.split(maxsplit=1)[0]}"
    return Diagnostic(code, f"there is no {what} {name}", span, name, None, did_you_mean(name, known))


def _checked(form: type[F], node: Node, problems: list[Diagnostic]) -> F | None:
    try:
        return form.model_validate(plain(node))
    except ValidationError as error:
        problems += problems_of(form, node, error, area="test")
        return None
