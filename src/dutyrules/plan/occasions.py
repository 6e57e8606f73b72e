"""Festivals, inspections and the like: they take the time of the people there, and nothing of what these owe."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dutyrules.estate import Estate
from dutyrules.plan.hours import Span
from dutyrules.plan.plan import Task
from dutyrules.plan.violation import Violation, named
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import day_number


@dataclass(frozen=True)
class Taken:
    """Hours of a person's day that an occasion takes."""

    title: str
    spans: tuple[Span, ...]


def taken(estate: Estate, presence: Presence) -> Mapping[tuple[int, int], Sequence[Taken]]:
    """(person, day) → what the estate's occasions take of it."""
    found: dict[tuple[int, int], list[Taken]] = defaultdict(list)
    for occasion in estate.planning.occasions:
        day = day_number(occasion.date)
        column = day - presence.first
        if not 0 <= column < presence.days:
            continue
        spans = tuple((start // 60, -(-stop // 60)) for start, stop in occasion.busy)
        there = np.zeros(presence.areas.root + 1, np.bool_)
        for name in occasion.areas:
            there |= presence.areas.contains[presence.areas.index[name]]
        posts = presence.work[:, column] & (there[presence.area] if occasion.areas else True)
        for person in np.unique(presence.person[posts]).tolist():
            found[person, day].append(Taken(occasion.title, spans))
    return found


def disturbed(estate: Estate, presence: Presence, tasks: Sequence[Task]) -> Iterator[Violation]:
    """Patrols and visits, and whoever comes along, during an occasion."""
    if not estate.planning.occasions:
        return
    numbers = {name: number for number, name in enumerate(presence.persons)}
    busy = taken(estate, presence)
    kinds = estate.planning.patrols.keys() | estate.planning.visits.keys()
    for task in tasks:
        begin = task.at.hour * 60 + task.at.minute
        end = begin + (task.until - task.at).total_seconds() / 60
        for name in (task.person, *task.along) if task.kind in kinds else ():
            for one in busy.get((numbers.get(name, -1), day_number(task.at.date())), ()):
                if any(start < end and begin < stop for start, stop in one.spans):
                    yield Violation("occasion", named(task), f"during {one.title}")
