"""Whether everything that a book names exists: roles, kinds, attributes, populations, slots, parameters, duties."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import Any, TypeAlias

from pydantic import ValidationError

from dutyrules.activity.kinds import BOOLEAN, LOCATED
from dutyrules.book.assemble import NOUNS
from dutyrules.book.book import Book
from dutyrules.book.forms import Parameter
from dutyrules.book.problems import choice, circles, follow, place_of, places, problems_of
from dutyrules.book.scorecards import Charged, Line
from dutyrules.checks import Duty
from dutyrules.checks.duty import figures_of, one_or_many
from dutyrules.diagnostics import Diagnostic, Severity, Span, did_you_mean
from dutyrules.figure import Figure, Form, shown
from dutyrules.registry.schema import TABLES
from dutyrules.source import Node, plain

OPEN_ATTRIBUTES = ("outcome", "channel", "participants", "note")
"""Attributes that every kind may carry."""

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

MOST_OVERLAPPING = 4
"""Lines that may share breaches; their orders are tried one by one."""

_Path: TypeAlias = tuple[str | int, ...]


def check_references(book: Book) -> list[Diagnostic]:
    """Every name that points nowhere, with the nearest that exists.

    What is wrong in itself is reported already, so its name counts as known.
    """
    names = _Names(book)
    for rule in (_roles, _timetable, _parameters, _uses, _duties, _scorecards, _fines, _populations, _clauses):
        rule(book, names)
    return names.problems


class _Names:
    """Collects problems; knows what is defined, and where everything is written."""

    def __init__(self, book: Book) -> None:
        self.problems: list[Diagnostic] = []
        self._assembly = book.assembly
        self._definitions: dict[str, Mapping[str, Node]] = {
            **book.assembly.sections,
            "timetable": {str(follow(node, ("slot",))[0].value): node for node in book.assembly.timetable},
        }
        self._kinds = book.kinds.keys()

    def known(self, section: str) -> Set[str]:
        """The names that a section defines."""
        names = self._definitions[section].keys()
        return names | self._kinds if section == "events" else names

    def node(self, path: _Path) -> Node:
        """What is written at a path, or else around it."""
        section, name, *rest = path
        return follow(self._definitions[str(section)][str(name)], rest)[0]

    def report(
        self,
        code: str,
        message: str,
        where: Span,
        found: str | None,
        known: Iterable[str] = (),
        expected: str | None = None,
        *,
        related: tuple[tuple[str, Span], ...] = (),
        severity: Severity = "error",
    ) -> None:
        """Adds a problem; the hint is the nearest of the known words."""
        hint = did_you_mean(found, known) if found else None
        self.problems.append(Diagnostic(f"book.{code}", message, where, found, expected, hint, related, severity))

    def need(self, section: str, name: str | None, path: _Path) -> bool:
        """Reports a name that no book defines, where it stands at the path or below."""
        if name is None or name in self.known(section):
            return True
        noun = "slot" if section == "timetable" else NOUNS[section]
        node = self.node(path)
        where = next(places(node, name), node.span)
        code = f"unknown-{noun.partition(' ')[0]}"
        removed = self._assembly.removed.get((section, name))
        if removed:  # what names it may stand in a book that nobody here can change
            related = (("here", where),)
            self.report(code, f"the {noun} {name} is removed, but still named", removed, name, related=related)
        else:
            self.report(code, f"there is no {noun} {name}", where, name, self.known(section))
        return False

    def words(self, what: str, words: Iterable[object], allowed: Iterable[str], path: _Path) -> None:
        """Reports words that a column or attribute never holds; no words are allowed means that all are."""
        allowed = tuple(allowed)
        for index, word in enumerate(words):
            text = shown(word)
            if allowed and text not in allowed:
                where = self.node((*path, index)).span
                self.report("unknown-word", f"{what} is never {text}", where, text, allowed, choice(allowed))


# ---------------------------------------------------------------- figures and events, wherever they are nested


def _figures(names: _Names, form: Form, path: _Path) -> None:
    for inner, figure in figures_of(form, ()):
        _figure(names, figure, (*path, *inner))


def _figure(names: _Names, figure: Figure[Any], path: _Path) -> None:
    """Every ``$name`` must be a parameter."""
    known = names.known("parameters")
    for parameter in sorted(figure.parameters - known):
        node, written = names.node(path), f"${parameter}"
        where = next(places(node, written), node.span)
        message = f"there is no parameter {parameter}"
        names.report("unbound-reference", message, where, written, [f"${name}" for name in known])


def _events(book: Book, names: _Names, form: object, path: _Path) -> None:
    """Every field `event` must name a kind, and `where` beside it attributes and words of this kind."""
    if isinstance(form, tuple):
        for index, item in enumerate(form):
            _events(book, names, item, (*path, index))
    if not isinstance(form, Form):
        return
    for index, role in enumerate(getattr(form, "participants", ())):
        names.need("roles", role, (*path, "participants", index))
    for index, kind in enumerate(one_or_many(getattr(form, "event", ()))):
        if not isinstance(kind, str) or not names.need("events", kind, (*path, "event", index)):
            continue
        for attribute, words in getattr(form, "where", {}).items():
            here = (*path, "where", attribute)
            _attribute(book, names, kind, attribute, place_of(names.node(here)))
            _words(book, names, kind, attribute, words, here)
    for name in type(form).model_fields:
        _events(book, names, getattr(form, name), (*path, name))


def _attribute(book: Book, names: _Names, kind: str, attribute: str, where: Span) -> None:
    if kind not in book.kinds or attribute in OPEN_ATTRIBUTES:
        return
    declared = book.kinds[kind].attributes
    if attribute not in declared:
        message = f"{kind} declares no attribute {attribute}"
        names.report("unknown-attribute", message, where, attribute, declared)


def _words(book: Book, names: _Names, kind: str, attribute: str, words: Iterable[object], path: _Path) -> None:
    declared = book.kinds[kind].attributes.get(attribute) if kind in book.kinds else None
    if declared is not None:
        truths = ("true", "false") if declared == BOOLEAN else ()
        names.words(f"{attribute} of {kind}", words, declared.words or truths, path)


# ---------------------------------------------------------------- the sections


def _roles(book: Book, names: _Names) -> None:
    for name, role in book.roles.items():
        for index, upper in enumerate(role.reports_to):
            names.need("roles", upper, ("roles", name, "reports_to", index))
        for index, inner in enumerate(role.includes):
            names.need("roles", inner, ("roles", name, "includes", index))


def _timetable(book: Book, names: _Names) -> None:
    for slot in book.timetable:
        names.need("roles", slot.role, ("timetable", slot.slot, "role"))


def _parameters(book: Book, names: _Names) -> None:
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


def _typed(names: _Names, parameter: Parameter, field: str, path: _Path) -> Figure[Any] | None:
    """The default or suggestion of a parameter, if it is a value of its type."""
    value = getattr(parameter, field)
    if value is None:
        return None
    try:
        figure = parameter.adapter.validate_python(value)
    except ValidationError as error:
        names.problems += problems_of(Form, names.node(path), error, name=field)
        return None
    _figure(names, figure, path)
    return figure


def _uses(book: Book, names: _Names) -> None:
    """A parameter stands only where values of its type, and its own default, may stand."""
    forms = {"duties": book.duties, "scorecards": book.scorecards, "fines": book.fines}
    for section, definitions in forms.items():
        for name, form in definitions.items():
            node = names.node((section, name))
            for parameter, declared in book.parameters.items():
                if next(places(node, f"${parameter}"), None) is not None:
                    _use(names, type(form), node, parameter, declared)


def _use(names: _Names, form: type[Form], node: Node, name: str, parameter: Parameter) -> None:
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


def _duties(book: Book, names: _Names) -> None:
    for name, duty in book.duties.items():
        path: _Path = ("duties", name)
        names.need("roles", duty.role, (*path, "role"))
        names.need("timetable", duty.slot, (*path, "slot"))
        _events(book, names, duty, path)
        for population in duty.populations():
            names.need("populations", population, path)
        for kind in duty.placed():
            if kind in book.kinds and book.kinds[kind].target not in LOCATED:
                where = next(places(names.node(path), kind), place_of(names.node(path)))
                names.report("not-placed", f"{kind} happens nowhere", where, kind, (), f"target: {choice(LOCATED)}")
        _content(book, names, duty, path)
        _figures(names, duty, path)
        if not duty.clause:
            where = place_of(names.node(path))
            names.report("missing-clause", f"duty {name} cites no clause", where, None, (), "clause: …")


def _content(book: Book, names: _Names, duty: Duty, path: _Path) -> None:
    """What a duty reads beyond its patterns: the records themselves, their columns, who signs them."""
    signer = getattr(duty, "signed_by", None)
    names.need("roles", signer if signer != "self" else None, (*path, "signed_by"))
    node = names.node(path)
    for kind, attribute in duty.attributes():
        unnamed = place_of(names.node((*path, UNNAMED_ATTRIBUTES.get(attribute, attribute))))
        _attribute(book, names, kind, attribute, next(places(node, attribute), unnamed))
        words = getattr(duty, "allowed", {}).get(attribute, ())
        _words(book, names, kind, attribute, words, (*path, "allowed", attribute))


def _line(book: Book, names: _Names, line: Charged, path: _Path) -> None:
    for index, breach in enumerate(line.breaches):
        here, duty = (*path, "breaches", index), breach.rpartition(".")[0]
        if not names.need("duties", duty, here):
            continue
        if duty in book.duties and book.duties[duty].strength != "must":
            message = f"{duty} is no must: its breaches cost nothing"
            names.report("not-charged", message, names.node(here).span, breach, severity="warning")
    names.need("duties", line.only_if_met, (*path, "only_if_met"))
    if line.aggravated_by:
        _events(book, names, line.aggravated_by, (*path, "aggravated_by"))
        for inner, fact in line.aggravated_by.breaches():
            names.need("duties", fact.duty, (*path, "aggravated_by", *inner, "breach"))
    _figures(names, line, path)


def _scorecards(book: Book, names: _Names) -> None:
    for name, card in book.scorecards.items():
        path: _Path = ("scorecards", name)
        names.need("roles", card.role, (*path, "role"))
        for key, line in card.lines.items():
            _line(book, names, line, _line_path(name, key))
        for extra, bonus in card.bonus.items():
            _events(book, names, bonus, (*path, "bonus", extra))
            _figures(names, bonus, (*path, "bonus", extra))
        for group in overlapping(card.lines):
            if len(group) > MOST_OVERLAPPING:
                lines = ", ".join("/".join(key) for key in group)
                where = place_of(names.node(_line_path(name, group[MOST_OVERLAPPING])))
                expected = f"at most {MOST_OVERLAPPING} lines that share breaches, directly or through others"
                names.report("overlap", f"too many lines of {name} share breaches", where, lines, (), expected)


def _line_path(card: str, key: tuple[str, str]) -> _Path:
    return ("scorecards", card, "items", key[0], "lines", key[1])


def _fines(book: Book, names: _Names) -> None:
    for name, fine in book.fines.items():
        names.need("roles", fine.role, ("fines", name, "role"))
        _line(book, names, fine, ("fines", name))


def _populations(book: Book, names: _Names) -> None:
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


def _clauses(book: Book, names: _Names) -> None:
    """A finding names its line by the clause, so within a scorecard a clause names one line."""
    for name, card in book.scorecards.items():
        seen: dict[str, tuple[str, str]] = {}
        for key, line in card.lines.items():
            where = place_of(names.node((*_line_path(name, key), "clause")))
            for clause in line.clause:
                earlier = seen.setdefault(clause, key)
                if earlier != key:
                    related = (("first here", place_of(names.node((*_line_path(name, earlier), "clause")))),)
                    message = f"the clause {clause} already names line {'/'.join(earlier)}"
                    names.report("clause-twice", message, where, clause, related=related)


def overlapping(lines: Mapping[tuple[str, str], Line]) -> list[list[tuple[str, str]]]:
    """Groups of lines that share a ``duty.reason`` or cases, directly or through others; in printed order."""
    groups: list[list[tuple[str, str]]] = []
    for key, line in lines.items():
        touched = [group for group in groups if any(_share(line, lines[other]) for other in group)]
        merged = [other for group in touched for other in group] + [key]
        groups = [group for group in groups if group not in touched] + [merged]
    return [sorted(group, key=list(lines).index) for group in groups if len(group) > 1]


def _share(one: Line, other: Line) -> bool:
    return bool(set(one.breaches) & set(other.breaches)) or (one.dedupe is not None and one.dedupe == other.dedupe)
