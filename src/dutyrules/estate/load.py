"""Reads ``estate.yaml`` with its books and tables, and checks that they fit together."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from pydantic import BeforeValidator, ValidationError

from dutyrules.book import Book, Parameter, load_book, node_at, resolve, unknown_book
from dutyrules.checks.duty import Titles
from dutyrules.diagnostics import Cell, Diagnostic, InputError, Span, did_you_mean
from dutyrules.estate.estate import Estate
from dutyrules.figure import Day, Duration, Figure, Form, Text, Window, Within, wrong
from dutyrules.registry import Tables, load_tables
from dutyrules.registry.areas import Areas
from dutyrules.resources import rules_dir
from dutyrules.source import Node, locate, plain, read
from dutyrules.timegrid import Calendar


class AreaForm(Form):
    """An area, perhaps inside another."""

    title: Titles = ""
    within: Text | None = None


def _zone(value: object) -> object:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError):
        raise wrong("timezone", value, "a time zone such as Asia/Shanghai") from None
    return value


class CalendarForm(Form):
    """Days on which the estate departs from the public calendar."""

    overrides: Mapping[Day, Literal["workday", "holiday"]] = {}


class EstateForm(Form):
    """The file ``estate.yaml``."""

    estate: Text
    title: Titles = ""
    timezone: Annotated[Text, BeforeValidator(_zone)] = "Asia/Shanghai"
    working_hours: Window = (30_600, 63_000)
    granularity: Literal["minute", "second"] = "minute"
    areas: Mapping[str, AreaForm] = {}
    calendar: CalendarForm = CalendarForm()
    books: tuple[Text, ...]
    bind: Mapping[str, Any] = {}
    log_cutoff: Within = Duration(3, "workdays")


@dataclass(frozen=True)
class Draft:
    """An estate file that has been read, before its tables."""

    form: EstateForm
    node: Node
    book: Book
    bound: Mapping[str, Figure[Any]]
    areas: Areas


def load_estate(path: str | Path) -> Estate:
    """Reads an estate with its rule books and tables.

    Args:
        path: The ``estate.yaml``, or the directory that holds it.

    Raises:
        InputError: everything that is wrong, each at its file and line or row.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "estate.yaml"
    draft = read_draft(read(file), file.parent)
    tables, problems, files = load_tables(file.parent)
    return complete(draft, tables, problems, file.parent, {file.name: sha256(file.read_bytes()).hexdigest(), **files})


def read_draft(node: Node, directory: Path, book: Book | None = None) -> Draft:
    """The estate file itself, its books and bindings.

    Args:
        book: Its books, if they are read already; they may then name areas that this estate does not have.
    """
    problems: list[Diagnostic] = []
    try:
        form = EstateForm.model_validate(plain(node))
    except ValidationError as error:
        raise InputError([_problem(node, line) for line in error.errors(include_url=False)]) from None
    areas = Areas({name: area.within for name, area in form.areas.items()})
    _check_areas(node, form, problems)
    books = book or _books(node, form, directory, problems)
    bound = _bindings(node, form, books, problems)
    if not problems and book is None:  # areas that lie in a circle would never end
        _check_figures(books, areas, problems)
    if problems:
        raise InputError(problems)
    return Draft(form, node, books, bound, areas)


def complete(draft: Draft, tables: Tables, problems: list[Diagnostic], directory: Path, files: Mapping[str, str]) -> Estate:
    """Puts the tables to the estate and checks that they know each other's names."""
    form = draft.form
    found = [*problems, *_check_tables(draft, tables)]
    if any(problem.severity == "error" for problem in found):
        raise InputError(found)
    overrides = {day: word == "workday" for day, word in form.calendar.overrides.items()}
    return Estate(
        id=form.estate,
        title=form.title,
        directory=directory,
        timezone=form.timezone,
        working_hours=form.working_hours,
        granularity=60 if form.granularity == "minute" else 1,
        areas=draft.areas,
        calendar=Calendar(overrides),
        book=draft.book,
        bound=draft.bound,
        tables=tables,
        log_cutoff=form.log_cutoff,
        files=dict(files),
        notices=tuple(found),
    )


def _problem(node: Node, line: Any) -> Diagnostic:
    place = locate(node, line["loc"])
    context = line.get("ctx", {})
    name = str(line["loc"][-1]) if line["loc"] else ""
    span = place.key_span or place.span
    if line["type"] == "missing":
        return Diagnostic("estate.missing-key", f"{name} is missing", span, None, f"{name}: …")
    if line["type"] == "extra_forbidden":
        return Diagnostic("estate.unknown-key", f"nothing reads {name}", span, name, None, did_you_mean(name, EstateForm.model_fields))
    expected = str(context.get("expected", line["msg"]))
    return Diagnostic("estate.bad-value", "this value does not fit", place.span, str(context.get("found", line["input"])), expected)


