"""Rule books: roles, parameters, timetable, duties, scorecards, fines; read, put together and checked."""

from dutyrules.book.assemble import resolve, unknown_book
from dutyrules.book.book import Book, BookTest
from dutyrules.book.charged import overlapping
from dutyrules.book.forms import Parameter
from dutyrules.book.outcomes import Outcome, Step
from dutyrules.book.read import load_book, node_at
from dutyrules.book.scorecards import (
    MANAGER,
    BreachFact,
    Cause,
    Ceiling,
    Charged,
    Counting,
    Fine,
    Item,
    Liable,
    Line,
    Over,
    Scorecard,
)

__all__ = [
    "MANAGER",
    "Book",
    "BookTest",
    "BreachFact",
    "Cause",
    "Ceiling",
    "Charged",
    "Counting",
    "Fine",
    "Item",
    "Liable",
    "Line",
    "Outcome",
    "Over",
    "Parameter",
    "Scorecard",
    "Step",
    "load_book",
    "node_at",
    "overlapping",
    "resolve",
    "unknown_book",
]
