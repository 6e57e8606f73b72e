"""Whether everything that a book names exists: roles, kinds, attributes, populations, slots, parameters, duties."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from dutyrules.activity.kinds import LOCATED
from dutyrules.book.book import Book
from dutyrules.book.charged import check_clauses, check_fines, check_outcomes, check_scorecards
from dutyrules.book.forms import Parameter
from dutyrules.book.names import Names, Path, check_attribute, check_events, check_figure, check_figures, check_words
from dutyrules.book.problems import choice, circles, place_of, places, problems_of
from dutyrules.checks import Duty
from dutyrules.diagnostics import Diagnostic
from dutyrules.figure import Figure, Form, shown
from dutyrules.registry.schema import TABLES
from dutyrules.source import Node, plain

UNNAMED_ATTRIBUTES: Mapping[str, str] = {"blank_cells": "blanks", "due_at": "within"}
"""Attribute → the field of a duty that reads it without writing its name."""

POPULATION_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "buildings": ("area",),
    "units": ("state", "building"),
    "permits": (),
    "arrears": ("fee", "age"),
    "spells": ("name",),
}
"""Table → the columns by which the members of a population may be chosen."""


def check_references(book: Book) -> list[Diagnostic]:
    """Every name that points nowhere, with the nearest that exists.

    What is wrong in itself is reported already, so its name counts as known.
    """
    names = Names(book)
    for rule in (
        _roles,
        _timetable,
        _parameters,
        _uses,
        _duties,
        check_scorecards,
        check_fines,
        check_outcomes,
        _populations,
        check_clauses,
    ):
        rule(book, names)
    return names.problems


# ---------------------------------------------------------------- the sections


def _roles(book: Book, names: Names) -> None:
    for name, role in book.roles.items():
        for index, upper in enumerate(role.reports_to):
            names.need("roles", upper, ("roles", name, "reports_to", index))
        for index, inner in enumerate(role.includes):
            names.need("roles", inner, ("roles", name, "includes", index))


def _timetable(book: Book, names: Names) -> None:
    for slot in book.timetable:
        names.need("roles", slot.role, ("timetable", slot.slot, "role"))


def _parameters(book: Book, names: Names) -> None:
    reads: dict[str, frozenset[str]] = {}
    for name, parameter in book.parameters.items():
        default = _typed(names, parameter, "default", ("parameters", name, "default"))
        _typed(names, parameter, "suggest", ("parameters", name, "suggest"))
        reads[name] = default.parameters if default else frozenset()
    for circle in circles(reads):
        first, *others = (names.node(("parameters", name, "default")) for name in circle)
        message = f"parameters stand for each other in a circle: {' -> '.join([*circle, circle[0]])}"
        related = tuple(("which reads it", other.span) for other in others)
        names.report("parameter-cycle", message, first.span, shown(plain(first)), (), "a value", related=related)


def _typed(names: Names, parameter: Parameter, field: str, path: Path) -> Figure[Any] | None:
    """The default or suggestion of a parameter, if it is a value of its type."""
    value = getattr(parameter, field)
    if value is None:
        return None
    try:
        figure = parameter.adapter.validate_python(value)
    except ValidationError as error:
        names.problems += problems_of(Form, names.node(path), error, name=field)
        return None
    check_figure(names, figure, path)
    return figure


def _uses(book: Book, names: Names) -> None:
    """A parameter stands only where values of its type, and its own default, may stand."""
    forms = {"duties": book.duties, "scorecards": book.scorecards, "fines": book.fines}
    for section, definitions in forms.items():
        for name, form in definitions.items():
            node = names.node((section, name))
            for parameter, declared in book.parameters.items():
                if next(places(node, f"${parameter}"), None) is not None:
                    _use(names, type(form), node, parameter, declared)


def _use(names: Names, form: type[Form], node: Node, name: str, parameter: Parameter) -> None:
    written = f"${name}"
    kind = parameter.type if isinstance(parameter.type, str) else "word"
    message = f"the parameter {name} is of type {kind}, which does not fit here"
    misfits = [problem for sample in parameter.samples for problem in _misfits(form, node, written, sample)]
    names.problems += [
        replace(problem, code="book.parameter-type", message=message, found=written, hint=None) for problem in misfits
    ]
    if parameter.default is not None and not misfits:
        related = (("the default", names.node(("parameters", name, "default")).span),)
        names.problems += [
            replace(problem, message=f"the default of the parameter {name} does not fit here", related=related)
            for problem in _misfits(form, node, written, parameter.default)
        ]


def _misfits(form: type[Form], node: Node, written: str, value: object) -> list[Diagnostic]:
    """What is wrong with a definition if a value stands in place of a parameter."""
    try:
        form.model_validate(_with(plain(node), written, value))
    except ValidationError as error:
        return problems_of(form, node, error)
    return []


def _with(value: Any, written: str, sample: object) -> Any:
    """A definition with a value in place of a parameter."""
    match value:
        case dict():
            return {key: _with(item, written, sample) for key, item in value.items()}
        case list():
            return [_with(item, written, sample) for item in value]
        case _:
            return sample if value == written else value


def _duties(book: Book, names: Names) -> None:
    for name, duty in book.duties.items():
        path: Path = ("duties", name)
        names.need("roles", duty.role, (*path, "role"))
        names.need("timetable", duty.slot, (*path, "slot"))
        check_events(book, names, duty, path)
        for population in duty.populations():
            names.need("populations", population, path)
        for kind in duty.placed():
            if kind in book.kinds and book.kinds[kind].target not in LOCATED:
                where = next(places(names.node(path), kind), place_of(names.node(path)))
                names.report("not-placed", f"{kind} happens nowhere", where, kind, (), f"target: {choice(LOCATED)}")
        _content(book, names, duty, path)
        check_figures(names, duty, path)
        if not duty.clause:
            where = place_of(names.node(path))
            names.report("missing-clause", f"duty {name} cites no clause", where, None, (), "clause: …")


def _content(book: Book, names: Names, duty: Duty, path: Path) -> None:
    """What a duty reads beyond its patterns: the records themselves, their columns, who signs them."""
    signer = getattr(duty, "signed_by", None)
    names.need("roles", signer if signer != "self" else None, (*path, "signed_by"))
    node = names.node(path)
    for kind, attribute in duty.attributes():
        unnamed = place_of(names.node((*path, UNNAMED_ATTRIBUTES.get(attribute, attribute))))
        check_attribute(book, names, kind, attribute, next(places(node, attribute), unnamed))
        words = getattr(duty, "allowed", {}).get(attribute, ())
        check_words(book, names, kind, attribute, words, (*path, "allowed", attribute))


def _populations(book: Book, names: Names) -> None:
    for name, population in book.populations.items():
        known = POPULATION_COLUMNS[population.table]
        words = {column.name: column.words for column in TABLES[population.table]}
        for column, chosen in population.where.items():
            path = ("populations", name, "where", column)
            if column in known:
                names.words(f"{column} of {population.table}", chosen, words[column], path)
            else:
                message = f"{population.table} are not chosen by {column}"
                expected = choice(known) if known else "no where: all of them"
                names.report("unknown-column", message, place_of(names.node(path)), column, known, expected)
