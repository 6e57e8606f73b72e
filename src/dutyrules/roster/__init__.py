"""Who works which shift on which day: rules that have names, an independent judge, and the search for the best."""

from dutyrules.roster.judge import Breach, breaches, cost_of
from dutyrules.roster.model import (
    Count,
    Cover,
    Fair,
    Follows,
    OnDay,
    Overtime,
    Person,
    Roster,
    RosterModel,
    Rule,
    Runs,
    Shift,
    Weekends,
)
from dutyrules.roster.solve import Limits, Solution, solve

__all__ = [
    "Breach",
    "Count",
    "Cover",
    "Fair",
    "Follows",
    "Limits",
    "OnDay",
    "Overtime",
    "Person",
    "Roster",
    "RosterModel",
    "Rule",
    "Runs",
    "Shift",
    "Solution",
    "Weekends",
    "breaches",
    "cost_of",
    "solve",
]
