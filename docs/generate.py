"""Writes the pages that are made from the rule books: docs/clauses.md and docs/handbook/.

    python docs/generate.py

tests/docs/test_pages.py fails where a page is not what this writes.
"""

from collections.abc import Mapping
from pathlib import Path

from dutyrules.book import load_book
from dutyrules.book.catalogue import read_catalogue
from dutyrules.diagnostics import Diagnostic
from dutyrules.report.clauses import clauses_page
from dutyrules.report.handbook import handbook, languages_of
from dutyrules.workshop.entries import read_entries

DOCS = Path(__file__).parent
RULES = DOCS.parent / "rules"


def pages() -> Mapping[str, str]:
    """Path below docs/ → text of every page."""
    books = [load_book(path) for path in sorted(RULES.glob("*.yaml"))]
    catalogues = [read_catalogue(path) for path in sorted((RULES / "clauses").glob("*.yaml"))]
    found = {
        f"handbook/{book.head.book}.{language}.md": handbook(book, language, "../clauses.md")
        for book in books
        for language in languages_of(book)
    }
    problems: list[Diagnostic] = []  # the tests of the books are checked with the books
    tested = [(book, read_entries(book, problems)) for book in books]
    return {**found, "clauses.md": clauses_page(catalogues, tested, "handbook/{book}.en.md")}


def main() -> None:
    """Writes every page, and takes away what no book stands behind any more."""
    made = pages()
    (DOCS / "handbook").mkdir(exist_ok=True)
    for path in (DOCS / "handbook").glob("*.md"):
        if f"handbook/{path.name}" not in made:
            path.unlink()
    for name, text in made.items():
        (DOCS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
