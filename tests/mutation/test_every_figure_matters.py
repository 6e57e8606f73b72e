"""The figures of the shipped books are those of the texts, and none could be another without a test that fails."""

import re
from pathlib import Path

import pytest

from dutyrules.book import load_book
from dutyrules.resources import shipped_book, shipped_books
from dutyrules.source import Node, read
from tests.mutation.mutate import (
    SECTIONS,
    Spot,
    changed,
    cited,
    clauses_in_table,
    mutants,
    printed,
    spots,
    survey,
    told,
    transcribed,
)

LEAST = {
    "area-butler": 90,
    "area-service-butler": 123,
    "cluster-butler": 75,
    "customer-service": 5,
    "customer-service-supervisor": 20,
    "executive-housekeeper": 12,
    "owner-information": 4,
    "property-office": 30,
    "service-centre-director": 90,
    "service-centre-office": 30,
    "staff-handbook": 18,
    "villa-butler": 42,
    "visit-system": 45,
}
"""Figures that each book has at least: a survey of nothing finds no survivor."""


def book_file(name: str) -> Path:
    path = shipped_book(name)
    assert path is not None
    return path


@pytest.mark.parametrize("name", shipped_books())
def test_figures_are_those_of_the_texts(name: str) -> None:
    path = book_file(name)
    book = load_book(path)
    assert printed(book, read(path)) == transcribed(book)


def test_every_clause_of_the_table_is_in_a_book() -> None:
    books = [load_book(book_file(name)) for name in shipped_books()]
    assert clauses_in_table() <= {"published_on"}.union(*map(cited, books))


@pytest.mark.parametrize("name", shipped_books())
def test_no_number_escapes(name: str) -> None:
    path = book_file(name)
    tree = read(path)
    found = {spot.node.span for spot in spots(load_book(path), tree)}
    numbers = {node.span for section in SECTIONS for node in numbers_in(tree, section)}
    assert numbers <= found


def numbers_in(tree: Node, section: str) -> list[Node]:
    """Leaves that look like figures, whatever their key; clauses and titles apart."""
    assert isinstance(tree.value, dict)
    pending, found = [tree.value[section]] if section in tree.value else [], []
    while pending:
        node = pending.pop()
        match node.value:
            case dict() as members:
                pending += [member for key, member in members.items() if key not in ("clause", "title")]
            case list() as items:
                pending += items
            case value if re.match(r"\d", str(value)):
                found.append(node)
    return found


def test_a_mutant_differs_in_one_place() -> None:
    path = book_file("area-butler")
    spot = next(
        spot for spot in spots(load_book(path), read(path)) if spot.path[:2] == ("duties", "attend_project_meeting")
    )
    early, late = mutants(spot)
    assert (spot.value, early.value, late.value) == ("07:55", "07:54", "07:56")
    text = path.read_text(encoding="utf-8")
    assert changed(text, late) == text.replace("meeting.project, by: 07:55", "meeting.project, by: 07:56")


def test_kinds_of_mutants() -> None:
    def values(text: str, *path: str) -> list[str]:
        span = read(book_file("area-butler")).span
        return [mutant.value for mutant in mutants(Spot(path or ("duties", "x", "by"), (), Node(text, span)))]

    assert values("5") == ["4", "6"]
    assert values("0") == ["1"]
    assert values("2/3") == ["3/4", "3/5"]
    assert values("1 workdays") == ["2 workdays"]
    assert values("00:00") == ["00:01"]
    assert values("shift.start - 15 minutes") == ["shift.start - 14 minutes", "shift.start - 16 minutes"]
    assert values("next") == ["previous", "none"]


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_books())
def test_every_figure_matters(name: str) -> None:
    result = survey(name)
    assert not result.survivors, told(name, result)
    assert result.figures >= LEAST[name]
