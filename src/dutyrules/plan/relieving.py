"""What a planner could change so that nothing is missed any more: proposed only after a plan was made with it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.plan.company import Company
from dutyrules.plan.draft import Draft
from dutyrules.plan.forecast import forecast, missed, outlook
from dutyrules.plan.households import Made, drafts_of
from dutyrules.plan.levers import Levers, changed, posts_of
from dutyrules.plan.obliged import demands_of
from dutyrules.plan.plan import Shortfall, Task
from dutyrules.plan.relief import Change, Lever, Relaxation, merged
from dutyrules.plan.relief_model import Wanted, cheapest
from dutyrules.plan.timing import tasks_of
from dutyrules.plan.verify import workable
from dutyrules.plan.waivers import OTHERWISE
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import Period, date_of

TRIES: Final = 3
"""How often changes are looked for again that also make up for what a plan with the last ones missed."""

Solve = Callable[[Sequence[Draft], Company], Sequence[Draft]]
"""Plans groups of people from what is fixed."""


@dataclass(frozen=True)
class Situation:
    """A plan in the planner's own terms.

    Attributes:
        stay: Tasks that stay whatever happens.
        made: What is certain on planned days.
        before: The period judged on the log and what stays.
        fixed, planned: The groups before and after planning.
    """

    estate: Estate
    log: Log
    span: Period
    kinds: frozenset[str]
    days: range
    stay: Sequence[Task]
    made: Sequence[Made]
    before: Judgement
    duties: Sequence[str]
    fixed: Sequence[Draft]
    planned: Sequence[Draft]
    solve: Solve

    @property
    def persons(self) -> Sequence[str]:
        """Their names, by code."""
        return self.before.ground.presence.persons


@dataclass(frozen=True)
class Remade:
    """A plan that was made with changes: its tasks, and what the judge says that they miss."""

    tasks: Sequence[Task]
    missed: Mapping[str, int]
    broken: bool


def relaxations(case: Situation, shortfalls: Sequence[Shortfall]) -> tuple[Relaxation, ...]:
    """The cheapest changes for every group of people that misses something which could be helped."""
    short = {one.breach_id: one.number for one in shortfalls if not OTHERWISE & {cause.message for cause in one.causes}}
    others = {one.breach_id: one.number for one in shortfalls if one.breach_id not in short}
    expected = {one.breach_id: int(one.expected) for one in shortfalls if one.expected and one.expected.isdigit()}
    levers = Levers(case.before, case.days, case.made, case.planned)
    found = []
    for place, draft in enumerate(case.planned):
        keys = [demand.key for demand in draft.demands if demand.key in short]
        if keys:
            found.append(_relaxation(case, levers, place, keys, {**short, **others}, expected))
    return tuple(found)


def _relaxation(
    case: Situation,
    levers: Levers,
    place: int,
    keys: Sequence[str],
    before: Mapping[str, int],
    expected: Mapping[str, int],
) -> Relaxation:
    """The cheapest changes for one group, verified; each try also makes up for what the last one still missed."""
    own = case.fixed[place]
    numbers = [number for number, demand in enumerate(own.demands) if demand.need and demand.units and not demand.late]
    supplies, lifted = levers.supplies(own), levers.lifted(own, numbers)
    others = {key: number for key, number in before.items() if key not in keys}
    people = sorted({person for person, _ in own.agenda.at_work})
    persons = tuple(case.persons[person] for person in people)
    more: Counter[int] = Counter()
    least = 0
    for attempt in range(TRIES):
        wanted = cheapest(supplies, numbers, lifted, more)
        if wanted is None:
            break
        least = least if attempt else wanted.least
        if not wanted.price:  # what is missed is not known to need anything
            break
        given = {own.demands[number].key: less for number, less in wanted.owe.items()}
        remade = remake(case, place, wanted)
        if proves(remade, {**given, **others}):
            levers.lend(wanted.slots[Lever.COLLEAGUE])
            left = {key: number for key, number in remade.missed.items() if key in given}
            changes = merged(list(_changes(case, own, wanted, left, expected)))
            return Relaxation(persons, tuple(keys), changes, least)
        behind = {
            number: remade.missed.get(demand.key, 0) - given.get(demand.key, 0)
            for number, demand in enumerate(own.demands)
        }
        more.update({number: less for number, less in behind.items() if less > 0})
    return Relaxation(persons, tuple(keys), (), least)


def proves(remade: Remade, given: Mapping[str, int]) -> bool:
    """Whether a plan that was made with changes misses no more than they give up, and keeps all promises."""
    return not remade.broken and all(number <= given.get(key, 0) for key, number in remade.missed.items())


def remake(case: Situation, place: int, wanted: Wanted) -> Remade:
    """Plans one group anew, with changes, and judges it as any plan is; the other groups keep their plans."""
    names = {one.code: one.name for one in case.fixed[place].households.values()}
    units = frozenset(names[code] for code in wanted.asked)
    works: dict[str, frozenset[date]] = {}
    for person, day in wanted.works:
        works[case.persons[person]] = works.get(case.persons[person], frozenset()) | {date_of(day)}
    kept = [one for number, one in enumerate(case.planned) if number != place]
    estate, before, fixed = case.estate, case.before, [case.fixed[place]]
    if units or works:
        estate = changed(case.estate, units, works)
        before = outlook(estate, forecast(estate, case.log, case.stay), case.span, case.kinds)
        fixed = list(_touched(case, place, kept, before))
    mine = [_with(draft, case.fixed[place], wanted) for draft in fixed]
    drafts = [*kept, *case.solve(mine, Company(before, case.made))]
    tasks = tasks_of(drafts, case.persons, case.stay)
    after = outlook(estate, forecast(estate, case.log, tasks), case.span, case.kinds)
    allowed = {
        (case.persons[person], kind, date_of(day)): number for (person, kind, day), number in _beyond(wanted).items()
    }
    broken = any(workable(estate, case.log, after.ground.presence, tasks, case.stay, allowed))
    return Remade(tasks, {one.breach_id: one.number for one in missed(after, case.duties)}, broken)


def _touched(case: Situation, place: int, kept: Sequence[Draft], before: Judgement) -> Iterator[Draft]:
    """The groups of a changed estate that are to be planned anew: what they ask for, the others do not."""
    demands, _, _ = demands_of(before, case.kinds)
    mine = {demand.key for demand in case.fixed[place].demands}
    known = {demand.key for draft in kept for demand in draft.demands}
    for draft in drafts_of(before, demands, case.days, case.made):
        if any(demand.key in mine or demand.key not in known for demand in draft.demands):
            yield draft


def _beyond(wanted: Wanted) -> Counter[tuple[int, str, int]]:
    """How many visits of a person's day its number does not count."""
    beyond = Counter(wanted.places)
    for cell, number in wanted.slots[Lever.HOUR].items():
        beyond[cell.person, cell.kind, cell.day] += number
    return beyond


