"""plan_visits: who visits and calls which household when, so that every duty of the book is met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import polars as pl

from dutyrules.activity.log import Log
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate, scored_period
from dutyrules.estate.logs import log_from_rows
from dutyrules.estate.provenance import provenance
from dutyrules.plan.balance import balance
from dutyrules.plan.company import Company
from dutyrules.plan.course import Course, tidy
from dutyrules.plan.draft import Draft
from dutyrules.plan.exact import solve_exactly
from dutyrules.plan.explain import causes
from dutyrules.plan.fairness import fairness, loads, waits
from dutyrules.plan.family import families
from dutyrules.plan.followups import possible
from dutyrules.plan.forecast import PlanError, forecast, missed, outlook
from dutyrules.plan.households import Made, check_hours, drafts_of, entered, unowed
from dutyrules.plan.kept import day_after, future, kept
from dutyrules.plan.measures import visit_measures, walk_measures
from dutyrules.plan.moves import Diff
from dutyrules.plan.objective import cost_of
from dutyrules.plan.obliged import demands_of
from dutyrules.plan.occasions import taken
from dutyrules.plan.pins import check_pins
from dutyrules.plan.plan import Plan, Shortfall, Status, Task, status_of
from dutyrules.plan.planfile import Placed
from dutyrules.plan.priority import priority_waits
from dutyrules.plan.programme import Least
from dutyrules.plan.progress import Progress, untold
from dutyrules.plan.relieving import Situation, relaxations
from dutyrules.plan.repair import Mender, repair_measures
from dutyrules.plan.reserves import add_reserves, expected_short
from dutyrules.plan.search import Effort, Search
from dutyrules.plan.spread import least
from dutyrules.plan.timing import tasks_of
from dutyrules.plan.verify import verified
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, Period, day_number, instant_number


def plan_visits(
    estate: Estate,
    period: str,
    done: Log | None = None,
    keep: Sequence[Placed] = (),
    *,
    start: date | None = None,
    effort: int = 1,
    time_limit: float | None = None,
    freeze: date | None = None,
    relax: bool = True,
    progress: Progress | None = None,
) -> Plan:
    """Plans the visits and calls that the duties of a period ask for.

    Args:
        estate: The estate; its section ``planning.visits`` says which kinds of events may be planned, and when.
        period: ``2026-Q4``, ``2026-10`` …
        done: The activity log so far.
        keep: Tasks of an earlier plan; the pinned ones stay, and of the others as few as can be change. Pinned tasks
            that are no visits take the time of whoever has them.
        start: First day to plan; by default the day after the last event of `done` in the period, else its first day.
        effort: How long to search for shorter walks, so that every run ends with the same plan; 0 is not at all.
        time_limit: Search for so many seconds instead; the plan then depends on the machine, and says so.
        freeze: Up to and including this day, tasks of the earlier plan stay and no others are planned.
        relax: Whether to look for changes after which nothing would be missed.
        progress: Told how far the planning is.

    Returns:
        A verified plan; what it cannot meet is in its shortfalls.

    Raises:
        InputError: the estate plans no visits, or pins contradict each other or the estate.
    """
    span = scored_period(period)
    kinds = planned_kinds(estate)
    log = done if done is not None else log_from_rows([], estate)
    known = day_after(log, span)
    first = max(start or known, span.first)
    before = outlook(estate, log, span, kinds)
    persons = before.ground.presence.persons
    rows = future(keep, estate.planning.visits, span, first, min(first, known))
    pins = check_pins(estate, before.ground.presence, span, first, rows)
    pinned = [one.task for one in keep if one.task.pinned]
    other = [task for task in pinned if task.kind not in kinds and task.until > task.at]
    made = [*_pinned(persons, pins), *_made(estate, log, first, span), *_pinned(persons, other)]
    made += _occupied(estate, before.ground.presence)
    old = kept(before, first, rows, made, freeze)
    stay = [*pins, *old.frozen]
    if stay:
        before = outlook(estate, forecast(estate, log, stay), span, kinds)
    demands, duties, unplanned = demands_of(before, kinds)
    unplanned += unowed(before, duties)
    made += _pinned(persons, old.frozen)
    fixed = drafts_of(before, demands, old.days, made)
    check_hours(before, fixed)
    company = Company(before, made)
    tell = progress or untold
    codes = {name: code for code, name in enumerate(estate.places.ids)}
    expected, inside = old.expectations(persons, codes), entered(before, stay)
    mender = Mender(expected, company, _least_by_flows, inside)
    repairs = mender.all(fixed, tell) if expected.visits else None
    fixed = fixed if repairs is None else [one.start for one in repairs]
    solved = (
        _solve(fixed, company, Effort(effort, time_limit), tell)
        if repairs is None
        else [_Solved(one.draft, one.least, one.complete) for one in repairs]
    )
    drafts, leasts = [one.draft for one in solved], [one.least for one in solved]
    rates = estate.planning.contact_rates
    if rates is not None:
        for draft in drafts:
            add_reserves(draft, rates, estate.planning.reserve_attempts)
    tasks = tasks_of(drafts, persons, stay)
    have = loads(before.ground.presence, old.days, drafts, tasks)
    measures = [
        *visit_measures(drafts, leasts, inside),
        *walk_measures(drafts, [one.walks for one in solved]),
        *priority_waits(drafts, old.days),
        *waits(drafts),
        *fairness(have, drafts, leasts, before.ground.presence, stay),
        *expected_short(drafts, rates),
    ]
    plan = Plan(
        name="visits",
        estate=estate.id,
        period=span.label,
        start=first,
        status=Status.UNKNOWN,
        tasks=tasks,
        duties=duties,
        shortfalls=(),
        least_shortfall=sum(leasts),
        measures=measures if repairs is None else repair_measures(measures, repairs),
        unplanned=unplanned,
        balance=balance(estate, before.ground.presence, drafts, have),
        moves=Diff(old, expected, fixed, company, persons, codes).moves(tasks) if rows else (),
        complete=all(one.complete for one in solved),
        provenance={
            **provenance(estate, log, provisional=before.ground.presence.provisional),
            "search": {"effort": effort} if time_limit is None else {"seconds": time_limit},
            "groups": _groups(solved),
        },
    )
    after = outlook(estate, forecast(estate, log, plan.tasks), span, kinds)
    plan = replace(plan, shortfalls=_explained(missed(after, duties), fixed, solved))
    if relax and plan.shortfalls and plan.complete:
        case = Situation(estate, log, span, kinds, old.days, stay, made, before, duties, fixed, drafts, _at_once)
        plan = replace(plan, relaxations=relaxations(case, plan.shortfalls))
    status = status_of(plan.shortfall, plan.least_shortfall, plan.measures)
    return verified(estate, log, span, replace(plan, status=status), kinds=kinds, pins=stay)


def _pinned(persons: Sequence[str], pins: Sequence[Task]) -> Iterator[Made]:
    for pin in pins:
        person = persons.index(pin.person)
        yield Made(person, pin.kind, instant_number(pin.at), instant_number(pin.until))
        for other in pin.along:
            yield Made(persons.index(other), pin.kind, instant_number(pin.at), instant_number(pin.until), True)


def _occupied(estate: Estate, presence: Presence) -> Iterator[Made]:
    """What occasions take of people's days."""
    for (person, day), occasions in taken(estate, presence).items():
        for one in occasions:
            for begin, end in one.spans:
                yield Made(person, "", day * DAY + begin * 60, day * DAY + end * 60)


