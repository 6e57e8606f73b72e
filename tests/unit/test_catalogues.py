"""The shipped catalogues hold every clause of their documents, each with a sentence of its own."""

import pytest

from dutyrules.book import load_book
from dutyrules.book.catalogue import read_catalogue
from dutyrules.resources import shipped_book, shipped_books, shipped_catalogue, shipped_catalogues

CLAUSES = {"D0": 77, "D1": 119, "D2": 193, "D3": 204, "D4": 110}
"""How many clauses each document has, counted in the documents."""

NAMES = shipped_catalogues()


@pytest.mark.parametrize("name", NAMES)
def test_a_catalogue_is_whole(name: str) -> None:
    path = shipped_catalogue(name)
    assert path is not None
    catalogue = read_catalogue(path)
    assert name == f"clauses/{catalogue.document}"
    assert len(catalogue.clauses) == CLAUSES[catalogue.document]


def test_what_is_no_catalogue_is_not_found() -> None:
    assert "clauses/D0" in NAMES
    assert shipped_catalogue("clauses/D9") is None
    assert shipped_catalogue("../rules/clauses/D0") is None
    assert shipped_book("clauses/D0") is None


def test_the_first_books_name_their_catalogue() -> None:
    named = {name: load_book(path).catalogues.keys() for name in shipped_books() if (path := shipped_book(name))}
    assert named["area-butler"] == {"D0"}
    assert named["service-centre-director"] == {"D4"}
    assert named["service-centre-office"] == {"D4"}
