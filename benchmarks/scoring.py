"""How fast a month is scored: against only reading its log, and against SQL that somebody wrote by hand.

Run it as  python benchmarks/scoring.py --events 3000000  (needs  pip install dutyrules[bench]).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import world

NEEDED = [
    *("at", "person", "kind", "target", "case", "value", "outcome", "channel"),
    *("fee", "problem_lines", "blank_cells", "signed_by"),
]
"""The columns of the log that the rules read."""

BREACH = ["duty", "person", "day", "reason", "expected", "actual"]
POINTS = ["person", "item", "line", "points"]
Measured = dict[str, float]


@contextmanager
def timed(into: Measured, prefix: str = "") -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    into[f"{prefix}seconds"] = time.perf_counter() - wall
    into[f"{prefix}cpu_seconds"] = time.process_time() - cpu


# ---------------------------------------------------------------- what is measured, each in a process of its own


def floor(directory: Path, ending: str, measured: Measured) -> None:
    path = directory / f"log.{ending}"
    with timed(measured):
        if ending == "csv":
            pl.read_csv(path, columns=NEEDED, infer_schema=False)
        else:
            pl.read_parquet(path, columns=NEEDED)


def engine(directory: Path, ending: str, measured: Measured) -> tuple[pl.DataFrame, pl.DataFrame]:
    import dutyrules as dr  # noqa: PLC0415  # not in the other contenders

    score, read_log = dr.score, dr.read_log  # imports what they need
    with timed(measured, "estate_"):
        estate = dr.load_estate(directory)
        _ = estate.places
    with timed(measured):
        with timed(measured, "log_"):
            log = read_log([directory / f"log.{ending}"], estate)
        result = score(estate, log, world.PERIOD)
        breaches, points = result.breach_table(), result.points_table()
    assert log.rejects.is_empty()
    return breaches, points


def sql(directory: Path, ending: str, measured: Measured) -> tuple[pl.DataFrame, pl.DataFrame]:
    import queries  # noqa: PLC0415  # the same

    assert ending == "parquet"
    connection = queries.connect()
    names = ("people", "buildings", "units", "arrears")
    tables = {name: pl.read_csv(directory / f"{name}.csv", try_parse_dates=True) for name in names}
    days = world.workdays(date(2026, 9, 1), date(2026, 11, 30))
    kinds = pl.read_parquet(directory / "log.parquet", columns=["kind"])["kind"].unique().sort().to_list()
    queries.register(connection, {**tables, "workdays": pl.DataFrame({"day": days})}, kinds)
    with timed(measured):
        return queries.score(connection, str(directory / "log.parquet"))


CONTENDERS: Mapping[str, Callable[[Path, str, Measured], Any]] = {"floor": floor, "engine": engine, "sql": sql}
RUNS = (
    ("floor", "parquet"),
    ("engine", "parquet"),
    ("sql", "parquet"),
    ("floor", "csv"),
    ("engine", "csv"),
)


def run(name: str, ending: str, directory: Path, *, keep: bool) -> None:
    """Measures once, in this process, and prints the figures."""
    measured: Measured = {}
    tables = CONTENDERS[name](directory, ending, measured)
    measured["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if keep and tables is not None:
        for table, columns, label in zip(tables, (BREACH, POINTS), ("breaches", "points"), strict=True):
            rows = table.filter(pl.col("points") > 0) if label == "points" else table
            rows = rows.select(columns).cast({pl.Enum: pl.String, pl.Categorical: pl.String})
            rows.sort(columns).write_parquet(directory / f"{label}-{name}-{ending}.parquet")
    print(json.dumps(measured))


# ---------------------------------------------------------------- all of it


def measure(directory: Path, repeat: int) -> dict[str, Measured]:
    """The medians of some rounds; every round runs everything once, so that a busy minute hurts all alike."""
    rounds: dict[str, list[Measured]] = {}
    for number in range(repeat):
        for name, ending in RUNS:
            keep = ["--keep"] if number == 0 else []
            told = _process("--run", name, "--ending", ending, "--directory", str(directory), *keep)
            rounds.setdefault(f"{name} {ending}", []).append(json.loads(told))
    agree(directory)
    return {
        name: {key: round(median(once[key] for once in several), 3) for key in several[0]}
        for name, several in rounds.items()
    }


def _process(*arguments: str) -> str:
    """Runs this file in a process of its own; the memory of this one must stay small, for children inherit its peak."""
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def agree(directory: Path) -> None:
    """Every breach and all points are the same, whoever computed them from whichever file."""
    for label in ("breaches", "points"):
        wanted = pl.read_parquet(directory / f"{label}-sql-parquet.parquet")
        for ending in ("parquet", "csv"):
            found = pl.read_parquet(directory / f"{label}-engine-{ending}.parquet")
            if not found.equals(wanted):
                columns = wanted.columns
                only = found.join(wanted, on=columns, how="anti", nulls_equal=True)
                missing = wanted.join(found, on=columns, how="anti", nulls_equal=True)
                raise SystemExit(f"{label} from {ending} differ\nonly the engine: {only}\nonly SQL: {missing}")


def report(events: int, repeat: int, directory: Path, figures: Mapping[str, Measured]) -> dict[str, Any]:
    breaches = pl.scan_parquet(directory / "breaches-engine-parquet.parquet").select(pl.len()).collect().item()
    ratios = {
        "engine / floor, Parquet": _ratio(figures, "engine parquet", "floor parquet"),
        "engine / floor, CSV": _ratio(figures, "engine csv", "floor csv"),
        "SQL / engine, Parquet": _ratio(figures, "sql parquet", "engine parquet"),
    }
    return {
        "events": events,
        "persons": pl.read_csv(directory / "people.csv").height,
        "breaches": breaches,
        "identical": True,
        "repeat": repeat,
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, polars {pl.__version__}",
        "ratios": ratios,
        "figures": dict(figures),
    }


def _ratio(figures: Mapping[str, Measured], one: str, other: str) -> dict[str, float]:
    return {key: round(figures[one][key] / figures[other][key], 2) for key in ("seconds", "cpu_seconds", "peak_mb")}


def text(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['events']:,} events, {told['persons']:,} persons, {told['breaches']:,} breaches; {told['machine']}"
    yield f"median of {told['repeat']}; breaches and points of engine and SQL are identical"
    yield f"\n{'ratio':<28}{'wall':>8}{'CPU':>8}{'memory':>8}"
    for name, ratio in told["ratios"].items():
        yield f"{name:<28}" + "".join(f"{value:>8.2f}" for value in ratio.values())
    yield f"\n{'':<28}{'seconds':>8}{'CPU s':>8}{'MB':>8}"
    for name, figures in told["figures"].items():
        yield f"{name:<28}{figures['seconds']:>8.2f}{figures['cpu_seconds']:>8.2f}{figures['peak_mb']:>8.0f}"
    for ending in ("parquet", "csv"):
        engine_figures = told["figures"][f"engine {ending}"]
        yield (
            f"of which read_log {ending}: {engine_figures['log_seconds']:.2f} s;"
            f" load_estate before it: {engine_figures['estate_seconds']:.2f} s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=3_000_000, help="how many events the log holds")
    parser.add_argument("--repeat", type=int, default=3, help="how often everything is measured")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--run", choices=("world", *CONTENDERS), help=argparse.SUPPRESS)
    parser.add_argument("--ending", help=argparse.SUPPRESS)
    parser.add_argument("--directory", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run == "world":
        world.write(world.make(given.events, given.seed), given.directory)
        return
    if given.run:
        run(given.run, given.ending, given.directory, keep=given.keep)
        return
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        size = ("--events", str(given.events), "--seed", str(given.seed))
        _process("--run", "world", *size, "--directory", name)
        figures = measure(directory, given.repeat)
        told = report(given.events, given.repeat, directory, figures)
    print(json.dumps(told, indent=2) if given.format == "json" else "\n".join(text(told)))


if __name__ == "__main__":
    main()
