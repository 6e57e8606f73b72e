"""Rows that are told twice: in two exports that overlap, or by a system within a time. The first counts."""

from __future__ import annotations

import polars as pl

from dutyrules.activity.imports.language import Once


def copies(rows: pl.DataFrame) -> pl.DataFrame:
    """Finds the rows that another table of the import holds too: the n-th of a table is the n-th of every other.

    Rows that are equal within one table are not the same: a person may do a thing twice in a minute.

    Args:
        rows: Rows of the log, and `(file)`, the table that they come from.

    Returns:
        `row`, the position of the row that is told again, and `of`, that of the row which counts.
    """
    cells = [name for name in rows.columns if name not in {"(file)", "(row)", "recorded_at"}]
    table = rows.select("(file)", pl.struct(cells).alias("cells")).with_row_index("row")
    table = table.with_columns(pl.int_range(pl.len()).over("(file)", "cells").alias("nth"))
    table = table.with_columns(pl.col("row").first().over("cells", "nth").alias("of"))
    return table.filter(pl.col("row") != pl.col("of")).select(pl.col("row", "of").cast(pl.Int64))


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
