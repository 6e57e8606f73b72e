"""At which hours the book lets people visit or call."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dutyrules.checks.window import Window
from dutyrules.obligation import Bools, Ints
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY, day_number


@dataclass(frozen=True)
class CallingHours:
    """The window duties of the book, asked for one post and kind at a time."""

    judgement: Judgement

    @cached_property
    def _windows(self) -> Mapping[str, list[Window]]:
        """Window duties by kind of event, those that restrict only some events of a kind included."""
        found: dict[str, list[Window]] = {}
        for duty in self.judgement.estate.book.duties.values():
            if isinstance(duty, Window):
                for pattern in duty.patterns():
                    found.setdefault(pattern.event, []).append(duty)
        return found

    def closed(self, person: int, kind: str, at: Ints) -> tuple[Bools, Bools]:
        """Whether each instant must not, and whether it should not, be used by a person."""
        never, avoided = np.zeros(len(at), np.bool_), np.zeros(len(at), np.bool_)
        for duty in self._windows.get(kind, ()) if len(at) else ():
            closed = self._closed(duty, person, at)
            if duty.strength == "must":
                never |= closed
            else:
                avoided |= closed
        return never, avoided

    def _closed(self, duty: Window, person: int, at: Ints) -> Bools:
        """As the post by which the person owes the duty that day would be judged; where none does, nothing is."""
        ground = self.judgement.ground
        day = at // DAY
        post = ground.presence.lead(ground.roles[duty.role])[person, day - ground.presence.first]
        owed = (post >= 0) & (day >= day_number(self.judgement.estate.book.published[duty.id]))
        terms = ground.terms(np.maximum(post, 0), day)
        for _, figure in duty.figures():
            terms.choose(figure)
        owed &= ~terms.off & (terms.unbound == 0)
        return owed & duty.closed(ground, np.maximum(post, 0), day, at)
