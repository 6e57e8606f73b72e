"""What a person should look at before a log is believed. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from dutyrules.activity.encode import instants
from dutyrules.activity.imports.language import Suspicions

FLAG_SCHEMA: dict[str, pl.DataType] = {
    "file": pl.String(),
    "row": pl.Int64(),
    "flag": pl.String(),
    "person": pl.String(),
    "at": pl.String(),
    "detail": pl.String(),
}
"""The columns of flags: one line per thing to look at."""

_DAY = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What an estate knows that can make a row look odd.

    Attributes:
        places: Target → its coordinates, in metres.
        shifts: Gives `person`, `start`, `end` (seconds of the local clock since 1970) of every shift that begins on
            the days from one to another, as numbers since 1970; None if nobody knows them.
    """

    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shifts: Callable[[int, int], pl.DataFrame] | None = None


def suspicious(
    rows: pl.DataFrame, seconds: pl.Series, rules: Suspicions, around: Surroundings, zone: str
) -> pl.DataFrame:
    """Finds rows that a person should look at: `FLAG_SCHEMA`.

    Args:
        rows: Rows of the log, and `(file)` and `(row)`, where they come from.
        seconds: Their instants in seconds of the local clock.
        rules: What is suspicious.
        around: What the estate knows.
        zone: Its time zone.
    """
    table = rows.with_columns(seconds.alias("(at)")).with_row_index("(n)")
    found = [_far_apart(table, rules, around), _recorded_late(table, rules, zone), _outside_shift(table, rules, around)]
    columns: list[pl.Expr | str] = [
        pl.col("(file)").alias("file"), pl.col("(row)").alias("row"), "flag", "person", "at", "detail"
    ]  # fmt: skip
    lines = pl.concat([each.select("(n)", *columns) for each in found]).sort("(n)", "flag").drop("(n)")
    return lines.cast(FLAG_SCHEMA)  # type: ignore[arg-type]


def _none(table: pl.DataFrame) -> pl.DataFrame:
    return table.head(0).with_columns(flag=pl.lit(""), detail=pl.lit(""))


def _far_apart(table: pl.DataFrame, rules: Suspicions, around: Surroundings) -> pl.DataFrame:
    """Two places farther apart than anybody walks in the time between them."""
    if rules.metres_per_minute is None or not around.places or "target" not in table.columns:
        return _none(table)
    names = list(around.places)
    places = pl.DataFrame(
        {"target": names, "(x)": [around.places[n][0] for n in names], "(y)": [around.places[n][1] for n in names]}
    )
    somebody = table.filter(pl.col("person").is_not_null())
    walked = somebody.join(places, on="target", how="inner").sort("person", "(at)", "(n)")
    before = {name: pl.col(name).shift(1).over("person") for name in ("(x)", "(y)", "(at)", "target", "at")}
    metres = ((pl.col("(x)") - before["(x)"]) ** 2 + (pl.col("(y)") - before["(y)"]) ** 2).sqrt()
    gap = pl.col("(at)") - before["(at)"]
    # What was written down in one minute may lie nearly a minute apart.
    minutes = (gap + 60) / 60
    walked = walked.with_columns(
        metres.alias("(m)"), gap.alias("(gap)"), before["target"].alias("(from)"), before["at"].alias("(since)")
    )
    fast = walked.filter(pl.col("(m)") > rules.metres_per_minute * minutes)
    detail = pl.format("{} m from {} at {}", pl.col("(m)").round(0).cast(pl.Int64), "(from)", "(since)")
    return fast.with_columns(flag=pl.lit("far_apart"), detail=detail).select(*table.columns, "flag", "detail")


def _recorded_late(table: pl.DataFrame, rules: Suspicions, zone: str) -> pl.DataFrame:
    """Recorded long after it happened, or before."""
    if "recorded_at" not in table.columns:
        return _none(table)
    recorded, _ = instants(table["recorded_at"], zone, dates=True)
    delay = recorded.alias("(delay)") - table["(at)"]
    late = table.with_columns(delay).filter((pl.col("(delay)") > rules.recorded_within) | (pl.col("(delay)") < -60))
    hours = pl.format("recorded {} hours later", (pl.col("(delay)") / 3600).round(0).cast(pl.Int64))
    detail = pl.when(pl.col("(delay)") < 0).then(pl.lit("recorded before it happened")).otherwise(hours)
    return late.with_columns(flag=pl.lit("recorded_late"), detail=detail).select(*table.columns, "flag", "detail")


def _outside_shift(table: pl.DataFrame, rules: Suspicions, around: Surroundings) -> pl.DataFrame:
    """Clocked outside any shift of the person, the time around it included."""
    first, last = table["(at)"].min(), table["(at)"].max()
    if rules.around_shift is None or around.shifts is None or not isinstance(first, int) or not isinstance(last, int):
        return _none(table)
    reach = rules.around_shift
    known = around.shifts(first // _DAY - 1, last // _DAY + 1)
    shifts = known.select("person", pl.col("start") - reach, pl.col("end") + reach, day=pl.col("start") // _DAY)
    # A punch belongs to the shift of its day, of the night before, or of the day that is about to begin.
    near = pl.concat(
        [table.select("(n)", "person", "(at)", day=pl.col("(at)") // _DAY + ahead) for ahead in (-1, 0, 1)]
    )
    within = pl.col("(at)").is_between("start", "end")
    inside = near.join(shifts, on=["person", "day"], how="inner").filter(within)["(n)"].unique()
    outside = table.join(inside.to_frame(), on="(n)", how="anti", maintain_order="left")
    return outside.with_columns(flag=pl.lit("outside_shift"), detail=pl.lit("no shift of the person lies near"))
