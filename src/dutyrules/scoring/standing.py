"""How far the closing of a month has come, and what that brings to its sheets: appeals and adjustments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from dutyrules.figure import POINT_SCALE
from dutyrules.scoring.charges import Charge, LineKey
from dutyrules.scoring.sheet import Adjustment, Appeal

State = Literal["draft", "published", "closed"]

Place = tuple[str, str, str, str]
"""A line of a sheet: person, role, item, line."""


@dataclass(frozen=True)
class Standing:
    """Where a month stands between its first draft and its end.

    Attributes:
        revision: How many times it was published; a draft counts as the next.
        published_at: When it was published first; None for a draft of what never was.
        appeals_until: The first second that is too late for an appeal.
        lifted: Breaches that no longer count, since an appeal against them was granted.
        given: What appeals give back on each line.
        adjustments: What earlier months came to differently after they were closed.
    """

    state: State
    revision: int
    published_at: datetime | None = None
    appeals_until: datetime | None = None
    appeals: tuple[Appeal, ...] = ()
    lifted: frozenset[str] = frozenset()
    given: Mapping[Place, Decimal] = field(default_factory=dict)
    adjustments: tuple[Adjustment, ...] = ()

    def of(self, person: str, role: str) -> "Standing":
        """What of it is about one sheet."""
        who = (person, role)
        return replace(
            self,
            appeals=tuple(one for one in self.appeals if (one.person, one.role) == who),
            adjustments=tuple(one for one in self.adjustments if (one.person, one.role) == who),
        )

    @property
    def added(self) -> int:
        """What adjustments add, in ten-thousandths."""
        return sum(int(one.points * POINT_SCALE) for one in self.adjustments)


def less_given(
    charges: Mapping[str, Mapping[LineKey, Charge]],
    given: Mapping[Place, Decimal],
    index_of: Callable[[str, str], tuple[int, str] | None],
) -> Mapping[str, Mapping[LineKey, Charge]]:
    """Charges less what appeals give back, at most all of them.

    Args:
        index_of: The sheet of a person and role, and its scorecard.
    """
    result = {name: dict(lines) for name, lines in charges.items()}
    for (person, role, item, line), points in given.items():
        found = index_of(person, role)
        if found is None or (item, line) not in result[found[1]]:
            continue
        index, card = found
        charge = result[card][item, line]
        left = charge.points.copy()
        left[index] -= min(int(points * POINT_SCALE), int(left[index]))
        result[card][item, line] = replace(charge, points=left)
    return result
