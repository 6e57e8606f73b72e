"""Figures of rule books: times, shares, durations … and the four ways in which a book may write one.

A figure is given outright, by area, by date, or as a ``$parameter`` that an estate binds; the ways nest. `Figure.steps`
flattens all that for one area into dated steps, which is what the checks work with.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Final, Generic, Literal, TypeAlias, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from dutyrules.diagnostics import did_you_mean
from dutyrules.timegrid import DAY, day_number

T = TypeVar("T")

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


def _day(value: object) -> date:
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
    """A number of hours, days, workdays or months, or one of the named stretches."""

    amount: int
    unit: Literal["hours", "days", "workdays", "months", "same_day", "same_workday", "period_end"]


def parse_duration(value: object) -> Duration:
    """A duration as a book writes it."""
    if isinstance(value, Duration):
        return value
    text = str(value)
    if text in ("same_day", "same_workday", "period_end"):
        return Duration(0, text)  # type: ignore[arg-type]
    match = re.fullmatch(r"([1-9]\d{0,3}) (hour|day|workday|month)s?", text)
    if not match:
        raise wrong("duration", value, "a duration such as 24 hours, 3 workdays, 2 months or same_day")
    return Duration(int(match[1]), f"{match[2]}s")  # type: ignore[arg-type]


Time = Annotated[int, BeforeValidator(parse_time)]
Window = Annotated[tuple[Time, Time], BeforeValidator(_pair), AfterValidator(_ordered)]
Windows = Annotated[tuple[Window, ...], BeforeValidator(_several), AfterValidator(_apart)]
Share = Annotated[Fraction, BeforeValidator(_share)]
Points = Annotated[Decimal, BeforeValidator(_decimal)]
Count = Annotated[int, BeforeValidator(_count)]
Day = Annotated[date, BeforeValidator(_day)]
Within = Annotated[Duration, BeforeValidator(parse_duration)]
Text = Annotated[str, BeforeValidator(_text)]

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _due_day(value: object) -> object:
    if value == "last" or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 31):
        return value
    raise wrong("due-day", value, "a day from 1 to 31, or last")


def _due_month(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 12:
        return value
    raise wrong("due-month", value, "a month from 1 to 12")


class Due(Form):
    """The recurring instant of a deadline: a day of the month (of some months), or a weekday."""

    day: Annotated[int | Literal["last"] | None, BeforeValidator(_due_day)] = None
    weekday: Literal[WEEKDAYS] | None = None  # type: ignore[valid-type]
    months: tuple[Annotated[int, BeforeValidator(_due_month)], ...] = ()
    by: Time = DAY

    def model_post_init(self, _: object) -> None:
        """Checks what the single fields cannot see."""
        if (self.day is None) == (self.weekday is None):
            found = "neither" if self.day is None else "both"
            raise wrong("due", found, "either day (1 to 31, or last) or weekday")


# ---------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True)
class Unbound:
    """No value: the estate has to bind this parameter."""

    parameter: str


class Off:
    """The value ``none``: whatever reads it does not exist."""


OFF: Final = Off()
EVER: Final = -(10**6)
"""A day number before every book."""


@dataclass(frozen=True, slots=True)
class Ref:
    """``$name``: the value of a parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class ByArea(Generic[T]):
    """One value for most areas, others for some."""

    default: "Written[T] | None"
    areas: Mapping[str, "Written[T]"]


@dataclass(frozen=True, slots=True)
class ByDate(Generic[T]):
    """Values in the order in which they came into force."""

    values: tuple[tuple[date, "Written[T]"], ...]


Written: TypeAlias = T | Ref | ByArea[T] | ByDate[T]
Value: TypeAlias = T | Unbound | Off
Steps: TypeAlias = tuple[tuple[int, Value[T]], ...]
"""(day number from which it holds, value), in order; the first begins before every book."""


KEY: Final = "[key]"
"""Pydantic ends the location of an error with this if it is about a key."""

_BY_AREA: Final = ("default", "areas")
_BY_DATE: Final = ("from", "value")
_Loc: TypeAlias = tuple[str | int, ...]


