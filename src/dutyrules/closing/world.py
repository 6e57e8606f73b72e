"""A month as it is scored for its closing: what was decided about single breaches and rows taken out of it."""

from collections.abc import Sequence, Set
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
        """The month without some breaches, which are excused as if they had been waived, and some rows of inspectors.

        Args:
            without: Breach ids, and rows as `FILE:ROW`.
        """
        lifted = frozenset(name for name in without if ":" not in name)
        rows = [name for name in without if ":" in name]
        log = replace(self.log, frame=self._struck(rows)) if rows else self.log
        standing = replace(standing or Standing("draft", 0), lifted=lifted)
        return score(self.estate, log, self.month, closed=self.closed, standing=standing)

    def _struck(self, rows: Sequence[str]) -> pl.DataFrame:
        """The log with some inspectors' rows as inspections that found nothing: the item was looked at all the same."""
        numbers = {file.name: number for number, file in enumerate(self.log.files)}
        places = [(numbers[file], int(row)) for file, _, row in (name.rpartition(":") for name in rows)]
        table = pl.DataFrame(places, schema={"file": pl.Int16, "row": pl.Int32}, orient="row")
        struck = self.log.frame.join(table, on=["file", "row"], maintain_order="left")
        struck = struck.filter(pl.col("kind").is_in([code for code, _ in self._inspections]))
        codes = pl.DataFrame(self._inspections, schema={"kind": pl.Int16, "as": pl.Int16}, orient="row")
        looked = struck.join(codes, on="kind", maintain_order="left").with_columns(kind="as").select(struck.columns)
        kept = self.log.frame.join(struck.select("file", "row"), on=["file", "row"], how="anti", maintain_order="left")
        return pl.concat([kept, looked]).rechunk()

    @cached_property
    def _inspections(self) -> list[tuple[int, int]]:
        """The kind of a finding → those of inspections of its item, and of its clause where a duty asks for that."""
        kinds = {name: code for code, name in enumerate(self.log.kinds)}
        lines = [
            (clause, name)
            for card in self.estate.book.scorecards.values()
            for item, form in card.items.items()
            for line in form.lines.values()
            for clause in line.clause
            for name in (f"inspection.{item}", f"inspection.{clause}")
        ]
        pairs = dict.fromkeys((f"finding.{clause}", name) for clause, name in lines if name in kinds)
        return [(kinds[finding], kinds[name]) for finding, name in pairs]

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
