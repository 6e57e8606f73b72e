"""A month as it is scored for its closing: what was decided about single breaches and rows taken out of it."""

from collections.abc import Set
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.scoring import Closed, Result, Sheet, Standing, score


@dataclass(frozen=True)
class World:
    """A month with its log.

    Attributes:
        closed: What earlier months came to.
    """

    estate: Estate
    log: Log
    month: str
    closed: Closed

    def score(self, without: Set[str] = frozenset(), standing: Standing | None = None) -> Result:
        """The month without some breaches, as if they had been waived, and without some rows of inspectors.

        Args:
            without: Breach ids, and rows as `FILE:ROW`.
        """
        ids = sorted(name for name in without if ":" not in name)
        rows = [name.rpartition(":") for name in without if ":" in name]
        estate, log = self.estate, self.log
        if ids:
            waivers = estate.tables.waivers
            more = pl.DataFrame({"breach_id": ids, "approver": ["appeal"] * len(ids)})
            tables = replace(estate.tables, waivers=pl.concat([waivers, more], how="diagonal_relaxed"))
            estate = replace(estate, tables=tables)
        if rows:
            numbers = {file.name: number for number, file in enumerate(log.files)}
            struck = pl.DataFrame(
                [(numbers[name], int(row)) for name, _, row in rows],
                schema={"file": pl.Int16, "row": pl.Int32},
                orient="row",
            )
            log = replace(log, frame=log.frame.join(struck, on=["file", "row"], how="anti", maintain_order="left"))
        result = score(estate, log, self.month, closed=self.closed, standing=standing)
        return replace(result, estate=self.estate)

    def recorders(self, row: tuple[str, int]) -> str | None:
        """Who wrote a row down."""
        return self._recorders.get(row)

    @cached_property
    def _recorders(self) -> dict[tuple[str, int], str]:
        named = self.log.frame.filter(pl.col("recorded_by").is_not_null()).select("file", "row", "recorded_by")
        return {(self.log.files[file].name, row): by for file, row, by in named.iter_rows()}


def row_name(row: tuple[str, int]) -> str:
    """How an inspector's row is named where a breach has its id."""
    return f"{row[0]}:{row[1]}"


def rows_of(sheet: Sheet) -> list[tuple[str, int]]:
    """The inspectors' rows that lines of a sheet count."""
    return [row for item in sheet.items for line in item.lines for row in line.findings]
