"""An outside check: public instances of periodic vehicle routing, planned by the library's patterns and routes.

Instances are read in the layout of Cordeau, Gendreau and Laporte (1997), plans are written in the layout of their
results. What a plan costs and whether it keeps every limit is worked out anew, from the file, by the loops of `check`.

Run it as  python benchmarks/pvrp.py p01.txt p02.txt --time-limit 120 --out results
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

from dutyrules.atomic import write
from dutyrules.diagnostics import Diagnostic, InputError, Span
from dutyrules.plan.periodic import Periodic, plan_periodic
from dutyrules.plan.routes import Day, Streets

TYPES = {
    0: "a VRP",
    1: "a periodic VRP",
    2: "a multi-depot VRP",
    3: "a site-dependent VRP",
    4: "a VRP with time windows",
    5: "a multi-depot VRP with time windows",
    6: "a periodic VRP with time windows",
    7: "a site-dependent VRP with time windows",
}
PERIODIC = 1
MOST = 1e9
ROUNDING = 0.01
"""What loads and durations may exceed a limit by, as files give two decimals."""


# ---------------------------------------------------------------------------------------------------- instances


@dataclass(frozen=True)
class Customer:
    """A line of an instance; number 0 is the depot.

    Attributes:
        combinations: The sets of days (from 0) on which it may be visited.
    """

    x: float
    y: float
    service: float
    demand: float
    combinations: tuple[frozenset[int], ...]


@dataclass(frozen=True)
class Instance:
    """A file.

    Attributes:
        limits: (longest duration, capacity) of each day; infinite where the file says 0.
        customers: The depot first.
    """

    name: str
    vehicles: int
    limits: tuple[tuple[float, float], ...]
    customers: tuple[Customer, ...]

    def distance(self, one: int, other: int) -> float:
        here, there = self.customers[one], self.customers[other]
        return math.hypot(here.x - there.x, here.y - there.y)


@dataclass(frozen=True)
class Word:
    """Some characters of a line, and where they stand."""

    text: str
    where: Span


class Reader:
    """Reads an instance line by line; blank lines do not count.

    Attributes:
        warnings: What is odd but does no harm.
    """

    def __init__(self, path: Path) -> None:
        self.file, self.warnings = str(path), list[Diagnostic]()
        try:
            text = path.read_text("utf-8-sig")
        except OSError as error:
            raise InputError([Diagnostic("pvrp.file", f"{path} cannot be read", None, found=error.strerror)]) from None
        except UnicodeDecodeError:
            raise InputError([Diagnostic("pvrp.file", f"{path} is not text", None)]) from None
        lines = text.split("\n")
        self._lines = [words for number, line in enumerate(lines, 1) if (words := self._words(number, line))]
        self._end = Span(self.file, len(lines), 1)

    def instance(self) -> Instance:
        kind, vehicles, customers, days = self._line("type vehicles customers days")[:4]
        if (number := self._count(kind, "the type")) != PERIODIC:
            named = f"{number}, {TYPES[number]}" if number in TYPES else kind.text
            raise _wrong("type", "this is not a periodic VRP", kind.where, named, "1, a periodic VRP")
        fleet, many = self._count(vehicles, "vehicles", 1, 10_000), self._count(customers, "customers", 1, 100_000)
        limits = tuple(self._limits() for _ in range(self._count(days, "days", 1, 62)))
        found: dict[int, Customer] = {}
        problems: list[Diagnostic] = []
        for _ in range(many + 1):
            try:
                number, customer = self._customer(self._line("i x y"), many, limits)
                if found.setdefault(number, customer) is not customer:
                    where = self._last[0].where
                    raise _wrong("again", f"customer {number} was given before", where, str(number), "each once")
            except InputError as error:
                problems += error.diagnostics
                if not self._lines:
                    break
        if self._lines and not problems:
            extra = self._lines[0][0]
            raise _wrong("long", "there are more lines than customers", extra.where, extra.text, f"{many} customers")
        if problems:
            raise InputError(problems)
        return Instance(Path(self.file).stem, fleet, limits, tuple(found[number] for number in range(many + 1)))

    def _words(self, number: int, line: str) -> list[Word]:
        words = re.finditer(r"[^\s\x1a]+", line)
        return [Word(word.group(), Span(self.file, number, word.start() + 1)) for word in words]

    def _line(self, names: str) -> list[Word]:
        """The next line, which has at least these numbers."""
        if not self._lines:
            raise _wrong("short", "the file ends too early", self._end, "the end of the file", f"a line: {names}")
        self._last = self._lines.pop(0)
        return _at_least(self._last, names)

    def _count(self, word: Word, name: str, least: int = 0, most: int = 10**9) -> int:
        """A whole number."""
        value = int(word.text) if re.fullmatch(r"[0-9]{1,18}", word.text) else -1
        if not least <= value <= most:
            expected = f"a whole number from {least} to {most}"
            raise _wrong("count", f"{name}: not such a number", word.where, word.text, expected)
        return value

    def _limits(self) -> tuple[float, float]:
        longest, capacity = self._line("max_duration capacity")[:2]
        return _number(longest, "longest duration") or math.inf, _number(capacity, "capacity") or math.inf

    def _customer(self, words: list[Word], many: int, limits: Sequence[tuple[float, float]]) -> tuple[int, Customer]:
        number = self._count(words[0], "number of a customer", 0, many)
        x, y = (_number(word, "coordinate", -MOST) for word in words[1:3])
        if number == 0:
            return 0, Customer(x, y, 0.0, 0.0, ())
        _at_least(words, "i x y service demand frequency n_combinations")
        service, demand = _number(words[3], "service"), _number(words[4], "demand")
        frequency, some = self._count(words[5], "frequency"), self._count(words[6], "combinations")
        if len(words) != 7 + some or (frequency and not some):
            text, where = f"{len(words) - 7} combinations", words[6].where
            raise _wrong("combinations", "there are not as many combinations as needed", where, text, str(max(some, 1)))
        masks = [self._count(word, "combination", 1, (1 << len(limits)) - 1) for word in words[7:]]
        for word, mask in zip(words[7:], masks, strict=True):
            if mask.bit_count() != frequency:
                odd = _wrong(
                    "frequency", "a combination has another number of days", word.where, word.text, str(frequency)
                )
                self.warnings += [replace(one, severity="warning") for one in odd.diagnostics]
        sets = tuple(
            frozenset(day for day in range(len(limits)) if mask >> len(limits) - 1 - day & 1) for mask in masks
        )
        if sets and not any(all(demand <= limits[day][1] for day in days) for days in sets):
            raise _wrong("demand", "no vehicle carries the demand", words[4].where, words[4].text, "≤ the capacity")
        return number, Customer(x, y, service, demand, sets)


def _wrong(code: str, message: str, where: Span, found: str, expected: str) -> InputError:
    return InputError([Diagnostic(f"pvrp.{code}", message, where, found=found, expected=expected)])


def _at_least(words: list[Word], names: str) -> list[Word]:
    if len(words) < len(names.split()):
        text = " ".join(word.text for word in words)
        raise _wrong("line", "there are too few numbers on the line", words[0].where, text, names)
    return words


def _number(word: Word, name: str, least: float = 0) -> float:
    """A number that one can reckon with."""
    try:
        value = float(word.text)
    except ValueError:
        value = math.nan
    if not least <= value <= MOST:
        expected = f"a number from {least:g} to {MOST:g}"
        raise _wrong("number", f"{name}: not such a number", word.where, word.text, expected)
    return value


# ---------------------------------------------------------------------------------------------------- plans


Plan = Sequence[Sequence[Sequence[int]]]
"""Day × route → customers in order, the depot left out."""


def planned(instance: Instance, seconds: float, seed: int) -> Plan:
    """What the library plans."""
    everybody = instance.customers
    numbers = range(len(everybody))
    between = [[instance.distance(one, other) for other in numbers] for one in numbers]
    streets = Streets(between, [one.demand for one in everybody], [one.service for one in everybody])
    days = [Day(instance.vehicles, capacity, longest) for longest, capacity in instance.limits]
    patterns = [[tuple(sorted(days)) for days in one.combinations] for one in everybody]
    return plan_periodic(Periodic.of(streets, days, patterns), seconds=seconds, seed=seed).routes


def measured(instance: Instance, route: Sequence[int]) -> tuple[float, float, float]:
    """(distance, duration, load) of a route."""
    distance = sum(instance.distance(one, other) for one, other in pairwise((0, *route, 0)))
    service = sum(instance.customers[number].service for number in route)
    return distance, distance + service, sum(instance.customers[number].demand for number in route)


def check(instance: Instance, plan: Plan) -> tuple[float, list[str]]:
    """What a plan costs, and everything that is wrong with it."""
    cost, wrong = 0.0, list[str]()
    visited: dict[int, list[int]] = {}
    for day, routes in enumerate(plan):
        if len(routes) > instance.vehicles:
            wrong.append(f"day {day + 1}: {len(routes)} vehicles of {instance.vehicles}")
        for number, route in enumerate(routes, 1):
            strange = [stop for stop in route if not 0 < stop < len(instance.customers)]
            if strange:
                wrong.append(f"day {day + 1}, route {number}: no such customers as {strange}")
                continue
            distance, duration, load = measured(instance, route)
            cost += distance
            longest, capacity = instance.limits[day]
            if load > capacity + ROUNDING:
                wrong.append(f"day {day + 1}, route {number}: load {load:g} of {capacity:g}")
            if duration > longest + ROUNDING:
                wrong.append(f"day {day + 1}, route {number}: duration {duration:.2f} of {longest:g}")
            for stop in route:
                visited.setdefault(stop, []).append(day)
    for stop, customer in enumerate(instance.customers):
        days = visited.get(stop, [])
        if days not in ([sorted(combination) for combination in customer.combinations] or [[]]):
            wrong.append(f"customer {stop}: on days {[day + 1 for day in days]}")
    return cost, wrong


def written(instance: Instance, plan: Plan, cost: float) -> str:
    """The plan as a `.res` file."""
    lines = [f"{cost:.2f}"]
    for day, routes in enumerate(plan, 1):
        for number, route in enumerate(routes, 1):
            _, duration, load = measured(instance, route)
            stops = " ".join(map(str, (0, *route, 0)))
            lines.append(f"{day:2} {number:3} {duration:8.2f} {load:6g}   {stops}")
    return "\n".join(lines) + "\n"


def best_known(path: Path) -> float | None:
    """The first number of the `.res` beside an instance; None if there is none."""
    try:
        return float(path.with_suffix(".res").read_text("utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return None


# ---------------------------------------------------------------------------------------------------- the command


@dataclass(frozen=True)
class Result:
    """An instance, planned.

    Attributes:
        gap: How much dearer than the best known, in percent.
        wrong: Every limit that is broken.
    """

    instance: str
    customers: int
    days: int
    cost: float
    best_known: float | None
    gap: float | None
    seconds: float
    feasible: bool
    wrong: tuple[str, ...]


def solved(path: Path, instance: Instance, seconds: float, seed: int, out: Path) -> Result:
    begin = time.perf_counter()
    plan = planned(instance, seconds, seed)
    took = time.perf_counter() - begin
    cost, wrong = check(instance, plan)
    write(out / f"{instance.name}.res", written(instance, plan, cost).encode())
    best = best_known(path)
    gap = 100 * (cost / best - 1) if best else None
    size = len(instance.customers) - 1
    return Result(instance.name, size, len(instance.limits), round(cost, 2), best, gap, took, not wrong, tuple(wrong))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.txt")
    parser.add_argument("--time-limit", type=float, default=120, metavar="S", help="seconds for each instance")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where plans go, as NAME.res")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    arguments = parser.parse_args(argv)
    if not 0 < arguments.time_limit < math.inf:
        parser.error(f"--time-limit: {arguments.time_limit:g} is not a number of seconds")
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--out: {arguments.out}: {error.strerror}")
    instances: list[tuple[Path, Instance]] = []
    refused = False
    for path in arguments.files:
        try:
            reader = Reader(path)
            instances.append((path, reader.instance()))
            print(*reader.warnings, sep="\n", end="\n" if reader.warnings else "", file=sys.stderr)
        except InputError as error:
            refused = True
            print(error, file=sys.stderr)
    results = []
    if arguments.format == "text":
        print("instance customers days       cost best known    gap % seconds feasible", flush=True)
    for path, instance in instances:
        result = solved(path, instance, arguments.time_limit, arguments.seed, arguments.out)
        results.append(result)
        if arguments.format == "text":
            print(_line(result), flush=True)
    gaps = [result.gap for result in results if result.gap is not None]
    if arguments.format == "json":
        json.dump([asdict(result) for result in results], sys.stdout, indent=2)
        print()
    elif gaps:
        feasible = sum(result.feasible for result in results)
        print(
            f"gap: mean {sum(gaps) / len(gaps):.2f} %, worst {max(gaps):.2f} %; {feasible} of {len(results)} feasible"
        )
    return 1 if refused or not all(result.feasible for result in results) else 0


def _line(result: Result) -> str:
    best = "" if result.best_known is None else f"{result.best_known:.2f}"
    gap = "" if result.gap is None else f"{result.gap:.2f}"
    wrong = "".join(f"\n  {text}" for text in result.wrong)
    return (
        f"{result.instance:8} {result.customers:9} {result.days:4} {result.cost:10.2f} {best:>10} {gap:>8} "
        f"{result.seconds:7.1f} {'yes' if result.feasible else 'no'}{wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
