"""When households must be left alone: days that are cut out of what they wish."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dutyrules.estate import Estate
from dutyrules.plan.draft import Stay
from dutyrules.plan.hours import common, joined
from dutyrules.registry.areas import first_day, last_day

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


def without(stays: Iterable[Stay], away: Iterable[Days]) -> Iterator[Stay]:
    """The same stays, without any contact on some days."""
    spans = joined((first, last + 1) for first, last in away)
    for stay in stays:
        begins = stay.first
        for first, end in common([(stay.first, stay.last + 1)], spans):
            if begins < first:
                yield replace(stay, first=begins, last=first - 1)
            yield replace(stay, first=first, last=end - 1, contact="none")
            begins = end
        if begins <= stay.last:
            yield replace(stay, first=begins)
