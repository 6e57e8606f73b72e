"""window: an event only at certain times – of the day, of the week."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator

from dutyrules.checks.duty import Duty, EventPatterns, Pattern, any_of
from dutyrules.checks.ground import Ground, Terms
from dutyrules.figure import WEEKDAYS, Figure, Weekdays, Windows, wrong
from dutyrules.obligation import Bools, Ints, Judged, Obligations, Reason
from dutyrules.timegrid import DAY


def _leaves_time(windows: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    if sum(stop - start for start, stop in windows) == DAY:
        raise wrong("window-never-opens", "the whole day", "windows that leave some time of the day open")
    return windows


def _leaves_days(days: tuple[str, ...]) -> tuple[str, ...]:
    if set(days) == set(WEEKDAYS):
        raise wrong("window-never-opens", "the whole week", "weekdays that leave some day open")
    return days


class Window(Duty):
    """Fields of a window duty; see docs/rule-book.md."""

    check: Literal["window"]
    event: EventPatterns
    allowed: Figure[Windows] | None = None
    forbidden: Figure[Annotated[Windows, AfterValidator(_leaves_time)]] | None = None
    forbidden_weekdays: Figure[Annotated[Weekdays, AfterValidator(_leaves_days)]] | None = None

    def model_post_init(self, _: object) -> None:
        """Some time must be closed, and the hours are said in one way."""
        if self.allowed is not None and self.forbidden is not None:
            raise wrong("one-window", "both", "either allowed or forbidden")
        if self.allowed is None and self.forbidden is None and self.forbidden_weekdays is None:
            raise wrong("no-window", "none", "allowed or forbidden windows, or forbidden_weekdays")

    def reasons(self) -> tuple[str, ...]:
        """At a closed time."""
        return ("outside",)

    def patterns(self) -> Iterator[Pattern]:
        """The events whose times are looked at."""
        yield from self.event

    def occasions(self) -> tuple[str, ...]:
        """Without such an event there is nothing to look at."""
        return self.kinds()

    def lasting(self) -> bool:
        """It happened at an open time or not."""
        return False

    def read_by(self, ground: Ground, obligations: Obligations) -> Iterator[tuple[Bools, tuple[str, ...]]]:
        """An event is judged by itself: the other kinds do not matter to it."""
        yield from self.by_own_kind(ground, obligations)

    def expand(self, ground: Ground) -> Obligations:
        """One per event, attempts included: whoever did not answer was disturbed as well."""
        obligations = ground.per_event(self.role, any_of(ground, self.event), unit="instant")
        terms = ground.terms(obligations.post, obligations.first_day)
        for _, figure in self.figures():
            terms.choose(figure)
        return terms.settle(obligations)

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """At an open time, or outside."""
        at = obligations.start
        outside = self.closed(ground, obligations.post, obligations.first_day, at)
        return Judged(
            met=~outside,
            reason=np.where(outside, Reason.OUTSIDE, Reason.NONE),
            actual=at,
            evidence=lambda row: obligations.event[row : row + 1],
        )

    def closed(self, ground: Ground, post: Ints, day: Ints, at: Ints) -> Bools:
        """Whether each instant is closed to each post, by the figures of each duty day."""
        terms = ground.terms(post, day)
        return self._on_closed_day(terms, at // DAY) | self._at_closed_time(terms, at % DAY)

    def _on_closed_day(self, terms: Terms, day: Ints) -> Bools:
        closed = np.zeros(len(day), np.bool_)
        if self.forbidden_weekdays is not None:
            index, values = terms.choose(self.forbidden_weekdays)
            weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
            for number, words in enumerate(values):
                if isinstance(words, tuple):
                    closed |= (index == number) & np.isin(weekday, [WEEKDAYS.index(word) for word in words])
        return closed

    def _at_closed_time(self, terms: Terms, time: Ints) -> Bools:
        figure = self.forbidden or self.allowed
        inside = np.zeros(len(time), np.bool_)
        if figure is None:
            return inside
        index, values = terms.choose(figure)
        for number, windows in enumerate(values):
            for start, stop in windows if isinstance(windows, tuple) else ():
                inside |= (index == number) & (time >= start) & (time < stop)
        return inside if self.forbidden is not None else ~inside
