"""Which obligations of a judged month are open, overdue or lost, and as what each would be breached."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from dutyrules.checks import Duty
from dutyrules.checks.ground import Ground
from dutyrules.obligation import Bools, Ints, Reason, State, Verdicts
from dutyrules.scoring.judge import excuses, owes_nothing
from dutyrules.scoring.tally import Tally
from dutyrules.timegrid import DAY


class Standing(IntEnum):
    """How an obligation that is not past stands."""

    OPEN = 0
    OVERDUE = 1
    LOST = 2


EXCUSES = ("", "leave", "excused_by", "waived")
"""What would excuse a miss."""


@dataclass(frozen=True)
class Outstanding:
    """The rows of one duty's verdicts that are not past, as columns of equal length.

    Attributes:
        rows: Rows of the verdicts.
        standing: `Standing` of each.
        reason, actual: The presumed breach: what it ends as with what is done so far.
        late_limit: First second from which doing it no longer counts, not even as late.
        excuse: Index into `EXCUSES`.
        unknown: Rows that are not assessed, and not past as far as one can know.
    """

    rows: Ints
    standing: Ints
    reason: Ints
    actual: Ints
    late_limit: Ints
    excuse: Ints
    unknown: Ints


def outstanding(tally: Tally, until: int) -> Mapping[str, Outstanding]:
    """What is not past of every duty, where anything is.

    Args:
        until: Number of the last day on which an obligation may begin.
    """
    found = {}
    for name, verdicts in tally.judgement.verdicts.items():
        duty = tally.judgement.duty(name)
        if duty.lasting() and len(verdicts):
            one = _of_duty(tally, duty, verdicts, until)
            if len(one.rows) or len(one.unknown):
                found[name] = one
    return found


def _of_duty(tally: Tally, duty: Duty, verdicts: Verdicts, until: int) -> Outstanding:
    ground, owed, judged = tally.judgement.ground, verdicts.obligations, verdicts.judged
    begun = _begun(ground, verdicts, until)
    late_limit = np.minimum(owed.late_limit, ground.period.end)
    undone = (judged.reason == Reason.MISSING) | (judged.reason == Reason.SHORT)
    overdue = begun & (verdicts.state == State.BREACHED) & undone & (late_limit > ground.horizon)
    waived = tally.waived.get(duty.id, verdicts.state[:0])
    overdue[waived] = False
    rows = np.flatnonzero((begun & (verdicts.state == State.PENDING)) | overdue)
    # only an `at_most` is met and pending at once: one more would be too many
    holds = judged.met[rows]
    reason = np.where(holds, Reason.OVER, judged.reason[rows])
    decided = np.isin(reason, [Reason.INCOMPLETE, Reason.UNSIGNED]) | (~holds & (reason == Reason.OVER))
    return Outstanding(
        rows=rows,
        standing=np.select([overdue[rows], decided], [Standing.OVERDUE, Standing.LOST], Standing.OPEN),
        reason=reason,
        actual=np.where(holds, owed.expected[rows] + 1, judged.actual[rows]),
        late_limit=late_limit[rows],
        excuse=_excuse(tally, duty, verdicts, rows),
        unknown=np.flatnonzero(begun & _unknown(ground, duty, verdicts)),
    )


def _begun(ground: Ground, verdicts: Verdicts, until: int) -> Bools:
    """What has begun, and is scored in this month: what falls due later stands in a later one too."""
    owed, presence = verdicts.obligations, ground.presence
    since = presence.tenure.argmax(axis=1) + presence.first
    last = np.minimum(owed.last_day, owed.day)
    return (np.maximum(owed.first_day, since[owed.post]) <= until) & (last <= ground.period.last_day)


def _unknown(ground: Ground, duty: Duty, verdicts: Verdicts) -> Bools:
    """Not assessed and not past; without a limit it runs until its last day is over, if triggered with the month."""
    owed = verdicts.obligations
    limitless = owed.settled == State.NOT_ASSESSED
    set_off = (owed.event >= 0) | (owed.target >= 0)
    running = np.where(limitless & ~set_off, (owed.last_day + 1) * DAY, owed.limit) > ground.horizon
    idle = (owed.settled == State.NO_OCCASION) & ~set_off & duty.triggered
    something = idle | limitless | ((owed.settled == State.OPEN) & ~owes_nothing(owed, duty))
    return (verdicts.state == State.NOT_ASSESSED) & something & (running | (limitless & set_off))


def _excuse(tally: Tally, duty: Duty, verdicts: Verdicts, rows: Ints) -> Ints:
    """What would excuse each row's breach; what is overdue is not excused."""
    excuse = excuses(tally.judgement.ground, duty, verdicts.obligations.take(rows))
    wanted = set(tally.estate.tables.waivers["breach_id"].to_list())
    if wanted and len(rows):
        waived = [tally.namer.breach_id(duty.id, row) in wanted for row in rows.tolist()]
        excuse = np.where(waived, EXCUSES.index("waived"), excuse)
    return np.where(verdicts.state[rows] == State.PENDING, excuse, 0)
