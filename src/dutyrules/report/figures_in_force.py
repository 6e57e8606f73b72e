"""The figures of a book as they bind one sheet: its area's, in its period, with what the estate set."""

from typing import Any

from dutyrules.figure import OFF, Figure, Unbound
from dutyrules.report.figure_words import FigureWords, Telling
from dutyrules.report.language import Speech
from dutyrules.scoring import Result, Sheet
from dutyrules.timegrid import date_of


class FiguresInForce(FigureWords):
    """Says of each figure only what holds for one sheet; what nobody set is told as the book tells it."""

    def __init__(self, result: Result, sheet: Sheet, speech: Speech) -> None:
        super().__init__(result.estate.book, speech)
        self._period, self._bound = result.period, result.estate.bound
        presence = result.judgement.ground.presence
        area = int(presence.area[result.sheets.post[result.index_of(sheet)]])
        self._area = presence.areas.around(area)

    def __call__(self, figure: Figure[Any], tell: Telling) -> str:
        """A figure as it stood, and what it became where it changed within the period."""
        steps = figure.steps(self._area, self._bound)
        before = [step for step in steps if step[0] <= self._period.first_day][-1:]
        held = before + [step for step in steps if self._period.first_day < step[0] <= self._period.last_day]
        if any(isinstance(value, Unbound) for _, value in held):
            return super().__call__(figure, tell)
        said = [self._say("hb_off") if value is OFF else tell(value) for _, value in held]
        if len(set(said)) == 1:
            return said[0]
        days = [max(day, self._period.first_day) for day, _ in held]
        return self.listed(
            [
                self._say("hb_since", day=date_of(day).isoformat(), value=text)
                for day, text in zip(days, said, strict=True)
            ]
        )
