"""A second, independent reading of docs/semantics.md: slow plain loops, nothing from ``dutyrules``."""

from .score import reference_score

__all__ = ["reference_score"]
