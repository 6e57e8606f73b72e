"""Boundaries: for every figure of a duty, whether the tests of the book hold a case at its edge and one just beyond.

It is decided from what judged tests show: the state of an obligation, what it expected and what was there, and the
instants of the rows in their logs. docs/rule-book.md says for each figure what counts as its edge.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from dutyrules.book import Book
from dutyrules.checks import Duty
from dutyrules.checks.limits import Limit
from dutyrules.checks.moments import moment_text
from dutyrules.checks.quota import Quota
from dutyrules.checks.record import Record
from dutyrules.checks.response import Response
from dutyrules.figure import OFF, POINT_SCALE, WEEKDAYS, Due, Duration, Figure, clock
from dutyrules.obligation import Reason, State
from dutyrules.timegrid import DAY

Side = Literal["met", "breached"]

GRAIN: Final = 60
"""Seconds at the edge of a time: those of its minute."""

STEP: Final[Mapping[str, int]] = {"quota": 1, "metric": POINT_SCALE, "rate": POINT_SCALE // 100}
"""How far beyond the edge of a number is just beyond, by the check: one piece, one mark, one percentage point."""


@dataclass(frozen=True)
class Edge:
    """A figure of a duty that divides what is met from what is breached.

    Attributes:
        field: Where the duty writes it.
        value: As a book writes it; ``$name`` of a parameter that has no value of its own.
    """

    duty: str
    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.duty} {self.field} {self.value}"


@dataclass(frozen=True)
class Row:
    """What one verdict shows.

    Attributes:
        counted: Instants of its evidence.
        others: Instants of further rows of the duty's kinds.
        numbers: What the rows of its evidence say in a column.
        least: What a field of a record has to hold.
        value: The value of the figure under which it stands.
    """

    state: State
    reason: Reason
    unit: str
    expected: int
    actual: int
    start: int
    limit: int
    late_limit: int
    slot: int
    counted: tuple[int, ...]
    others: tuple[int, ...]
    numbers: Callable[[str], Sequence[int]]
    least: int
    value: object = None

    @property
    def met(self) -> bool:
        """Whether it was met."""
        return self.state is State.MET

    @property
    def came(self) -> tuple[int, ...]:
        """When it was done too late or too early; where nothing is known of that, every row that might have been."""
        named = self.reason in (Reason.LATE, Reason.EARLY) and self.unit == "instant"
        return (self.actual,) if named else (*self.counted, *self.others)

    def side(self, edge: bool, beyond: bool) -> Side | None:
        """Which side it shows: `edge` if it is met, `beyond` if it is breached."""
        if self.state is State.BREACHED:
            return "breached" if beyond else None
        return "met" if self.met and edge else None


Look = Callable[[Row], Side | None]
"""What a verdict shows of one edge."""


@dataclass(frozen=True)
class Probe:
    """An edge, and how it is looked for.

    Attributes:
        figure: The figure, and its value if it has one; only verdicts under this value speak of it.
        look: None where no verdict can show it.
        limit: Of a response, the way of limiting that the figure belongs to.
    """

    edge: Edge
    figure: Figure[Any] | None = None
    value: object = None
    look: Look | None = None
    limit: Limit | None = None


# ---------------------------------------------------------------- what to look for


def probes(book: Book) -> tuple[Probe, ...]:
    """Every edge of the duties of a book."""
    return tuple(probe for duty in book.duties.values() for probe in _of_duty(book, duty))


def _of_duty(book: Book, duty: Duty) -> Iterator[Probe]:
    for path, figure in duty.figures():
        if path[0] in duty.model_fields_set:
            for value, name in dict.fromkeys(_values(book, figure)):
                yield from _of_value(duty, path, figure, value, name)
    if isinstance(duty, Quota) and duty.days is not None:
        first, last = (str(day.day) for day in duty.days)
        yield Probe(Edge(duty.id, "days.first", first), look=_since)
        yield Probe(Edge(duty.id, "days.last", last), look=_until)


def _values(book: Book, figure: Figure[Any]) -> Iterator[tuple[object, str]]:
    """Every value that a figure has by itself; of a parameter without one, its name."""
    for value in figure.literals:
        yield value, ""
    for name in sorted(figure.parameters & book.parameters.keys()):
        parameter = book.parameters[name]
        default = None if parameter.default is None else parameter.adapter.validate_python(parameter.default)
        if default is None or default.written is OFF:
            yield None, f"${name}"
        else:
            yield from _values(book, default)


def _text(path: tuple[str, ...], value: object) -> str:
    """A value as a book writes it; a time is a number of seconds, which only its field tells from other numbers."""
    timed = {"by", "before", "start", "late_until", "same_day"} & set(path)
    if isinstance(value, tuple):
        return f"[{', '.join(map(clock, value))}]"
    return moment_text(value) if timed and isinstance(value, int) else str(value)


def _of_value(duty: Duty, path: tuple[str, ...], figure: Figure[Any], value: object, name: str) -> Iterator[Probe]:
    """The edges of one value; a word has none, a list of windows has two each."""
    field = ".".join(
        type(duty).model_fields[part].alias or part if not index else part for index, part in enumerate(path)
    )
    if isinstance(value, str) and path[0] != "late_until":
        return
    if path[0] in ("windows", "allowed", "forbidden") and isinstance(value, tuple):
        for edge, time, look in _window_edges(path[0], value):
            yield Probe(Edge(duty.id, f"{field}.{edge}", time), figure, value, look)
    elif path[0] == "forbidden_weekdays" and isinstance(value, tuple):
        for word in value:
            yield Probe(Edge(duty.id, field, word), figure, value, _weekday(WEEKDAYS.index(word)))
    else:
        limit = _limit_of(duty, path)
        yield Probe(Edge(duty.id, field, name or _text(path, value)), figure, value, _look(duty, path, value), limit)


def _limit_of(duty: Duty, path: tuple[str, ...]) -> Limit | None:
    if not isinstance(duty, Response) or "within" not in path:
        return None
    limits = duty.otherwise.within if path[0] == "otherwise" and duty.otherwise else duty.within
    return limits[int(path[path.index("within") + 1])]


def _look(duty: Duty, path: tuple[str, ...], value: object) -> Look | None:
    match duty.check, path[0]:
        case "quota", "at_least" | "at_most" if isinstance(value, int):
            return _number(value, STEP[duty.check], most=path[0] == "at_most")
        case "quota" | "metric" | "rate", "at_least" | "at_most":
            return _number(None, STEP[duty.check], most=path[0] == "at_most")
        case "record", "blanks":
            return _blanks
        case "record", "filled":
            return _filled(duty.filled.field) if isinstance(duty, Record) and duty.filled else None
        case "attendance", "start":
            return _since
        case "attendance" | "deadline" | "record", "by" | "before" | "due":
            return _until
        case "response" | "interval", "within" | "otherwise":
            return _until
        case _, "late_until":
            return _late
    return None


# ---------------------------------------------------------------- what a verdict shows


def _number(value: int | None, step: int, *, most: bool) -> Look:
    """As many as owed, and one less; as many as allowed, and one more. Capped or prorated, it is not this figure."""

    def look(row: Row) -> Side | None:
        if value is not None and row.expected != value:
            return None
        over = (row.actual - row.expected) * (1 if most else -1)
        return row.side(over == 0, 0 < over <= step)

    return look


def _blanks(row: Row) -> Side | None:
    blank = row.numbers("blank_cells")
    return row.side(row.least in blank, row.least + 1 in blank)


def _filled(field: str) -> Look:
    def look(row: Row) -> Side | None:
        held = row.numbers(field)
        return row.side(row.least in held, row.least - 1 in held)

    return look


def _within(instants: Sequence[int], start: int, stop: int) -> bool:
    return any(start <= instant < stop for instant in instants)


def _until(row: Row) -> Side | None:
    done, step = (row.actual,) if row.unit == "instant" else row.counted, _step(row.value)
    return row.side(
        _within(done, row.limit - step, row.limit),
        _within(row.came, row.limit, row.limit + step),
    )


def _since(row: Row) -> Side | None:
    done, step = (row.actual,) if row.unit == "instant" else row.counted, _step(row.value)
    return row.side(
        _within(done, row.start, row.start + step),
        _within(row.came, row.start - step, row.start),
    )


def _late(row: Row) -> Side | None:
    """The last that is late stands at the edge, the first that is missing beyond it."""
    step = _step(row.value)
    if row.reason is Reason.LATE:
        return "met" if row.late_limit - step <= row.actual < row.late_limit else None
    missing = row.reason is Reason.MISSING
    return "breached" if missing and _within(row.others, row.late_limit, row.late_limit + step) else None


def _step(value: object) -> int:
    """The minute at the edge of a time, the day at the edge of what is said in days."""
    match value:
        case Duration(unit=unit):
            return GRAIN if unit in ("minutes", "hours", "working_hours") else DAY
        case Due(by=by):
            return DAY if by == DAY else GRAIN
        case int():
            return GRAIN
        case _:  # some days of a period, the end of a week
            return DAY


def _window_edges(field: str, windows: tuple[Any, ...]) -> Iterator[tuple[str, str, Look]]:
    """(name, time, look) of the edges of windows; where one ends as the next begins nothing opens or closes."""
    starts, stops = {start % DAY for start, _ in windows}, {stop % DAY for _, stop in windows}
    apart = field == "windows"  # of a quota, where each may count on its own
    for number, (start, stop) in enumerate(windows, 1):
        slot = number if apart else 0
        if apart or start % DAY not in stops:
            yield f"{number}.start", clock(start), _opening(slot, start, opens=field != "forbidden")
        if apart or stop % DAY not in starts:
            yield f"{number}.end", clock(stop), _opening(slot, stop, opens=field == "forbidden")


def _opening(slot: int, time: int, *, opens: bool) -> Look:
    """A time of day at which a window opens, or closes: done in the minute inside, and in the minute outside."""

    def look(row: Row) -> Side | None:
        if slot and row.slot not in (0, slot):
            return None
        after = any((instant - time) % DAY < GRAIN for instant in _happened(row))
        before = any((time - 1 - instant) % DAY < GRAIN for instant in _happened(row))
        return row.side(after, before) if opens else row.side(before, after)

    return look


def _happened(row: Row) -> tuple[int, ...]:
    """Instants that are judged by a window: those that count where it is met, those that do not where it is not."""
    if row.unit == "instant":
        return (row.start,)
    return row.counted if row.met else row.others


def _weekday(number: int) -> Look:
    def look(row: Row) -> Side | None:
        day = (row.start // DAY + 3) % 7  # 1970-01-01 was a Thursday
        return row.side((day - number) % 7 in (1, 6), day == number)

    return look