class Figure(Generic[T]):
    """A figure as written in a book."""

    # no dataclass: pydantic would read its fields instead of asking `__get_pydantic_core_schema__`
    __slots__ = ("written",)

    def __init__(self, written: Written[T]) -> None:
        self.written = written

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Figure) and bool(self.written == other.written)

    def __hash__(self) -> int:
        return hash(repr(self.written))

    def __repr__(self) -> str:
        return f"Figure({self.written!r})"

    def steps(self, area: Sequence[str], bound: Mapping[str, "Figure[Any]"]) -> Steps[T]:
        """The values over time for one area.

        Args:
            area: The area and the areas around it, nearest first.
            bound: Parameters with a value.
        """
        return _steps(self.written, area, bound)

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the parameters that it reads."""
        return frozenset(ref.name for ref in _leaves(self.written) if isinstance(ref, Ref))

    @property
    def areas(self) -> frozenset[str]:
        """Names of the areas that it tells apart."""
        return _areas(self.written)

    @property
    def literals(self) -> tuple[T, ...]:
        """Every value that is written outright, wherever it is nested."""
        return tuple(leaf for leaf in _leaves(self.written) if not isinstance(leaf, Ref | Off))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (inner,) = get_args(source) or (Any,)
        return core_schema.no_info_wrap_validator_function(_parse, handler.generate_schema(inner))


def _parse(value: object, inner: Any) -> "Figure[Any]":
    if isinstance(value, Figure):
        return value
    problems: list[InitErrorDetails] = []
    written = _written(value, inner, (), problems)
    if problems:
        raise ValidationError.from_exception_data("figure", problems)
    return Figure(written)


def _written(value: object, inner: Any, loc: _Loc, problems: list[InitErrorDetails]) -> Any:
    """Reads a figure however it is nested; what is wrong goes to `problems`, each with its place in the nest."""
    if isinstance(value, str) and value.startswith("$"):
        return Ref(value[1:])
    if value == "none" and not _holds(inner, value):
        return OFF
    if isinstance(value, dict) and not value.keys().isdisjoint(_BY_AREA):
        return _by_area(value, inner, loc, problems)
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return _by_date(value, inner, loc, problems)
    try:
        return inner(value)
    except ValidationError as error:
        problems += [
            InitErrorDetails(type=_retold(line), loc=(*loc, *line["loc"]), input=line["input"], ctx=line.get("ctx", {}))
            for line in error.errors(include_url=False)
        ]
        return None


def _by_area(value: dict[str, Any], inner: Any, loc: _Loc, problems: list[InitErrorDetails]) -> "ByArea[Any]":
    _only(value, _BY_AREA, loc, problems)
    areas = value.get("areas", {})
    if not isinstance(areas, dict):
        problems.append(_at((*loc, "areas"), areas, wrong("areas", areas, "a value for each area: {海棠: 8}")))
        areas = {}
    default = _written(value["default"], inner, (*loc, "default"), problems) if "default" in value else None
    return ByArea(
        default,
        {str(name): _written(item, inner, (*loc, "areas", name), problems) for name, item in areas.items()},
    )


def _by_date(value: list[Any], inner: Any, loc: _Loc, problems: list[InitErrorDetails]) -> "ByDate[Any]":
    values: dict[date, Any] = {}
    for index, item in enumerate(value):
        here = (*loc, index)
        if not isinstance(item, dict):
            problems.append(_at(here, item, wrong("dated", item, "a value by date: {from: 2026-01-01, value: …}")))
            continue
        _only(item, _BY_DATE, here, problems)
        missing = [name for name in _BY_DATE if name not in item]
        if len(item) < len(_BY_DATE):  # otherwise it stands there misspelt
            problems += [InitErrorDetails(type="missing", loc=(*here, name), input=item) for name in missing]
        if missing:
            continue
        written = _written(item["value"], inner, (*here, "value"), problems)
        try:
            day = _day(item["from"])
        except PydanticCustomError as error:
            problems.append(_at((*here, "from"), item["from"], error))
            continue
        if day in values:
            problems.append(_at((*here, "from"), item["from"], wrong("dated-twice", day, "each date once")))
        values[day] = written
    return ByDate(tuple(sorted(values.items(), key=lambda pair: pair[0])))


def _only(value: dict[str, Any], known: Collection[str], loc: _Loc, problems: list[InitErrorDetails]) -> None:
    """Reports keys that such a figure does not have."""
    for key in value.keys() - known:
        error = wrong("unknown-key", key, f"only {' and '.join(known)}", did_you_mean(str(key), known))
        problems.append(_at((*loc, key, KEY), key, error))


def _at(loc: _Loc, value: object, error: PydanticCustomError) -> InitErrorDetails:
    return InitErrorDetails(type=error, loc=loc, input=value)


def _holds(inner: Any, value: object) -> bool:
    """Whether a word is a value of its own here, as `none` is one of the ways to roll."""
    try:
        inner(value)
    except ValidationError:
        return False
    return True


def _retold(line: Any) -> Any:
    context = line.get("ctx", {})
    if "expected" in context and "found" in context:
        return PydanticCustomError(line["type"], "expected {expected}", context)
    return line["type"]


def _steps(written: Any, area: Sequence[str], bound: Mapping[str, Figure[Any]]) -> Steps[Any]:
    match written:
        case Ref(name):
            return bound[name].steps(area, bound) if name in bound else ((EVER, Unbound(name)),)
        case ByArea(default, areas):
            chosen = next((areas[name] for name in area if name in areas), default)
            return ((EVER, OFF),) if chosen is None else _steps(chosen, area, bound)
        case ByDate(values):
            return _dated(values, area, bound)
        case _:
            return ((EVER, written),)


def _dated(values: Any, area: Sequence[str], bound: Mapping[str, Figure[Any]]) -> Steps[Any]:
    """Each value holds from its date to the next one's; before the first nothing is owed."""
    steps: list[tuple[int, Any]] = [(EVER, OFF)]
    for index, (start, written) in enumerate(values):
        first = day_number(start)
        until = day_number(values[index + 1][0]) if index + 1 < len(values) else None
        for day, value in _steps(written, area, bound):
            if until is None or day < until:
                steps.append((max(day, first), value))
    return tuple(dict(steps).items())


def _leaves(written: Any) -> list[Any]:
    match written:
        case ByArea(default, areas):
            inside = [*areas.values()] + ([default] if default is not None else [])
            return [leaf for item in inside for leaf in _leaves(item)]
        case ByDate(values):
            return [leaf for _, item in values for leaf in _leaves(item)]
        case _:
            return [written]


def _areas(written: Any) -> frozenset[str]:
    match written:
        case ByArea(default, areas):
            inner = [_areas(item) for item in (*areas.values(), default) if item is not None]
            return frozenset(areas).union(*inner)
        case ByDate(values):
            return frozenset().union(*(_areas(item) for _, item in values))
        case _:
            return frozenset()
