"""Visits with a day become tasks with a time: building by building, in walking order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dutyrules.plan.draft import Draft, Visit
from dutyrules.plan.plan import Task


def tasks_of(drafts: Iterable[Draft], persons: Sequence[str], pins: Sequence[Task]) -> list[Task]:
    """The tasks of all groups in order of time, with their place in each person's day.

    Args:
        pins: The pinned tasks, which stay as they were given.
    """
    tasks = [*pins, *(task for draft in drafts for task in _tasks(draft, persons))]
    numbered = []
    places: dict[tuple[str, object], int] = defaultdict(int)
    for task in sorted(tasks, key=lambda task: (task.at, task.person, task.kind, task.target or "")):
        places[task.person, task.at.date()] += 1
        numbered.append(replace(task, order=places[task.person, task.at.date()]))
    return numbered


def _tasks(draft: Draft, persons: Sequence[str]) -> Iterator[Task]:
    for visit in _in_walking_order(draft):
        at = datetime.fromtimestamp(visit.start, UTC).replace(tzinfo=None)
        duties = dict.fromkeys(draft.demands[number].duty for number in draft.serves(visit))
        yield Task(
            at=at,
            until=at + timedelta(minutes=draft.agenda.kinds[visit.kind].minutes),
            person=persons[visit.person],
            kind=visit.kind,
            target=visit.household.name,
            case=visit.case,
            attributes=dict(_said(visit, persons)),
            duties=tuple(duties),
        )


def _said(visit: Visit, persons: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the row of a visit says besides."""
    yield from visit.attributes
    if visit.reserve:
        yield "reserve", "yes"
    if visit.companion is not None:
        yield "participants", persons[visit.companion]


def _in_walking_order(draft: Draft) -> Iterator[Visit]:
    """The visits; those of one cell exchange their slots so that nobody walks to and fro."""
    cell_of = {(cell.person, cell.kind, start): cell for cell in draft.agenda.cells for start in cell.starts}
    together: dict[object, list[Visit]] = defaultdict(list)
    for visit in draft.visits:
        if visit.fixed or draft.settled(visit):
            yield visit  # its time was promised, or chosen for its limit or for two
        else:
            together[cell_of[visit.person, visit.kind, visit.start]].append(visit)
    for visits in together.values():
        slots = sorted(visit.start for visit in visits)
        walk = sorted(visits, key=lambda visit: (visit.household.place, visit.household.name))
        yield from (replace(visit, start=start) for visit, start in zip(walk, slots, strict=True))