def _with(draft: Draft, own: Draft, wanted: Wanted) -> Draft:
    """What is fixed, with the changes that are no estate's."""
    less = {own.demands[number].key: number_less for number, number_less in wanted.owe.items()}
    demands = [
        replace(demand, needs=tuple(max(0, need - less.get(demand.key, 0)) for need in demand.needs))
        for demand in draft.demands
    ]
    agenda = draft.agenda.copy()
    further = [
        replace(cell, starts=cell.starts[:number]) for cells in wanted.slots.values() for cell, number in cells.items()
    ]
    colleagues = {(cell.person, cell.day): posts_of(draft) for cell in wanted.slots[Lever.COLLEAGUE]}
    agenda = replace(
        agenda,
        cells=tuple(sorted([*agenda.cells, *further])),
        at_work={**agenda.at_work, **colleagues},
        extra=_beyond(wanted),
    )
    return Draft(demands, draft.households, agenda)


def _changes(
    case: Situation, own: Draft, wanted: Wanted, left: Mapping[str, int], expected: Mapping[str, int]
) -> Iterator[Change]:
    """The changes in words that others know; owed is only so much less as the plan then misses."""
    names = {one.code: one.name for one in own.households.values()}
    for (person, kind, day), number in wanted.places.items():
        yield Change(Lever.PLACE, number, case.persons[person], kind, date_of(day))
    for lever, cells in wanted.slots.items():
        slots: Counter[tuple[int, str, int]] = Counter()
        for cell, number in cells.items():
            slots[cell.person, cell.kind, cell.day] += number
        for (person, kind, day), number in slots.items():
            yield Change(lever, number, case.persons[person], kind, date_of(day))
    for code in wanted.asked:
        yield Change(Lever.WISH, 1, unit=names[code])
    for person, day in wanted.works:
        yield Change(Lever.LEAVE, 1, case.persons[person], day=date_of(day))
    presence = case.before.ground.presence
    for demand in own.demands:
        number = left.get(demand.key, 0)
        if number:
            owed = None if demand.follow_up else expected.get(demand.key)
            yield Change(
                Lever.OWE,
                number,
                breach_id=demand.key,
                duty=demand.duty,
                post=presence.label(min(demand.posts)),
                period=demand.period,
                expected=owed,
                less=None if owed is None else owed - number,
            )
