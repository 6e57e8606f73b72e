"""What households ask for: days on which they must be left alone, time between visits, and not to wait long."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from dutyrules.estate import Estate
from dutyrules.plan.draft import Stay
from dutyrules.plan.hours import common, joined
from dutyrules.registry.areas import first_day, last_day
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

Days = tuple[int, int]
"""First and last day number."""


def blackouts(estate: Estate) -> Mapping[str, Sequence[Days]]:
    """Unit → the days on which it must be neither visited nor called."""
    table = estate.tables.blackouts
    found: dict[str, list[Days]] = {}
    first, last = first_day(table["from"]).tolist(), last_day(table["to"]).tolist()
    for unit, since, until in zip(table["unit"], first, last, strict=True):
        found.setdefault(unit, []).append((since, until))
    return found


def too_near(judgement: Judgement) -> Mapping[str, Mapping[str, Sequence[Days]]]:
    """Unit → kind of visit → days on which one would be too near to one that is in the log, or pinned."""
    log, visits = judgement.ground.facts.log, judgement.estate.planning.visits
    found: dict[str, dict[str, list[Days]]] = {}
    for number, kind in enumerate(log.kinds):
        gap = visits[kind].min_gap if kind in visits else 0
        if gap:
            rows = log.frame.filter((pl.col("kind") == number) & (pl.col("target") >= 0))
            for unit, at in zip(log.targets.gather(rows["target"]), rows["at"], strict=True):
                day = at // DAY
                found.setdefault(unit, {}).setdefault(kind, []).append((day - gap + 1, day + gap - 1))
    return found


def without(stays: Sequence[Stay], away: Iterable[Days], near: Mapping[str, Iterable[Days]]) -> Sequence[Stay]:
    """The same stays, without any contact on some days, and without some kinds of visits on others."""
    found = list(_cut(stays, away, lambda stay: replace(stay, contact="none")))
    for kind, days in near.items():
        found = list(_cut(found, days, partial(_closed, kind)))
    return found


def _closed(kind: str, stay: Stay) -> Stay:
    return replace(stay, closed=stay.closed | {kind})


def _cut(stays: Iterable[Stay], days: Iterable[Days], change: Callable[[Stay], Stay]) -> Iterator[Stay]:
    """The same stays, changed on some days."""
    spans = joined((first, last + 1) for first, last in days)
    for stay in stays:
        begins = stay.first
        for first, end in common([(stay.first, stay.last + 1)], spans):
            if begins < first:
                yield replace(stay, first=begins, last=first - 1)
            yield change(replace(stay, first=first, last=end - 1))
            begins = end
        if begins <= stay.last:
            yield replace(stay, first=begins)


def waiting(judgement: Judgement, days: range) -> frozenset[str]:
    """Households with priority on a planned day that no visit of the period has reached yet."""
    estate, period = judgement.estate, judgement.ground.period
    units = estate.tables.units
    since, until = first_day(units["from"]), last_day(units["to"])
    named = units["unit"].filter(units["priority"] & pl.Series((since < days.stop) & (until >= days.start)))
    log = judgement.ground.facts.log
    kinds = [number for number, kind in enumerate(log.kinds) if kind in estate.planning.visits]
    rows = log.frame.filter(
        pl.col("at").is_between(period.first_day * DAY, period.end - 1) & pl.col("kind").is_in(kinds)
    )
    reached = log.targets.gather(rows["target"].filter(rows["target"] >= 0))
    return frozenset(named).difference(reached)
