"""At which hours the book lets people visit or call."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dutyrules.checks.window import Window
from dutyrules.obligation import Bools, Ints
from dutyrules.scoring.judge import Judgement


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

    def closed(self, post: int, kind: str, at: Ints) -> tuple[Bools, Bools]:
        """Whether each instant must not, and whether it should not, be used by the holder of a post."""
        ground = self.judgement.ground
        never, avoided = np.zeros(len(at), np.bool_), np.zeros(len(at), np.bool_)
        if not len(at):
            return never, avoided
        role = ground.presence.roles[int(ground.presence.role[post])]
        for duty in self._windows.get(kind, ()):
            if role in ground.roles[duty.role]:
                posts, days = np.full(len(at), post), at // 86_400
                closed = duty.closed(ground, posts, days, at)
                if duty.strength == "must":
                    never |= closed
                else:
                    avoided |= closed
        return never, avoided
