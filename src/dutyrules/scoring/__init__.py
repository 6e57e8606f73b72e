"""Verdicts to points: who owed what, what was met, what the scorecard takes off, and on which evidence."""

from dutyrules.scoring.accumulate import Window
from dutyrules.scoring.agenda import Agenda, Cost, Open, Unassessed
from dutyrules.scoring.closed import Closed, read_closed, seal_of
from dutyrules.scoring.duelist import Due, due
from dutyrules.scoring.result import Result, score
from dutyrules.scoring.sheet import (
    Adjustment,
    Appeal,
    BonusScore,
    BorneScore,
    Change,
    Finding,
    FineScore,
    GradeScore,
    ItemScore,
    LiableScore,
    LineScore,
    OutcomeScore,
    Sheet,
    Veto,
)
from dutyrules.scoring.standing import Place, Standing
from dutyrules.scoring.tally import Tally

__all__ = [
    "Adjustment",
    "Agenda",
    "Appeal",
    "BonusScore",
    "BorneScore",
    "Change",
    "Closed",
    "Cost",
    "Due",
    "Finding",
    "FineScore",
    "GradeScore",
    "ItemScore",
    "LiableScore",
    "LineScore",
    "Open",
    "OutcomeScore",
    "Place",
    "Result",
    "Sheet",
    "Standing",
    "Tally",
    "Unassessed",
    "Veto",
    "Window",
    "due",
    "read_closed",
    "score",
    "seal_of",
]
