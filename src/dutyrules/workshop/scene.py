"""Builds the little estate of a test: posts, what there is in their areas, leave, coverage and the log."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from dutyrules.activity.log import Log
from dutyrules.book import Book
from dutyrules.book.forms import Population
from dutyrules.diagnostics import Cell, Diagnostic, InputError, Span
from dutyrules.estate import Estate, log_from_rows
from dutyrules.estate.load import complete, read_draft
from dutyrules.registry import Tables, tables_from_rows
from dutyrules.registry.areas import Areas, Places
from dutyrules.registry.tables import TARGET_COLUMN
from dutyrules.source import Node, locate
from dutyrules.workshop.entries import Entry
from dutyrules.workshop.forms import EventForm, PostForm

HOME = "home"
"""The building of units in a test that names no buildings."""

NOWHERE = "estate"
"""The area of a test that names none."""

Row = dict[str, Any]
Route = tuple[str | int, ...]
Placed = tuple[Row, Route]
Frozen = tuple[tuple[str, tuple[tuple[tuple[str, Any], ...], ...]], ...]


@dataclass(frozen=True)
class Scene:
    """A test, ready to be scored as often as one likes."""

    entry: Entry
    node: Node
    estate: Estate
    log: Log

    def under(self, book: Book) -> Estate:
        """The same estate under another version of its book."""
        if book.parameters == self.estate.book.parameters:
            return replace(self.estate, book=book)
        return replace(self.estate, book=book, bound=read_draft(self.node, Path(), book).bound)


def stage(book: Book, entry: Entry, problems: list[Diagnostic]) -> Scene | None:
    """Builds the estate and the log of a test; what does not fit goes to `problems`."""
    node, rows = _estate_node(entry), _table_rows(book, entry)
    events = [pair for index, event in enumerate(entry.given.events) for pair in _event_rows(entry, index, event)]
    try:
        draft = read_draft(node, Path(), book)
        tables, found, places = _registry(_frozen(rows), tuple(draft.areas.within.items()))
        estate = complete(draft, tables, list(found), Path(), {}, places)
        log = log_from_rows([{"at": "", "person": "", "kind": ""} | row for row, _ in events], estate)
    except InputError as error:
        problems.extend(_placed(entry, rows, problem) for problem in error.diagnostics)
        return None
    rejects = list(_rejects(entry, [path for _, path in events], log))
    problems.extend(rejects)
    return None if rejects else Scene(entry, node, estate, log)


# ---------------------------------------------------------------- the estate file


def _estate_node(entry: Entry) -> Node:
    """What would stand in `estate.yaml`, each part at its place in the book."""
    given = locate(entry.node, ("given",))
    span = given.span
    parts: dict[str, Node] = {"estate": Node("test", span), "books": Node([], span)}
    if entry.given.areas:
        parts["areas"] = locate(given, ("areas",))
    else:
        parts["areas"] = Node({area: Node({}, span) for area in _areas(entry)}, span)
    if entry.given.bind:
        parts["bind"] = locate(given, ("bind",))
    if entry.given.person.shift:
        parts["working_hours"] = locate(given, ("person", "shift"))
    return Node(parts, span)


def _areas(entry: Entry) -> list[str]:
    """The areas in which somebody has a post; the person's comes first, if it has one."""
    posts = (entry.given.person, *entry.given.people)
    return [post.area for post in posts if post.area] or [*entry.given.areas] or [NOWHERE]


# ---------------------------------------------------------------- the tables


def _table_rows(book: Book, entry: Entry) -> dict[str, list[Placed]]:
    """Rows by table, each with the place of what it says."""
    given = entry.given
    people: list[Placed] = [(_post(book, given.person), ("given", "person"))]
    people += [(_post(book, post), ("given", "people", index)) for index, post in enumerate(given.people)]
    leave: list[Placed] = [
        (
            one.model_dump(by_alias=True, exclude_none=True) | {"person": one.person or given.person.id},
            ("given", "leave", index),
        )
        for index, one in enumerate(given.leave)
    ]
    kinds = [*given.coverage] if given.coverage is not None else []
    # a row without kinds covers everything; one that covers nothing keeps the log from speaking for itself
    spells: list[Placed] = [
        (one.model_dump(by_alias=True, exclude_none=True), ("given", "spells", index))
        for index, one in enumerate(given.spells)
    ]
    coverage = {"source": "test", "status": "complete", "kinds": kinds or ([] if given.coverage is None else ["-"])}
    places = _places(book, entry)
    return {
        "people": people,
        "leave": leave,
        "coverage": [(coverage, ("given", "coverage"))],
        **places,
        "spells": [*places["spells"], *spells],
    }


