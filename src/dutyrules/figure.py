"""Figures of rule books: times, shares, durations … and the four ways in which a book may write one.

A figure is given outright, by area, by date, or as a ``$parameter`` that an estate binds; the ways nest. `Figure.steps`
flattens all that for one area into dated steps, which is what the checks work with.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, Strict, ValidationError
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from dutyrules.timegrid import DAY, day_number

T = TypeVar("T")

POINT_SCALE: Final = 10_000
"""Points, marks and money are whole numbers of 1/10,000."""


class Form(BaseModel):
    """Base of everything a book may write: frozen, and no key that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def wrong(kind: str, found: object, expected: str) -> PydanticCustomError:
    """The error of a value that is not what the field holds."""
    return PydanticCustomError(kind, "expected {expected}", {"expected": expected, "found": str(found)})


# ---------------------------------------------------------------- scalars


def _time(value: object) -> int:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", value) if isinstance(value, str) else None
    if match:
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        number = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and number <= DAY:
            return number
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DAY:
        return value
    raise wrong("time", value, "a time of day such as 07:55")


def _window(value: object) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong("window", value, "a window such as [11:00, 11:30]")
    start, end = _time(value[0]), _time(value[1])
    if end <= start:
        raise wrong("window-order", f"[{value[0]}, {value[1]}]", "a window that ends after it starts")
    return start, end


def _windows(value: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list | tuple) or not value:
        raise wrong("windows", value, "a list of windows such as [[11:00, 11:30], [14:00, 15:30]]")
    return tuple(_window(item) for item in value)


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
        raise wrong("share", value, "a share such as 1/3 or 98%")
    if not 0 < share <= 1:
        raise wrong("share-range", value, "a share above 0 and at most 1 (100%)")
    return share


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong("decimal", value, "a number such as 2 or 0.5")
    number = Decimal(value)
    if number < 0:
        raise wrong("negative", value, "a number that is not negative")
    if number != round(number, 4):
        raise wrong("decimal-places", value, "at most four decimals")
    return number


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong("count", value, "a whole number")
    if value < 0:
        raise wrong("negative", value, "a number that is not negative")
    return value


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise wrong("date", value, "a date such as 2026-10-08") from None


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of hours, days, workdays or months, or one of the named stretches."""

    amount: int
    unit: Literal["hours", "days", "workdays", "months", "same_day", "same_workday", "period_end"]


def _duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    text = str(value)
    if text in ("same_day", "same_workday", "period_end"):
        return Duration(0, text)  # type: ignore[arg-type]
    match = re.fullmatch(r"(\d+) (hour|day|workday|month)s?", text)
    if not match or int(match[1]) == 0:
        raise wrong("duration", value, "a duration such as 24 hours, 3 workdays, 2 months or same_day")
    return Duration(int(match[1]), f"{match[2]}s")  # type: ignore[arg-type]


Time = Annotated[int, BeforeValidator(_time)]
Window = Annotated[tuple[int, int], BeforeValidator(_window)]
Windows = Annotated[tuple[tuple[int, int], ...], BeforeValidator(_windows)]
Share = Annotated[Fraction, BeforeValidator(_share)]
Points = Annotated[Decimal, BeforeValidator(_decimal)]
Count = Annotated[int, BeforeValidator(_count)]
Day = Annotated[date, BeforeValidator(_day)]
Within = Annotated[Duration, BeforeValidator(_duration)]
Text = Annotated[str, Strict()]

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Due(Form):
    """The recurring instant of a deadline: a day of the month (of some months), or a weekday."""

    day: Annotated[int, Strict()] | Literal["last"] | None = None
    weekday: Literal[WEEKDAYS] | None = None  # type: ignore[valid-type]
    months: tuple[Annotated[int, Strict()], ...] = ()
    by: Time = DAY

    def model_post_init(self, _: object) -> None:
        """Checks what the single fields cannot see."""
        if (self.day is None) == (self.weekday is None):
            raise wrong("due", self.day, "either a day (1 to 31, last) or a weekday")
        if isinstance(self.day, int) and not 1 <= self.day <= 31:
            raise wrong("due-day", self.day, "a day from 1 to 31, or last")
        if any(not 1 <= month <= 12 for month in self.months):
            raise wrong("due-month", list(self.months), "months from 1 to 12")


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


Written = T | Ref | ByArea[T] | ByDate[T]
Value = T | Unbound | Off
Steps = tuple[tuple[int, Value[T]], ...]
"""(day number from which it holds, value), in order; the first begins before every book."""


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
    return Figure(_written(value, inner, ()))


def _written(value: object, inner: Any, loc: tuple[str | int, ...]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return Ref(value[1:])
    if value == "none" and not _holds(inner, value):
        return OFF
    if isinstance(value, dict) and "areas" in value and set(value) <= {"default", "areas"}:
        areas = value["areas"] if isinstance(value["areas"], dict) else {}
        default = _written(value["default"], inner, (*loc, "default")) if "default" in value else None
        return ByArea(default, {str(key): _written(item, inner, (*loc, "areas", key)) for key, item in areas.items()})
    if isinstance(value, list) and value and all(isinstance(item, dict) and "from" in item for item in value):
        return ByDate(
            tuple(
                (_day(item["from"]), _written(item.get("value"), inner, (*loc, index, "value")))
                for index, item in enumerate(sorted(value, key=lambda item: str(item["from"])))
            )
        )
    try:
        return inner(value)
    except ValidationError as error:
        # the inner schema does not know where in the nest it stands
        raise ValidationError.from_exception_data(
            "figure",
            [
                InitErrorDetails(
                    type=_retold(line), loc=(*loc, *line["loc"]), input=line["input"], ctx=line.get("ctx", {})
                )
                for line in error.errors(include_url=False)
            ],
        ) from None


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
