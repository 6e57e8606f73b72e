"""An outside check: public instances of employee shift scheduling, rostered by the library's own model.

Instances are read in the layout of Curtois and Qu (2014). A roster is written as its cost on the first line, then a
line for each employee in the order of the file: one shift or nothing for each day, separated by commas. What it costs
and whether it keeps every limit is worked out by the library's judge, which knows no solver.

Run it as  python benchmarks/shifts.py Instance1.txt Instance2.txt --time-limit 600 --out results
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dutyrules.atomic import write
from dutyrules.diagnostics import Diagnostic, InputError, Span
from dutyrules.roster import (
    Count,
    Cover,
    Follows,
    Limits,
    OnDay,
    Person,
    Roster,
    RosterModel,
    Rule,
    Runs,
    Shift,
    Solution,
    Weekends,
    breaches,
    cost_of,
    solve,
)

BEST_KNOWN = {1: 607, 2: 828, 3: 1001, 4: 1716, 5: 1143, 7: 1056, 9: 439}
"""Instance → the least cost that has been published, where we know it."""

WEEK = 7
SATURDAY = 5


# ---------------------------------------------------------------------------------------------------- instances


@dataclass(frozen=True)
class Line:
    """A line of an instance, cut at its commas."""

    file: str
    number: int
    fields: tuple[str, ...]

    def wrong(self, code: str, message: str, field: int, expected: str) -> InputError:
        column = 1 + sum(len(one) + 1 for one in self.fields[:field])
        found = self.fields[field] if field < len(self.fields) else ",".join(self.fields)
        where = Span(self.file, self.number, column)
        return InputError([Diagnostic(f"shifts.{code}", message, where, found=found, expected=expected)])

    def number_at(self, field: int, most: int = 10**9) -> int:
        """A whole number."""
        text = self.fields[field].strip()
        if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) > most:
            raise self.wrong("number", "not such a number", field, f"a whole number from 0 to {most}")
        return int(text)

    def one_of(self, field: int, known: Mapping[str, object], what: str) -> str:
        text = self.fields[field].strip()
        if text not in known:
            raise self.wrong("unknown", f"no such {what}", field, f"a {what} of this file")
        return text


class Instance:
    """A file as a model."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.days = 0
        self.shifts: dict[str, Shift] = {}
        self.people: dict[str, Person] = {}
        self.rules: list[Rule] = []
        self._follows: list[tuple[Line, str, list[str]]] = []
        self._staff: list[Line] = []
        self._read()

    def model(self) -> RosterModel:
        return RosterModel(self.days, tuple(self.shifts.values()), tuple(self.people.values()), tuple(self.rules))

    def _read(self) -> None:
        readers: dict[str, tuple[int, Callable[[Line], None]]] = {
            "HORIZON": (1, self._horizon),
            "SHIFTS": (2, self._shift),
            "STAFF": (8, self._person),
            "DAYS_OFF": (1, self._days_off),
            "SHIFT_ON_REQUESTS": (4, self._request),
            "SHIFT_OFF_REQUESTS": (4, self._request),
            "COVER": (5, self._cover),
        }
        self._section = ""
        for line in self._lines():
            if line.fields[0].startswith("SECTION_"):
                self._section = line.fields[0].removeprefix("SECTION_").strip()
                if self._section not in readers:
                    raise line.wrong("section", "no such section", 0, ", ".join(f"SECTION_{one}" for one in readers))
                continue
            least, reader = readers.get(self._section, (0, None))
            if reader is None:
                raise line.wrong("section", "a line before the first section", 0, "SECTION_HORIZON")
            if len(line.fields) < least:
                raise line.wrong("fields", "there are too few fields", len(line.fields), f"at least {least}")
            reader(line)
        if not (self.days and self.shifts and self.people):
            raise InputError([Diagnostic("shifts.empty", "no horizon, shifts or staff", Span(str(self.path), 1, 1))])
        pairs = set()
        for line, shift, others in self._follows:
            for other in others:
                if other not in self.shifts:
                    raise line.wrong("unknown", "no such shift", 2, "a shift of this file")
                pairs.add((shift, other))
        self.rules.append(Follows(id="follows", who=tuple(self.people), pairs=frozenset(pairs)))

    def _lines(self) -> Iterator[Line]:
        try:
            text = self.path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            where = Span(str(self.path), 1, 1)
            raise InputError([Diagnostic("shifts.file", f"the file cannot be read: {error}", where)]) from None
        for number, row in enumerate(text.splitlines(), 1):
            if row.strip() and not row.lstrip().startswith("#"):
                yield Line(str(self.path), number, tuple(row.strip().split(",")))

    def _horizon(self, line: Line) -> None:
        self.days = line.number_at(0, 3660)

    def _shift(self, line: Line) -> None:
        name = line.fields[0].strip()
        self.shifts[name] = Shift(name, line.number_at(1))
        others = [one.strip() for one in ",".join(line.fields[2:]).split("|") if one.strip()]
        self._follows.append((line, name, others))

    def _person(self, line: Line) -> None:
        name = line.fields[0].strip()
        who, last = (name,), self.days - 1
        self.people[name] = Person(name, frozenset(self.shifts))
        for limit in filter(None, line.fields[1].strip().split("|")):
            shift, _, most = limit.partition("=")
            if shift.strip() not in self.shifts or not most.strip().isdigit():
                raise line.wrong("limit", "no limit of shifts", 1, "SHIFT=NUMBER|SHIFT=NUMBER")
            weights = {shift.strip(): 1}
            self.rules.append(Count(id=f"most_{shift}", who=who, first=0, last=last, most=int(most), weights=weights))
        most_minutes, least_minutes, longest, shortest, rest, weekends = (line.number_at(n) for n in range(2, 8))
        minutes = {shift.id: shift.minutes for shift in self.shifts.values()}
        saturdays = range(SATURDAY, self.days, WEEK)
        self.rules += [
            Count(
                id="minutes",
                who=who,
                first=0,
                last=last,
                least=least_minutes,
                most=most_minutes,
                weights=minutes,
                unit="minutes",
            ),
            Runs(id="run", who=who, least=shortest, most=longest),
            Runs(id="rest", who=who, least=rest, off=True),
            Weekends(
                id="weekends",
                who=who,
                most=weekends,
                weekends=tuple(tuple(day for day in (one, one + 1) if day < self.days) for one in saturdays),
            ),
        ]

    def _days_off(self, line: Line) -> None:
        who = (line.one_of(0, self.people, "employee"),)
        for field in range(1, len(line.fields)):
            day = line.number_at(field, self.days - 1)
            self.rules.append(OnDay(id="days_off", who=who, day=day, shifts=frozenset({None})))

    def _request(self, line: Line) -> None:
        wanted = self._section == "SHIFT_ON_REQUESTS"
        self.rules.append(
            OnDay(
                id="on_request" if wanted else "off_request",
                who=(line.one_of(0, self.people, "employee"),),
                day=line.number_at(1, self.days - 1),
                shifts=frozenset({line.one_of(2, self.shifts, "shift")}),
                wanted=wanted,
                price=line.number_at(3),
            )
        )

    def _cover(self, line: Line) -> None:
        day, key = line.number_at(0, self.days - 1), line.one_of(1, self.shifts, "shift")
        need, under, over = (line.number_at(field) for field in (2, 3, 4))
        self.rules.append(Cover(id="cover", day=day, key=key, need=need, most=need, price=under, over=over))


