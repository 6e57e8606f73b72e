"""Reads ``estate.yaml`` with its books and tables, and checks that they fit together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import combinations, product
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import polars as pl
from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from dutyrules.book import Book, Parameter, load_book, resolve, unknown_book
from dutyrules.book.problems import circles, follow, place_of, places, problems_of
from dutyrules.checks.duty import Names, Titles
from dutyrules.diagnostics import Cell, Diagnostic, InputError, Place, Span, did_you_mean
from dutyrules.estate.estate import Estate
from dutyrules.estate.occasions import check_patrols
from dutyrules.estate.offices import AreaForm, check_offices, check_walking, check_walks
from dutyrules.estate.planning import Planning
from dutyrules.figure import Day, Duration, Figure, Form, Text, Window, Within, clock, shown, wrong
from dutyrules.registry import Tables, load_tables
from dutyrules.registry.areas import Areas, Places
from dutyrules.resources import rules_dir
from dutyrules.source import Node, plain, read
from dutyrules.timegrid import Calendar


def _zone(value: object) -> object:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = did_you_mean(str(value), available_timezones())
        raise wrong("timezone", value, "a time zone such as Asia/Shanghai", hint) from None
    return value


def _in_days(value: Duration) -> Duration:
    if value.unit not in ("workdays", "days") or not value.amount:
        raise wrong("duration", str(value), "a number of workdays or days such as 5 workdays")
    return value


def _in_months(value: Duration) -> Duration:
    if value.unit != "months" or not value.amount:
        raise wrong("duration", str(value), "a number of months such as 36 months")
    return value


class CalendarForm(Form):
    """Days on which the estate departs from the public calendar."""

    overrides: Mapping[Day, Literal["workday", "holiday"]] = {}


class EstateForm(Form):
    """The file ``estate.yaml``."""

    estate: Text
    title: Titles = ""
    timezone: Annotated[Text, BeforeValidator(_zone)] = "Asia/Shanghai"
    working_hours: Window = (28_800, 63_000)
    granularity: Literal["minute", "second"] = "minute"
    areas: Mapping[str, AreaForm] = {}
    calendar: CalendarForm = CalendarForm()
    books: Names
    bind: Mapping[str, Any] = {}
    log_cutoff: Within = Duration(3, "workdays")
    appeal_window: Annotated[Within, AfterValidator(_in_days)] = Duration(5, "workdays")
    retention: Annotated[Within, AfterValidator(_in_months)] | None = None
    planning: Planning = Planning()


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
    node = read(file)
    tables, problems, files = load_tables(file.parent)
    try:
        draft = read_draft(node, file.parent)
    except InputError as error:
        raise InputError([*error.diagnostics, *problems]) from None
    return complete(draft, tables, problems, file.parent, {file.name: sha256(file.read_bytes()).hexdigest(), **files})


def read_draft(node: Node, directory: Path, book: Book | None = None) -> Draft:
    """The estate file itself, its books and bindings.

    Args:
        book: Its books, if they are read already; they may then name areas that this estate does not have.
    """
    problems: list[Diagnostic] = []
    form = _form(node, problems)
    books = book or _books(node, directory, problems)
    if form is not None:
        _check_areas(node, form, problems)
    if form is None or books is None:
        raise InputError(problems)
    bound = _bindings(node, form, books, problems)
    offices = {name: office for name, area in form.areas.items() if (office := area.office_of(name))}
    areas = Areas({name: area.within for name, area in form.areas.items()}, offices)
    if book is None:
        _check_figures(node, books, areas, problems)
        _check_planning(node, form.planning, books, problems)
        check_patrols(node, form.planning, areas, problems)
        check_walks(node, form.planning, areas, problems)
        _check_roster(node, form, books, problems)
    if problems:
        raise InputError(problems)
    return Draft(form, node, books, bound, areas)


def complete(
    draft: Draft,
    tables: Tables,
    problems: list[Diagnostic],
    directory: Path,
    files: Mapping[str, str],
    places: Places | None = None,
) -> Estate:
    """Puts the tables to the estate and checks that they know each other's names.

    Args:
        places: Those of the tables and areas, if they are known already.
    """
    form = draft.form
    found = [*problems, *_check_tables(draft, tables, directory, files)]
    found += check_offices(draft.node, draft.areas, tables)
    found += check_walking(draft.areas, tables, directory, files)
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
        appeal_window=form.appeal_window,
        retention=form.retention,
        planning=form.planning,
        places=places or Places.of(tables, draft.areas),
        files=dict(files),
        notices=tuple(found),
    )


def _form(node: Node, problems: list[Diagnostic]) -> EstateForm | None:
    """The form without what is wrong in it, so that the rest can be checked; None if nothing is right."""
    written = plain(node)
    try:
        return EstateForm.model_validate(written)
    except ValidationError as error:
        problems += problems_of(EstateForm, node, error, area="estate")
        wrong_keys = {line["loc"][0] for line in error.errors() if line["loc"]}
    if not isinstance(written, dict):
        return None
    sound = {key: value for key, value in written.items() if key not in wrong_keys}
    return EstateForm.model_validate({"estate": "", "books": []} | sound)


def _check_areas(node: Node, form: EstateForm, problems: list[Diagnostic]) -> None:
    for name, area in form.areas.items():
        if area.within is not None and area.within not in form.areas:
            where = follow(node, ("areas", name, "within"))[0].span
            problems.append(_unknown("estate.unknown-area", "area", area.within, where, form.areas))
    for circle in circles({name: [area.within] if area.within else [] for name, area in form.areas.items()}):
        first, *others = (follow(node, ("areas", name, "within"))[0].span for name in circle)
        message = f"areas lie within each other in a circle: {' -> '.join([*circle, circle[0]])}"
        related = tuple(("and here", other) for other in others)
        problems.append(Diagnostic("estate.area-cycle", message, first, circle[0], related=related))


def _unknown(code: str, noun: str, name: str, where: Place, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(code, f"there is no {noun} {name}", where, name, None, did_you_mean(name, known))


def _books(node: Node, directory: Path, problems: list[Diagnostic]) -> Book | None:
    """The books that the estate names, also if it has other mistakes; None if they can't be used."""
    listed, key = follow(node, ("books",))
    if key != "books":  # the form says so
        return None
    named_at: dict[Path, Span] = {}
    strangers: list[Diagnostic] = []
    for entry in listed.value if isinstance(listed.value, list) else [listed]:
        if isinstance(entry.value, dict | list | None):  # the form says so
            continue
        name = shown(entry.value)
        path = resolve(name, directory)
        if path is not None:
            named_at[path] = entry.span
        else:
            strangers.append(unknown_book(name, entry.span, directory))
    problems += strangers
    if not named_at and not problems:
        expected = "books: [dutyrules:area-butler]"
        problems.append(Diagnostic("estate.no-books", "an estate needs a rule book", listed.span, None, expected))
    if not named_at:
        return None
    try:
        book = load_book(*named_at, named_at=named_at)
    except InputError as error:
        problems += error.diagnostics
        return None
    return None if strangers else book


