"""Reads rule books: strict YAML to checked forms, with every problem at its line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from dutyrules.activity.kinds import BOOLEAN, INSTANT, INTEGER, PERSON, TEXT, AttributeType, Kind
from dutyrules.book.assemble import Assembly, assemble
from dutyrules.book.book import Book, BookTest
from dutyrules.book.forms import EventKind, Fine, Head, Parameter, Population, Role, Scorecard, Slot
from dutyrules.book.references import check_references
from dutyrules.checks import CHECKS, Duty
from dutyrules.diagnostics import Diagnostic, InputError, Span, did_you_mean
from dutyrules.figure import Form
from dutyrules.source import Node, locate, plain

F = TypeVar("F", bound=Form)

ATTRIBUTE_TYPES: Mapping[str, AttributeType] = {
    "integer": INTEGER,
    "boolean": BOOLEAN,
    "instant": INSTANT,
    "person": PERSON,
    "text": TEXT,
}


def load_book(*paths: Path, named_at: Mapping[Path, Span] | None = None) -> Book:
    """Reads books, what they extend, and checks everything.

    Args:
        paths: One book, or all books of an estate.
        named_at: Where each path is named, for errors about it.

    Raises:
        InputError: everything that is wrong, each at its place.
    """
    assembly = assemble(paths, named_at)
    problems = list(assembly.problems)
    if not assembly.heads:
        raise InputError(problems)
    book = _forms(assembly, problems)
    if not any(problem.severity == "error" for problem in problems):
        problems += check_references(book)
    if any(problem.severity == "error" for problem in problems):
        raise InputError(problems)
    return replace(book, warnings=tuple(problems))


def _forms(assembly: Assembly, problems: list[Diagnostic]) -> Book:
    def section(name: str, form: type[F]) -> dict[str, F]:
        made = {key: _form(form, node, problems) for key, node in assembly.sections[name].items()}
        return {key: value for key, value in made.items() if value is not None}

    heads = tuple(head for node in assembly.heads if (head := _form(Head, node, problems)))
    duties = {name: duty for name, node in assembly.sections["duties"].items() if (duty := _duty(name, node, problems))}
    kinds = {name: _kind(name, form) for name, form in section("events", EventKind).items()}
    scorecards, fines = section("scorecards", Scorecard), section("fines", Fine)
    published = {
        name: head.published_on
        for name in duties
        for head in heads
        if head.book == plain(assembly.origin["duties", name])["book"]
    }
    return Book(
        heads=heads,
        roles=section("roles", Role),
        parameters=section("parameters", Parameter),
        timetable=tuple(slot for node in assembly.timetable if (slot := _form(Slot, node, problems))),
        kinds=MappingProxyType(kinds | _inspectors_kinds(duties, scorecards, fines)),
        populations=section("populations", Population),
        duties=duties,
        scorecards=scorecards,
        fines=fines,
        published=published,
        not_judged={str(node.value): kind for kind, node in assembly.not_judged},
        tests=tuple(BookTest(source, node) for source, node in assembly.tests),
        files=assembly.files,
        assembly=assembly,
    )


def _duty(name: str, node: Node, problems: list[Diagnostic]) -> Duty | None:
    check = node.value.get("check") if isinstance(node.value, dict) else None
    if check is None:
        problems.append(
            Diagnostic("book.missing-key", f"duty {name} says no check", node.key_span or node.span, None, f"check: one of {', '.join(CHECKS)}")
        )
        return None
    if check.value not in CHECKS:
        known = str(check.value)
        problems.append(
            Diagnostic("book.unknown-check", f"there is no check {known}", check.span, known, f"one of {', '.join(CHECKS)}", did_you_mean(known, CHECKS))
        )
        return None
    made = _form(CHECKS[str(check.value)], node, problems)
    return None if made is None else made.model_copy(update={"id": name})


def _form(form: type[F], node: Node, problems: list[Diagnostic]) -> F | None:
    """One definition; what is wrong with it goes to `problems`."""
    try:
        return form.model_validate(plain(node))
    except ValidationError as error:
        problems.extend(_problem(form, node, line) for line in error.errors(include_url=False))
        return None


def _problem(form: type[Form], node: Node, line: Any) -> Diagnostic:
    loc, kind, context = line["loc"], line["type"], line.get("ctx", {})
    place = locate(node, loc)
    if kind == "missing":
        return Diagnostic("book.missing-key", f"{loc[-1]} is missing", place.key_span or place.span, None, f"{loc[-1]}: …")
    if kind == "extra_forbidden":
        names = _field_names(form)
        return Diagnostic("book.unknown-key", f"nothing reads {loc[-1]}", place.key_span or place.span, str(loc[-1]), None, did_you_mean(str(loc[-1]), names))
    if "expected" in context:
        found = str(context.get("found", line["input"]))
        hint = did_you_mean(found, [word.strip("' ") for word in str(context["expected"]).replace(" or ", ",").split(",")]) if kind == "literal_error" else None
        code = "unknown-word" if kind == "literal_error" else f"bad-{kind}"
        return Diagnostic(f"book.{code}", "this value does not fit", place.span, found, str(context["expected"]), hint)
    return Diagnostic("book.bad-value", "this value does not fit", place.span, _shown(line["input"]), line["msg"])


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _field_names(form: type[Form]) -> set[str]:
    """Keys that a form and the forms inside it know; enough to find what a slip of the pen meant."""
    names: set[str] = set()
    for name, info in form.model_fields.items():
        names.add(info.alias or name)
        for inner in _forms_in(info):
            names |= _field_names(inner)
    return names - {"id"}


def _forms_in(info: FieldInfo) -> list[type[Form]]:
    found: list[type[Form]] = []
    pending: list[Any] = [info.annotation, *info.metadata]
    while pending:
        one = pending.pop()
        if isinstance(one, type) and issubclass(one, Form):
            found.append(one)
        else:
            pending.extend(get_args(one))
    return found


def _kind(name: str, form: EventKind) -> Kind:
    attributes = {
        key: AttributeType.of_words(*kind) if isinstance(kind, tuple) else ATTRIBUTE_TYPES[kind]
        for key, kind in form.attributes.items()
    }
    return Kind(
        name,
        target=form.target,
        case=form.case,
        value=form.value is not None,
        anyone=form.person == "any",
        attributes=attributes,
    )


def _inspectors_kinds(
    duties: Mapping[str, Duty], scorecards: Mapping[str, Scorecard], fines: Mapping[str, Fine]
) -> dict[str, Kind]:
    """`finding.<clause>` for every line, fine and finding duty; `inspection.<item>` for every item."""
    clauses: list[str] = [clause for duty in duties.values() if duty.check == "finding" for clause in duty.clause]
    inspected: list[str] = list(clauses)
    for card in scorecards.values():
        inspected += card.items
        clauses += [clause for line in card.lines.values() for clause in line.clause]
    clauses += [clause for fine in fines.values() for clause in fine.clause]
    names = [f"finding.{clause}" for clause in clauses] + [f"inspection.{name}" for name in inspected]
    return {name: Kind(name, value_optional=True) for name in names}


def node_at(assembly: Assembly, path: Sequence[str | int]) -> Node:
    """Where something is written: ``("duties", "patrol", "at_least")``."""
    section, name, *rest = path
    return locate(assembly.sections[str(section)][str(name)], rest)


