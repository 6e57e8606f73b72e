"""Reads rule books: strict YAML to checked forms, with every problem at its line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from dutyrules.activity.kinds import AttributeType, Kind
from dutyrules.book.assemble import Assembly, assemble
from dutyrules.book.book import Book, BookTest
from dutyrules.book.catalogue import catalogues_of, check_citations
from dutyrules.book.forms import ATTRIBUTE_TYPES, EventKind, Head, Parameter, Population, Role, Slot
from dutyrules.book.problems import distinct, follow, place_of, problems_of, unknown_key
from dutyrules.book.references import check_references
from dutyrules.book.scorecards import Fine, Scorecard
from dutyrules.checks import CHECKS, Duty
from dutyrules.diagnostics import Diagnostic, InputError, Span, did_you_mean, nearest
from dutyrules.figure import Form, shown
from dutyrules.source import Node, plain

F = TypeVar("F", bound=Form)

_COMMON = frozenset(Duty.model_fields) - {"check"}
"""Fields of every duty, one of which is no slip of the pen for `check`."""


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
    catalogues = catalogues_of(assembly, problems)
    if assembly.whole:
        problems += check_references(book)
        problems += check_citations(assembly, catalogues)
    problems = distinct(problems)
    if any(problem.severity == "error" for problem in problems):
        raise InputError(problems)
    by_document = {catalogue.document: catalogue for catalogue in catalogues.values()}
    return replace(book, catalogues=by_document, warnings=tuple(problems))


def _forms(assembly: Assembly, problems: list[Diagnostic]) -> Book:
    def section(name: str, form: type[F]) -> dict[str, F]:
        made = {key: _form(form, node, problems, key) for key, node in assembly.sections[name].items()}
        return {key: value for key, value in made.items() if value is not None}

    heads = [(node, head) for node in assembly.heads if (head := _form(Head, node, problems, "the book"))]
    duties = {name: duty for name, node in assembly.sections["duties"].items() if (duty := _duty(name, node, problems))}
    events = section("events", EventKind)
    kinds = {name: _kind(name, form) for name, form in events.items()}
    scorecards, fines = section("scorecards", Scorecard), section("fines", Fine)
    slots = [_form(Slot, node, problems, "the slot") for node in assembly.timetable]
    published = {
        name: head.published_on for name in duties for node, head in heads if node is assembly.origin["duties", name]
    }
    return Book(
        heads=tuple(head for _, head in heads),
        roles=section("roles", Role),
        parameters=section("parameters", Parameter),
        timetable=tuple(slot for slot in slots if slot is not None),
        kinds=MappingProxyType(kinds | _inspectors_kinds(duties, scorecards, fines)),
        events=events,
        populations=section("populations", Population),
        duties=duties,
        scorecards=scorecards,
        fines=fines,
        published=published,
        tests=tuple(BookTest(source, node) for source, node in assembly.tests),
        files=assembly.files,
        assembly=assembly,
    )


def _duty(name: str, node: Node, problems: list[Diagnostic]) -> Duty | None:
    check = node.value.get("check") if isinstance(node.value, dict) else None
    if check is None and isinstance(node.value, dict):
        near = nearest("check", node.value.keys() - _COMMON)
        expected = f"check: one of {', '.join(CHECKS)}"
        missing = Diagnostic("book.missing-key", "check is missing", place_of(node), None, expected)
        problems.append(unknown_key(near, node.value[near], ("check",)) if near else missing)
        return None
    if check is not None and check.value not in list(CHECKS):
        known, expected = shown(plain(check)), f"one of {', '.join(CHECKS)}"
        message, hint = f"there is no check {known}", did_you_mean(known, CHECKS)
        problems.append(Diagnostic("book.unknown-check", message, check.span, known, expected, hint))
        return None
    made = _form(CHECKS[str(check.value)] if check else Duty, node, problems, name)
    return None if made is None else made.model_copy(update={"id": name})


def _form(form: type[F], node: Node, problems: list[Diagnostic], name: str) -> F | None:
    """One definition; what is wrong with it goes to `problems`."""
    try:
        return form.model_validate(plain(node))
    except ValidationError as error:
        problems.extend(problems_of(form, node, error, name=name))
        return None


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
    return follow(assembly.sections[str(section)][str(name)], rest)[0]
