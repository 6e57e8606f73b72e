"""Every duty of an estate expanded and judged for a period: the part that knows no points."""

import os
from collections.abc import Callable, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import numpy as np

from dutyrules.activity.kinds import LOCATED
from dutyrules.activity.log import Log
from dutyrules.checks import Duty
from dutyrules.checks.ground import REACH_BACK, REACH_ON, Ground
from dutyrules.estate import Estate
from dutyrules.facts import ABSENT, Facts
from dutyrules.obligation import Bools, Ints, Judged, Obligations, State, Verdicts
from dutyrules.registry.coverage import Coverage
from dutyrules.registry.population import Members
from dutyrules.registry.presence import presence
from dutyrules.timegrid import DAY, Period, day_number, instant_number

THREADS: Final = min(4, os.cpu_count() or 1)
"""Duties judged side by side."""

_WORTH_THREADS: Final = 10_000
"""Posts times days below which a thread costs more than it saves."""


@dataclass(frozen=True)
class Judgement:
    """The verdicts of a period, by duty."""

    estate: Estate
    ground: Ground
    verdicts: Mapping[str, Verdicts]

    def duty(self, name: str) -> Duty:
        """A duty by its id."""
        return self.estate.book.duties[name]


def judge(
    estate: Estate,
    log: Log,
    period: Period,
    as_of: datetime | None = None,
    *,
    planned: Set[str] = frozenset(),
    seen_in: Period | None = None,
) -> Judgement:
    """Expands every duty and judges it on the log.

    Args:
        as_of: The last instant that is known; by default the whole period is.
        planned: Kinds of a forecast; what no coverage speaks of counts as planned.
        seen_in: Where no coverage is declared, the period whose rows say which kinds are covered; by default this one.
    """
    ground = stand(estate, log, period, as_of, planned=planned, seen_in=seen_in)
    duties = estate.book.duties
    if ground.presence.tenure.size < _WORTH_THREADS:
        return Judgement(estate, ground, {name: _verdicts(ground, estate, duty) for name, duty in duties.items()})
    with ThreadPoolExecutor(THREADS) as threads:  # array arithmetic holds no lock; duties do not depend on each other
        longest_first = sorted(duties, key=lambda name: -ground.facts.size(duties[name].kinds()))
        judged = threads.map(lambda name: _verdicts(ground, estate, duties[name]), longest_first)
        verdicts = dict(zip(longest_first, judged, strict=True))
    return Judgement(estate, ground, {name: verdicts[name] for name in duties})


def stand(
    estate: Estate,
    log: Log,
    period: Period,
    as_of: datetime | None = None,
    *,
    planned: Set[str] = frozenset(),
    seen_in: Period | None = None,
) -> Ground:
    """The ground on which a period is judged."""
    first, last = period.first_day - REACH_BACK, period.last_day + REACH_ON
    horizon = period.end if as_of is None else min(period.end, instant_number(as_of) + 1)
    who = presence(
        estate.tables, estate.areas, estate.calendar, first=first, last=last, working_hours=estate.working_hours
    )
    facts = Facts.of(log, who, estate.places, horizon=horizon, granularity=estate.granularity)
    book, seen = estate.book, _seen(estate, log, seen_in or period, horizon)
    return Ground(
        period=period,
        horizon=horizon,
        granularity=estate.granularity,
        presence=who,
        facts=facts,
        coverage=Coverage.of(estate.tables, estate.areas, first=first, last=last, seen=seen, planned=planned),
        bound=estate.bound,
        members=_members(estate),
        slots={slot.slot: (slot.start, slot.to) for slot in book.timetable},
        roles={role: book.stands_for(role) for role in book.roles},
        located=frozenset(name for name, kind in book.kinds.items() if kind.target in LOCATED),
    )


