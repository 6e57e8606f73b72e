"""What rows must agree on with each other: order of dates, overlaps, duplicates, and ids that other tables know."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from dutyrules.diagnostics import Diagnostic, did_you_mean
from dutyrules.registry.convert import Table
from dutyrules.registry.schema import TABLES

__all__ = ["check"]

# Tables in which the rows of one key may not be live on the same day.
_EXCLUSIVE = {"people": ("person", "area", "role"), "buildings": ("building",), "units": ("unit",)}

# (table, column, table and column that must know the value)
_REFERENCES = (
    ("units", "building", "buildings", "building"),
    ("blackouts", "unit", "units", "unit"),
    ("permits", "unit", "units", "unit"),
    ("arrears", "unit", "units", "unit"),
    ("roster", "person", "people", "person"),
    ("requests", "person", "people", "person"),
    ("leave", "person", "people", "person"),
    ("leave", "substitute", "people", "person"),
    ("settlements", "person", "people", "person"),
)

# Looking for the nearest of very many ids takes long and hits by chance.
_MOST_KNOWN = 2_000
_MOST_HINTS = 20


def check(tables: Mapping[str, Table]) -> list[Diagnostic]:
    """Checks the tables of an estate against themselves and each other.

    Args:
        tables: All the tables by name.
    """
    diagnostics = []
    for name in TABLES:
        diagnostics += _reversed(tables[name])
    for name, key in _EXCLUSIVE.items():
        diagnostics += _overlaps(tables[name], key)
    diagnostics += _incomplete_shifts(tables["roster"])
    diagnostics += _duplicates(tables["roster"], ("person", "date"))
    diagnostics += _duplicates(tables["walking"], ("from", "to"))
    names = _personal_names(tables["people"].frame)
    for table, column, target, key_column in _REFERENCES:
        diagnostics += _strangers(tables[table], column, tables[target], key_column, names)
    diagnostics += _strangers(tables["spells"], "target", _targets(tables), "target", names)
    return diagnostics


def _targets(tables: Mapping[str, Table]) -> Table:
    """Everything that a spell may be about, as if it stood in one table."""
    sources = {"buildings": "building", "units": "unit", "people": "person"}
    ids = [tables[table].frame[column].alias("target") for table, column in sources.items()]
    return Table("buildings, units or people", "", {}, pl.DataFrame({"target": pl.concat(ids)}))


def _reversed(table: Table) -> list[Diagnostic]:
    if table.frame.is_empty():
        return []
    if "until" in table.frame.columns:
        column, wrong, relation = "until", pl.col("until") <= pl.col("from"), "after"
    elif table.frame.schema.get("to") == pl.Date:
        column, wrong, relation = "to", pl.col("to") < pl.col("from"), "on or after"
    else:
        return []
    return [
        Diagnostic(
            "table.dates-reversed",
            f"{column} is not {relation} from",
            table.cell(row, column),
            found=str(end),
            expected=f"{relation} {start}",
            hint="exchange the two, or correct one of them",
            related=(("from", table.cell(row, "from")),),
        )
        for row, start, end in table.frame.filter(wrong).select("_row", "from", column).iter_rows()
    ]


def _sound(table: Table) -> pl.DataFrame:
    """Returns the rows whose own values are right: the others would only be reported again."""
    return table.frame.filter(~pl.col("_row").is_in(list(table.broken))) if table.broken else table.frame


def _overlaps(table: Table, key: tuple[str, ...]) -> list[Diagnostic]:
    if table.frame.height < 2:
        return []
    rows = _clashing(_spans(_sound(table), key)).with_columns(latest=pl.col("last").cum_max().over("group"))
    # The row that reaches furthest so far is the one to be named beside an overlapping row.
    reach = pl.when(pl.col("last") == pl.col("latest")).then(pl.col("_row")).forward_fill()
    clashes = rows.with_columns(
        before=pl.col("latest").shift(1).over("group"),
        other=reach.shift(1).over("group"),
    ).filter(pl.col("first") <= pl.col("before"))
    return [
        Diagnostic(
            "table.overlap",
            f"two rows of one {_noun(table.name)} are live on the same days",
            table.cell(max(row, other), key[0]),
            found=" ".join(value for value in values if value is not None),
            expected="rows that follow one another: to is the last day, the next from the day after it",
            hint="end the earlier row the day before the later one begins",
            related=(("the other row", table.cell(min(row, other), key[0])),),
        )
        for *values, row, other in clashes.select(*key, "_row", "other").iter_rows()
    ]


def _spans(frame: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Returns the first and last day of each row as numbers, by key and time; `group` numbers the keys."""
    first = pl.col("from").fill_null(date.min)
    last = pl.col("to").fill_null(date.max)
    return (
        frame.filter(pl.col(key[0]).is_not_null() & (first <= last))
        .filter(pl.struct(key).is_duplicated())
        .select(*key, "_row", first=first.cast(pl.Int32), last=last.cast(pl.Int32))
        .sort(*key, "first", "_row")
        .with_columns(group=pl.struct(key).rle_id())
    )


