"""An estate: its registry, its rule books with bindings, its calendar and coverage, resolved."""

from dutyrules.estate.estate import Estate
from dutyrules.estate.imports import import_exports
from dutyrules.estate.inspection import Entry, entries
from dutyrules.estate.load import load_estate
from dutyrules.estate.logs import cut_off, end_of, log_from_rows, read_log, scored_period
from dutyrules.estate.returned import Returned, read_forms, write_returned

__all__ = [
    "Entry",
    "Estate",
    "Returned",
    "cut_off",
    "end_of",
    "entries",
    "import_exports",
    "load_estate",
    "log_from_rows",
    "read_forms",
    "read_log",
    "scored_period",
    "write_returned",
]
