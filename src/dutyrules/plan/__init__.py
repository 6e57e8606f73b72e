"""Plans from the book: who visits, calls and patrols what, on which day, in which order."""

from dutyrules.plan.plan import Cause, Measure, Move, Plan, Shortfall, Status, Task, Unplanned

__all__ = ["Cause", "Measure", "Move", "Plan", "Shortfall", "Status", "Task", "Unplanned"]
