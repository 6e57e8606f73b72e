"""plan_work: everything that the book lets be planned, in one plan: nobody is at two places at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import polars as pl

from dutyrules.activity.log import Log
from dutyrules.checks.attendance import Attendance
from dutyrules.diagnostics import Cell
from dutyrules.estate import Estate, scored_period
from dutyrules.estate.logs import log_from_rows
from dutyrules.plan.assignment import assign
from dutyrules.plan.chores import Chores, chore_duties
from dutyrules.plan.diary import Diary, blocks
from dutyrules.plan.forecast import forecast, outlook
from dutyrules.plan.homeward import Homeward
from dutyrules.plan.kept import day_after
from dutyrules.plan.lists import list_duties, required
from dutyrules.plan.outing_plan import least_outings
from dutyrules.plan.patrol_truth import least_shortfall
from dutyrules.plan.patrols import plan_patrols
from dutyrules.plan.placing import Placer
from dutyrules.plan.plan import Plan, Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.progress import Progress
from dutyrules.plan.together import Part, same, together
from dutyrules.plan.verify import verified
from dutyrules.plan.visits import plan_visits
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY, Period, day_number, instant_number

PASSES: Final = 4
"""What planned work sets off is planned too, so often."""

_HERE: Final = Cell("work", 0)
"""Where tasks stand that no file holds."""


def plan_work(
    estate: Estate,
    period: str,
    done: Log | None = None,
    keep: Sequence[Placed] = (),
    *,
    start: date | None = None,
    effort: int = 1,
    time_limit: float | None = None,
    relax: bool = True,
    progress: Progress | None = None,
) -> Plan:
    """Plans all work of a period: patrols, visits and calls, meetings, records, deadlines, and what open cases ask for.

    Args:
        estate: The estate; its section ``planning`` says which visits and patrols may be planned, and how long other
            work takes.
        period: ``2026-10``, ``2026-Q4`` …
        done: The activity log so far.
        keep: Plans of visits and patrols that were made before: their tasks stay as they are. Of other work only
            pinned tasks do.
        start: First day to plan; by default the day after the last event of `done` in the period, else its first day.
        effort: How long to search for shorter walks to visits, as of `plan_visits`.
        time_limit: Search for so many seconds instead.
        relax: Whether to look for changes after which no visit would be missed.
        progress: Told how far the planning is.

    Returns:
        A verified plan; what it cannot meet is in its shortfalls.

    Raises:
        InputError: kept tasks contradict each other or the estate.
    """
    span = scored_period(period)
    log = done if done is not None else log_from_rows([], estate)
    first = max(start or day_after(log, span), span.first)
    work = _Work(estate, span, log, first, keep)
    work.meetings()
    whole = work.patrols(progress) if estate.planning.patrols else True
    work.timed()
    if estate.planning.visits:
        effort, relax = (effort, relax) if whole else (0, False)
        work.visits({"effort": effort, "time_limit": time_limit, "relax": relax, "progress": progress})
    work.moments()
    return work.plan()


class _Work:
    """A work plan while it is made."""

    def __init__(self, estate: Estate, period: Period, log: Log, first: date, keep: Sequence[Placed]) -> None:
        self._estate, self._period, self._log, self._first = estate, period, log, first
        planning = estate.planning
        listed = {required(duty).event for duty in list_duties(estate)[0]} if planning.patrols else set()
        self._walked, self._visited = frozenset(planning.patrols) | listed, frozenset(planning.visits)
        placed = self._walked | self._visited
        self._duties, self._left = chore_duties(estate, placed)
        self._kinds = placed | {kind for duty in self._duties.values() for kind in duty.kinds()}
        ahead = [one for one in keep if first <= one.task.at.date() <= period.last]
        self._pinned = [one.task for one in ahead if one.task.pinned]
        self._keep = [
            replace(one, task=replace(one.task, pinned=True))
            for one in ahead
            if one.task.pinned or one.task.kind in placed
        ]
        self._parts: list[Part] = []
        self._before = self._judged([one.task for one in self._keep])
        self._diary = Diary(self._before.ground.presence, estate.granularity)
        self._home = Homeward(estate, self._before.ground.presence)
        self._diary.write(self._blocks(one.task for one in self._keep))
        self._placer = Placer(estate, self._diary, day_number(first), dict(_seen(log)))

    # ------------------------------------------------------------ one after the other

    def meetings(self) -> None:
        """What has an instant comes first: everything else goes around it."""
        self._place([name for name, duty in self._duties.items() if isinstance(duty, Attendance)], self._before)

    def patrols(self, progress: Progress | None) -> bool:
        """Walks of buildings, around meetings; False if the search was interrupted."""
        around = self._around(self._walked)
        plan = plan_patrols(self._estate, self._period.label, self._log, around, start=self._first, progress=progress)
        alone = plan.least_shortfall
        if alone and self._placer.tasks:
            kept = self._around(self._walked, others=False)
            task = assign(self._estate, self._period, self._log, kept, self._first)
            alone = min(alone, least_shortfall(task) + least_outings(task))
        self._join(Part(plan, alone, beside=alone < plan.least_shortfall))
        return plan.complete

    def timed(self) -> None:
        """Other work that takes time; it has hours of its own more often than visits, which have other days."""
        others = [name for name, duty in self._duties.items() if not isinstance(duty, Attendance)]
        self._place(others, self._before, timed=True)

    def visits(self, searched: Mapping[str, Any]) -> None:
        """Visits and calls, around all that is fixed by then."""
        around, kept = self._around(self._visited), self._around(self._visited, others=False)
        plan = self._visits(around, **searched)
        alone = plan.least_shortfall
        beside = bool(plan.shortfalls) and self._in_the_way(one for one in around if one not in kept)
        if beside and alone:
            alone = min(alone, self._visits(kept, effort=0, relax=False).least_shortfall)
        self._join(Part(plan, alone, beside=beside and alone < plan.shortfall))

    def moments(self) -> None:
        """Whatever is still open, and what planned work itself sets off."""
        tried: set[str] = set()
        for _ in range(PASSES):
            judged = self._judged(self._tasks())
            fresh = {one.key for one in Chores(judged, self._duties).open()} - tried
            if not fresh:
                break
            self._place(self._duties, judged, fresh)
            tried |= fresh

    def plan(self) -> Plan:
        """The whole, judged and verified."""
        pinned = [replace(task, pinned=any(same(task, pin) for pin in self._pinned)) for task in self._tasks()]
        left = [*self._left, *Chores(self._before, self._duties).unjudged()]
        plan = together(
            self._estate,
            self._log,
            self._period,
            self._first,
            kinds=self._kinds,
            tasks=pinned,
            parts=self._parts,
            duties=tuple(self._duties),
            placer=self._placer,
            left=left,
        )
        pins = [one.task for one in self._keep]
        return verified(self._estate, self._log, self._period, plan, kinds=self._kinds, pins=pins)

    # ------------------------------------------------------------ steps

    def _join(self, part: Part) -> None:
        self._parts.append(part)
        self._diary.write(self._blocks(part.plan.tasks))

    def _blocks(self, tasks: Iterable[Task]) -> Sequence[Task]:
        """What takes people's time."""
        return blocks(tasks, self._walked, self._home)

    def _tasks(self) -> Sequence[Task]:
        """All that is planned so far; what is kept stands in the plans of its planners."""
        own = [task for part in self._parts for task in part.plan.tasks]
        rest = [one.task for one in self._keep if not any(same(one.task, task) for task in own)]
        return [*own, *rest, *self._placer.tasks]

    def _around(self, kinds: Collection[str], *, others: bool = True) -> Sequence[Placed]:
        """What a planner of some kinds keeps: its own kept tasks, and whatever takes people's time.

        Args:
            others: Whether what this plan placed is there, too, or only what was kept from the beginning.
        """
        kept = [one.task for one in self._keep]
        tasks = self._tasks() if others else kept
        taken = self._blocks(task for task in tasks if task.kind not in kinds)
        return [*(one for one in self._keep if one.task.kind in kinds), *(Placed(task, _HERE) for task in taken)]

    def _in_the_way(self, around: Iterable[Placed]) -> bool:
        """Whether some work lies in the hours of visits."""
        hours = [hours for way in self._estate.planning.visits.values() for hours in way.hours]
        return any(
            _seconds(one.task.at) < end and start < _seconds(one.task.until) for one in around for start, end in hours
        )

    def _visits(self, keep: Sequence[Placed], **searched: Any) -> Plan:
        return plan_visits(self._estate, self._period.label, self._log, keep, start=self._first, **searched)

    def _judged(self, tasks: Iterable[Task]) -> Judgement:
        """The period, judged on the log and some tasks."""
        return outlook(self._estate, forecast(self._estate, self._log, tasks), self._period, self._kinds)

    def _place(
        self, names: Iterable[str], judged: Judgement, keys: Collection[str] | None = None, *, timed: bool = False
    ) -> None:
        """Places what is open of some duties."""
        for chore in Chores(judged, {name: self._duties[name] for name in names}).open():
            if keys is None or chore.key in keys:
                self._placer.place(chore, timed=timed)


def _seconds(moment: datetime) -> int:
    return instant_number(moment) % DAY


def _seen(log: Log) -> Iterator[tuple[tuple[str, str], int]]:
    """(kind, target) → when the log has it last."""
    rows = log.frame.filter(pl.col("target") >= 0).group_by("kind", "target").agg(pl.col("at").max())
    for kind, target, at in rows.iter_rows():
        yield (log.kinds[kind], log.targets[target]), at
