"""finding: what only an inspector can see; fed by `finding.<clause>` rows."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from dutyrules.checks.duty import Duty, Pattern
from dutyrules.checks.ground import Ground
from dutyrules.obligation import NONE, Judged, Obligations, Reason, State


class Finding(Duty):
    """No fields of its own: its clause says which findings feed it."""

    check: Literal["finding"]

    def reasons(self) -> tuple[str, ...]:
        """Found by the inspector."""
        return ("found",)

    def patterns(self) -> Iterator[Pattern]:
        """Findings need no coverage: an inspection says so itself."""
        return iter(())

    def lasting(self) -> bool:
        """It is the inspector who acts."""
        return False

    def expand(self, ground: Ground) -> Obligations:
        """One per finding; without any, one for the person and period."""
        events = ground.facts.events([f"finding.{clause}" for clause in self.clause])
        events = events.take(ground.happened(events))
        post = ground.lead_post(self.role, events)
        events, post = events.take(post >= 0), post[post >= 0]
        found = Obligations.of(
            len(post),
            whys=("", "uninspected"),
            post=post,
            first_day=events.day,
            last_day=events.day,
            start=events.at,
            limit=events.at + 1,  # an inspector's row is a fact at once
            late_limit=events.at + 1,
            case=events.case,
            event=events.row,
        )
        return Obligations.joined([found, self._without(ground, ground.presence.person[post])])

    def _without(self, ground: Ground, found: np.ndarray) -> Obligations:
        """Persons without a finding: inspected and fine, or not inspected."""
        looked = ground.facts.events([f"inspection.{clause}" for clause in self.clause])
        looked = looked.take(ground.happened(looked))
        post = ground.first_posts(self.role, local=False)
        person = ground.presence.person[post]
        post = post[~np.isin(person, found)]
        seen = np.isin(ground.presence.person[post], looked.person)
        return ground.over_period(
            post,
            whys=("", "uninspected"),
            settled=np.where(seen, State.OPEN, State.NOT_ASSESSED),
            why=np.where(seen, 0, 1),
        )

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """A finding is a breach; an inspection without one is not."""
        found = obligations.event >= 0
        rows = np.where(found, obligations.event, 0)
        value = ground.facts.numbers("value", rows) if len(ground.facts.log.frame) else np.full(len(rows), NONE)
        times = np.where(value == NONE, 1, value // 10_000)
        return Judged(
            met=~found,
            reason=np.where(found, Reason.FOUND, Reason.NONE),
            actual=np.where(found, times, NONE),
            evidence=lambda row: obligations.event[row : row + 1][found[row : row + 1]],
        )

    def discriminator(self, ground: Ground, obligations: Obligations, row: int) -> str:
        """The ordinal of the finding on its day."""
        if obligations.event[row] < 0:
            return ""
        same = (obligations.post == obligations.post[row]) & (obligations.first_day == obligations.first_day[row])
        return str(int((same & (obligations.event >= 0))[: row + 1].sum()))
