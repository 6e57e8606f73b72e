"""The cases of the kit: reading them, writing their estates, comparing what comes out (README.md is the format)."""

import csv
import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.reference.books import TextLoader, read_yaml

FOLDER = Path(__file__).parent
TABLES = "people buildings units permits arrears spells roster leave coverage settlements waivers".split()
ROW = ("at", "person", "kind", "target")
"""Columns that every log has."""

PARTS = {"estate", "book", "tables", "row", "log", "logs", "files", "period", "as_of", "forecast", "options"}
CASE = PARTS | {"reason", "rule", "expect"}
EXPECT = {"duties", "people", "rejected", "implementation"}
VERDICT = {"person", "role", "period", "discriminator", "state", "reason", "expected", "actual"}
SHEET = {"marks", "score", "percent", "assessed_marks", "score_min", "score_max", "complete", "bonus", "fines", "items"}
ITEM = {"marks", "deducted", "score", "state", "lines"}
IMPLEMENTATION = {"exit", "refused", "provenance", "uncovered", "uncharged", "late", "notices"}


class PlainDumper(yaml.SafeDumper):
    """Scalars as they were written: only null has a type."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


PlainDumper.yaml_implicit_resolvers = TextLoader.yaml_implicit_resolvers
PlainDumper.add_representer(bool, lambda dumper, value: dumper.represent_str(str(value).lower()))


@dataclass(frozen=True)
class Case:
    """One case: the files of an estate and its logs, what is asked, and what is expected."""

    theme: str
    number: int
    reason: str
    rule: int | None
    files: Mapping[str, str]
    logs: tuple[str, ...]
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
        return "refused" in (self.expect.get("implementation") or {})


# ---------------------------------------------------------------------------------------------- reading


@cache
def all_cases() -> tuple[Case, ...]:
    return tuple(case for path in sorted(FOLDER.glob("*.yaml")) for case in cases_of(path))


def cases_of(path: Path) -> Iterator[Case]:
    theme = read_yaml(path)
    _known(theme, {"about", "base", "cases"}, path.name)
    for number, written in enumerate(theme["cases"], start=1):
        yield make_case(path.stem, number, theme.get("base") or {}, written)


def make_case(theme: str, number: int, base: Mapping[str, Any], written: Mapping[str, Any]) -> Case:
    _known(base, PARTS, f"{theme}: base")
    _known(written, CASE, f"{theme}:{number}")
    _known(written["expect"], EXPECT, f"{theme}:{number}: expect")
    whole = overlaid(base, {key: value for key, value in written.items() if key in PARTS})
    _known(whole.get("tables") or {}, set(TABLES), f"{theme}:{number}: tables")
    logs = whole.get("logs") or {"log.csv": whole.get("log") or []}
    files = {name: log_text(rows, whole.get("row") or {}) for name, rows in logs.items()}
    estate = {"estate": "kit", **(whole.get("estate") or {})}
    files["estate.yaml"] = yaml_text({**estate, "books": estate.get("books", ["book.yaml"])})
    if whole.get("book"):
        files["book.yaml"] = yaml_text(whole["book"])
    for table, rows in (whole.get("tables") or {}).items():
        if rows is not None:
            files[f"{table}.csv"] = rows if isinstance(rows, str) else csv_text(rows)
    files.update(whole.get("files") or {})
    return Case(
        theme,
        number,
        written["reason"],
        int(written["rule"]) if written.get("rule") else None,
        files,
        tuple(logs),
        whole["period"],
        whole.get("as_of"),
        whole.get("forecast") == "true",
        tuple(whole.get("options") or ()),
        written["expect"],
    )


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


def _known(written: Mapping[str, Any], words: set[str], where: str) -> None:
    assert not set(written) - words, f"{where}: unknown {sorted(set(written) - words)}"


# ---------------------------------------------------------------------------------------------- comparing


def differences(expect: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Where what was found is not what is expected; what is not expected by name is not looked at."""
    wrong = []
    for duty, wanted in (expect.get("duties") or {}).items():
        rows = [row for row in found["verdicts"] if row["duty"] == duty]
        wrong += _verdict_differences(duty, wanted, rows)
    for name, wanted in (expect.get("people") or {}).items():
        person, _, role = name.partition(" ")
        sheets = [row for row in found["people"] if row["person"] == person and role in ("", row["role"])]
        if len(sheets) != 1:
            wrong.append(f"{name}: {len(sheets)} sheets, not 1")
        else:
            wrong += _sheet_differences(name, wanted, sheets[0])
    if "rejected" in expect:
        wrong += _rejected_differences(expect["rejected"], found["rejected"])
    return wrong