def _bindings(node: Node, form: EstateForm, book: Book, problems: list[Diagnostic]) -> dict[str, Figure[Any]]:
    bound = {name: value for name, form_ in book.parameters.items() if (value := _default(form_)) is not None}
    for name, value in form.bind.items():
        place = follow(node, ("bind", name))[0]
        if name not in book.parameters:
            known = book.parameters
            problems.append(_unknown("estate.unknown-parameter", "parameter", name, place_of(place), known))
            continue
        try:
            bound[name] = book.parameters[name].adapter.validate_python(value)
        except ValidationError as error:
            problems += problems_of(Form, place, error, name=name, area="estate")
    _check_references(node, book, bound, problems)
    return bound


def _check_references(node: Node, book: Book, bound: Mapping[str, Figure[Any]], problems: list[Diagnostic]) -> None:
    """What is bound to parameters may name others, but not in a circle."""
    binds = follow(node, ("bind",))[0]
    for name in sorted(frozenset().union(*(figure.parameters for figure in bound.values())) - book.parameters.keys()):
        known = [f"${parameter}" for parameter in book.parameters]
        where = next(places(binds, f"${name}"), binds.span)
        problems.append(_unknown("estate.unknown-parameter", "parameter", f"${name}", where, known))
    for circle in circles({name: figure.parameters for name, figure in bound.items()}):
        message = f"parameters stand for each other in a circle: {' -> '.join([*circle, circle[0]])}"
        where = next((place for name in circle for place in places(binds, name)), binds.span)
        problems.append(Diagnostic("estate.parameter-cycle", message, where, circle[0], "a value"))


def _default(parameter: Parameter) -> Figure[Any] | None:
    return None if parameter.default is None else _adapter(parameter.type).validate_python(parameter.default)


@cache
def _adapter(kind: str | tuple[str, ...]) -> TypeAdapter[Figure[Any]]:
    """Kept, since the tests of a book make hundreds of small estates."""
    return Parameter(type=kind).adapter


def _check_figures(node: Node, book: Book, areas: Areas, problems: list[Diagnostic]) -> None:
    """By-area figures name areas that exist; a shipped book may name some that this estate does not have."""
    sections = ("parameters", "duties", "scorecards", "fines")
    definitions = [definition for section in sections for definition in book.assembly.sections[section].values()]
    shipped = rules_dir().resolve()
    for definition in (follow(node, ("bind",))[0], *definitions):
        for name, place in _areas_in(definition):
            if name not in areas.within and not Path(place.file).resolve().is_relative_to(shipped):
                problems.append(_unknown("estate.unknown-area", "area", name, place, areas.names))


