"""Verdicts to points: who owed what, what was met, what the scorecard takes off, and on which evidence."""

from dutyrules.scoring.accumulate import Window
from dutyrules.scoring.agenda import Agenda, Cost, Open, Unassessed
from dutyrules.scoring.closed import Closed, read_closed
from dutyrules.scoring.closing import refuse_to_close
from dutyrules.scoring.duelist import Due, due
from dutyrules.scoring.result import Result, score
from dutyrules.scoring.sheet import (
    BonusScore,
    BorneScore,
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
from dutyrules.scoring.tally import Tally

__all__ = [
    "Agenda",
    "BonusScore",
    "BorneScore",
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
    "Result",
    "Sheet",
    "Tally",
    "Unassessed",
    "Veto",
    "Window",
    "due",
    "read_closed",
    "refuse_to_close",
    "score",
]