def _made(estate: Estate, log: Log, first: date, span: Period) -> Iterator[Made]:
    """What the log has on days that are planned, attempts included."""
    rows = log.frame.filter(pl.col("at").is_between(day_number(first) * DAY, span.end - 1) & (pl.col("person") >= 0))
    for at, person, kind in rows.select("at", "person", "kind").iter_rows():
        way = estate.planning.visits.get(log.kinds[kind])
        if way is not None:
            yield Made(person, log.kinds[kind], at, at + way.minutes * 60)


@dataclass(frozen=True)
class _Solved:
    """A group's visits, and what is known about their misses.

    Attributes:
        least: No plan of the group misses less; proven.
        complete: False if the proof or the search was interrupted.
        walks: What no plan of the group that is as good otherwise costs less than.
    """

    draft: Draft
    least: int
    complete: bool
    walks: Least | None = None


def _groups(solved: Sequence[_Solved]) -> list[dict[str, int]]:
    """What each group of people costs, and cannot cost less than, in minutes."""
    return [
        {"cost": cost_of(one.draft).total, **({"least": one.walks.cost} if one.walks is not None else {})}
        for one in solved
    ]


def _searched(progress: Progress, done: int, of: int, cost: int, least: int) -> None:
    progress("plan.search", done, of, cost, least)


