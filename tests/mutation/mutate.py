"""Changes every figure of the shipped rule books, one at a time, and asks whether the book's own tests notice.

    python tests/mutation/mutate.py            # all books; exit 1 if a figure survives
    python tests/mutation/mutate.py area-butler

A figure is a number, time, window, share, duration, day, or a word that stands for one. The mutants are made in the
text of the book, at the place where the reader found the figure, and loaded like any other book; the tests are read
once. Figures that no verdict can show – slots without a quota, suggestions, the date of publication, strengths – are
compared with `figures.yaml` instead, which was copied by hand from the printed texts.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dutyrules.book import Book, load_book
from dutyrules.book.assemble import in_full
from dutyrules.diagnostics import InputError
from dutyrules.resources import shipped_book, shipped_books
from dutyrules.source import Node, locate, parse, plain, read
from dutyrules.workshop import perform, read_scenes
from dutyrules.workshop.scene import Scene

HERE = Path(__file__).parent

SECTIONS = ("parameters", "timetable", "duties", "scorecards", "fines")

FIGURES = frozenset(
    (
        *(
            "by",
            "before",
            "from",
            "to",
            "late_until",
            "windows",
            "window",
            "within",
            "due",
            "roll",
            "default",
            "suggest",
        ),
        *("at_least", "at_most", "blanks", "times", "count", "lag", "prorate", "per", "strength", "published_on"),
        *("marks", "each", "once", "every", "points", "per_missing"),
        *("forbidden", "forbidden_weekdays", "days", "not_before"),
    )
)
"""Keys whose values are figures."""

OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "next": ("previous", "none"),
    "previous": ("next", "none"),
    "all_windows": ("each_window",),
    "each_window": ("all_windows",),
    "should": ("must",),
    "may": ("must",),
    "previous_workday": ("none",),
    "same_day": ("1 days",),
    "same_workday": ("same_day", "1 workdays"),
    "period_end": ("same_day", "1 months"),
    "end_of_week": ("end_of_day",),
    "shift.end": ("shift.start",),
    "last": ("28",),
    "workday": ("week",),
    "week": ("month",),
    "month": ("week",),
    "two_months": ("month", "quarter"),
    "quarter": ("month", "half_year"),
    "half_year": ("year", "quarter"),
    "year": ("half_year", "quarter"),
    "24:00": ("23:00",),
    "1/1": ("3/4",),
    "2/3": ("3/4", "3/5"),
    "1/3": ("1/4", "2/5"),
    "98%": ("97%", "99%"),
    "monday": ("sunday", "tuesday"),
    "sunday": ("saturday", "monday"),
}
"""Words and shares, and what else they might have been."""


@dataclass(frozen=True)
class Spot:
    """A figure in a book.

    Attributes:
        path: Keys and indices down to it.
        clauses: The clauses of what it belongs to.
    """

    path: tuple[str | int, ...]
    clauses: tuple[str, ...]
    node: Node

    @property
    def value(self) -> str:
        """The figure as it is written."""
        return str(self.node.value)

    @property
    def silent(self) -> bool:
        """Whether no verdict can show it."""
        return self.path[0] == "published_on" or bool({"suggest", "strength"} & set(self.path))

    @property
    def quiet(self) -> bool:
        """Whether a verdict may be unable to show it: a slot matters only to the duties that name it."""
        return self.silent or self.path[0] == "timetable"

    def __str__(self) -> str:
        return f"{self.node.span}: {'.'.join(map(str, self.path))} = {self.value}"


@dataclass(frozen=True)
class Mutant:
    """A figure with another value."""

    spot: Spot
    value: str

    def __str__(self) -> str:
        return f"{self.spot} -> {self.value}"


@dataclass(frozen=True)
class Survey:
    """What became of the figures of a book: how many, how many mutants, who noticed, and who got away."""

    figures: int
    mutants: int
    by_tests: int
    by_table: int
    survivors: tuple[Mutant, ...]


# ---------------------------------------------------------------- finding figures


def spots(book: Book, tree: Node) -> Iterator[Spot]:
    """Every figure of a book."""
    top = tree.value
    assert isinstance(top, dict)
    if "published_on" in top:
        yield Spot(("published_on",), (), top["published_on"])
    for section in SECTIONS:
        for path, node in _leaves(top[section], (section,)) if section in top else ():
            if _is_figure(path, node):
                yield Spot(path, _clauses(book, tree, path), node)


def _leaves(node: Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    match node.value:
        case dict() as members:
            for key, member in members.items():
                if key not in ("title", "clause", "type"):
                    yield from _leaves(member, (*path, key))
        case list() as items:
            for index, item in enumerate(items):
                yield from _leaves(item, (*path, index))
        case _:
            yield path, node


def _is_figure(path: tuple[str | int, ...], node: Node) -> bool:
    """Whether a leaf is one: not a parameter by name, nor the population of a share, nor an event to wait for."""
    text = str(node.value)
    kind = path[-1] == "not_before" and not text[:1].isdigit()
    reference = kind or text.startswith("$") or text == "case.due_at" or path[-1] == "of"
    return bool(FIGURES & set(path)) and not reference


def _clauses(book: Book, tree: Node, path: Sequence[str | int]) -> tuple[str, ...]:
    """The clauses of the nearest definition around a figure."""
    match path:
        case ["scorecards", card, "items", item, "lines", line, *_]:
            return book.scorecards[str(card)].items[str(item)].lines[str(line)].clause
        case ["scorecards", card, "items", item, *_]:
            return book.scorecards[str(card)].items[str(item)].clause
        case _:
            node = locate(tree, (*path[:-1], "clause"))
            near = next(
                (
                    locate(tree, (*path[:depth], "clause"))
                    for depth in range(len(path), 1, -1)
                    if _has_clause(tree, path[:depth])
                ),
                node,
            )
            written = plain(near)
            entries = written if isinstance(written, list) else [written]
            return tuple(
                in_full(entry, book.head.source.id) for entry in entries if isinstance(entry, str | int | Decimal)
            )


def _has_clause(tree: Node, path: Sequence[str | int]) -> bool:
    value = locate(tree, path).value
    return isinstance(value, dict) and "clause" in value


# ---------------------------------------------------------------- changing them


def mutants(spot: Spot) -> Iterator[Mutant]:
    """What a figure might have been by a slip of the pen."""
    for value in _otherwise(spot):
        yield Mutant(spot, value)


def _otherwise(spot: Spot) -> Sequence[str]:
    text = spot.value
    if spot.path[0] == "published_on":
        return ("2024-01-02",)
    if text in OTHERWISE:
        return OTHERWISE[text]
    if text == "none":
        return ("workdays",) if spot.path[-1] == "prorate" else ("{weekday: friday}",)
    if ":" in text:
        hours, minutes = (int(part) for part in text.split(":"))
        moments = (hours * 60 + minutes + step for step in (-1, 1))
        return [f"{moment // 60:02d}:{moment % 60:02d}" for moment in moments if moment >= 0]
    number, _, unit = text.partition(" ")
    return [f"{int(number) + step} {unit}".strip() for step in (-1, 1) if int(number) + step >= bool(unit)]


def changed(text: str, mutant: Mutant) -> str:
    """The text of the book with the other value."""
    lines = text.splitlines(keepends=True)
    span, old = mutant.spot.node.span, mutant.spot.value
    line = lines[span.line - 1]
    assert line[span.column - 1 :].startswith(old), f"{span}: {old} is not written there"
    lines[span.line - 1] = line[: span.column - 1] + mutant.value + line[span.column - 1 + len(old) :]
    return "".join(lines)


# ---------------------------------------------------------------- who notices


def survey(name: str) -> Survey:
    """Mutates every figure of a shipped book."""
    path = shipped_book(name)
    assert path is not None
    book, tree = load_book(path), read(path)
    scenes = read_scenes(book)
    text = path.read_text(encoding="utf-8").partition("\ntests:")[0] + "\n"  # the tests stay as they are
    found = list(spots(book, tree))
    tried, noticed = 0, Counter[str]()
    survivors = []
    for spot in found:
        for mutant in mutants(spot):
            other = changed(text, mutant)
            version = _loaded(other, path.name)
            if version is None:  # no book at all: nobody could have written this by mistake
                continue
            tried += 1
            who = _noticed(mutant, version, other, scenes)
            noticed[who] += 1
            if not who:
                survivors.append(mutant)
    return Survey(len(found), tried, noticed["tests"], noticed["table"], tuple(survivors))


def _loaded(text: str, name: str) -> Book | None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_text(text, encoding="utf-8")
        try:
            return load_book(file)
        except InputError:
            return None


def _noticed(mutant: Mutant, version: Book, text: str, scenes: Sequence[Scene]) -> str:
    """Who notices: the tests, the table, or nobody."""
    clauses = set(mutant.spot.clauses)
    nearest_first = sorted(scenes, key=lambda scene: not clauses & {*scene.entry.clause, *scene.entry.lines})
    if not mutant.spot.silent and any(not perform(scene, version).passed for scene in nearest_first):
        return "tests"
    if mutant.spot.quiet and printed(version, parse(text, "mutant")) != transcribed(version):
        return "table"
    return ""


# ---------------------------------------------------------------- the table


def printed(book: Book, tree: Node) -> dict[str, Counter[str]]:
    """The figures of a book by clause; what is owed per which period is no figure of the table."""
    table: dict[str, Counter[str]] = {}
    for spot in spots(book, tree):
        for clause in spot.clauses if "per" not in spot.path else ():
            table.setdefault(clause, Counter())[spot.value] += 1
        if spot.path == ("published_on",):
            table["published_on"] = Counter([spot.value])
    return table


def transcribed(book: Book) -> dict[str, Counter[str]]:
    """The same from `figures.yaml`, for the clauses of this book: those of its document that no other book prints."""
    form, elsewhere = _figures(), _printed_beside(book.head.book, book.head.source.id)
    table: dict[str, Counter[str]] = {"published_on": Counter([form["published_on"][book.head.book]])}
    for part in ("text", "ours"):
        for clause, values in form[part].items():
            if clause.startswith(f"{book.head.source.id}-") and clause not in elsewhere:
                table.setdefault(clause, Counter()).update(map(str, values))
    return table


@cache
def _printed_beside(name: str, source: str) -> frozenset[str]:
    """The clauses whose figures the other shipped books of a document print."""
    paths = [path for other in shipped_books() if other != name and (path := shipped_book(other)) is not None]
    beside = [(book, path) for path in paths if (book := load_book(path)).head.source.id == source]
    return frozenset(clause for book, path in beside for clause in printed(book, read(path)))


@cache
def _figures() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = plain(read(HERE / "figures.yaml"))
    return table


def told(name: str, result: Survey) -> str:
    """What became of the figures of a book, as text."""
    counts = f"{result.figures} figures, {result.mutants} mutants"
    noticed = f"{result.by_tests} noticed by tests, {result.by_table} by the table, {len(result.survivors)} by nobody"
    return "\n".join([f"{name}: {counts}: {noticed}", *(f"  survives: {survivor}" for survivor in result.survivors)])


def main(names: Sequence[str]) -> int:
    """Surveys some shipped books; 1 if a figure survives."""
    left = 0
    for name in names or shipped_books():
        result = survey(name)
        left += len(result.survivors)
        sys.stdout.write(told(name, result) + "\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
