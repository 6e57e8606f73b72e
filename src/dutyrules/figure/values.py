"""The values that books write: times, windows, shares, counts, points, durations, due days."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
)
from pydantic_core import PydanticCustomError

from dutyrules.timegrid import DAY

POINT_SCALE: Final = 10_000
"""Points, marks and money are whole numbers of 1/10,000."""

LARGEST: Final = 10**9
"""No figure of a book is larger; in ten-thousandths it still is a number of 64 bits."""


class Form(BaseModel):
    """Base of everything a book may write: frozen, and no key that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def wrong(kind: str, found: object, expected: str, hint: str | None = None) -> PydanticCustomError:
    """The error of a value that is not what the field holds."""
    context = {"expected": expected, "found": shown(found)} | ({"hint": hint} if hint else {})
    return PydanticCustomError(kind, "expected {expected}", context)


def shown(value: object) -> str:
    """A value as a book would write it, cut where it grows long.

    >>> shown({"default": 5, "areas": ["A", None, True]})
    '{default: 5, areas: [A, null, true]}'
    """
    match value:
        case None | bool():
            text = "null" if value is None else str(value).lower()
        case dict():
            text = "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            text = "[" + ", ".join(map(shown, value)) + "]"
        case _:
            text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


# ---------------------------------------------------------------- scalars


def _text(value: object) -> str:
    """YAML reads `5` as a number and `true` as a truth, but where a book expects text they are text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | Decimal):
        return shown(value)
    raise wrong("text", value, "text")


def parse_time(value: object) -> int:
    """Seconds after midnight of a time of day; 24:00 is the end of the day."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", value) if isinstance(value, str) else None
    if match:
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        number = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and number <= DAY:
            return number
    near = re.fullmatch(r"(\d{1,2})[.：时點点]([0-5]\d)分?", str(value))
    raise wrong("time", value, "a time of day such as 07:55", f"did you mean '{near[1]}:{near[2]}'?" if near else None)


def _pair(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong("window", value, "a window such as [11:00, 11:30]")
    return value


def _ordered(window: tuple[int, int]) -> tuple[int, int]:
    if window[1] <= window[0]:
        raise wrong("window-order", [clock(second) for second in window], "a window that ends after it starts")
    return window


def clock(second: int) -> str:
    """A second of the day as a book writes it.

    >>> clock(28_500)
    '07:55'
    """
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}"
    return f"{text}:{second % 60:02d}" if second % 60 else text


def _several(value: object) -> object:
    if not isinstance(value, list | tuple) or not value:
        raise wrong("windows", value, "a list of windows such as [[11:00, 11:30], [14:00, 15:30]]")
    return value


