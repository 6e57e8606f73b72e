"""Rows that a system tells twice: of those within a time, the first counts."""

from __future__ import annotations

import polars as pl

from dutyrules.activity.imports.language import Once


def doubles(rows: pl.DataFrame, seconds: pl.Series, once: Once) -> pl.DataFrame:
    """Finds the rows that are told again.

    A row is told again if it lies within the time of the row before it, told again or not: a person who clocks in
    every minute for an hour came once.

    Args:
        rows: Rows of the log.
        seconds: Their instants; null where there is none.
        once: What makes rows equal, and within which time.

    Returns:
        `row`, the position of the row that is told again, and `of`, that of the row which counts.
    """
    keys = [pl.col(name).fill_null("") for name in once.by if name in rows.columns]
    table = rows.select(*keys).with_columns(seconds.alias("(at)")).with_row_index("row")
    names = [name for name in once.by if name in rows.columns]
    table = table.filter(pl.col("(at)").is_not_null()).sort("(at)", "row", maintain_order=True)
    gap = pl.col("(at)") - pl.col("(at)").shift(1)
    again = (gap <= once.seconds).fill_null(False)
    run = again.not_().cum_sum()
    over: list[pl.Expr] = [pl.col(name) for name in names] or [pl.lit(0)]
    table = table.with_columns(again.over(over).alias("again"), run.over(over).alias("run"))
    table = table.with_columns(pl.col("row").first().over([*over, pl.col("run")]).alias("of"))
    return table.filter("again").select(pl.col("row").cast(pl.Int64), pl.col("of").cast(pl.Int64)).sort("row")
