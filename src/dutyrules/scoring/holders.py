"""Whose sheets there are in a period, and which post's verdicts stand on which."""

from dataclasses import dataclass

import numpy as np

from dutyrules.checks.ground import Ground
from dutyrules.obligation import Bools, Ints


@dataclass(frozen=True)
class Sheets:
    """The sheets of a period: one per person and role.

    Attributes:
        person, role: Codes of the presence's vocabularies.
        post: The lead post of each sheet; figures are resolved for its area.
        order: Sorts the sheets of a person, the first one first.
        of_post: Post → sheet, -1 where it has none.
    """

    person: Ints
    role: Ints
    post: Ints
    of_post: Ints
    order: Ints

    def __len__(self) -> int:
        return len(self.person)

    @classmethod
    def of(cls, ground: Ground) -> "Sheets":
        """Everybody with a post that touches the period; acting posts go to the person's own sheets."""
        presence = ground.presence
        active = presence.tenure[:, ground.scored].any(axis=1)
        ordinary = np.flatnonzero(active & (presence.acting_for < 0))
        ordinary = ordinary[np.lexsort((presence.order[ordinary], presence.role[ordinary], presence.person[ordinary]))]
        number: dict[tuple[int, int], int] = {}
        posts: list[int] = []
        of_post = np.full(len(presence.person), -1, np.int64)
        for post in ordinary:
            pair = (int(presence.person[post]), int(presence.role[post]))
            if pair not in number:
                number[pair] = len(posts)
                posts.append(int(post))
        by_order = sorted(number.items(), key=lambda entry: presence.order[posts[entry[1]]], reverse=True)
        first_of = {person: sheet for (person, _), sheet in by_order}
        for row, acting in enumerate(presence.acting_for >= 0):  # also one that ended in a week that ends here
            person, role = int(presence.person[row]), int(presence.role[row])
            of_post[row] = number.get((person, role), first_of.get(person, -1) if acting else -1)
        chosen = np.array(posts, np.int64)
        return cls(presence.person[chosen], presence.role[chosen], chosen, of_post, presence.order[chosen])

    def of_person(self, person: Ints, among: Bools) -> Ints:
        """The first sheet of each person among some sheets; -1 where there is none."""
        table = np.full(int(max(self.person.max(initial=-1), person.max(initial=-1))) + 2, -1, np.int64)
        mine = np.flatnonzero(among)
        mine = mine[np.argsort(-self.order[mine])]  # the last write wins, and that is the first
        table[self.person[mine]] = mine
        return np.where(person >= 0, table[np.where(person >= 0, person, 0)], -1)
