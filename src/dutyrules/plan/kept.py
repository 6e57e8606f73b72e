"""An earlier plan that is kept: what of it is past, stays whatever happens, may move, or cannot be made any more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from dutyrules.activity.files import FIRST_ROW
from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.estate.logs import log_from_rows
from dutyrules.estate.planning import VisitCapacity
from dutyrules.plan.changes import Expectations, Expected
from dutyrules.plan.draft import Stay
from dutyrules.plan.households import Made, wishes_of
from dutyrules.plan.plan import Task
from dutyrules.plan.planfile import Placed
from dutyrules.registry.presence import Presence
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY, Period, date_of, day_number, instant_number


@dataclass(frozen=True)
class Kept:
    """An earlier plan.

    Attributes:
        rows: Its rows on days that are planned, of kinds that are planned, with an end each.
        frozen: Of these, those on frozen days that are not pinned and can still be made; they stay.
        impossible: Those that cannot be made any more, whatever else is planned, and why.
        days: The days on which visits may be planned.
    """

    rows: tuple[Placed, ...]
    frozen: tuple[Task, ...]
    impossible: Mapping[Task, str]
    days: range

    @property
    def loose(self) -> Sequence[Task]:
        """The tasks that may move; reserves are planned anew, and are no promises."""
        own = (one.task for one in self.rows if not one.task.pinned and "reserve" not in one.task.attributes)
        return [task for task in own if day_number(task.at.date()) in self.days]

    def expectations(self, persons: Sequence[str], codes: Mapping[str, int]) -> Expectations:
        """The tasks that may move, in codes."""
        return Expectations(
            tuple(
                Expected(
                    instant_number(task.at),
                    persons.index(task.person),
                    task.kind,
                    codes[task.target],
                    next(map(persons.index, task.along), None),
                )
                for task in dict.fromkeys(self.loose)
                if task.target is not None and task.target in codes
            )
        )


def future(
    keep: Sequence[Placed], kinds: Mapping[str, VisitCapacity], span: Period, first: date, known: date
) -> list[Placed]:
    """The rows that are still to come, of kinds that are planned, with an end each.

    Args:
        known: The first day of which the log tells nothing: a promise for an earlier day is past. One between this day
            and the first planned one is not, and `check_pins` refuses it.
    """
    return [
        replace(one, task=_with_end(one.task, kinds[one.task.kind].minutes))
        for one in keep
        if one.task.kind in kinds
        and (one.task.at.date() >= known if one.task.pinned else first <= one.task.at.date() <= span.last)
    ]


def day_after(log: Log, span: Period) -> date:
    """The day after the last event in the period; its first day if there is none."""
    at = log.frame["at"].to_numpy()
    inside = at[(at >= span.first_day * DAY) & (at < span.end)]
    return date_of(int(inside.max()) // DAY + 1) if len(inside) else span.first


def _with_end(task: Task, minutes: int) -> Task:
    return task if task.until > task.at else replace(task, until=task.at + timedelta(minutes=minutes))


def kept(judgement: Judgement, first: date, rows: Sequence[Placed], busy: Sequence[Made], freeze: date | None) -> Kept:
    """Sorts the rows of an earlier plan.

    Args:
        first: First day to plan.
        rows: What `future` left of it.
        busy: What is certain: pins, and what the log has.
        freeze: The last day on which nothing moves.
    """
    estate, span = judgement.estate, judgement.ground.period
    begin = max(first, freeze + timedelta(days=1)) if freeze else first
    stays = wishes_of(judgement, range(day_number(first), span.last_day + 1))
    refused: dict[Task, str] = {}
    frozen: list[Task] = []
    taken = [(one.person, one.start, one.end) for one in busy]
    loose = [one.task for one in rows if not one.task.pinned]
    bad = unreadable(estate, [task for task in loose if task.at.date() < begin])
    for task in loose:
        why = impossible(judgement, stays, task)
        if why is None and task.at.date() < begin:
            places = [_place(judgement.ground.presence, one) for one in everybody(task)]
            if task in bad or any(_at_once(place, other) for place in places for other in taken):
                why = "taken"
            else:
                frozen.append(task)
                taken += places
        if why is not None:
            refused[task] = why
    return Kept(tuple(rows), tuple(frozen), refused, range(day_number(begin), span.last_day + 1))


def impossible(judgement: Judgement, stays: Mapping[str, Sequence[Stay]], task: Task) -> str | None:
    """Why nobody can make a visit any more, whatever else is planned: who makes it is away, or who opens does not."""
    presence, day = judgement.ground.presence, day_number(task.at.date())
    if away(presence, task):
        return "absent"
    own = stays.get(task.target or "", ())
    stay = next((one for one in own if one.first <= day <= one.last), None)
    if stay is None:
        return "gone"
    channel = judgement.estate.planning.visits[task.kind].channel
    if not stay.takes(channel, persons=2):
        return "refuses"
    enough = stay.takes(channel, persons=1 + len(task.along))
    return None if enough and not any(away(presence, one) for one in everybody(task)[1:]) else "no_companion"


def everybody(task: Task) -> list[Task]:
    """A visit, and the same one as of whoever comes along."""
    return [task, *(replace(task, person=name) for name in task.along)]


def away(presence: Presence, task: Task) -> bool:
    """Whether its person is not at work then."""
    return task.person not in presence.persons or any(_off_duty(presence, task))


def _off_duty(presence: Presence, task: Task) -> Iterator[bool]:
    """Whether there is no workday, the time lies outside the shift, or in leave."""
    person, begin, end = _place(presence, task)
    column = begin // DAY - presence.first
    yield not presence.work[presence.person == person, column].any()
    yield begin < begin // DAY * DAY + int(presence.shift_start[person, column])
    yield end > begin // DAY * DAY + int(presence.shift_end[person, column])
    yield bool(presence.leave.seconds(np.array([person]), np.array([begin]), np.array([end]))[0])


def _place(presence: Presence, task: Task) -> tuple[int, int, int]:
    return presence.persons.index(task.person), instant_number(task.at), instant_number(task.until)


def _at_once(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def unreadable(estate: Estate, tasks: Sequence[Task]) -> set[Task]:
    """Those that no log would accept as rows."""
    rejects = log_from_rows([task.row() for task in tasks], estate, forecast=True).rejects
    return {tasks[row - FIRST_ROW] for row in rejects["row"]}
