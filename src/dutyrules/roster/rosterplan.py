"""The roster of an estate: planned, judged, and with reasons where something is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version
from typing import Any

from dutyrules.diagnostics import Diagnostic, InputError, did_you_mean
from dutyrules.estate import Estate
from dutyrules.plan.plan import Status
from dutyrules.roster.build import Plot, plot
from dutyrules.roster.clash import Clash, Relaxation, clash_of, relax
from dutyrules.roster.judge import Breach, breaches
from dutyrules.roster.model import Cover, Roster, RosterModel
from dutyrules.roster.solve import Limits, Progress, Solution, solve
from dutyrules.timegrid import Period

LONGEST = 92
"""Days of a period that is rostered at once."""


@dataclass(frozen=True)
class RosterPlan:
    """What the planner returns; judged before anybody sees it.

    Attributes:
        status: `optimal` and `feasible`: all cover is met and all rules are kept. `infeasible`: proven that this cannot
            be. `unknown`: it is not, and nothing is proven.
        roster: None only if nothing at all was found.
        breaches: Everything that the roster breaks, wishes too.
        least_shortfall: No roster that keeps the rules misses fewer people; proven.
        cost, bound: The prices of what is broken, and what no such roster is below.
        clash: A minimal set of rules that clash, where something is missing.
        relaxation: What it would be cheapest to give up instead, where something is missing.
    """

    estate: str
    plot: Plot
    status: Status
    roster: Roster | None
    breaches: tuple[Breach, ...]
    least_shortfall: int
    cost: int
    bound: int
    clash: Clash | None = None
    relaxation: Relaxation | None = None
    complete: bool = True
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shortfalls(self) -> tuple[Breach, ...]:
        """Cover that is not met, and rules that are given up."""
        return tuple(one for one in self.breaches if one.price is None or short(one))

    @property
    def shortfall(self) -> int:
        """How many people are missing in all."""
        return sum(one.amount for one in self.breaches if short(one))


def short(one: Breach) -> bool:
    """Whether somebody is missing."""
    return one.rule == "cover" and one.found < one.limit


def plan_roster(
    estate: Estate, period: str, *, time_limit: float | None = None, progress: Progress | None = None
) -> RosterPlan:
    """Plans who works when.

    Args:
        period: ``2026-10``, ``2026-W41`` …; at most a quarter.
        time_limit: Seconds after which the search stops; the roster then depends on the machine.

    Raises:
        InputError: the estate does not say what is rostered, or nobody could be; or the period is too long.
    """
    laid = plot(estate, rostered_period(period))
    found = solve(laid.model, Limits(seconds=time_limit), progress)
    provenance = {
        "dutyrules": version("dutyrules"),
        "ortools": version("ortools"),
        "reproducible": found.reproducible and found.complete,
        "time_limit": time_limit,
        "files": dict(sorted(estate.files.items())),
    }
    base = RosterPlan(
        estate.id, laid, found.status, found.roster, (), 0, found.cost, found.bound, complete=found.complete,
        provenance=provenance,
    )  # fmt: skip
    return _with_reasons(base, laid.model, found)


def rostered_period(text: str) -> Period:
    """The period that a text means.

    Raises:
        InputError: none, or one that is too long.
    """
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise InputError([Diagnostic("plan.period", str(error), None, text)]) from None
    if (period.last - period.first).days >= LONGEST:
        message = f"a roster is planned for at most {LONGEST} days at once"
        raise InputError([Diagnostic("roster.period", message, None, text, "a month, a week or a quarter")])
    return period


def away_days(laid: Plot, person: str, first: date, last: date) -> tuple[int, int]:
    """The days of an absence that lie in the period, by number.

    Raises:
        InputError: nobody of that name is rostered, or none of the days is.
    """
    people = [one.id for one in laid.model.people]
    if person not in people:
        hint = did_you_mean(person, people)
        message = f"{person} is not rostered in {laid.period.label}"
        raise InputError([Diagnostic("roster.unknown-person", message, None, person, hint=hint)])
    days = [number for number, day in enumerate(laid.days) if first <= day <= last]
    if not days:
        message = f"none of the days lies in {laid.period.label}"
        raise InputError([Diagnostic("roster.away", message, None, f"{first} to {last}")])
    return days[0], days[-1]


def _with_reasons(base: RosterPlan, model: RosterModel, found: Solution) -> RosterPlan:
    """What is missing, whether it must be, and why."""
    if found.roster is None:
        if found.status != Status.INFEASIBLE:
            return base
        given = relax(model)
        broken = () if given is None else tuple(breaches(model, given.roster))
        roster = None if given is None else given.roster
        cost = sum(one.cost for one in broken)
        return replace(
            base, roster=roster, breaches=broken, cost=cost, bound=0, clash=clash_of(model), relaxation=given
        )
    broken = tuple(breaches(model, found.roster))
    missing = sum(one.amount for one in broken if short(one))
    if not missing:
        return replace(base, breaches=broken)
    least = least_shortage(model) if found.complete else 0
    status = Status.INFEASIBLE if least else Status.UNKNOWN
    clash = clash_of(model) if least else None
    given = relax(model) if found.complete else None
    return replace(base, status=status, breaches=broken, least_shortfall=least, clash=clash, relaxation=given)


def least_shortage(model: RosterModel) -> int:
    """No roster that keeps the rules misses fewer people: proven, by a search for nothing else."""
    rules = [
        replace(rule, price=1, most=None, over=0) if isinstance(rule, Cover) else rule
        for rule in model.rules
        if isinstance(rule, Cover) or rule.price is None
    ]
    return solve(replace(model, rules=tuple(rules))).bound
