"""What a plan of patrols tells of itself besides: days from patrol to patrol, and who has how much to walk."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil

from dutyrules.plan.assignment import Assignment
from dutyrules.plan.fairness import MONTH
from dutyrules.plan.kept_rounds import walk_of
from dutyrules.plan.patrol_truth import Turned
from dutyrules.plan.plan import Gaps, Measure


def gaps(turned: Sequence[Turned]) -> Gaps:
    """From one patrol of each building to the next."""
    found = Counter[int]()
    for one in turned:
        rotation = one.circuit.rotation
        for number, place in enumerate(rotation.places):
            days = [place.since] * place.seen + rotation.days(one.chosen, number)
            found.update(later - day for day, later in pairwise(days))
    return Gaps(tuple(sorted(found.items())))


def spread(task: Assignment, turned: Sequence[Turned]) -> list[Measure]:
    """The most of one person less the fewest, for each day at work; nothing where nobody can be compared."""
    presence, period = task.before.ground.presence, task.before.ground.period
    patrols, minutes = Counter[int](), Counter[int]()
    for one in turned:
        for patrol, order in zip(one.circuit.patrols, one.orders, strict=True):
            places = [place for place, _ in order]
            stops = [patrol.stops[patrol.sites.index(one.circuit.sites[place])] for place in places]
            patrols[patrol.person] += len(stops)
            minutes[patrol.person] += sum(stop.minutes for stop in stops) + walk_of(one.circuit, patrol, places)
    columns = slice(task.first - presence.first, period.last_day + 1 - presence.first)
    people = sorted({patrol.person for patrol in task.patrols})
    worked = {person: int(presence.work[presence.person == person][:, columns].any(axis=0).sum()) for person in people}
    if len(people) < 2 or not all(worked.values()):
        return []
    many, long = ([Fraction(found[person], worked[person]) for person in people] for found in (patrols, minutes))
    return [
        Measure("uneven_patrols", "patrols_a_month", ceil(MONTH * (max(many) - min(many))), sought=False),
        Measure("uneven_patrol_minutes", "minutes_a_day", ceil(max(long) - min(long)), sought=False),
    ]
