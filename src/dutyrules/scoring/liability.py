"""Who answers for whom: managers, and whoever holds a role in the area."""

import numpy as np

from dutyrules.book import MANAGER
from dutyrules.checks.ground import Ground
from dutyrules.obligation import Bools, Ints
from dutyrules.scoring.holders import Sheets


class Liability:
    """Finds who is liable for the sheets of a period; nobody is for themselves.

    Attributes:
        managers: The manager of each sheet, as a code of a person; -1 for none.
    """

    def __init__(self, ground: Ground, sheets: Sheets, managers: Ints) -> None:
        self._ground, self._sheets, self._managers = ground, sheets, managers

    def of(self, relation: str, among: Bools) -> tuple[Ints, Ints]:
        """(sheet, sheet that is liable for it), by `manager` or a role.

        Args:
            among: Of a manager with several sheets, the first of these.
        """
        if relation == MANAGER:
            source = np.arange(len(self._sheets))
            bearer = self._sheets.of_person(self._managers, among)
        else:
            source, bearer = self._in_the_area(relation)
        pairs = (bearer >= 0) & (self._sheets.person[source] != self._sheets.person[bearer])
        return source[pairs], bearer[pairs]

    def _in_the_area(self, role: str) -> tuple[Ints, Ints]:
        """Each sheet with the sheets of everybody in a role in its lead post's area, or around it."""
        presence, ground = self._ground.presence, self._ground
        codes = [presence.roles.index(name) for name in ground.roles[role] if name in presence.roles]
        held = presence.tenure[:, ground.scored].any(axis=1) & (presence.acting_for < 0)
        posts = np.flatnonzero(held & np.isin(presence.role, codes))
        near = ground.areas.contains[presence.area[posts][None, :], presence.area[self._sheets.post][:, None]]
        source, place = np.nonzero(near)
        pairs = np.unique(np.stack([source, self._sheets.of_post[posts[place]]]), axis=1)
        return pairs[0], pairs[1]
