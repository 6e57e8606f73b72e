"""Verdicts to points: who owed what, what was met, what the scorecard takes off, and on which evidence."""

from dutyrules.scoring.result import Result, score
from dutyrules.scoring.sheet import BonusScore, Finding, FineScore, ItemScore, LineScore, Sheet

__all__ = ["BonusScore", "Finding", "FineScore", "ItemScore", "LineScore", "Result", "Sheet", "score"]
