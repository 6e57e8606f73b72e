"""An estate: its registry, its rule books with bindings, its calendar and coverage, resolved."""

from dutyrules.estate.estate import Estate
from dutyrules.estate.imports import import_exports
from dutyrules.estate.load import load_estate
from dutyrules.estate.logs import cut_off, end_of, log_from_rows, read_log, scored_period

__all__ = [
    "Estate",
    "cut_off",
    "end_of",
    "import_exports",
    "load_estate",
    "log_from_rows",
    "read_log",
    "scored_period",
]
