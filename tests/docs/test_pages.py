"""The pages that are made from the rule books are those that the books make now."""

import re
from pathlib import Path

import pytest

from docs.generate import pages

DOCS = Path(__file__).parents[2] / "docs"
PAGES = pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_what_the_books_make_of_it(name: str) -> None:
    path = DOCS / name
    assert path.exists(), "run  python docs/generate.py"
    assert path.read_text("utf-8") == PAGES[name], "run  python docs/generate.py"


def test_no_page_is_left_over() -> None:
    assert {f"handbook/{path.name}" for path in (DOCS / "handbook").glob("*.md")} == PAGES.keys() - {"clauses.md"}


def test_every_clause_that_a_handbook_cites_is_on_the_page_of_clauses() -> None:
    # books whose document has a catalogue
    documents = set(re.findall(r'^## <a id="(\w+)"', PAGES["clauses.md"], re.MULTILINE))
    anchors = set(re.findall(r'<a id="([^"]+)"', PAGES["clauses.md"]))
    cited = {clause for page in PAGES.values() for clause in re.findall(r"clauses\.md#([^)]+)\)", page)}
    assert cited
    assert {clause for clause in cited - anchors if clause.partition("-")[0] in documents} == set()
