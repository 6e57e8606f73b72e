"""The log as columns of integers, and the array kernels over them; no rule knowledge here."""

from dutyrules.facts.events import Events, Facts, Where
from dutyrules.facts.kernels import (
    ABSENT,
    Matcher,
    counts,
    distinct,
    distinct_pairs,
    first_of_each,
    first_rows,
    ranges,
    sums,
)

__all__ = [
    "ABSENT",
    "Events",
    "Facts",
    "Matcher",
    "Where",
    "counts",
    "distinct",
    "distinct_pairs",
    "first_of_each",
    "first_rows",
    "ranges",
    "sums",
]