def _clashing(rows: pl.DataFrame) -> pl.DataFrame:
    """Keeps the groups in which a row overlaps the next one: in a group without such a pair, none overlap."""
    follows = (pl.col("group") == pl.col("group").shift(1)) & (pl.col("first") <= pl.col("last").shift(1))
    groups = rows.filter(follows)["group"].unique()
    return rows.filter(pl.col("group").is_in(groups.implode()))


def _noun(table: str) -> str:
    return "post" if table == "people" else table.removesuffix("s")


def _incomplete_shifts(roster: Table) -> list[Diagnostic]:
    if roster.frame.is_empty():
        return []
    frame = _sound(roster)
    halves = frame.filter(pl.col("start").is_null() != pl.col("end").is_null()).select("_row", "start")
    return [
        Diagnostic(
            "table.missing-value",
            f"the shift has no {'start' if start is None else 'end'}",
            roster.cell(row, "start" if start is None else "end"),
            expected="both start and end, or neither: a rest day",
            hint="fill the cell, or empty the other one",
        )
        for row, start in halves.iter_rows()
    ]


def _duplicates(table: Table, key: tuple[str, ...]) -> list[Diagnostic]:
    if table.frame.height < 2:
        return []
    rows = table.frame.drop_nulls(key).with_columns(first=pl.col("_row").min().over(key))
    again = rows.filter(pl.col("_row") != pl.col("first"))
    return [
        Diagnostic(
            "table.duplicate",
            f"a second row for one {' and '.join(key)}",
            table.cell(row, key[-1]),
            found=" ".join(map(str, values)),
            expected="one row",
            hint="remove one of the two rows",
            related=(("the first row", table.cell(first, key[-1])),),
        )
        for *values, row, first in again.select(*key, "_row", "first").iter_rows()
    ]


def _personal_names(people: pl.DataFrame) -> frozenset[str]:
    return frozenset(people["name"].drop_nulls()) - frozenset(people["person"].drop_nulls())


def _strangers(table: Table, column: str, target: Table, key: str, names: frozenset[str]) -> list[Diagnostic]:
    """Reports each unknown id once, at its first row."""
    if table.frame[column].null_count() == table.frame.height:
        return []
    known = target.frame[key].drop_nulls().unique()
    unknown = (
        table.frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(known.implode()))
        .group_by(column, maintain_order=True)
        .agg(pl.col("_row").min(), pl.len())
    )
    words = known.to_list() if len(known) <= _MOST_KNOWN else []
    diagnostics = []
    for number, (value, row, count) in enumerate(unknown.iter_rows()):
        # Somebody's name in place of the id: personal data stays out of diagnostics.
        personal = key == "person" and value in names
        hint = did_you_mean(value, words) if number < _MOST_HINTS else None
        diagnostics.append(
            Diagnostic(
                f"table.unknown-{key}",
                f"{target.name} has no such {key}" + (f" ({count} rows)" if count > 1 else ""),
                table.cell(row, column),
                found=None if personal else value,
                expected=f"a {key} of the table {target.name}",
                hint="this is a name; write the id of the person" if personal else hint,
            )
        )
    return diagnostics