# ---------------------------------------------------------------------------------------------------- rosters


def written(model: RosterModel, roster: Roster, cost: int) -> str:
    """A roster as a file."""
    lines = [str(cost)] + [",".join(shift or "" for shift in roster[person.id]) for person in model.people]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Result:
    """An instance, rostered.

    Attributes:
        bound: No roster costs less; proven.
        gap: How much dearer than the best known, or than the bound where none is known, in percent.
        wrong: Every limit that is broken.
    """

    instance: str
    employees: int
    days: int
    status: str
    cost: int | None
    bound: int
    best_known: int | None
    gap: float | None
    seconds: float
    processor: float
    feasible: bool
    wrong: tuple[str, ...]


def rostered(path: Path, model: RosterModel, seconds: float | None, out: Path, watch: bool) -> Result:
    begin, work = time.perf_counter(), time.process_time()

    def tell(_done: int, _of: int, cost: int, bound: int) -> None:
        if watch:
            print(f"  {time.perf_counter() - begin:7.1f} s  {cost} >= {bound}", file=sys.stderr, flush=True)

    found: Solution = solve(model, Limits(seconds=seconds), tell)
    took, processor = time.perf_counter() - begin, time.process_time() - work
    best = BEST_KNOWN.get(int(number.group())) if (number := re.search(r"\d+", path.stem)) else None
    many = len(model.people)
    if found.roster is None:
        wrong = ("no roster was found",)
        return Result(
            path.stem, many, model.days, found.status, None, found.bound, best, None, took, processor, False, wrong
        )
    cost = cost_of(model, found.roster)
    write(out / f"{path.stem}.txt", written(model, found.roster, cost).encode())
    wrong = tuple(
        f"{one.person} {one.rule} days {one.days}: {one.found} against {one.limit}"
        for one in breaches(model, found.roster)
        if one.price is None
    )
    against = best or found.bound
    gap = 100 * (cost / against - 1) if against else None
    return Result(
        path.stem, many, model.days, found.status, cost, found.bound, best, gap, took, processor, not wrong, wrong
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.txt")
    parser.add_argument(
        "--time-limit", type=float, metavar="S", help="seconds for each instance; without it, the same roster each time"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where rosters go, as NAME.txt")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--watch", action="store_true", help="tell of every better roster and bound")
    arguments = parser.parse_args(argv)
    if arguments.time_limit is not None and not 0 < arguments.time_limit < 10**7:
        parser.error(f"--time-limit: {arguments.time_limit:g} is not a number of seconds")
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--out: {arguments.out}: {error.strerror}")
    if any(path.resolve().parent == arguments.out.resolve() for path in arguments.files):
        parser.error("--out: rosters have the names of their instances and would take their place")
    models: list[tuple[Path, RosterModel]] = []
    refused = False
    for path in arguments.files:
        try:
            models.append((path, Instance(path).model()))
        except InputError as error:
            refused = True
            print(error, file=sys.stderr)
    if arguments.format == "text":
        print("instance   people days status      cost   bound   best   gap %  seconds  cpu s kept", flush=True)
    results = []
    for path, model in models:
        result = rostered(path, model, arguments.time_limit, arguments.out, arguments.watch)
        results.append(result)
        if arguments.format == "text":
            print(_line(result), flush=True)
    if arguments.format == "json":
        json.dump([asdict(result) for result in results], sys.stdout, indent=2)
        print()
    return 1 if refused or not all(result.feasible for result in results) else 0


def _line(one: Result) -> str:
    cost, best = ("" if value is None else str(value) for value in (one.cost, one.best_known))
    gap = "" if one.gap is None else f"{one.gap:.2f}"
    wrong = "".join(f"\n  {text}" for text in one.wrong[:20])
    return (
        f"{one.instance:12} {one.employees:4} {one.days:4} {one.status:10} {cost:>5} {one.bound:7} {best:>6} {gap:>7} "
        f"{one.seconds:8.1f} {one.processor:6.1f} {'yes' if one.feasible else 'no'}{wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
