"""The four ways in which a book may write a figure.

A figure is given outright, by area, by date, or as a ``$parameter`` that an estate binds; the ways nest. `Figure.steps`
flattens all that for one area into dated steps, which is what the checks work with.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeAlias, TypeVar, get_args

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from dutyrules.diagnostics import did_you_mean
from dutyrules.figure.values import parse_day, wrong
from dutyrules.timegrid import day_number

T = TypeVar("T")


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

    def possible(self, bound: Mapping[str, "Figure[Any]"]) -> Iterator[T]:
        """Every value that it may have somewhere, some day."""
        yield from self.literals
        for name in self.parameters & bound.keys():
            yield from bound[name].possible(bound)

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
            day = parse_day(item["from"])
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
