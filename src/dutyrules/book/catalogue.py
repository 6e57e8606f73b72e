"""Catalogues: every clause of a document in a sentence, so that a book can cite none that does not exist.

A catalogue is a file of its own, since several books may render one document. It says of each clause what kind it is
and what it says; who executes it is for the books to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, Field, ValidationError

from dutyrules.book.assemble import NO_CLAUSES, Assembly, in_full, resolve
from dutyrules.book.problems import place_of, problems_of
from dutyrules.checks.duty import Titles
from dutyrules.diagnostics import Diagnostic, InputError, Span, did_you_mean
from dutyrules.figure import Form, Text, shown, wrong
from dutyrules.resources import shipped_catalogue, shipped_catalogues
from dutyrules.source import Node, locate, plain, read

ClauseKind = Literal["duty", "timetable", "item", "line", "bonus", "fine", "outcome", "authority", "descriptive"]
CLAUSE_KINDS: Final = get_args(ClauseKind)
"""What a clause may be: owed, a slot, a part of a scorecard, money, another consequence, a power, or only told."""


def _sentence(text: str) -> str:
    if not text.strip():
        raise wrong("sentence", repr(text), "a sentence")
    return text


Sentence = Annotated[Text, AfterValidator(_sentence)]


class Clause(Form):
    """What a clause says, in one sentence a language."""

    kind: ClauseKind
    zh_hans: Sentence = Field(alias="zh-Hans")
    zh_hant: Sentence | None = Field(default=None, alias="zh-Hant")
    en: Sentence

    @property
    def sentence(self) -> Mapping[str, str]:
        """Language → sentence."""
        said = {"zh-Hans": self.zh_hans, "zh-Hant": self.zh_hant, "en": self.en}
        return {language: text for language, text in said.items() if text}


class _Form(Form):
    catalogue: Text
    title: Titles = ""
    clauses: Mapping[str, Clause]


@dataclass(frozen=True)
class Catalogue:
    """The clauses of one document.

    Attributes:
        document: Its id, the prefix of all its clauses.
        clauses: Clause in full → what it says, in the order of the document.
    """

    document: str
    title: str | Mapping[str, str]
    clauses: Mapping[str, Clause]


def read_catalogue(path: Path) -> Catalogue:
    """Reads a catalogue.

    Raises:
        InputError: everything that is wrong with it.
    """
    tree = read(path)
    try:
        form = _Form.model_validate(plain(tree))
    except ValidationError as error:
        raise InputError(problems_of(_Form, tree, error, name="the catalogue", area="catalogue")) from None
    written = locate(tree, ("clauses",)).value
    prefix = f"{form.catalogue}-"
    twice = [node for key, node in written.items() if key.startswith(prefix)] if isinstance(written, dict) else []
    if twice:
        raise InputError([_prefixed(node, prefix) for node in twice])
    return Catalogue(form.catalogue, form.title, {prefix + key: clause for key, clause in form.clauses.items()})


def _prefixed(node: Node, prefix: str) -> Diagnostic:
    message = f"clauses stand here without {prefix}, which all of them share"
    return Diagnostic("catalogue.prefix", message, place_of(node), hint=f"leave {prefix} out")


# ---------------------------------------------------------------- what books cite


def catalogues_of(assembly: Assembly, problems: list[Diagnostic]) -> dict[str, Catalogue]:
    """File of a book → the catalogue that it names; what is wrong with one goes to `problems`."""
    found = {}
    for head in assembly.heads:
        source = locate(head, ("source",)).value
        name = source.get("catalogue") if isinstance(source, dict) else None
        if name is None or not isinstance(name.value, str):  # the form of the head says what is wrong
            continue
        path = _find(name.value, Path(head.span.file).parent)
        if path is None:
            problems.append(_unknown(name.value, name.span))
            continue
        try:
            catalogue = read_catalogue(path)
        except InputError as error:
            problems.extend(error.diagnostics)
            continue
        document = plain(locate(head, ("source", "id")))
        if f"{document}-".startswith(f"{catalogue.document}-"):
            found[head.span.file] = catalogue
        else:
            message = f"the catalogue is of {catalogue.document}, but the book of {shown(document)}"
            problems.append(Diagnostic("book.other-catalogue", message, name.span, name.value))
    return found


def _find(name: str, directory: Path) -> Path | None:
    if name.startswith("dutyrules:"):
        return shipped_catalogue(name.removeprefix("dutyrules:"))
    return resolve(name, directory)


def _unknown(name: str, span: Span) -> Diagnostic:
    shipped = [f"dutyrules:{catalogue}" for catalogue in shipped_catalogues()]
    expected = f"a shipped catalogue such as {shipped[0]}, or the path of a file from here"
    message, hint = f"there is no catalogue {name}", did_you_mean(name, shipped)
    return Diagnostic("book.unknown-catalogue", message, span, name, expected, hint)


def check_citations(assembly: Assembly, catalogues: Mapping[str, Catalogue]) -> list[Diagnostic]:
    """Every clause that a book cites and its catalogue does not know; the file in which it is cited decides whose."""
    found = []
    for clause, span in _cited(assembly):
        catalogue = catalogues.get(span.file)
        if catalogue and clause not in catalogue.clauses:
            message, hint = f"{catalogue.document} has no clause {clause}", did_you_mean(clause, catalogue.clauses)
            found.append(Diagnostic("book.unknown-clause", message, span, clause, hint=hint))
    return found


def _cited(assembly: Assembly) -> Iterator[tuple[str, Span]]:
    """(clause in full, place) of all citations, of tests as well."""
    for section, definitions in assembly.sections.items():
        for node in definitions.values():
            yield from _clauses_in(node if section != "scorecards" else _table(node))
    for slot in assembly.timetable:
        yield from _clauses_in(slot)
    for source, test in assembly.tests:
        for clause, span in _ids(locate(test, ("clause",))):
            yield in_full(clause, source), span


def _table(card: Node) -> Node:
    """A scorecard without its own clause, which is the heading of a table: the clauses are those of items and lines."""
    parts = card.value if isinstance(card.value, dict) else {}
    return replace(card, value={key: part for key, part in parts.items() if key != "clause"})


def _clauses_in(node: Node) -> Iterator[tuple[str, Span]]:
    match node.value:
        case dict() as members:
            for key, member in members.items():
                if key == "clause":
                    yield from _ids(member)
                elif key not in NO_CLAUSES:
                    yield from _clauses_in(member)
        case list() as items:
            for item in items:
                yield from _clauses_in(item)


def _ids(node: Node) -> Iterator[tuple[str, Span]]:
    for one in node.value if isinstance(node.value, list) else [node]:
        if not isinstance(one.value, dict | list | None):
            yield str(one.value), one.span
