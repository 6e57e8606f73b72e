"""Whether a plan says truly how many visits will reach nobody: counted again in the verdicts on log and plan."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil

import numpy as np

from dutyrules.checks.quota import Quota
from dutyrules.estate.planning import ContactRates
from dutyrules.obligation import State
from dutyrules.plan.plan import Plan, Task
from dutyrules.plan.reserves import chance
from dutyrules.plan.violation import Violation
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import day_number, instant_number


def hopes(before: Judgement, after: Judgement, plan: Plan, tasks: Sequence[Task]) -> Iterator[Violation]:
    """A plan that expects to reach more households than it will.

    Args:
        before: Judged on the log and what is pinned.
        after: The same with the whole plan.
        tasks: Those that the planner placed.
    """
    rates = before.estate.planning.contact_rates
    if rates is None or plan.name != "visits":
        return
    missing = sum((_missing(before, after, rates, name, tasks) for name in plan.duties), start=Fraction(0))
    said = next((one.value for one in plan.measures if one.name == "expected_short"), None)
    if said is None or said < ceil(missing):
        yield Violation("expected", "visits that reach nobody", f"said {said}, expected are {ceil(missing)}")


def _missing(before: Judgement, after: Judgement, rates: ContactRates, name: str, tasks: Sequence[Task]) -> Fraction:
    """What the obligations of a quota are expected to lack together."""
    duty, ids = before.duty(name), before.ground.facts.log.targets
    if not isinstance(duty, Quota):
        return Fraction(0)
    old, new = before.verdicts[name], after.verdicts[name]
    earlier, later = Namer(before), Namer(after)
    rows = {later.breach_id(name, row): row for row in range(len(new))}
    visits: dict[str, list[Task]] = {}
    for task in tasks:
        if name in task.duties:
            visits.setdefault(task.target or "", []).append(task)
    total = Fraction(0)
    for row in range(len(old)):
        if old.state[row] == State.BREACHED:
            key = earlier.breach_id(name, row)
            done = np.setdiff1d(new.judged.done(rows[key]), old.judged.done(row)).tolist()
            days = range(int(old.obligations.first_day[row]), int(old.obligations.last_day[row]) + 1)
            hoped = sum((_hope(rates, visits.get(ids[code], ()), days) for code in done), start=Fraction(0))
            owed = int(new.obligations.expected[rows[key]]) - int(old.judged.actual[row])
            total += max(Fraction(0), owed - hoped)
    return total


def _hope(rates: ContactRates, visits: Sequence[Task], days: range) -> Fraction:
    """How likely one of these visits on some days reaches its household."""
    return chance(rates, [instant_number(task.at) for task in visits if day_number(task.at.date()) in days])
