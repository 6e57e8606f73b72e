"""What follows from a sheet besides its own points and money: outcomes, and what several months come to."""

from collections.abc import Mapping
from typing import Any

from dutyrules.book import Scorecard
from dutyrules.scoring.accumulate import Window, scores, times
from dutyrules.scoring.closed import Closed, ClosedSheet
from dutyrules.scoring.sheet import LiableScore, OutcomeScore
from dutyrules.scoring.tally import Tally


class Following:
    """Makes it of a tally and the months that are closed, for the sheets that are asked for."""

    def __init__(self, tally: Tally, closed: Closed) -> None:
        self._tally, self._closed = tally, closed

    def outcomes(self, index: int) -> tuple[OutcomeScore, ...]:
        """The outcomes that happened on a sheet."""
        return tuple(
            OutcomeScore(
                outcome=name,
                clause=one.form.clause,
                title=one.form.title,
                times=int(one.times[index]),
                steps=self._steps(name, index),
                window=self._window(name, index),
                breaches=self._tally.breach_ids(one.counted, index),
                findings=self._tally.finding_rows(one.counted, index),
                liable=tuple(sorted(self._tally.holder(int(sheet)) for sheet in one.liable[one.source == index])),
            )
            for name, one in self._tally.outcomes.items()
            if one.times[index]
        )

    def liable_for(self, index: int) -> tuple[LiableScore, ...]:
        """What a sheet answers for besides whoever did it."""
        return tuple(
            LiableScore(
                *self._tally.holder(int(source)),
                outcome=name,
                clause=one.form.clause,
                title=one.form.title,
                steps=self._steps(name, int(source)),
            )
            for name, one in self._tally.outcomes.items()
            for source in one.source[one.liable == index]
        )

    def _steps(self, name: str, index: int) -> Mapping[str, str | Mapping[str, str]]:
        one, window = self._tally.outcomes[name], self._window(name, index)
        number = one.times[index] if window is None else window.value
        return {step.step: step.title for step in one.steps(index, int(number or 0))}

    def _window(self, name: str, index: int) -> Window | None:
        one = self._tally.outcomes[name]
        if one.form.over is None or self._tally.period.kind != "month":
            return None
        return times(
            one.form.over, self._closed, self._tally.period, self._tally.holder(index), name, int(one.times[index])
        )

    def accumulated(self, index: int, name: str, card: Scorecard, sums: Mapping[str, Any]) -> Window | None:
        """What a sheet comes to together with those of earlier months."""
        if card.accumulate is None:
            return None
        now, form = ClosedSheet(name, sums["score"], sums["complete"], {}), card.accumulate
        return scores(form.over, form.of, self._closed, self._tally.period, self._tally.holder(index), now)
