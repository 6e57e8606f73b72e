"""A second, independent reading of docs/semantics.md: slow plain loops, nothing from ``dutyrules``."""

from .due import reference_due
from .score import reference_score

__all__ = ["reference_due", "reference_score"]