def _members(estate: Estate) -> Callable[[str], Members]:
    @cache
    def members(name: str) -> Members:
        form = estate.book.populations[name]
        return Members.of(estate.tables, estate.places, estate.areas, form.table, form.where)

    return members


def _seen(estate: Estate, log: Log, period: Period, horizon: int) -> frozenset[str]:
    """Kinds with a row in the period: what an estate that declares no coverage is taken to cover."""
    if not estate.tables.coverage.is_empty():
        return frozenset()
    at = log.frame["at"].to_numpy()
    inside = log.frame["kind"].to_numpy()[(at >= period.first_day * DAY) & (at < horizon)]
    return frozenset(log.kinds[code] for code in np.flatnonzero(np.bincount(inside)))


def _verdicts(ground: Ground, estate: Estate, duty: Duty) -> Verdicts:
    obligations = duty.expand(ground)
    published = day_number(estate.book.published[duty.id])
    if (obligations.first_day < published).any():
        obligations = obligations.take(obligations.first_day >= published)
    judged = duty.judge(ground, obligations)
    if duty.triggered:
        obligations, judged = _with_idle(ground, duty, obligations, judged)
    return settle(ground, duty, obligations, judged)


def _with_idle(ground: Ground, duty: Duty, obligations: Obligations, judged: Judged) -> tuple[Obligations, Judged]:
    """One `no_occasion` for each person that owes the duty and had nothing to do."""
    post = ground.first_posts(duty.role, local=duty.local(ground.located))
    person = ground.presence.person
    owing, busy = np.zeros(len(person), np.bool_), np.zeros(len(ground.presence.persons), np.bool_)
    owing[obligations.post] = True
    busy[person[owing]] = True
    post = post[~busy[person[post]]]
    post = post[~_switched_off(ground, duty, post)]
    if not len(post):
        return obligations, judged
    idle = ground.over_period(post, unit=obligations.unit, settled=State.NO_OCCASION)
    blank = np.zeros(len(post), np.int64)
    known = len(obligations)
    return Obligations.joined([obligations, idle]), Judged(
        met=np.concatenate([judged.met, blank > 0]),
        reason=np.concatenate([judged.reason, blank]),
        actual=np.concatenate([judged.actual, idle.expected]),
        evidence=lambda row: judged.evidence(row) if row < known else blank[:0],
        missing=lambda row: judged.missing(row) if row < known else blank[:0],
    )


def _switched_off(ground: Ground, duty: Duty, post: Ints) -> Bools:
    """Posts for which a figure of the duty is ``none``: for them the duty does not exist."""
    terms = ground.terms(post, np.full(len(post), ground.period.first_day))
    for _, figure in duty.figures():
        terms.choose(figure)
    return terms.off


def settle(ground: Ground, duty: Duty, obligations: Obligations, judged: Judged) -> Verdicts:
    """The final state of each obligation, in the order that docs/semantics.md gives."""
    idle = _idle(ground, duty, obligations)
    kinds = _kinds_read(ground, duty, obligations, idle)
    nothing = (obligations.settled == State.NO_OCCASION) | owes_nothing(obligations, duty)
    excused = excuses(ground, duty, obligations)
    pending = obligations.limit > ground.horizon
    state = np.full(len(obligations), State.BREACHED, np.int8)
    for rows, verdict in (  # each overrules those before it
        (excused > 0, State.EXCUSED),
        (pending, State.PENDING),
        (judged.met & ~pending if duty.judged_at_end else judged.met, State.MET),
        (obligations.settled == State.EXCUSED, State.EXCUSED),
        (nothing, State.NO_OCCASION),
        (~kinds, State.NOT_ASSESSED),
        (obligations.settled == State.NOT_ASSESSED, State.NOT_ASSESSED),
    ):
        if rows.any():
            state[rows] = verdict
    whys = (*obligations.whys, "log_incomplete", "leave", "excused_by")
    base, why = len(obligations.whys), obligations.why
    uncovered = (state == State.NOT_ASSESSED) & (obligations.settled != State.NOT_ASSESSED)
    if uncovered.any():
        why = np.where(uncovered, base, why)
    freed = state == State.EXCUSED
    if freed.any():
        why = np.where((why == 0) & freed, base + np.maximum(excused, 1), why)
    return Verdicts(obligations, judged, state, why, whys)


