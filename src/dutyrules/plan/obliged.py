"""The book's duties as demands: which of them visits can meet, and what each open obligation still lacks."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from dutyrules.checks import Duty
from dutyrules.checks.duty import Pattern
from dutyrules.checks.forbid import Forbid
from dutyrules.checks.interval import Interval
from dutyrules.checks.quota import Quota
from dutyrules.checks.rate import Rate
from dutyrules.checks.response import Response
from dutyrules.obligation import NONE, State
from dutyrules.plan.countable import countable, leavers_of
from dutyrules.plan.demand import Attributes, Demand
from dutyrules.plan.plan import Unplanned
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.judge import Judgement

Ways = tuple[tuple[str, Attributes], ...]


def demands_of(judgement: Judgement, kinds: frozenset[str]) -> tuple[list[Demand], tuple[str, ...], list[Unplanned]]:
    """What is asked for by the duties that planned kinds can meet.

    Args:
        judgement: The period, judged on what is certain: the log, and visits that are pinned.
        kinds: The planned kinds.

    Returns:
        The demands, the duties that they come from, and what was left alone. Of posts that still lack something,
        quotas that are met are demands too, which need nothing: their periods have days on which others are met.
    """
    namer = Namer(judgement)
    planned, unplanned = _planned(judgement, kinds)
    demands: list[Demand] = []
    for name, ways in planned.items():
        duty = judgement.duty(name)
        rows = list(_rows(judgement, duty))
        unplanned += [row for row in rows if isinstance(row, Unplanned)]
        make = quota_demand if isinstance(duty, Quota) else _follow_up
        demands += [make(judgement, namer, duty, ways, row) for row in rows if not isinstance(row, Unplanned)]
    lacking = {post for demand in demands if demand.need for post in demand.posts}
    return [demand for demand in demands if demand.posts <= lacking], tuple(planned), unplanned


def _planned(judgement: Judgement, kinds: frozenset[str]) -> tuple[dict[str, Ways], list[Unplanned]]:
    """The duties that can be planned, each with the visits that count, and those that cannot, with the reason."""
    planned: dict[str, Ways] = {}
    unplanned: list[Unplanned] = []
    for name, duty in judgement.estate.book.duties.items():
        if duty.strength == "must":
            found = _ways(duty, kinds)
            if isinstance(found, str):
                unplanned.append(Unplanned(name, found))
            elif found:
                planned[name] = found
            elif isinstance(duty, Quota) and _on_patrols(judgement, duty):
                unplanned.append(Unplanned(name, "on_patrols"))
    for name in list(planned):
        duty = judgement.duty(name)
        begins = (duty.trigger, duty.not_before) if isinstance(duty, Response) else ()
        if any(isinstance(one, Pattern) and _could_be(one, planned.values()) for one in begins):
            unplanned.append(Unplanned(name, "set_off_by_visits"))
            del planned[name]
    return planned, unplanned


def _on_patrols(judgement: Judgement, duty: Quota) -> bool:
    """Whether the units that it asks for are checked on the way of patrols."""
    kinds, patrols = judgement.estate.book.kinds, judgement.estate.planning.patrols
    checked = any(kind in patrols and kinds[kind].target == "unit" for kind in duty.event)
    return checked and duty.at_most is None and duty.distinct is not None


def _ways(duty: Duty, kinds: frozenset[str]) -> Ways | str:
    """The planned visits that count for a duty, none if it asks for none; or why they cannot be planned."""
    if isinstance(duty, Quota) and duty.at_most is None and not kinds.isdisjoint(duty.event):
        if duty.distinct is None:
            return "counts_events"
        if duty.windows is not None:
            return "own_windows"
        if duty.per.daily:
            return "daily"
        if duty.participants:
            return "participants"
        return _spoken((kind, duty.where) for kind in duty.event if kind in kinds)
    if isinstance(duty, Response) and any(one.event in kinds for branch in duty.branches for one in branch.patterns()):
        if duty.otherwise is not None:
            return "other_ways"
        patterns = [one for one in duty.follow_up.any_of if isinstance(one, Pattern) and one.event in kinds]
        if not patterns:
            return "several_follow_ups"
        if duty.match_on == "none":
            return "any_visit"
        if any(one.participants for one in patterns):
            return "participants"
        return _spoken((pattern.event, pattern.where) for pattern in patterns)
    if isinstance(duty, Forbid | Interval | Rate) and not kinds.isdisjoint(duty.kinds()):
        return "forbids" if isinstance(duty, Forbid) else "not_counted"
    return ()


def _spoken(patterns: Iterable[tuple[str, Mapping[str, tuple[object, ...]]]]) -> Ways | str:
    """Patterns as kinds and words, those that leave no choice of words."""
    certain = [(kind, where) for kind, where in patterns if all(len(words) == 1 for words in where.values())]
    return tuple((kind, _words(where)) for kind, where in certain) or "open_attributes"


def _words(where: Mapping[str, tuple[object, ...]]) -> Attributes:
    """What an event must say, as a log would write it."""
    said = ((name, words[0]) for name, words in where.items())
    return tuple(sorted((name, str(word).lower() if isinstance(word, bool) else str(word)) for name, word in said))


def _could_be(trigger: Pattern, planned: Iterable[Ways]) -> bool:
    """Whether a planned visit could be a trigger or an opening: a plan would then ask for what it does not know of."""
    said = {(kind, *word) for ways in planned for kind, words in ways for word in words}
    kinds = {kind for ways in planned for kind, _ in ways}
    return (
        trigger.event in kinds
        and not trigger.participants
        and all(
            any((trigger.event, name, str(word)) in said for word in words) for name, words in trigger.where.items()
        )
    )


def _rows(judgement: Judgement, duty: Duty) -> Iterator[int | Unplanned]:
    """Obligations that visits may still meet, and quotas that are met; those that nobody can judge are named."""
    verdicts = judgement.verdicts[duty.id]
    for row in np.flatnonzero(verdicts.state == State.NOT_ASSESSED).tolist():
        label = judgement.ground.presence.label(int(verdicts.obligations.post[row]))
        yield Unplanned(f"{duty.id} {label}", verdicts.whys[int(verdicts.why[row])])
    wanted = (State.BREACHED, State.MET) if isinstance(duty, Quota) else (State.BREACHED,)
    yield from np.flatnonzero(np.isin(verdicts.state, wanted)).tolist()


def quota_demand(judgement: Judgement, namer: Namer, duty: Duty, ways: Ways, row: int) -> Demand:
    """What an obligation to reach distinct units still lacks."""
    assert isinstance(duty, Quota)
    verdicts, presence = judgement.verdicts[duty.id], judgement.ground.presence
    obligations = verdicts.obligations
    post, actual = int(obligations.post[row]), int(verdicts.judged.actual[row])
    units, there = countable(judgement, duty, row)
    leavers = leavers_of(judgement, duty, row).intersection(units)
    more = np.arange(len(leavers) + 1)
    anybody = duty.credit == "unit" if duty.population else duty.performed_by == "any"
    expected = obligations.expected[row : row + 1]
    if leavers:
        expected = duty.owed_with(judgement.ground, obligations.take(np.full(len(more), row)), more)
    return Demand(
        key=namer.breach_id(duty.id, row),
        duty=duty.id,
        period=namer.period(duty.id, row),
        first=int(obligations.first_day[row]),
        last=int(obligations.last_day[row]),
        ways=ways,
        needs=tuple(max(0, int(owed) - actual) for owed in expected),
        units=units,
        there=there,
        leavers=leavers,
        posts=frozenset([post]),
        performers=None if anybody else frozenset([int(presence.person[post])]),
    )


def _follow_up(judgement: Judgement, namer: Namer, duty: Duty, ways: Ways, row: int) -> Demand:
    """A callback that is open: one unit, by its limit; none where there is none to go to, or it was done too late."""
    assert isinstance(duty, Response)
    ground, verdicts = judgement.ground, judgement.verdicts[duty.id]
    obligations = verdicts.obligations
    log = ground.facts.log
    post, case = int(obligations.post[row]), int(obligations.case[row])
    event = int(obligations.event[row])
    target = int(log.frame["target"][event] if event >= 0 else obligations.target[row])  # dates of tables have no row
    known = target in judgement.estate.places.codes("unit")
    late = int(verdicts.judged.actual[row]) != NONE
    time = (int(obligations.start[row]), int(obligations.limit[row]))
    return Demand(
        key=namer.breach_id(duty.id, row),
        duty=duty.id,
        period=namer.period(duty.id, row),
        first=int(obligations.first_day[row]),
        last=int(obligations.last_day[row]),
        ways=ways,
        needs=(1,),
        units={target: (time,)} if known and not late else {},
        there={},
        leavers=frozenset(),
        posts=frozenset([post]),
        performers=frozenset([int(ground.presence.person[post])]) if duty.performed_by == "self" else None,
        case=log.cases[case] if case >= 0 else None,
        follow_up=True,
        late=late,
    )
