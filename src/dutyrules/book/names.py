"""What books define, where it is written, and the names inside figures and event patterns that must be among it."""

from collections.abc import Iterable, Mapping, Set
from typing import Any, TypeAlias

from dutyrules.activity.kinds import BOOLEAN
from dutyrules.book.assemble import NOUNS
from dutyrules.book.book import Book
from dutyrules.book.problems import choice, follow, place_of, places
from dutyrules.checks.duty import figures_of, one_or_many
from dutyrules.diagnostics import Diagnostic, Severity, Span, did_you_mean
from dutyrules.figure import Figure, Form, shown
from dutyrules.source import Node

OPEN_ATTRIBUTES = ("outcome", "channel", "participants", "note")
"""Attributes that every kind may carry."""

Path: TypeAlias = tuple[str | int, ...]


class Names:
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

    def node(self, path: Path) -> Node:
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

    def need(self, section: str, name: str | None, path: Path, also: Iterable[str] = ()) -> bool:
        """Reports a name that no book defines, where it stands at the path or below; `also` are words for hints."""
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
            self.report(code, f"there is no {noun} {name}", where, name, {*self.known(section), *also})
        return False

    def words(self, what: str, words: Iterable[object], allowed: Iterable[str], path: Path) -> None:
        """Reports words that a column or attribute never holds; no words are allowed means that all are."""
        allowed = tuple(allowed)
        for index, word in enumerate(words):
            text = shown(word)
            if allowed and text not in allowed:
                where = self.node((*path, index)).span
                self.report("unknown-word", f"{what} is never {text}", where, text, allowed, choice(allowed))


# ---------------------------------------------------------------- figures and events, wherever they are nested


def check_figures(names: Names, form: Form, path: Path) -> None:
    """Every figure inside a form."""
    for inner, figure in figures_of(form, ()):
        check_figure(names, figure, (*path, *inner))


def check_figure(names: Names, figure: Figure[Any], path: Path) -> None:
    """Every ``$name`` must be a parameter."""
    known = names.known("parameters")
    for parameter in sorted(figure.parameters - known):
        node, written = names.node(path), f"${parameter}"
        where = next(places(node, written), node.span)
        message = f"there is no parameter {parameter}"
        names.report("unbound-reference", message, where, written, [f"${name}" for name in known])


def check_events(book: Book, names: Names, form: object, path: Path) -> None:
    """Every field `event` must name a kind, and `where` beside it attributes and words of this kind."""
    if isinstance(form, tuple):
        for index, item in enumerate(form):
            check_events(book, names, item, (*path, index))
    if not isinstance(form, Form):
        return
    for index, role in enumerate(getattr(form, "participants", ())):
        names.need("roles", role, (*path, "participants", index))
    for index, kind in enumerate(one_or_many(getattr(form, "event", ()))):
        if not isinstance(kind, str) or not names.need("events", kind, (*path, "event", index)):
            continue
        for attribute, words in getattr(form, "where", {}).items():
            here = (*path, "where", attribute)
            check_attribute(book, names, kind, attribute, place_of(names.node(here)))
            check_words(book, names, kind, attribute, words, here)
    for name in type(form).model_fields:
        check_events(book, names, getattr(form, name), (*path, name))


def check_attribute(book: Book, names: Names, kind: str, attribute: str, where: Span) -> None:
    """A kind must declare an attribute, unless every kind may carry it."""
    if kind not in book.kinds or attribute in OPEN_ATTRIBUTES:
        return
    declared = book.kinds[kind].attributes
    if attribute not in declared:
        message = f"{kind} declares no attribute {attribute}"
        names.report("unknown-attribute", message, where, attribute, declared)


def check_words(book: Book, names: Names, kind: str, attribute: str, words: Iterable[object], path: Path) -> None:
    """An attribute must be able to hold these words."""
    declared = book.kinds[kind].attributes.get(attribute) if kind in book.kinds else None
    if declared is not None:
        truths = ("true", "false") if declared == BOOLEAN else ()
        names.words(f"{attribute} of {kind}", words, declared.words or truths, path)
