"""The pages that are made from the rule books are those that the books make now."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from docs.generate import pages

DOCS = Path(__file__).parents[2] / "docs"
THERE = ["clauses.md", *(f"handbook/{path.name}" for path in sorted((DOCS / "handbook").glob("*.md")))]


@cache
def made() -> Mapping[str, str]:
    return pages()


@pytest.mark.parametrize("name", THERE)
def test_a_page_is_what_the_books_make_of_it(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == made()[name], "run  python docs/generate.py"


def test_no_page_is_missing_or_left_over() -> None:
    assert made().keys() == set(THERE), "run  python docs/generate.py"


def test_every_clause_that_a_handbook_cites_is_on_the_page_of_clauses() -> None:
    # books whose document has a catalogue
    documents = set(re.findall(r'^## <a id="(\w+)"', made()["clauses.md"], re.MULTILINE))
    anchors = set(re.findall(r'<a id="([^"]+)"', made()["clauses.md"]))
    cited = {clause for page in made().values() for clause in re.findall(r"clauses\.md#([^)]+)\)", page)}
    assert cited
    assert {clause for clause in cited - anchors if clause.partition("-")[0] in documents} == set()
