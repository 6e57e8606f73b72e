"""What is wrong with a plan."""

from dataclasses import dataclass

from dutyrules.plan.plan import Task


@dataclass(frozen=True)
class Violation:
    """A promise that a plan breaks.

    Attributes:
        rule: Which promise: ``off_duty``, ``leave``, ``overlap``, ``before_start``, ``pin_moved``, ``shortfall``;
            of households ``contact``, ``blackout``, ``gap``, ``companion``; of working days ``per_day``, ``minutes``;
            of contact rates ``expected``; of walks ``too_far``, ``outside_hours``; of busy days ``occasion``.
        what: The task or obligation.
        found: What the plan says or does.
    """

    rule: str
    what: str
    found: str


def named(task: Task) -> str:
    """A task, for a message."""
    return f"{task.at} {task.kind} {task.target or ''} by {task.person}"
