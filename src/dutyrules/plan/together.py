"""The plans of several planners and what is placed around them as one plan, judged as a whole."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from dutyrules.activity.log import Log
from dutyrules.checks.quota import Quota
from dutyrules.checks.record import Record
from dutyrules.estate import Estate
from dutyrules.estate.provenance import provenance
from dutyrules.plan.forecast import PlanError, forecast, missed, outlook
from dutyrules.plan.placing import Placer
from dutyrules.plan.plan import Cause, Plan, Shortfall, Status, Task, Unplanned, status_of
from dutyrules.plan.timing import tasks_of
from dutyrules.timegrid import Period

BESIDE = Cause("beside_other_work", {})
"""Said of a miss whose other reasons hold only beside the rest of the plan."""


@dataclass(frozen=True)
class Part:
    """The plan of one planner within the whole.

    Attributes:
        least: What no plan misses less of its duties, whatever else is done on these days.
        beside: Whether other work of the whole plan took time without which less might be missed.
    """

    plan: Plan
    least: int
    beside: bool


def same(task: Task, other: Task) -> bool:
    """Whether two tasks are one."""
    return _name(task) == _name(other)


def _name(task: Task) -> tuple[object, ...]:
    return task.at, task.person, task.kind, task.target, task.case


def together(
    estate: Estate,
    log: Log,
    period: Period,
    first: date,
    *,
    kinds: Set[str],
    tasks: Sequence[Task],
    parts: Sequence[Part],
    duties: tuple[str, ...],
    placer: Placer,
    left: Sequence[Unplanned],
) -> Plan:
    """The whole plan.

    What it misses is what log and plan are judged to miss; the reasons are those of the planner that had to do with it.

    Args:
        kinds: All kinds that are planned.
        tasks: All tasks.
        duties: Those that `placer` planned for.
        left: What it left alone.

    Raises:
        PlanError: less is missed than was proven to be.
    """
    planned = tuple(dict.fromkeys([*(duty for part in parts for duty in part.plan.duties), *duties]))
    written = {task.kind for task in placer.tasks}
    planned += tuple(name for name in _records(estate, written) if name not in planned)
    judged = outlook(estate, forecast(estate, log, tasks), period, kinds)
    truth = missed(judged, planned)
    least = sum(_least(part, truth) for part in parts)
    least += sum(min(one.number, placer.beyond.get(one.breach_id, 0)) for one in truth)
    if least > sum(one.number for one in truth):
        raise PlanError("less is missed than was proven")
    measures = [measure for part in parts for measure in part.plan.measures]
    whole = Plan(
        name="work",
        estate=estate.id,
        period=period.label,
        start=first,
        status=Status.UNKNOWN,
        tasks=tasks_of((), (), tasks),
        duties=planned,
        shortfalls=tuple(_explained(one, parts, placer) for one in truth),
        least_shortfall=least,
        measures=measures,
        gaps=next((part.plan.gaps for part in parts if part.plan.gaps is not None), None),
        unplanned=tuple(_left(estate, period, parts, planned, left)),
        relaxations=[one for part in parts for one in part.plan.relaxations],
        balance=next((part.plan.balance for part in parts if part.plan.balance is not None), None),
        complete=all(part.plan.complete for part in parts),
        provenance={
            **provenance(estate, log, provisional=judged.ground.presence.provisional),
            **{name: value for part in parts for name, value in part.plan.provenance.items() if name in _SEARCH},
        },
    )
    return replace(whole, status=status_of(whole.shortfall, least, measures))


_SEARCH = ("search", "groups")
"""What the provenance of a part says of its search."""


def _records(estate: Estate, written: Set[str]) -> Iterator[str]:
    """Duties about every record of a kind that is planned: the law holds for them, too."""
    for name, duty in estate.book.duties.items():
        if isinstance(duty, Record) and duty.of and duty.strength == "must" and not written.isdisjoint(duty.kinds()):
            yield name


def _least(part: Part, truth: Sequence[Shortfall]) -> int:
    """What is proven of a part, if the whole is judged as the part was."""
    mine = {one.breach_id: one.number for one in truth if one.duty in part.plan.duties}
    return part.least if mine == {one.breach_id: one.number for one in part.plan.shortfalls} else 0


def _explained(one: Shortfall, parts: Sequence[Part], placer: Placer) -> Shortfall:
    """A miss with the reasons that its planner knows."""
    for part in parts:
        for known in part.plan.shortfalls:
            if known.breach_id == one.breach_id and known.number == one.number:
                return replace(one, causes=(*known.causes, *((BESIDE,) if part.beside else ())))
    return replace(one, causes=(placer.causes.get(one.breach_id, Cause("not_met_in_all", {})),))


def _left(
    estate: Estate, period: Period, parts: Sequence[Part], planned: Sequence[str], left: Sequence[Unplanned]
) -> Iterator[Unplanned]:
    """What nobody planned, each once; what one planner leaves to another is none of it."""
    later = list(_later(estate, period))
    ahead = {one.who.partition(" ")[0] for one in later}
    found: dict[Unplanned, None] = {}
    for one in [*(each for part in parts for each in part.plan.unplanned), *later, *left]:
        owed = one.reason == "due_later" or one.who.partition(" ")[0] not in ahead
        if one.who not in planned and owed:
            found[one] = None
    yield from found


def _later(estate: Estate, period: Period) -> Iterator[Unplanned]:
    """Duties of visits whose periods end after this one: they are planned with their own period, and kept."""
    visits: Mapping[str, object] = estate.planning.visits
    for name, duty in estate.book.duties.items():
        if isinstance(duty, Quota) and duty.strength == "must" and not visits.keys().isdisjoint(duty.event):
            whole = not duty.per.daily and duty.at_most is None and duty.days is None
            if whole and not list(period.ending_within(duty.per)) and list(period.touching(duty.per)):
                yield Unplanned(f"{name} {next(iter(period.touching(duty.per))).label}", "due_later")
