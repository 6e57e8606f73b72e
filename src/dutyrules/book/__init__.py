"""Rule books: roles, parameters, timetable, duties, scorecards, fines; read, put together and checked."""

from dutyrules.book.assemble import resolve, unknown_book
from dutyrules.book.book import Book, BookTest
from dutyrules.book.charged import overlapping
from dutyrules.book.forms import Parameter
from dutyrules.book.read import load_book, node_at
from dutyrules.book.scorecards import MANAGER, BreachFact, Ceiling, Charged, Fine, Item, Liable, Line, Scorecard

__all__ = [
    "MANAGER",
    "Book",
    "BookTest",
    "BreachFact",
    "Ceiling",
    "Charged",
    "Fine",
    "Item",
    "Liable",
    "Line",
    "Parameter",
    "Scorecard",
    "load_book",
    "node_at",
    "overlapping",
    "resolve",
    "unknown_book",
]
