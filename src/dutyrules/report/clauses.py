"""Every clause of the documents on one page: what it says, what executes it, and which tests show it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dutyrules.book import Book, Scorecard
from dutyrules.book.catalogue import Catalogue, Clause
from dutyrules.checks.duty import figures_of
from dutyrules.figure import Form
from dutyrules.workshop.entries import Entry

EXECUTABLE: Final = ("duty", "line", "bonus", "fine", "outcome")
"""Kinds of clauses that something must execute."""

WRITTEN: Final = (*EXECUTABLE, "timetable", "item")
"""Kinds of clauses that must stand in some book."""

HEAD: Final = """\
# Every clause of the documents

One row for each clause: what it says in a sentence of ours, where it stands in the [rule books](../rules), and how many
tests of those books expect it kept and how many expect it broken.

Kinds: *duty* (owed), *timetable*, *item*, *line* and *bonus* (of a scorecard), *fine*, *outcome* (a consequence other
than points and money), *authority* (somebody may), *descriptive* (nothing follows from it). A clause is *accounted for*
if it stands in a book, or is of a kind that no book can execute. A figure is *unset* where the document leaves it out:
an estate has to bind it.
"""


@dataclass(frozen=True)
class Account:
    """What the books make of the clauses.

    Attributes:
        places: Clause → what cites it, by book.
        executed: Clauses that a duty, line, bonus, fine or outcome executes.
        kept, broken: Clause → tests that expect it kept, and broken.
        unset: Clauses with a figure that has no value of its own.
    """

    places: Mapping[str, Sequence[str]]
    executed: frozenset[str]
    kept: Mapping[str, int]
    broken: Mapping[str, int]
    unset: frozenset[str]

    def stands(self, clause: str) -> bool:
        """Whether some book cites it, or what is printed below it."""
        return any(cited == clause or cited.startswith(f"{clause}.") for cited in self.places)

    def tested(self, clause: str, kind: str) -> bool:
        """Whether tests show both sides of it; of a bonus there is one."""
        return self.kept[clause] > 0 and (self.broken[clause] > 0 or kind == "bonus")


def clauses_page(catalogues: Sequence[Catalogue], books: Sequence[tuple[Book, Sequence[Entry]]], handbook: str) -> str:
    """The page.

    Args:
        books: Books with their tests.
        handbook: Where the page of a book lies, with ``{book}`` in it.
    """
    account = _account(books, handbook)
    parts = [HEAD, *_totals(catalogues, account)]
    for catalogue in catalogues:
        parts += ["", *_document(catalogue, account)]
    return "\n".join(parts) + "\n"


# ---------------------------------------------------------------- the account


def _account(books: Sequence[tuple[Book, Sequence[Entry]]], handbook: str) -> Account:
    places: dict[str, list[str]] = defaultdict(list)
    executed: set[str] = set()
    unset: set[str] = set()
    kept: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for book, entries in books:
        found: dict[str, list[str]] = defaultdict(list)
        for clause, name, form in _citing(book):
            found[clause].append(name)
            executed |= {clause} if form is not None else set()
            unset |= {clause} if form is not None and _is_unset(book, form) else set()
        for clause, names in found.items():
            link = f"[{book.head.book}]({handbook.format(book=book.head.book)})"
            places[clause].append(f"{link}: {', '.join(dict.fromkeys(names))}")
        for entry in entries:
            kept.update({clause for clause, well in _expected(book, entry) if well})
            broken.update({clause for clause, well in _expected(book, entry) if not well})
    return Account(places, frozenset(executed), kept, broken, frozenset(unset))


def _citing(book: Book) -> Iterator[tuple[str, str, Form | None]]:
    """(clause, what cites it, the form that executes it)."""
    for duty in book.duties.values():
        yield from ((clause, f"`{duty.id}`", duty) for clause in duty.clause)
    for card in book.scorecards.values():
        yield from _on_card(card)
    for name, fine in book.fines.items():
        yield from ((clause, f"fine `{name}`", fine) for clause in fine.clause)
    for name, outcome in book.outcomes.items():
        yield from ((clause, f"outcome `{name}`", outcome) for clause in outcome.clause)
    for slot in book.timetable:
        yield from ((clause, f"slot `{slot.slot}`", None) for clause in slot.clause)


def _on_card(card: Scorecard) -> Iterator[tuple[str, str, Form | None]]:
    for key, item in card.items.items():
        yield from ((clause, f"item {key}", None) for clause in item.clause)
        for line, form in item.lines.items():
            yield from ((clause, f"line {key}.{line}", form) for clause in form.clause)
    for name, bonus in card.bonus.items():
        yield from ((clause, f"bonus `{name}`", bonus) for clause in bonus.clause)


def _is_unset(book: Book, form: Form) -> bool:
    read = {name for _, figure in figures_of(form, ()) for name in figure.parameters}
    return any(name in book.parameters and book.parameters[name].default is None for name in read)


def _expected(book: Book, entry: Entry) -> Iterator[tuple[str, bool]]:
    """(clause, whether a test expects it kept)."""
    for name, expected in entry.duties.items():
        if expected == "met" or not isinstance(expected, str):
            yield from ((clause, expected == "met" or not expected) for clause in book.duties[name].clause)
    yield from ((clause, points == 0) for clause, points in entry.lines.items())
    yield from ((clause, True) for clause in _in_full(book, entry))
    for name, steps in entry.sums.outcomes.items():
        yield from ((clause, steps == ("none",)) for clause in book.outcomes[name].clause)
    for fine in book.fines.values():
        if any(entry.duties.get(duty) == "met" for duty in fine.duties):
            yield from ((clause, True) for clause in fine.clause)
        elif any(entry.sums.fines.values()):
            yield from ((clause, False) for clause in set(fine.clause) & set(entry.clause))
    bonuses = {clause for card in book.scorecards.values() for bonus in card.bonus.values() for clause in bonus.clause}
    yield from ((clause, True) for clause in bonuses & set(entry.clause))


def _in_full(book: Book, entry: Entry) -> Iterator[str]:
    """Clauses of the lines of items that a test expects to keep all their marks."""
    for card in book.scorecards.values():
        for key, item in card.items.items():
            if entry.sums.items.get(key) == item.marks:
                yield from (clause for line in item.lines.values() for clause in line.clause)


# ---------------------------------------------------------------- the page


def _totals(catalogues: Sequence[Catalogue], account: Account) -> Iterator[str]:
    yield "| Document | Clauses | Accounted for | To execute | Executed | Tested both ways | With an unset figure |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for catalogue in catalogues:
        clauses = catalogue.clauses
        there = [name for name, clause in clauses.items() if clause.kind not in WRITTEN or account.stands(name)]
        wanted = [name for name, clause in clauses.items() if clause.kind in EXECUTABLE]
        done = [name for name in wanted if name in account.executed]
        tested = [name for name in done if account.tested(name, clauses[name].kind)]
        unset = [name for name in done if name in account.unset]
        numbers = (len(clauses), len(there), len(wanted), len(done), len(tested), len(unset))
        document = f"[{catalogue.document}](#{catalogue.document}) {_title(catalogue)}"
        yield f"| {document} | {' | '.join(map(str, numbers))} |"


def _title(catalogue: Catalogue) -> str:
    title = catalogue.title
    return title if isinstance(title, str) else title.get("en", next(iter(title.values()), ""))


def _document(catalogue: Catalogue, account: Account) -> Iterator[str]:
    yield f'## <a id="{catalogue.document}"></a>{catalogue.document} {_title(catalogue)}'
    yield ""
    yield "| Clause | Kind | What it says | 中文 | Where it stands | Tests: kept / broken |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from (_row(name, clause, account) for name, clause in catalogue.clauses.items())


def _row(name: str, clause: Clause, account: Account) -> str:
    missing = clause.kind in WRITTEN and not account.stands(name)
    places = "; ".join(account.places.get(name, ())) or ("*in no book yet*" if missing else "")
    if name in account.executed and name in account.unset:
        places += " (a figure is unset)"
    tests = f"{account.kept[name]} / {account.broken[name]}" if name in account.executed else ""
    tests = str(account.kept[name]) if clause.kind == "bonus" and tests else tests
    cells = (f'<a id="{name}"></a>{name}', clause.kind, clause.en, clause.zh_hans, places, tests)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
