"""Figures of a book in words: outright, by area, by date, and what an estate has to set."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from dutyrules.book import Book
from dutyrules.checks.moments import SHIFT
from dutyrules.figure import OFF, ByArea, ByDate, Due, Duration, Figure, Ref, Tiers, clock
from dutyrules.report.language import Speech
from dutyrules.timegrid import DAY

Telling = Callable[[Any], str]

OPEN: Final = {
    "duration": "hb_open_time",
    "due": "hb_open_due",
    "time": "hb_open_clock",
    "moment": "hb_open_clock",
}
"""How to say that an estate has to set a figure, by its type."""


class FigureWords:
    """Says the figures of a book in one language."""

    def __init__(self, book: Book, speech: Speech) -> None:
        self._book = book
        self._say = speech

    def __call__(self, figure: Figure[Any], tell: Telling) -> str:
        """A figure in whichever way it is written, each of its values told by `tell`."""
        return self._written(figure.written, tell)

    def _written(self, written: Any, tell: Telling) -> str:
        if isinstance(written, Ref):
            return self._parameter(written.name, tell)
        if isinstance(written, ByArea):
            areas: dict[str, list[str]] = {}
            for area, value in written.areas.items():
                areas.setdefault(self._written(value, tell), []).append(area)
            others = self.listed(
                [self._say("hb_area", areas=self.listed(names), value=text) for text, names in areas.items()]
            )
            return (
                others
                if written.default is None
                else self._say("hb_by_area", value=self._written(written.default, tell), others=others)
            )
        if isinstance(written, ByDate):
            dated = [
                self._say("hb_since", day=day.isoformat(), value=self._written(value, tell))
                for day, value in written.values
            ]
            return self.listed(dated) if len(dated) > 1 or written.values[0][0] > date.min else dated[0]
        return self._say("hb_off") if written is OFF else tell(written)

    def _parameter(self, name: str, tell: Telling) -> str:
        parameter = self._book.parameters[name]
        title = self._say.title(parameter.title, name)
        if parameter.default is not None:
            written = parameter.adapter.validate_python(parameter.default).written
            return self._say("hb_unset", title=title) if written is OFF else self._written(written, tell)
        key = OPEN.get(str(parameter.type), "hb_open")
        if parameter.suggest is None:
            return self._say(key, title=title)
        suggested = self._written(parameter.adapter.validate_python(parameter.suggest).written, tell)
        return self._say(f"{key}_suggested", title=title, suggested=suggested)

    def default(self, name: str) -> str | None:
        """The value that a parameter has where an estate says nothing; None where it has none."""
        parameter = self._book.parameters[name]
        if parameter.default is None:
            return None
        return self._written(parameter.adapter.validate_python(parameter.default).written, self.value(parameter.type))

    def suggestion(self, name: str) -> str | None:
        """What the book suggests for a parameter."""
        parameter = self._book.parameters[name]
        if parameter.suggest is None:
            return None
        return self._written(parameter.adapter.validate_python(parameter.suggest).written, self.value(parameter.type))

    # ------------------------------------------------------------ values

    def value(self, kind: str | tuple[str, ...]) -> Telling:
        """How to tell the values of a type of parameter."""
        tellers: Mapping[str, Telling] = {
            "time": clock,
            "moment": self.moment,
            "window": self.window,
            "windows": self.windows,
            "weekdays": self.weekdays,
            "duration": self.duration,
            "due": self.due,
        }
        return self.word if isinstance(kind, tuple) else tellers.get(kind, str)

    def word(self, word: str) -> str:
        """A word of the language of books, where there is a plain one."""
        key = f"hb_word_{word}"
        return self._say(key) if self._say.knows(key) else word

    def moment(self, moment: int) -> str:
        """A time, or an edge of the shift."""
        if moment >= 0:
            return clock(moment)
        edge = min(SHIFT, key=lambda name: abs(moment - SHIFT[name]))
        away = (moment - SHIFT[edge]) // 60
        way = "before" if away < 0 else "after" if away else "at"
        return self._say(f"hb_shift_{edge}_{way}", minutes=abs(away))

    def window(self, window: tuple[int, int]) -> str:
        """From one time to another."""
        return f"{clock(window[0])}–{clock(window[1])}"

    def windows(self, windows: Sequence[tuple[int, int]]) -> str:
        """Several windows."""
        return self.listed([self.window(window) for window in windows])

    def weekdays(self, days: Sequence[str]) -> str:
        """Days of the week."""
        return self.listed([self._say(f"hb_{day}") for day in days])

    def duration(self, duration: Duration) -> str:
        """A stretch of time in which something is due."""
        number = "one" if duration.amount == 1 else "many"
        key = f"hb_within_{duration.unit}" + (f"_{number}" if duration.amount else "")
        return self._say(key, amount=duration.amount)

    def length(self, duration: Duration) -> str:
        """A stretch of time as such."""
        return self._say(f"hb_{duration.unit}_{'one' if duration.amount == 1 else 'many'}", amount=duration.amount)

    def due(self, due: Due) -> str:
        """A day of the week or month, perhaps of some months, perhaps with a time."""
        if due.weekday is not None:
            day = self._say("hb_due_weekday", day=self._say(f"hb_{due.weekday}"))
            return day if due.by == DAY else self._say("hb_weekday_time", day=day, time=clock(due.by))
        day = self.day(due.day)
        if due.months:
            months = self.both([self._say(f"hb_month_{month}") for month in due.months])
            day = self._say("hb_due_months", day=day, months=months)
        return self._say("hb_due" if due.by == DAY else "hb_due_time", day=day, time=clock(due.by))

    def day(self, day: int | str | None) -> str:
        """A day of a month."""
        if not isinstance(day, int):
            return self._say("hb_the_last_day")
        return self._say("hb_the_day", day=self.ordinal(day))

    def ordinal(self, number: int) -> str:
        """The n-th."""
        last = 0 if number in (11, 12, 13) else number % 10
        return self._say(f"hb_ordinal_{last if last in (1, 2, 3) else 'th'}", number=number)

    def price(self, tiers: Tiers) -> str:
        """A price, or one by how many."""
        if len(tiers.steps) == 1 and tiers.steps[0][0] == 1:
            return f"{tiers.steps[0][1].normalize():f}"
        return self.listed(
            [
                self._say("hb_tier", number=self.ordinal(start), price=f"{price.normalize():f}")
                for start, price in tiers.steps
            ]
        )

    def listed(self, parts: Sequence[str]) -> str:
        """Several things."""
        return self._say("hb_comma").join(parts)

    def either(self, parts: Sequence[str]) -> str:
        """One of several things."""
        return self._ending("hb_or", parts)

    def both(self, parts: Sequence[str]) -> str:
        """Several things together."""
        return self._ending("hb_and", parts)

    def _ending(self, word: str, parts: Sequence[str]) -> str:
        """Things in a row, with a word before the last."""
        return self._say(word).join([part for part in (self.listed(parts[:-1]), *parts[-1:]) if part])