def _solve(fixed: Sequence[Draft], company: Company, effort: Effort, progress: Progress) -> list[_Solved]:
    """Plans every group by flows, searches for shorter walks, and counts where flows leave a doubt about misses."""
    paired = [start.copy() for start in fixed]
    company.accompany(paired)
    courses = []
    for number, start in enumerate(paired):
        progress("plan.flows", number, len(fixed))
        courses.append(Course.begin(start))
    interrupted = not Search(courses, effort, partial(_searched, progress)).run()
    solved: list[_Solved] = []
    for number, (start, course) in enumerate(zip(fixed, courses, strict=True)):
        progress("plan.proofs", number, len(fixed))
        draft = course.best
        one = _Solved(draft, _least_by_flows(start) if draft.shortfall() else 0, not interrupted, course.least)
        if draft.shortfall() > one.least:
            try:
                one = replace(one, complete=False) if interrupted else _by_search(start, paired[number], one)
            except KeyboardInterrupt:
                one = replace(one, complete=False)
            interrupted = interrupted or not one.complete
        solved.append(one)
    progress("plan.proofs", len(fixed), len(fixed))
    made = [len(one.draft.visits) for one in solved]
    company.complete([one.draft for one in solved])
    return [
        one if len(one.draft.visits) == number else replace(one, walks=None)  # the bound knew of fewer visits
        for one, number in zip(solved, made, strict=True)
    ]


def _at_once(fixed: Sequence[Draft], company: Company) -> list[Draft]:
    """Plans groups without any search for shorter walks."""
    return [one.draft for one in _solve(fixed, company, Effort(0, None), untold)]


def _least_by_flows(start: Draft) -> int:
    """What is missed even if every family has all capacity for itself, and every callback too."""
    ideal = start.relaxed()
    late = sum(not possible(ideal, number) for number in ideal.open_follow_ups())
    return late + sum(least(ideal, family) for family in families(ideal.demands))


def _by_search(start: Draft, paired: Draft, flows: _Solved) -> _Solved:
    """The better of the flows' plan and what counting finds, with the better of the two bounds.

    Counting knows nothing of visits by two: what it proves holds as if one were always enough, and what it finds is
    found beside those that were made.
    """
    draft = paired.copy()
    proof = solve_exactly(draft)
    if any(one.paired for one in start.households.values()):
        proof = solve_exactly(start.unpaired())
    tidy(draft)
    better = draft if draft.shortfall() < flows.draft.shortfall() else flows.draft
    walks = flows.walks if better is flows.draft else None
    return _Solved(better, max(flows.least, proof.least), flows.complete, walks)


def _explained(
    breaches: Sequence[Shortfall], fixed: Sequence[Draft], solved: Sequence[_Solved]
) -> tuple[Shortfall, ...]:
    """The judged breaches with their causes.

    Raises:
        PlanError: the drafts do not miss what was judged: the planner misread the book.
    """
    claims = {
        one.draft.demands[number].key: (place, number)
        for place, one in enumerate(solved)
        for number in range(len(one.draft.demands))
        if one.draft.missing(number)
    }
    judged = {breach.breach_id: breach.number for breach in breaches}
    claimed = {key: solved[place].draft.missing(number) for key, (place, number) in claims.items()}
    if judged != claimed:
        wrong = sorted(judged.items() ^ claimed.items())
        raise PlanError(f"planned and judged misses differ: {wrong[:5]}")
    helped = {place: fixed[place].helped().anywhere() for place in {place for place, _ in claims.values()}}
    found = []
    for breach in breaches:
        place, number = claims[breach.breach_id]
        found.append(replace(breach, causes=causes(solved[place].draft, number, helped[place])))
    return tuple(found)


def planned_kinds(estate: Estate) -> frozenset[str]:
    """The kinds of visits that the estate plans.

    Raises:
        InputError: there are none.
    """
    kinds = frozenset(estate.planning.visits)
    if not kinds:
        hint = (
            "write planning: {visits: {visit.home: {channel: home, per_day: 6, minutes: 20, hours: [[15:00, 17:00]]}}}"
        )
        message = f"{estate.id} does not say which visits may be planned"
        raise InputError([Diagnostic("plan.no-visits", message, None, hint=hint)])
    return kinds