def _verdict_differences(duty: str, wanted: Any, rows: list[dict[str, Any]]) -> list[str]:
    """All obligations of a duty, in order; each compared on what is said of it."""
    wanted = wanted if isinstance(wanted, list) else [] if wanted == "none" else [wanted]
    told = ", ".join(f"{row['person']} {row['period']} {row['state']} {row['reason'] or ''}".strip() for row in rows)
    if len(rows) != len(wanted):
        return [f"{duty}: {len(rows)} obligations, not {len(wanted)}: {told}"]
    wrong = []
    for place, (one, row) in enumerate(zip(wanted, rows, strict=True), start=1):
        one = verdict(one)
        _known(one, VERDICT, duty)
        wrong += [
            f"{duty} {place} {name}: {row[name]}, not {value}"
            for name, value in one.items()
            if not same(value, row[name])
        ]
    return wrong


def verdict(written: Any) -> dict[str, Any]:
    """`breached late` is short for {state: breached, reason: late}; without a reason there is none."""
    if isinstance(written, str):
        written = {"state": written}
    state, _, reason = written.get("state", "").partition(" ")
    return {**written, **({"state": state, "reason": reason or None} if state else {})}


def _sheet_differences(name: str, wanted: Mapping[str, Any], sheet: Mapping[str, Any]) -> list[str]:
    _known(wanted, SHEET, name)
    wrong = []
    for key, value in wanted.items():
        if key == "items":
            wrong += _item_differences(name, value, sheet["items"])
        elif not same(value, sheet[key]):
            wrong.append(f"{name} {key}: {sheet[key]}, not {value}")
    return wrong


def _item_differences(name: str, wanted: Mapping[str, Any], items: list[dict[str, Any]]) -> list[str]:
    by_key = {item["item"]: item for item in items}
    wrong = []
    for key, one in wanted.items():
        one = one if isinstance(one, Mapping) else {"score": one}
        _known(one, ITEM, f"{name} item {key}")
        item = by_key.get(key)
        if item is None:
            wrong.append(f"{name} item {key}: there is none")
            continue
        lines = {line["line"]: line for line in item["lines"]}
        for word, value in one.items():
            if word != "lines" and not same(value, item[word]):
                wrong.append(f"{name} item {key} {word}: {item[word]}, not {value}")
        for line, value in (one.get("lines") or {}).items():
            points = value if isinstance(value, Mapping) else {"points": value}
            wrong += [
                f"{name} line {key}.{line} {word}: {lines.get(line, {}).get(word)}, not {number}"
                for word, number in points.items()
                if line not in lines or not same(number, lines[line][word])
            ]
    return wrong


def _rejected_differences(wanted: list[Mapping[str, str]], rows: list[dict[str, Any]]) -> list[str]:
    """All rejected cells; a reader that tells rows only has no columns to compare."""
    told = sorted({(row["file"], row["row"], row["column"] or "") for row in rows})
    asked = sorted({(one.get("file", "log.csv"), one["row"], one.get("column", "")) for one in wanted})
    if all(row["column"] is None for row in rows):
        asked = sorted({(file, row, "") for file, row, _ in asked})
    return [] if told == asked else [f"rejected: {told}, not {asked}"]


def same(wanted: Any, value: Any) -> bool:
    """Equal as text; a mapping has these keys and no others."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and wanted.keys() == value.keys() and all(
            same(wanted[key], value[key]) for key in wanted
        )
    return shown(wanted) == shown(value)


def shown(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [shown(one) for one in value]
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


# ---------------------------------------------------------------------------------------------- spoiling


@dataclass
class Spoiled:
    """An expectation with one value changed."""

    where: str
    expect: dict[str, Any] = field(repr=False)


def spoiled(expect: Mapping[str, Any]) -> Iterator[Spoiled]:
    """The expectation once for every value in it, with that value made wrong; and once without each obligation."""
    for path in filter(None, _paths(expect)):
        changed = deepcopy(dict(expect))
        holder: Any = changed
        for key in path[:-1]:
            holder = holder[key]
        old = holder[path[-1]]
        if isinstance(old, list):
            holder[path[-1]] = old[:-1] if old else [SURPLUS]
        else:
            holder[path[-1]] = "nonsense" if isinstance(old, str) or old is None else {"nonsense": "1"}
        yield Spoiled("/".join(str(key) for key in path), changed)


SURPLUS: Any = {"state": "met", "row": "1", "column": "at"}


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every scalar, every list, and every empty mapping."""
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from _paths(part, (*path, key))
    elif isinstance(value, list):
        yield path
        for place, part in enumerate(value):
            yield from _paths(part, (*path, place))
    else:
        yield path
