"""What a calendar of visits costs, part by part, in minutes of walking and in visits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dutyrules.plan.agenda import Cell
from dutyrules.plan.draft import Draft, Visit
from dutyrules.plan.family import Family, families
from dutyrules.plan.pace import crowded, even_shares, visits_by_week
from dutyrules.timegrid import DAY


@dataclass(frozen=True)
class Cost:
    """What a draft costs.

    Attributes:
        walking: Minutes to the buildings that are entered, there and back.
        crowded: Visits beyond the even shares of their weeks.
    """

    walking: int
    crowded: int

    @property
    def total(self) -> int:
        """One visit too many in a week weighs as much as a minute's walk."""
        return self.walking + self.crowded


def cost_of(draft: Draft) -> Cost:
    """What the visits of a draft cost."""
    ways = {one.building: one.way for one in draft.households.values()}
    entered = {(visit.person, visit.start // DAY, visit.household.building) for visit in doors(draft)}
    weeks = visits_by_week(draft)
    beyond = sum(
        crowded(shares, weeks[number])
        for family in at_the_door(draft)
        for number, shares in even_shares(draft, family).items()
    )
    return Cost(walking=sum(ways[building] for _, _, building in entered), crowded=beyond)


def doors(draft: Draft) -> Iterator[Visit]:
    """Visits at the door."""
    return (visit for visit in draft.visits if draft.agenda.channel(visit.kind) == "home")


def at_the_door(draft: Draft) -> Sequence[Family]:
    """The families of demands that only visits at the door can meet."""
    return [
        family
        for family in families(draft.demands)
        if {draft.agenda.channel(kind) for kind in draft.demands[family.numbers[0]].kinds} == {"home"}
    ]


def placed(draft: Draft) -> Iterator[tuple[Visit, Cell]]:
    """Visits with the cell they were put in."""
    cells = {(cell.person, cell.kind, start): cell for cell in draft.agenda.cells for start in cell.starts}
    for visit in draft.visits:
        yield visit, cells[visit.person, visit.kind, visit.start]
