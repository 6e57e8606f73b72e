"""Every word of the rule language at its edge, by hand: books under tests/words that carry their own tests."""

from pathlib import Path

import pytest

from dutyrules.workshop import run_book_tests

WORDS = sorted((Path(__file__).parents[1] / "words").glob("*.yaml"))


@pytest.mark.parametrize("book", WORDS, ids=lambda path: path.stem)
def test_words(book: Path) -> None:
    report = run_book_tests(book)
    assert report.passed, report.as_text()
    assert "not:" not in report.as_text()