def _apart(windows: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    ordered = sorted(windows)
    for (start, stop), (later, _) in pairwise(ordered):
        if later < stop:
            found = f"{clock(later)} lies in [{clock(start)}, {clock(stop)}]"
            raise wrong("windows-overlap", found, "windows that do not overlap")
    return windows


def _share(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    text = str(value)
    match = re.fullmatch(r"(\d+)\s*/\s*([1-9]\d*)", text)
    percent = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text)
    if match:
        share = Fraction(int(match[1]), int(match[2]))
    elif percent:
        share = Fraction(percent[1]) / 100
    else:
        near = isinstance(value, Decimal) and 0 < value <= 1 and f"did you mean '{(value * 100).normalize():f}%'?"
        raise wrong("share", value, "a share such as 1/3 or 98%", near or None)
    if not 0 < share <= 1:
        raise wrong("share-range", value, "a share above 0 and at most 1 (100%)")
    return share


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong("decimal", value, "a number such as 2 or 0.5")
    _bounded(value)
    if (Fraction(value) * POINT_SCALE).denominator != 1:
        raise wrong("decimal-places", value, "at most four decimals")
    return Decimal(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong("count", value, "a whole number")
    _bounded(value)
    return value


def _bounded(value: int | Decimal) -> None:
    if value < 0:
        raise wrong("negative", value, "a number that is not negative")
    if value > LARGEST:
        raise wrong("too-large", value, f"at most {LARGEST}")


def parse_day(value: object) -> date:
    """A date written strictly as 2026-10-08."""
    if isinstance(value, date):
        return value
    text = str(value)
    try:
        if len(text) == len("2026-10-08"):  # Python would read 20261008 and 2026-W41-4 too
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise wrong("date", value, "a date such as 2026-10-08")


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of minutes, hours, days, workdays or months, or one of the named stretches."""

    amount: int
    unit: Literal[
        "minutes", "hours", "working_hours", "days", "workdays", "months", "same_day", "same_workday", "period_end"
    ]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}" if self.amount else self.unit


def parse_duration(value: object) -> Duration:
    """A duration as a book writes it."""
    if isinstance(value, Duration):
        return value
    text = str(value)
    if text in ("same_day", "same_workday", "period_end"):
        return Duration(0, text)  # type: ignore[arg-type]
    match = re.fullmatch(r"([1-9]\d{0,3}) (minute|hour|working_hour|day|workday|month)s?", text)
    if not match:
        raise wrong("duration", value, "a duration such as 24 hours, 3 workdays, 2 months or same_day")
    return Duration(int(match[1]), f"{match[2]}s")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Tiers:
    """Prices by how many: each holds from its number on; before the first there is none.

    Attributes:
        steps: (number from which it holds, price), in order of the numbers.
    """

    steps: tuple[tuple[int, Decimal], ...]

    @classmethod
    def of(cls, price: Decimal) -> "Tiers":
        """The same price whatever the number."""
        return cls(((1, price),))

    def __str__(self) -> str:
        if len(self.steps) == 1 and self.steps[0][0] == 1:
            return str(self.steps[0][1])
        return shown({str(start): price for start, price in self.steps})


def parse_price(value: object) -> Tiers:
    """A price as a book writes it: a number, or one for each of several numbers of times."""
    if isinstance(value, Tiers):
        return value
    if not isinstance(value, dict) or not value:
        return Tiers.of(_decimal(value))
    strange = [key for key in value if not re.fullmatch(r"[1-9]\d{0,8}", str(key))]
    if strange:
        raise wrong("tiers", value, "a price, or prices by the number from which they hold: {1: 1, 3: 2}")
    return Tiers(tuple(sorted((int(key), _decimal(price)) for key, price in value.items())))


Time = Annotated[int, BeforeValidator(parse_time)]
Window = Annotated[tuple[Time, Time], BeforeValidator(_pair), AfterValidator(_ordered)]
Windows = Annotated[tuple[Window, ...], BeforeValidator(_several), AfterValidator(_apart)]
Share = Annotated[Fraction, BeforeValidator(_share)]
Points = Annotated[Decimal, BeforeValidator(_decimal)]
Price = Annotated[Tiers, BeforeValidator(parse_price)]
Count = Annotated[int, BeforeValidator(_count)]
Day = Annotated[date, BeforeValidator(parse_day)]
Within = Annotated[Duration, BeforeValidator(parse_duration)]
Text = Annotated[str, BeforeValidator(_text)]

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekdays(value: object) -> object:
    days = (value,) if isinstance(value, str) else value
    if not isinstance(days, list | tuple) or not days:
        raise wrong("weekdays", value, "a list of weekdays such as [monday, sunday]")
    return days


Weekdays = Annotated[tuple[Literal[WEEKDAYS], ...], BeforeValidator(_weekdays)]  # type: ignore[valid-type]


def _due_day(value: object) -> object:
    if value == "last" or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 31):
        return value
    raise wrong("due-day", value, "a day from 1 to 31, or last")


def _due_month(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 12:
        return value
    raise wrong("due-month", value, "a month from 1 to 12")


DueDay = Annotated[int | Literal["last"], BeforeValidator(_due_day)]
DueMonth = Annotated[int, BeforeValidator(_due_month)]


class Due(Form):
    """The recurring instant of a deadline: a day of the month (of some months), or a weekday."""

    day: Annotated[int | Literal["last"] | None, BeforeValidator(_due_day)] = None
    weekday: Literal[WEEKDAYS] | None = None  # type: ignore[valid-type]
    months: tuple[DueMonth, ...] = ()
    by: Time = DAY

    def model_post_init(self, _: object) -> None:
        """Checks what the single fields cannot see."""
        if (self.day is None) == (self.weekday is None):
            found = "neither" if self.day is None else "both"
            raise wrong("due", found, "either day (1 to 31, or last) or weekday")

    def __str__(self) -> str:
        day = f"day {self.day}" if self.weekday is None else self.weekday
        months = f" of month {', '.join(map(str, self.months))}" if self.months else ""
        return f"{day}{months}" + (f" by {clock(self.by)}" if self.by != DAY else "")