def _post(book: Book, post: PostForm) -> Row:
    row = post.model_dump(by_alias=True, exclude_none=True, exclude={"id", "shift", "fte"})
    fte = {"fte": str(post.fte)} if post.fte else {}
    return {"role": main_role(book)} | row | fte | {"person": post.id}


def main_role(book: Book) -> str:
    """The role of a test's person that names none: the one that owes most of the book's duties."""
    roles = [duty.role for duty in book.duties.values()]
    return max(dict.fromkeys(roles), key=roles.count, default="")


def _places(book: Book, entry: Entry) -> dict[str, list[Placed]]:
    """Buildings and units of the person's area that make up the populations."""
    area = _areas(entry)[0]
    tables: dict[str, list[Placed]] = {"buildings": [], "units": [], "permits": [], "arrears": [], "spells": []}
    units: dict[str, Placed] = {}
    for name, members in entry.given.populations.items():
        form = book.populations.get(name) or Population(table=name)
        path: Route = ("given", "populations", name)
        ids = [f"{name}-{number + 1}" for number in range(members)] if isinstance(members, int) else members
        rows = [(_member(form, one, area), path) for one in ids]
        if form.table == "units":
            units |= {row["unit"]: (row, path) for row, path in rows}
        else:
            tables[form.table] += rows
            units = {row["unit"]: ({"unit": row["unit"]}, path) for row, path in rows if "unit" in row} | units
    if units and not tables["buildings"]:
        tables["buildings"].append(({"building": HOME, "area": area}, ("given",)))
    if units:
        home = tables["buildings"][0][0]["building"]
        tables["units"] = [({**row, "building": home}, path) for row, path in units.values()]
    return tables


def _member(form: Population, name: str, area: str) -> Row:
    row = {column: words[0] for column, words in form.where.items()} | {TARGET_COLUMN[form.table]: name}
    if form.table == "arrears":
        return {"fee": "property", "age": "current"} | row
    return row | ({"area": area} if form.table == "buildings" else {})


def _frozen(rows: Mapping[str, Sequence[Placed]]) -> Frozen:
    def hashable(value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    return tuple(
        (table, tuple(tuple((column, hashable(value)) for column, value in row.items()) for row, _ in members))
        for table, members in rows.items()
    )


@lru_cache(maxsize=256)
def _registry(
    rows: Frozen, within: tuple[tuple[str, str | None], ...]
) -> tuple[Tables, tuple[Diagnostic, ...], Places]:
    """Tables from rows; remembered, since many tests of a book speak of the same people and places."""
    plain = {
        table: [
            {column: list(value) if isinstance(value, tuple) else value for column, value in row} for row in members
        ]
        for table, members in rows
    }
    tables, problems = tables_from_rows(plain)
    return tables, tuple(problems), Places.of(tables, Areas(dict(within)))


def _placed(entry: Entry, rows: Mapping[str, Sequence[Placed]], problem: Diagnostic) -> Diagnostic:
    """A problem of a table, at the line of the book that made its row."""
    if not isinstance(problem.where, Cell):
        return problem
    members = rows.get(problem.where.file, ())
    index = problem.where.row - 2
    path: Route = members[index][1] if 0 <= index < len(members) else ("given",)
    span = locate(entry.node, (*path, problem.where.column or "")).span
    return replace(problem, where=span, related=())


# ---------------------------------------------------------------- the log


def _event_rows(entry: Entry, index: int, event: EventForm) -> Iterator[Placed]:
    person = entry.given.person.id if event.person is None else event.person
    extra = {name: _cell(value) for name, value in (event.model_extra or {}).items()}
    for at, target in product(event.at, event.target or ("",)):
        yield {"at": at, "person": person, "kind": event.kind, "target": target, **extra}, ("given", "events", index)


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rejects(entry: Entry, paths: Sequence[Route], log: Log) -> Iterator[Diagnostic]:
    """Rows that the log refused."""
    for row, column, value, reason, hint in log.rejects.select("row", "column", "value", "reason", "hint").iter_rows():
        span: Span = locate(entry.node, (*paths[row - 2], column or "")).span
        yield Diagnostic("test.bad-event", reason, span, value, None, hint or None)
