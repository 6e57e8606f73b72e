"""What verdicts show of boundaries: those that stand under a figure, and the rows of the log around them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dutyrules.checks import Duty
from dutyrules.checks.limits import GIVEN, NO_DUE_TIME, due
from dutyrules.checks.record import Record
from dutyrules.checks.response import Response
from dutyrules.facts import Events
from dutyrules.obligation import Ints, Reason, State, Verdicts
from dutyrules.scoring import Result
from dutyrules.timegrid import DAY
from dutyrules.workshop.boundaries import Edge, Probe, Row, Side


def shown(result: Result, person: str, duties: Sequence[str], wanted: Sequence[Probe]) -> frozenset[tuple[Edge, Side]]:
    """The sides of edges that the verdicts of a test show.

    Args:
        person: Whom the test is about.
        duties: The duties that it names.
    """
    found: set[tuple[Edge, Side]] = set()
    for name in duties:
        mine = [probe for probe in wanted if probe.edge.duty == name and probe.look is not None]
        found.update(_shown(result, person, name, mine) if mine else ())
    return frozenset(found)


def _shown(result: Result, person: str, name: str, wanted: Sequence[Probe]) -> Iterator[tuple[Edge, Side]]:
    verdicts, presence = result.judgement.verdicts[name], result.judgement.ground.presence
    owners = presence.person[verdicts.obligations.post]
    judged = np.isin(verdicts.state, (State.MET, State.BREACHED))
    numbers = [int(row) for row in np.flatnonzero(judged) if presence.persons[owners[row]] == person]
    rows = _rows(result, name, numbers) if numbers else {}
    for probe in wanted if rows else ():
        limits, values = _limits(result, name, probe, verdicts), _in_force(result, probe, verdicts)
        for number, row in rows.items():
            limit = row.limit if limits is None else int(limits[number])
            if limit < 0 or (probe.figure is not None and values[number] is None):
                continue
            side = probe.look(replace(row, limit=limit, value=values[number])) if probe.look else None
            if side:
                yield probe.edge, side


def _rows(result: Result, name: str, numbers: Sequence[int]) -> Mapping[int, Row]:
    ground, duty = result.judgement.ground, result.judgement.duty(name)
    verdicts = result.judgement.verdicts[name]
    frame = result.log.frame
    kinds = [number for number, kind in enumerate(result.log.kinds) if kind in duty.kinds()]
    log = dict(enumerate(frame["at"].to_list()))
    mine = [row for row, kind in enumerate(frame["kind"].to_list()) if kind in kinds]
    least = _least(result, duty, verdicts)

    def row(number: int) -> Row:
        obligations, judged = verdicts.obligations, verdicts.judged
        evidence = [int(one) for one in judged.evidence(number)]
        columns = ("expected", "start", "limit", "late_limit", "slot")
        return Row(
            state=State(int(verdicts.state[number])),
            reason=Reason(int(verdicts.reason[number])),
            unit=obligations.unit,
            actual=int(judged.actual[number]),
            counted=tuple(log[one] for one in evidence),
            others=tuple(log[one] for one in mine if one not in evidence),
            numbers=lambda column: ground.facts.numbers(column, np.array(evidence, np.int64)).tolist(),
            least=int(least[number]),
            **{column: int(getattr(obligations, column)[number]) for column in columns},
        )

    return {number: row(number) for number in numbers}


def _least(result: Result, duty: Duty, verdicts: Verdicts) -> Ints:
    """What a record has to hold: so many blanks at most, or so much in a field."""
    obligations = verdicts.obligations
    terms = result.judgement.ground.terms(obligations.post, obligations.first_day)
    if isinstance(duty, Record) and duty.filled is not None:
        return duty.least(terms)
    if isinstance(duty, Record) and duty.blanks is not None:
        return terms.numbers(duty.blanks)
    return np.zeros(len(obligations), np.int64)


def _in_force(result: Result, probe: Probe, verdicts: Verdicts) -> Sequence[object]:
    """The value of a figure for each obligation; None where it has none, or not the one that is looked for."""
    obligations = verdicts.obligations
    if probe.figure is None:
        return [probe.value] * len(obligations)
    index, values = result.judgement.ground.terms(obligations.post, obligations.first_day).choose(probe.figure)
    found = [values[number] if number >= 0 else None for number in index]
    return [value if probe.value in (None, value) else None for value in found]


def _limits(result: Result, name: str, probe: Probe, verdicts: Verdicts) -> Ints | None:
    """The limit that one of several ways of limiting sets; -1 where another one is given first."""
    duty, ground = result.judgement.duty(name), result.judgement.ground
    if probe.limit is None or not isinstance(duty, Response):
        return None
    obligations = verdicts.obligations
    nobody = np.full(len(obligations), -1, np.int64)
    events = Events(obligations.event, obligations.start, obligations.start // DAY, nobody, nobody, nobody)
    terms = ground.terms(obligations.post, obligations.first_day)
    alone, why = due(ground, terms, (probe.limit,), events, obligations.post)
    ways = (duty.within, duty.otherwise.within if duty.otherwise else ())
    earlier = next(way[: way.index(probe.limit)] for way in ways if any(limit is probe.limit for limit in way))
    _, before = due(ground, terms, earlier, events, obligations.post)
    return np.where((why == GIVEN) & (before == NO_DUE_TIME), alone, -1)
