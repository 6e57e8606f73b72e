"""The cases of the kit, and the files that they consist of (README.md is the format)."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.reference.books import TextLoader, read_yaml
from tests.reference.estate import COLUMNS

FOLDER = Path(__file__).parent
ROW = ("at", "person", "kind", "target")
"""Columns that every log has."""

PARTS = {"estate", "book", "tables", "row", "log", "logs", "files", "period", "as_of", "forecast", "options"}
CASE = PARTS | {"reason", "rule", "expect"}
EXPECT = {"duties", "people", "rejected", "implementation"}


class PlainDumper(yaml.CSafeDumper):
    """Scalars as they were written: only null has a type."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


PlainDumper.yaml_implicit_resolvers = TextLoader.yaml_implicit_resolvers


@dataclass(frozen=True)
class Case:
    """One case: an estate and its logs as files by name, what is asked, and what is expected."""

    theme: str
    number: int
    reason: str
    rule: int | None
    files: Mapping[str, str]
    logs: Mapping[str, str]
    period: str
    as_of: str | None
    forecast: bool
    options: tuple[str, ...]
    expect: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.theme}:{self.number}"

    @property
    def refused(self) -> bool:
        """Whether the input itself is wrong, so that there is nothing to judge."""
        return "refused" in self.expect.get("implementation", {})


# ---------------------------------------------------------------------------------------------- reading


@cache
def all_cases() -> tuple[Case, ...]:
    return tuple(case for path in sorted(FOLDER.glob("*.yaml")) for case in cases_of(path))


def cases_of(path: Path) -> Iterator[Case]:
    theme = read_yaml(path)
    known(theme, {"about", "base", "cases"}, path.name)
    for number, written in enumerate(theme["cases"], start=1):
        yield make_case(path.stem, number, theme.get("base") or {}, written)


def make_case(theme: str, number: int, base: Mapping[str, Any], written: Mapping[str, Any]) -> Case:
    known(base, PARTS, f"{theme}: base")
    known(written, CASE, f"{theme}:{number}")
    known(written["expect"], EXPECT, f"{theme}:{number}: expect")
    whole = overlaid(base, {key: value for key, value in written.items() if key in PARTS})
    known(whole.get("tables", {}), set(COLUMNS), f"{theme}:{number}: tables")
    return Case(
        theme=theme,
        number=number,
        reason=written["reason"],
        rule=int(written["rule"]) if "rule" in written else None,
        files=estate_files(whole),
        logs={name: log_text(rows, whole.get("row", {})) for name, rows in logs_of(whole).items()},
        period=whole["period"],
        as_of=whole.get("as_of"),
        forecast=whole.get("forecast") == "true",
        options=tuple(whole.get("options", ())),
        expect=written["expect"],
    )


def estate_files(whole: Mapping[str, Any]) -> Mapping[str, str]:
    files = {"estate.yaml": yaml_text({"estate": "kit", "books": ["book.yaml"], **whole.get("estate", {})})}
    if "book" in whole:
        files["book.yaml"] = yaml_text(whole["book"])
    for table, rows in whole.get("tables", {}).items():
        files[f"{table}.csv"] = rows if isinstance(rows, str) else csv_text(rows)
    return files | whole.get("files", {})


def logs_of(whole: Mapping[str, Any]) -> Mapping[str, Any]:
    return whole["logs"] if "logs" in whole else {"log.csv": whole.get("log", [])}


def overlaid(base: Any, change: Any) -> Any:
    """Mappings are laid over each other key by key; lists and scalars replace; null removes."""
    if not (isinstance(base, Mapping) and isinstance(change, Mapping)):
        return change
    merged = dict(base)
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = overlaid(base.get(key), value)
    return merged


def log_text(rows: Any, usual: Mapping[str, str]) -> str:
    """Rows as CSV; what a row does not say is as usual, and a list stands for one row for each of its entries."""
    if isinstance(rows, str):
        return rows
    whole = [{**usual, **row} for row in rows]
    spread = [
        dict(zip(row, values, strict=True))
        for row in whole
        for values in product(*(value if isinstance(value, list) else [value] for value in row.values()))
    ]
    return csv_text(spread, ROW)


def csv_text(rows: list[dict[str, Any]], columns: tuple[str, ...] = ()) -> str:
    names = list(dict.fromkeys([*columns, *(key for row in rows for key in row)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in rows)
    return text.getvalue()


def yaml_text(value: Any) -> str:
    return yaml.dump(value, Dumper=PlainDumper, allow_unicode=True, sort_keys=False, width=1000)


def known(written: Mapping[str, Any], words: set[str], where: str) -> None:
    assert not set(written) - words, f"{where}: unknown {sorted(set(written) - words)}"