def _check_areas(node: Node, form: EstateForm, problems: list[Diagnostic]) -> None:
    for name, area in form.areas.items():
        span = locate(node, ("areas", name, "within")).span
        if area.within is not None and area.within not in form.areas:
            problems.append(Diagnostic("estate.unknown-area", f"there is no area {area.within}", span, area.within, None, did_you_mean(area.within, form.areas)))
            continue
        seen, inner = {name}, area.within
        while inner is not None and inner in form.areas and inner not in seen:
            seen.add(inner)
            inner = form.areas[inner].within
        if inner in seen:
            problems.append(Diagnostic("estate.area-cycle", f"{name} lies within itself", span, name))


def _books(node: Node, form: EstateForm, directory: Path, problems: list[Diagnostic]) -> Book:
    paths: list[Path] = []
    named_at: dict[Path, Span] = {}
    for index, name in enumerate(form.books):
        span = locate(node, ("books", index)).span
        path = resolve(name, directory)
        if path is None:
            problems.append(unknown_book(name, span))
        else:
            paths.append(path)
            named_at[path] = span
    if problems or not paths:
        raise InputError(problems or [Diagnostic("estate.no-books", "an estate needs a rule book", node.span, None, "books: [dutyrules:area-butler]")])
    return load_book(*paths, named_at=named_at)


def _bindings(node: Node, form: EstateForm, book: Book, problems: list[Diagnostic]) -> dict[str, Figure[Any]]:
    bound = {name: value for name, form_ in book.parameters.items() if (value := _default(form_)) is not None}
    for name, value in form.bind.items():
        place = locate(node, ("bind", name))
        if name not in book.parameters:
            problems.append(Diagnostic("estate.unknown-parameter", f"no book has a parameter {name}", place.key_span or place.span, name, None, did_you_mean(name, book.parameters)))
            continue
        try:
            bound[name] = book.parameters[name].adapter.validate_python(value)
        except ValidationError as error:
            for line in error.errors(include_url=False):
                expected = str(line.get("ctx", {}).get("expected", line["msg"]))
                where = locate(node, ("bind", name, *line["loc"]))
                problems.append(Diagnostic("estate.bad-binding", f"this is no {book.parameters[name].type}", where.span, str(value), expected))
    return bound


def _default(parameter: Parameter) -> Figure[Any] | None:
    return None if parameter.default is None else parameter.adapter.validate_python(parameter.default)


def _check_figures(book: Book, areas: Areas, problems: list[Diagnostic]) -> None:
    """By-area figures name areas that exist; a shipped book may name some that this estate does not have."""
    for name, duty in book.duties.items():
        for path, figure in duty.figures():
            for area in sorted(figure.areas - set(areas.names)):
                node = node_at(book.assembly, ("duties", name, *path, "areas", area))
                if not Path(node.span.file).resolve().is_relative_to(rules_dir().resolve()):
                    problems.append(
                        Diagnostic(
                            "estate.unknown-area",
                            f"the estate has no area {area}",
                            node.key_span or node.span,
                            area,
                            None,
                            did_you_mean(area, areas.names),
                        )
                    )


def _check_tables(draft: Draft, tables: Tables) -> list[Diagnostic]:
    """Names in the tables that the estate file or the books must know."""
    problems: list[Diagnostic] = []
    checks = [
        ("people", "area", draft.areas.names, "table.unknown-area", "area"),
        ("people", "role", tuple(draft.book.roles), "table.unknown-role", "role"),
        ("buildings", "area", draft.areas.names, "table.unknown-area", "area"),
    ]
    for table, column, known, code, what in checks:
        frame: pl.DataFrame = getattr(tables, table)
        strange = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(list(known)))
        for row, name in strange.select("_row", column).iter_rows():
            problems.append(Diagnostic(code, f"there is no {what} {name}", Cell(table, row, column), name, None, did_you_mean(name, known)))
    for row, names in tables.coverage.select("_row", "areas").iter_rows():
        for name in names or ():
            if name not in draft.areas.names:
                problems.append(Diagnostic("table.unknown-area", f"there is no area {name}", Cell("coverage", row, "areas"), name, None, did_you_mean(name, draft.areas.names)))
    return problems
