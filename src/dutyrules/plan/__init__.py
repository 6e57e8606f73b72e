"""Plans from the book: who visits, calls and patrols what, on which day, in which order."""

from dutyrules.plan.loads import Balance, Handover, Load
from dutyrules.plan.plan import Cause, Gaps, Measure, Move, Plan, Shortfall, Status, Task, Unplanned
from dutyrules.plan.relief import Change, Lever, Relaxation

__all__ = [
    "Balance",
    "Cause",
    "Change",
    "Gaps",
    "Handover",
    "Lever",
    "Load",
    "Measure",
    "Move",
    "Plan",
    "Relaxation",
    "Shortfall",
    "Status",
    "Task",
    "Unplanned",
]