def _idle(ground: Ground, duty: Duty, obligations: Obligations) -> Bools:
    """What stands for a person who had nothing to do: neither event nor target, and the whole period."""
    idle: Bools = (obligations.settled == State.NO_OCCASION) & duty.triggered
    if idle.any():
        idle &= (obligations.first_day == ground.period.first_day) & (obligations.last_day == ground.period.last_day)
        idle &= (obligations.event < 0) & (obligations.target < 0)
    return idle


def _kinds_read(ground: Ground, duty: Duty, obligations: Obligations, idle: Bools) -> Bools:
    """Whether the log is complete for what each obligation reads."""
    covered = np.ones(len(obligations), np.bool_)
    if not len(obligations) or _no_gap(ground, duty, obligations):
        return covered
    area = ground.presence.area[obligations.post]
    start = np.minimum(obligations.start // DAY, obligations.first_day)
    end = np.minimum(obligations.day, (ground.horizon - 1) // DAY)  # nobody can cover what is yet to come
    for rows, kinds in duty.read_by(ground, obligations):
        wanted = rows & ~idle
        covered[wanted] &= ground.coverage.covered(kinds, area[wanted], start[wanted], end[wanted])
    covered[idle] = ground.coverage.covered(duty.occasions(), area[idle], start[idle], end[idle])
    return covered


def gaps(ground: Ground, duty: Duty, obligations: Obligations) -> tuple[str, ...]:
    """The kinds for which the log is not complete for some of these obligations."""
    area = ground.presence.area[obligations.post]
    start = np.minimum(obligations.start // DAY, obligations.first_day)
    end = np.minimum(obligations.day, (ground.horizon - 1) // DAY)
    kinds = dict.fromkeys((*duty.kinds(), *duty.occasions()))
    return tuple(kind for kind in kinds if not ground.coverage.covered((kind,), area, start, end).all())


def _no_gap(ground: Ground, duty: Duty, obligations: Obligations) -> bool:
    """Whether the log has no gap at all where the duty looks: mostly so, and quick to see."""
    first = min(int(obligations.start.min()) // DAY, int(obligations.first_day.min()))
    last = min(int(obligations.limit.max()), ground.horizon)
    return ground.coverage.gapless((*duty.kinds(), *duty.occasions()), first, (last - 1) // DAY)


def owes_nothing(obligations: Obligations, duty: Duty) -> Bools:
    """Quotas of none at all."""
    if duty.check != "quota" or duty.judged_at_end:
        return np.zeros(len(obligations), np.bool_)
    return obligations.expected == 0


def excuses(ground: Ground, duty: Duty, obligations: Obligations) -> Ints:
    """1 where leave excuses a miss, 2 where an event does."""
    leave = duty.excuse(ground, obligations)
    if duty.excused_by is None:
        return leave.astype(np.int64) if leave.any() else np.broadcast_to(np.int64(0), leave.shape)
    events = ground.facts.events(duty.excused_by.event)
    limit = obligations.limit
    if duty.excused_by.before is not None:
        terms = ground.terms(obligations.post, obligations.first_day)
        limit = obligations.last_day * DAY + terms.numbers(duty.excused_by.before)
    presence = ground.presence
    earliest = np.full((len(presence.persons), presence.days), ABSENT, np.int64)
    known = events.person >= 0
    np.minimum.at(earliest, (events.person[known], events.day[known] - presence.first), events.at[known])
    asked = earliest[presence.person[obligations.post], obligations.last_day - presence.first] < limit
    return np.select([asked, leave], [2, 1], 0)