def _check_roster(node: Node, form: EstateForm, book: Book, problems: list[Diagnostic]) -> None:
    """Windows, areas and roles that the roster names exist."""
    roster = form.planning.roster
    if roster is None:
        return
    section = ("planning", "roster")
    for loc, window in roster.unknown_windows():
        where = place_of(follow(node, (*section, *loc))[0])
        problems.append(_unknown("estate.unknown-window", "window", window, where, roster.windows))
    for number, line in enumerate(roster.cover):
        for key, noun, names, known in (
            ("areas", "area", line.areas, form.areas),
            ("roles", "role", line.roles, book.roles),
        ):
            for name in names:
                if name not in known:
                    where = place_of(follow(node, (*section, "cover", number, key))[0])
                    problems.append(_unknown(f"estate.unknown-{noun}", noun, name, where, known))


def _check_planning(node: Node, planning: Planning, book: Book, problems: list[Diagnostic]) -> None:
    """Planned kinds exist and are about units or buildings; nobody is at a door and on the phone at once."""
    for section, kinds, targets, about in (
        ("visits", planning.visits, ("unit",), "about a unit"),
        (
            "patrols",
            planning.patrols,
            ("building", "area", None),
            "about a building or an area, nor one without target",
        ),
    ):
        for name in kinds:
            where = place_of(follow(node, ("planning", section, name))[0])
            fitting = [kind for kind, form in book.kinds.items() if form.target in targets]
            if name not in book.kinds:
                problems.append(_unknown("estate.unknown-kind", "event kind", name, where, fitting))
            elif name not in fitting:
                expected = "a kind with " + " or ".join(f"target: {one}" if one else "no target" for one in targets)
                problems.append(Diagnostic("estate.planned-kind", f"{name} is not {about}", where, name, expected))
    for name in planning.work.keys() - book.kinds.keys():
        where = place_of(follow(node, ("planning", "work", name))[0])
        problems.append(_unknown("estate.unknown-kind", "event kind", name, where, tuple(book.kinds)))
    for name, visit in planning.visits.items():
        if visit.companion is not None and visit.companion not in book.roles:
            where = place_of(follow(node, ("planning", "visits", name, "companion"))[0])
            problems.append(_unknown("estate.unknown-role", "role", visit.companion, where, tuple(book.roles)))
        if planning.minutes_per_day is not None and visit.minutes > planning.minutes_per_day:
            where = place_of(follow(node, ("planning", "minutes_per_day"))[0])
            message = f"no {name} fits into a day: it takes {visit.minutes} minutes"
            expected = f"at least {visit.minutes}"
            problems.append(Diagnostic("estate.no-minutes", message, where, str(planning.minutes_per_day), expected))
    for (first, one), (second, other) in combinations(planning.visits.items(), 2):
        for (start, stop), (begin, end) in product(one.hours, other.hours):
            if start < end and begin < stop:
                where = follow(node, ("planning", "visits", second, "hours"))[0].span
                message = f"the hours of {first} and {second} overlap"
                found = f"{clock(begin)}-{clock(end)}"
                problems.append(Diagnostic("estate.hours-overlap", message, where, found, "hours of its own"))


def _areas_in(node: Node) -> Iterator[tuple[str, Span]]:
    """Every area that figures tell apart, however deep they are nested."""
    match node.value:
        case dict() as members:
            for key, member in members.items():
                if key == "areas" and isinstance(member.value, dict):
                    yield from ((name, place_of(inner)) for name, inner in member.value.items())
                yield from _areas_in(member)
        case list() as items:
            for item in items:
                yield from _areas_in(item)


def _check_tables(draft: Draft, tables: Tables, directory: Path, files: Iterable[str]) -> list[Diagnostic]:
    """Names in the tables that the estate file or the books must know."""
    paths = {Path(name).stem: str(directory / name) for name in files}
    areas, roles = draft.areas.names, tuple(draft.book.roles)
    problems: list[Diagnostic] = []
    for table, column, noun, known in (
        ("people", "area", "area", areas),
        ("people", "role", "role", roles),
        ("buildings", "area", "area", areas),
        ("coverage", "areas", "area", areas),
    ):
        rows: pl.DataFrame = getattr(tables, table)
        if rows[column].null_count() == rows.height:
            continue
        cells = rows.select("_row", pl.col(column).alias("_name"))
        names = cells.explode("_name") if column == "areas" else cells
        strange = names.filter(pl.col("_name").is_not_null() & ~pl.col("_name").is_in(list(known)))
        for row, name in strange.iter_rows():
            where = Cell(paths.get(table, table), row, column)
            problems.append(_unknown(f"table.unknown-{noun}", noun, name, where, known))
    return problems
