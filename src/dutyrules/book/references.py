"""Whether everything that a book names exists: roles, kinds, attributes, populations, slots, parameters, duties."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError

from dutyrules.activity.kinds import BOOLEAN, AttributeType
from dutyrules.book.book import Book
from dutyrules.book.forms import Line, Parameter
from dutyrules.checks.duty import Pattern, figures_of
from dutyrules.diagnostics import Diagnostic, Severity, did_you_mean
from dutyrules.figure import Figure
from dutyrules.source import locate

OPEN_ATTRIBUTES = ("outcome", "channel", "note")
"""Attributes that every kind may carry."""

MOST_OVERLAPPING = 4
"""Lines that may share breaches; their orders are tried one by one."""


def check_references(book: Book) -> list[Diagnostic]:
    """Every name that points nowhere, with the nearest that exists."""
    names = _Names(book)
    for rule in (_roles, _timetable, _parameters, _duties, _scorecards, _fines, _populations, _clauses):
        rule(book, names)
    return names.problems


class _Names:
    """Collects problems; knows where things are written."""

    def __init__(self, book: Book) -> None:
        self.problems: list[Diagnostic] = []
        self._assembly = book.assembly

    def report(
        self,
        code: str,
        message: str,
        path: tuple[str, ...],
        found: str,
        known: Iterable[str] = (),
        expected: str | None = None,
        severity: Severity = "error",
    ) -> None:
        section, name, *rest = path
        if section == "timetable":
            node = locate(self._assembly.timetable[int(name)], rest)
        else:
            node = locate(self._assembly.sections[section][name], rest)
        self.problems.append(Diagnostic(f"book.{code}", message, node.span, found, expected, did_you_mean(found, known), (), severity))

    def need(self, code: str, what: str, name: str | None, known: Mapping[str, object] | Iterable[str], path: tuple[str, ...]) -> bool:
        """Reports a name that is not among the known ones."""
        if name is None or name in known:
            return True
        self.report(code, f"there is no {what} {name}", path, name, known)
        return False


def _roles(book: Book, names: _Names) -> None:
    for name, role in book.roles.items():
        names.need("unknown-role", "role", role.reports_to, book.roles, ("roles", name, "reports_to"))
        for inner in role.includes:
            names.need("unknown-role", "role", inner, book.roles, ("roles", name, "includes"))


def _timetable(book: Book, names: _Names) -> None:
    for index, slot in enumerate(book.timetable):
        names.need("unknown-role", "role", slot.role, book.roles, ("timetable", str(index), "role"))


def _parameters(book: Book, names: _Names) -> None:
    for name, parameter in book.parameters.items():
        for key in ("default", "suggest"):
            _typed(names, parameter, getattr(parameter, key), ("parameters", name, key))


def _typed(names: _Names, parameter: Parameter, value: object, path: tuple[str, ...]) -> None:
    if value is None:
        return
    try:
        parameter.adapter.validate_python(value)
    except ValidationError as error:
        for line in error.errors(include_url=False):
            expected = str(line.get("ctx", {}).get("expected", line["msg"]))
            names.report("bad-parameter", f"this is no {parameter.type}", (*path, *map(str, line["loc"])), str(value), (), expected)


def _figures(book: Book, names: _Names, path: tuple[str, ...], figures: Iterator[tuple[tuple[str, ...], Figure[object]]]) -> None:
    for inner, figure in figures:
        for parameter in sorted(figure.parameters):
            names.need("unbound-reference", "parameter", parameter, book.parameters, (*path, *inner))


def _patterns(book: Book, names: _Names, path: tuple[str, ...], patterns: Iterable[Pattern]) -> None:
    for pattern in patterns:
        if not names.need("unknown-event", "event kind", pattern.event, book.kinds, path):
            continue
        for attribute, words in pattern.where.items():
            _attribute(book, names, path, pattern.event, attribute, tuple(words))


def _attribute(book: Book, names: _Names, path: tuple[str, ...], kind: str, attribute: str, words: tuple[object, ...]) -> None:
    declared: Mapping[str, AttributeType] = book.kinds[kind].attributes
    if attribute in OPEN_ATTRIBUTES and attribute not in declared:
        return
    if not names.need("unknown-attribute", f"attribute of {kind}", attribute, declared, path):
        return
    allowed = declared[attribute].words or (("true", "false") if declared[attribute] == BOOLEAN else ())
    for word in words:
        text = str(word).lower() if isinstance(word, bool) else str(word)
        if allowed and text not in allowed:
            names.report("unknown-word", f"{attribute} of {kind} is never {text}", path, text, allowed, ", ".join(allowed))


def _duties(book: Book, names: _Names) -> None:
    slots = {slot.slot for slot in book.timetable}
    for name, duty in book.duties.items():
        path = ("duties", name)
        names.need("unknown-role", "role", duty.role, book.roles, (*path, "role"))
        names.need("unknown-slot", "slot", duty.slot, slots, (*path, "slot"))
        if duty.excused_by:
            names.need("unknown-event", "event kind", duty.excused_by.event, book.kinds, (*path, "excused_by"))
        _patterns(book, names, path, duty.patterns())
        for kind, attribute in duty.attributes():
            if kind in book.kinds:
                _attribute(book, names, path, kind, attribute, ())
        for population in duty.populations():
            names.need("unknown-population", "population", population, book.populations, path)
        signer = getattr(duty, "signed_by", None)
        if signer not in (None, "self"):
            names.need("unknown-role", "role", signer, book.roles, (*path, "signed_by"))
        _figures(book, names, path, duty.figures())
        if not duty.clause:
            names.report("missing-clause", f"duty {name} cites no clause", path, name, (), "clause: …")


def _line(book: Book, names: _Names, path: tuple[str, ...], line: Line) -> None:
    for breach in line.breaches:
        duty = breach.rpartition(".")[0]
        if names.need("unknown-duty", "duty", duty, book.duties, (*path, "breaches")) and book.duties[duty].strength != "must":
            names.report("not-charged", f"{duty} is no must: its breaches cost nothing", (*path, "breaches"), breach, severity="warning")
    names.need("unknown-duty", "duty", line.only_if_met, book.duties, (*path, "only_if_met"))
    names.need("unknown-event", "event kind", line.aggravated_by, book.kinds, (*path, "aggravated_by"))
    _figures(book, names, path, figures_of(line, ()))


def _scorecards(book: Book, names: _Names) -> None:
    for name, card in book.scorecards.items():
        path = ("scorecards", name)
        names.need("unknown-role", "role", card.role, book.roles, (*path, "role"))
        for (item, line), form in card.lines.items():
            _line(book, names, (*path, "items", item, "lines", line), form)
        for key, bonus in card.bonus.items():
            _patterns(book, names, (*path, "bonus", key), [Pattern(event=bonus.event, where=bonus.where)])
            _figures(book, names, (*path, "bonus", key), figures_of(bonus, ()))
        for group in overlapping(card.lines):
            if len(group) > MOST_OVERLAPPING:
                lines = ", ".join("/".join(key) for key in group)
                names.report("overlap", f"more than {MOST_OVERLAPPING} lines share breaches: {lines}", path, lines)


def _fines(book: Book, names: _Names) -> None:
    for name, fine in book.fines.items():
        names.need("unknown-role", "role", fine.role, book.roles, ("fines", name, "role"))
        _line(book, names, ("fines", name), fine)


def _populations(book: Book, names: _Names) -> None:
    columns = {"buildings": ("area",), "units": ("state", "building"), "permits": (), "arrears": ("fee", "age")}
    for name, population in book.populations.items():
        for column in population.where:
            names.need("unknown-column", f"column of {population.table}", column, columns[population.table], ("populations", name, "where"))


def _clauses(book: Book, names: _Names) -> None:
    """A finding names its line by the clause, so within a scorecard a clause names one line."""
    for name, card in book.scorecards.items():
        seen: dict[str, str] = {}
        for (item, line), form in card.lines.items():
            for clause in form.clause:
                if clause in seen:
                    names.report("clause-twice", f"clause {clause} already is line {seen[clause]}", ("scorecards", name, "items", item, "lines", line), clause)
                seen[clause] = f"{item}/{line}"


def overlapping(lines: Mapping[tuple[str, str], Line]) -> list[list[tuple[str, str]]]:
    """Groups of lines that share a ``duty.reason``, directly or through others; in printed order."""
    groups: list[list[tuple[str, str]]] = []
    for key, line in lines.items():
        touched = [group for group in groups if any(set(line.breaches) & set(lines[other].breaches) for other in group)]
        merged = [other for group in touched for other in group] + [key]
        groups = [group for group in groups if group not in touched] + [merged]
    return [sorted(group, key=list(lines).index) for group in groups if len(group) > 1]


