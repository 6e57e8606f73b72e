"""Visits of one week gathered, so that a building is entered on as few days as can be; nothing else changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dutyrules.plan.agenda import Cell
from dutyrules.plan.draft import Draft, Visit
from dutyrules.timegrid import DAY, week_of


def cluster(draft: Draft) -> None:
    """Moves visits at the door between the days of their week, where that saves a building a day."""
    weeks: dict[tuple[int, str, int], list[Visit]] = defaultdict(list)
    for visit in draft.visits:
        if _may_move(draft, visit):
            weeks[visit.person, visit.kind, week_of(visit.start // DAY)].append(visit)
    for (person, kind, week), visits in weeks.items():
        cells = [
            cell
            for cell in draft.agenda.cells
            if (cell.person, cell.kind, week_of(cell.day), cell.avoided) == (person, kind, week, False)
        ]
        _gather(draft, visits, cells)


def _may_move(draft: Draft, visit: Visit) -> bool:
    """Not calls, nor what is wished for a time of day or was chosen for a limit."""
    return (
        all(stay.prefer == "any" for stay in visit.household.stays)
        and draft.agenda.kinds[visit.kind].channel == "home"
        and not draft.settled(visit)
    )


def _gather(draft: Draft, visits: Sequence[Visit], cells: Sequence[Cell]) -> None:
    """Gives the visits to days building by building, and keeps that if it takes fewer building days."""
    for visit in visits:
        draft.remove(visit)
    placed = _packed(draft, visits, cells)
    if placed is None or _building_days(placed) >= _building_days(visits) or not _all_may(draft, placed):
        placed = list(visits)
    for visit in placed:
        draft.add(visit)


def _all_may(draft: Draft, visits: Sequence[Visit]) -> bool:
    """Whether visits that may be made each by itself may be made together: not too near at one household."""
    if not any(kind.min_gap for kind in draft.agenda.kinds.values()):
        return True
    together = draft.copy()
    for visit in visits:
        if not together.apart(visit.household.code, visit.kind, visit.start // DAY):
            return False
        together.add(visit)
    return True


def _packed(draft: Draft, visits: Sequence[Visit], cells: Sequence[Cell]) -> list[Visit] | None:
    """Each building on the tightest day that holds it, else on the emptiest; None if somebody finds no place."""
    free = {cell: draft.agenda.free(cell) for cell in cells}
    left = {cell.day: draft.agenda.left(cell.person, cell.kind, cell.day) for cell in cells}
    buildings: dict[tuple[int, str], list[Visit]] = defaultdict(list)
    for visit in visits:
        buildings[visit.household.place, visit.household.building].append(visit)
    placed: list[Visit] = []
    for _, waiting in sorted(buildings.items(), key=lambda item: (-len(item[1]), item[0])):
        while waiting:
            room = {cell: min(len(free[cell]), left[cell.day]) for cell in cells}
            cell = _best(room, len(waiting))
            if cell is None:
                return None
            for _ in range(min(room[cell], len(waiting))):
                moved = _moved(draft, waiting, free[cell])
                if moved is None:
                    return None
                placed.append(moved)
                left[cell.day] -= 1
    return placed


def _best(room: Mapping[Cell, int], size: int) -> Cell | None:
    fitting = [cell for cell, places in room.items() if places >= size]
    if fitting:
        return min(fitting, key=lambda cell: (room[cell], cell))
    fullest = max(room.values(), default=0)
    return min((cell for cell, places in room.items() if places == fullest), default=None) if fullest else None


def _moved(draft: Draft, waiting: list[Visit], slots: list[int]) -> Visit | None:
    """The next visit at the next slot, if it counts there for whatever it counted for."""
    visit = waiting.pop()
    moved = replace(visit, start=slots.pop(0))
    return moved if set(draft.serves(visit)) <= set(draft.serves(moved)) and draft.may(moved) else None


def _building_days(visits: Sequence[Visit]) -> int:
    return len({(visit.start // DAY, visit.household.building) for visit in visits})
