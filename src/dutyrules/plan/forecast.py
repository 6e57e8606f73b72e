"""Log and plan as one log, and what it leaves unmet: judged by the same code that scores a month."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from datetime import date

import numpy as np

from dutyrules.activity.join import joined
from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.estate.logs import log_from_rows
from dutyrules.obligation import NONE, State, Verdicts
from dutyrules.plan.plan import Shortfall, Task
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.judge import Judgement, judge
from dutyrules.timegrid import Period


class PlanError(Exception):
    """A planner made a plan that its own verification refuses: a fault of dutyrules."""


def forecast(estate: Estate, log: Log, tasks: Iterable[Task]) -> Log:
    """The log as it will be if everything goes as planned.

    Raises:
        PlanError: a task is no row of a log.
    """
    planned = log_from_rows([task.row() for task in tasks], estate, forecast=True)
    if planned.rejected_rows:
        raise PlanError(f"tasks that no log would accept: {planned.rejects.rows()[:3]}")
    return joined(log, planned)


def outlook(estate: Estate, log: Log, period: Period, kinds: Set[str]) -> Judgement:
    """The whole period judged; `kinds` are taken to be as planned where no coverage says otherwise."""
    judgement = judge(estate, log, period, planned=kinds)
    waived = set(estate.tables.waivers["breach_id"])
    if not waived:
        return judgement
    namer, verdicts = Namer(judgement), dict(judgement.verdicts)
    for duty, one in judgement.verdicts.items():
        if not kinds.isdisjoint(judgement.duty(duty).kinds()):  # no planner asks for the others
            verdicts[duty] = _excused(one, [row for row in range(len(one)) if namer.breach_id(duty, row) in waived])
    return replace(judgement, verdicts=verdicts)


def _excused(verdicts: Verdicts, rows: Sequence[int]) -> Verdicts:
    """Some breaches excused, as HR decided."""
    states = verdicts.state.copy()
    states[rows] = np.where(states[rows] == State.BREACHED, State.EXCUSED, states[rows])
    return replace(verdicts, state=states) if len(rows) else verdicts


def missed(judgement: Judgement, duties: Sequence[str]) -> list[Shortfall]:
    """The breaches of some duties, in the order of duties, posts and periods."""
    namer = Namer(judgement)
    found = []
    for duty in duties:
        verdicts = judgement.verdicts[duty]
        for row in verdicts.breached.tolist():
            finding = namer.finding(duty, row)
            expected, actual = int(verdicts.obligations.expected[row]), int(verdicts.judged.actual[row])
            counted = verdicts.obligations.unit == "count" and NONE not in (expected, actual)
            found.append(
                Shortfall(
                    duty=duty,
                    clause=finding.clause,
                    post=finding.post,
                    period=finding.period,
                    day=date.fromisoformat(finding.day),
                    reason=finding.reason or "",
                    expected=finding.expected,
                    actual=finding.actual,
                    number=expected - actual if counted else 1,
                    breach_id=finding.breach_id,
                    missing=finding.missing,
                )
            )
    return sorted(found, key=lambda one: (duties.index(one.duty), one.post, one.day, one.breach_id))
