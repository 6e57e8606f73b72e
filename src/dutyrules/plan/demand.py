"""What the book's duties ask of visits: so many distinct units, in a time, by certain kinds of events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from dutyrules.checks import Duty
from dutyrules.checks.quota import Quota
from dutyrules.checks.response import Response
from dutyrules.obligation import NONE, Bools, Ints, State
from dutyrules.plan.plan import Unplanned
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY


@dataclass(frozen=True)
class Demand:
    """One open obligation, as a planner sees it.

    Attributes:
        key: The breach id, which names the obligation.
        first, last: Its period, as day numbers.
        kinds: Events that count, whatever else they must say in `attributes`.
        need: How many units more.
        units: Unit → (first second, first second too late) of the visits that would count, for units not yet visited.
        leaving: The same for members that leave before the period ends. Unvisited they are not owed, visited they
            are: going there hardly helps, and no plan does; but what no plan can be below must count them.
        posts: Posts whose holders may be sent.
        performers: Persons whose visits count; None if anybody's do.
        case: The case that a visit must name.
        follow_up: Whether it is about one unit and has a limit of its own, as callbacks have.
        expected, actual: Of the obligation, before planning.
    """

    key: str
    duty: str
    period: str
    first: int
    last: int
    kinds: frozenset[str]
    attributes: tuple[tuple[str, str], ...]
    need: int
    units: Mapping[int, tuple[int, int]]
    leaving: Mapping[int, tuple[int, int]]
    posts: frozenset[int]
    performers: frozenset[int] | None
    case: str | None
    follow_up: bool
    expected: int
    actual: int

    def accepts(self, kind: str, attributes: tuple[tuple[str, str], ...], person: int, case: str | None) -> bool:
        """Whether a visit of this kind by this person would count, on a unit and at a time that do."""
        return (
            kind in self.kinds
            and set(self.attributes) <= set(attributes)
            and (self.performers is None or person in self.performers)
            and self.case in (None, case)
        )


def demands_of(judgement: Judgement, kinds: frozenset[str]) -> tuple[list[Demand], tuple[str, ...], list[Unplanned]]:
    """What is still asked for by the duties that planned kinds can meet.

    Args:
        judgement: The period, judged on the log alone.
        kinds: The planned kinds.

    Returns:
        The demands, the duties that they come from, and what was left alone.
    """
    namer = Namer(judgement)
    demands: list[Demand] = []
    duties: list[str] = []
    unplanned: list[Unplanned] = []
    for name, duty in judgement.estate.book.duties.items():
        if duty.strength != "must" or not kinds.intersection(duty.kinds()):
            continue
        plannable = _plannable(duty, kinds)
        if plannable is None:
            continue
        if plannable:
            unplanned.append(Unplanned(name, plannable))
            continue
        duties.append(name)
        found = (
            _quota(judgement, namer, duty) if isinstance(duty, Quota) else _follow_ups(judgement, namer, duty, kinds)
        )
        for demand in found:
            if isinstance(demand, Demand):
                demands.append(demand)
            else:
                unplanned.append(demand)
    return demands, tuple(duties), unplanned


def _plannable(duty: Duty, kinds: frozenset[str]) -> str | None:
    """Empty if its visits can be planned, the reason if not, None if it asks for none."""
    if isinstance(duty, Quota):
        if duty.at_most is not None:
            return None
        if duty.distinct is None:
            return "counts_events"
        if duty.windows is not None:
            return "own_windows"
        if duty.per.daily:
            return "daily"
        if duty.participants:
            return "participants"
        return "" if _single_words(duty.where) is not None else "open_attributes"
    if isinstance(duty, Response):
        wanted = [pattern for pattern in duty.follow_up.any_of if getattr(pattern, "event", None) in kinds]
        if duty.otherwise is not None:
            return "other_ways"
        if not wanted:
            return None if duty.follow_up.any_of else "several_follow_ups"
        if any(pattern.participants for pattern in wanted):
            return "participants"
        return "" if _single_words(wanted[0].where) is not None else "open_attributes"
    return None


def _single_words(where: Mapping[str, tuple[object, ...]]) -> tuple[tuple[str, str], ...] | None:
    """What a planned event must say, if the pattern leaves no choice."""
    if any(len(words) != 1 for words in where.values()):
        return None
    texts = {name: words[0] for name, words in where.items()}
    return tuple(
        sorted((name, str(word).lower() if isinstance(word, bool) else str(word)) for name, word in texts.items())
    )


def _open_rows(judgement: Judgement, duty: Duty) -> Iterator[int | Unplanned]:
    """Obligations that are not met yet; those that nobody can judge are named."""
    verdicts = judgement.verdicts[duty.id]
    states = verdicts.state
    for row in np.flatnonzero(states == State.NOT_ASSESSED).tolist():
        label = judgement.ground.presence.label(int(verdicts.obligations.post[row]))
        yield Unplanned(f"{duty.id} {label}", verdicts.whys[int(verdicts.why[row])])
    yield from np.flatnonzero((states == State.BREACHED) | (states == State.PENDING)).tolist()


def _quota(judgement: Judgement, namer: Namer, duty: Quota) -> Iterator[Demand | Unplanned]:
    verdicts, presence = judgement.verdicts[duty.id], judgement.ground.presence
    obligations = verdicts.obligations
    attributes = _single_words(duty.where)
    assert attributes is not None
    for row in _open_rows(judgement, duty):
        if isinstance(row, Unplanned):
            yield row
            continue
        post = int(obligations.post[row])
        own = duty.credit == "performer" if duty.population else duty.performed_by == "self"
        expected, actual = int(obligations.expected[row]), int(verdicts.judged.actual[row])
        units, leaving = _countable(judgement, duty, row)
        yield Demand(
            key=namer.ids(duty.id)[row],
            duty=duty.id,
            period=namer.period(duty.id, row),
            first=int(obligations.first_day[row]),
            last=int(obligations.last_day[row]),
            kinds=frozenset(duty.kinds()),
            attributes=attributes,
            need=expected - actual,
            units=units,
            leaving=leaving,
            posts=frozenset([post]),
            performers=frozenset([int(presence.person[post])]) if own else None,
            case=None,
            follow_up=False,
            expected=expected,
            actual=actual,
        )


Spans = dict[int, tuple[int, int]]


def _countable(judgement: Judgement, duty: Quota, row: int) -> tuple[Spans, Spans]:
    """Units whose first visit would still count, and when; those that leave the period unfinished apart."""
    ground, verdicts = judgement.ground, judgement.verdicts[duty.id]
    obligations, presence = verdicts.obligations, ground.presence
    first, last = int(obligations.first_day[row]), int(obligations.last_day[row])
    inside = ground.areas.contains[int(presence.area[int(obligations.post[row])])]
    code, since, until, leaves = _members(judgement, duty.population, first, last)
    here = inside[judgement.estate.places.area_at(code, since)]
    here &= ~np.isin(code, verdicts.judged.done(row))
    columns = code.tolist(), (since * DAY).tolist(), ((until + 1) * DAY).tolist()
    rows = list(zip(*columns, here.tolist(), leaves.tolist(), strict=True))
    return tuple(  # type: ignore[return-value] # two of them
        {unit: (start, end) for unit, start, end, counts, goes in rows if counts and goes == leaving}
        for leaving in (False, True)
    )


def _members(judgement: Judgement, population: str | None, first: int, last: int) -> tuple[Ints, Ints, Ints, Bools]:
    """(unit, first day, last day, leaves before the end) of everybody who is a member at some time of a period."""
    places = judgement.estate.places
    if population is None:
        units = np.flatnonzero(np.isin(places.ids.to_numpy(), list(places.by_type["unit"])))
        return units, np.full(len(units), first), np.full(len(units), last), np.zeros(len(units), np.bool_)
    members = judgement.ground.members(population)
    since, until = np.maximum(members.first, first), np.minimum(members.last, last)
    there = since <= until
    code, since, until = members.target[there], since[there], until[there]
    leaves = np.isin(code, members.left(first, last))
    steady = (since == first) & ~leaves
    return code, since, np.where(steady, last, until), leaves


def _follow_ups(judgement: Judgement, namer: Namer, duty: Duty, kinds: frozenset[str]) -> Iterator[Demand | Unplanned]:
    """Callbacks that are open: one unit each, by its limit."""
    assert isinstance(duty, Response)
    ground, verdicts = judgement.ground, judgement.verdicts[duty.id]
    obligations, presence = verdicts.obligations, judgement.ground.presence
    wanted = [pattern for pattern in duty.follow_up.any_of if getattr(pattern, "event", None) in kinds]
    attributes = _single_words(wanted[0].where) or ()
    targets = ground.facts.log.frame["target"].to_numpy()
    units = set(judgement.estate.places.by_type["unit"])
    for row in _open_rows(judgement, duty):
        if isinstance(row, Unplanned):
            yield row
            continue
        if verdicts.state[row] == State.PENDING:
            continue  # due after the period: for the next plan
        event = int(obligations.event[row])
        target = int(targets[event] if event >= 0 else obligations.target[row])  # dates of the registry have no row
        name = ground.facts.log.targets[target] if target >= 0 else ""
        if name not in units:
            yield Unplanned(f"{duty.id} {namer.discriminators(duty.id)[row]}", "no_unit")
            continue
        post, case = int(obligations.post[row]), int(obligations.case[row])
        own = duty.performed_by == "self"
        late = int(verdicts.judged.actual[row]) != NONE  # done, but late: no plan helps
        yield Demand(
            key=namer.ids(duty.id)[row],
            duty=duty.id,
            period=namer.period(duty.id, row),
            first=int(obligations.first_day[row]),
            last=int(obligations.last_day[row]),
            kinds=frozenset(pattern.event for pattern in wanted),
            attributes=attributes,
            need=1,
            units={} if late else {target: (int(obligations.start[row]), int(obligations.limit[row]))},
            leaving={},
            posts=frozenset([post]),
            performers=frozenset([int(presence.person[post])]) if own else None,
            case=ground.facts.log.cases[case] if case >= 0 else None,
            follow_up=True,
            expected=1,
            actual=0,
        )
