"""What could be had beyond what an estate allows: later hours, colleagues, days of leave, households that give way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final

import polars as pl

from dutyrules.estate import Estate
from dutyrules.estate.planning import VisitCapacity
from dutyrules.plan.agenda import Agenda, Cell, agenda_of
from dutyrules.plan.calling import CallingHours
from dutyrules.plan.demand import Demand, within
from dutyrules.plan.draft import Draft, Household, Stay, classes, senders
from dutyrules.plan.hours import without
from dutyrules.plan.households import Made, wishes_of
from dutyrules.plan.relief import Lever
from dutyrules.registry.presence import Presence, presence
from dutyrules.registry.tables import Tables
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

LATER: Final = 2 * 3600
"""For how long after the hours of a kind further visits could be made."""


@dataclass(frozen=True)
class Supply:
    """Visits that one lever offers: a draft whose agenda holds nothing else."""

    lever: Lever
    draft: Draft


@dataclass(frozen=True)
class Levers:
    """What there is, for all groups of people.

    Attributes:
        judgement: The period as it is, judged on what is certain.
        days: Those that are planned.
        made: What is certain on these days.
        planned: The plans of all groups, which colleagues keep.
    """

    judgement: Judgement
    days: range
    made: Sequence[Made]
    planned: Sequence[Draft]

    def supplies(self, own: Draft) -> list[Supply]:
        """What each lever offers to a group; the first is what the group has anyway."""
        group = {cell.person for cell in own.agenda.cells} | {person for person, _ in own.agenda.at_work}
        posts = posts_of(own)
        found = [
            (Lever.PLACE, own.agenda),
            (Lever.HOUR, self._hours(posts)),
            (Lever.COLLEAGUE, self._colleagues(group, posts)),
            (Lever.LEAVE, self._leave(group, own.agenda)),
        ]
        return [Supply(lever, replace(own.copy(), agenda=agenda)) for lever, agenda in found]

    def lifted(self, own: Draft, numbers: Sequence[int]) -> Mapping[int, Household]:
        """Households that nobody can reach for one of some demands, as if they let themselves be reached."""
        found: dict[int, Household] = {}
        for members, times in classes(own, numbers, leavers=True):
            if all(_open(stay) for stay in members[0].stays):
                continue
            if not all(reached(own, own.demands[number], members[0]) for number in times):
                for one in members:
                    stays = tuple(self._willing.get(one.name, ()))
                    if stays != one.stays:
                        found[one.code] = replace(one, stays=stays).unpaired()
        return found

    def lend(self, cells: Mapping[Cell, int]) -> None:
        """Takes slots of colleagues, which no other group is offered any more."""
        for cell, number in cells.items():
            for start in cell.starts[:number]:
                self._everybody.take(cell.person, cell.kind, start)

    # ------------------------------------------------------------ agendas

    def _hours(self, posts: frozenset[int]) -> Agenda:
        """After the hours."""
        return self._agenda(self._presence, posts, later(self._kinds))

    def _colleagues(self, group: set[int], posts: frozenset[int]) -> Agenda:
        """The free slots of everybody in these roles outside the group, who may go wherever the group may."""
        roles = {int(self._presence.role[post]) for post in posts}
        able = {
            int(self._presence.person[post])
            for post in range(len(self._presence.person))
            if int(self._presence.role[post]) in roles
        } - group
        everybody = self._everybody
        cells = tuple(
            replace(cell, starts=tuple(everybody.free(cell)))
            for cell in everybody.cells
            if cell.person in able and everybody.left(cell.person, cell.kind, cell.day) > 0 and everybody.free(cell)
        )
        return replace(everybody, cells=cells, at_work={(cell.person, cell.day): posts for cell in cells})

    @cached_property
    def _everybody(self) -> Agenda:
        """The slots of all in whose roles anybody visits, and what of them the plan takes."""
        who = self._presence
        roles = {int(who.role[post]) for draft in self.planned for post in posts_of(draft)}
        posts = [post for post in range(len(who.person)) if int(who.role[post]) in roles and who.acting_for[post] < 0]
        spans = [*self._busy, *(span for draft in self.planned for span in _spans(draft))]
        agenda = self._agenda(who, posts, self._kinds, spans)
        for one in self.made:
            if one.kind in self._kinds:
                agenda.take(one.person, one.kind, one.start, (one.end - one.start) // 60)
        for draft in self.planned:
            for visit in draft.visits:
                agenda.take(visit.person, visit.kind, visit.start)
                if visit.companion is not None:
                    agenda.spend(visit.companion, visit.start // DAY, draft.agenda.kinds[visit.kind].minutes)
        return agenda

    def _leave(self, group: set[int], own: Agenda) -> Agenda:
        """Whole days on which somebody of the group is on leave."""
        agenda = self._without_leave
        cells = tuple(
            cell for cell in agenda.cells if cell.person in group and (cell.person, cell.day) not in own.at_work
        )
        return replace(agenda, cells=cells)

    @cached_property
    def _without_leave(self) -> Agenda:
        who = self._presence
        estate = self.judgement.estate
        all_there = presence(
            replace(estate.tables, leave=estate.tables.leave.clear()),
            estate.areas,
            estate.calendar,
            first=who.first,
            last=who.first + who.days - 1,
            working_hours=estate.working_hours,
        )
        there = slice(self.days.start - who.first, self.days.stop - who.first)
        ordinary = range(len(all_there.person))  # ordinary posts come first, in the order of the table
        posts = [post for post in ordinary if (all_there.work[post, there] & ~who.work[post, there]).any()]
        return self._agenda(all_there, posts, self._kinds)

    def _agenda(
        self,
        who: Presence,
        posts: Sequence[int] | frozenset[int],
        kinds: Mapping[str, VisitCapacity],
        busy: Sequence[tuple[int, int, int]] | None = None,
    ) -> Agenda:
        closed, taken = CallingHours(self.judgement).closed, self._busy if busy is None else busy
        return agenda_of(who, posts, self.days, kinds, taken, closed, self.judgement.estate.planning.minutes_per_day)

    # ------------------------------------------------------------ what is so

    @property
    def _presence(self) -> Presence:
        return self.judgement.ground.presence

    @property
    def _kinds(self) -> Mapping[str, VisitCapacity]:
        return self.judgement.estate.planning.visits

    @property
    def _busy(self) -> list[tuple[int, int, int]]:
        return [(one.person, one.start, one.end) for one in self.made]

    @cached_property
    def _willing(self) -> Mapping[str, Sequence[Stay]]:
        """Unit → its stays if it had no wishes; who refused has refused."""
        estate = self.judgement.estate
        names = frozenset(estate.tables.units["unit"])
        return wishes_of(replace(self.judgement, estate=changed(estate, names, {})), self.days)


def posts_of(draft: Draft) -> frozenset[int]:
    """All posts whose holders a group sends."""
    households = (one.posts for one in draft.households.values())
    return frozenset().union(*households, *(demand.posts for demand in draft.demands))


def later(kinds: Mapping[str, VisitCapacity]) -> dict[str, VisitCapacity]:
    """The kinds with the hours after their own; no two kinds share any, since nobody makes two visits at once."""
    taken = [span for way in kinds.values() for span in way.hours]
    found = {}
    for kind, way in kinds.items():
        end = max(stop for _, stop in way.hours)
        hours = without([(end, min(end + LATER, DAY))], taken)
        taken += hours
        found[kind] = way.model_copy(update={"hours": tuple(hours)})
    return found


def reached(draft: Draft, demand: Demand, household: Household) -> bool:
    """Whether anybody could make a visit there that counts."""
    agenda, times = draft.agenda, demand.times(household.code)
    return any(
        cell.kind in demand.kinds
        and household.takes(agenda.channel(cell.kind), cell.day, cell.kind, 2)
        and agenda.sends(cell.person, cell.day, senders(household, [demand]))
        and (demand.performers is None or cell.person in demand.performers)
        and any(within(times, start) for start in cell.starts)
        for cell in agenda.cells
    )


def _open(stay: Stay) -> bool:
    return all(stay.takes(channel, persons=2) for channel in ("home", "phone"))


def _spans(draft: Draft) -> Iterator[tuple[int, int, int]]:
    """(person, begin, end) of the visits."""
    for visit in draft.visits:
        end = visit.start + draft.agenda.kinds[visit.kind].minutes * 60
        for person in (visit.person, visit.companion):
            if person is not None:
                yield person, visit.start, end


# ---------------------------------------------------------------- the estate as it would be


def changed(estate: Estate, units: frozenset[str], works: Mapping[str, frozenset[date]]) -> Estate:
    """The estate if some households had no wishes, and some people worked on some days of their leave."""
    tables = estate.tables
    asked = pl.col("unit").is_in(sorted(units))
    return replace(
        estate,
        tables=replace(
            tables,
            units=tables.units.with_columns(contact=pl.when(asked).then(pl.lit("any")).otherwise(pl.col("contact"))),
            blackouts=tables.blackouts.filter(~asked),
            leave=_shorter(tables, works),
        ),
    )


def _shorter(tables: Tables, works: Mapping[str, frozenset[date]]) -> pl.DataFrame:
    """The leave without some days."""
    rows = [
        piece
        for row in tables.leave.iter_rows(named=True)
        for piece in _pieces(row, sorted(works.get(row["person"], ())))
    ]
    return pl.DataFrame(rows, schema=tables.leave.schema)


def _pieces(row: dict[str, Any], days: Sequence[date]) -> Iterator[dict[str, Any]]:
    begin: datetime = row["from"]
    for day in days:
        midnight = datetime.combine(day, time())
        if begin < midnight + timedelta(days=1) and midnight < row["until"]:
            if begin < midnight:
                yield row | {"from": begin, "until": midnight}
            begin = max(begin, midnight + timedelta(days=1))
    if begin < row["until"]:
        yield row | {"from": begin}
