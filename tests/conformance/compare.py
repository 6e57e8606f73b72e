"""Whether what was found is what a case expects, and whether each value that it expects is looked at."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.cases import known

VERDICT = {"person", "role", "period", "discriminator", "state", "reason", "expected", "actual"}
SUMS = {"marks", "score", "percent", "assessed_marks", "score_min", "score_max", "complete", "bonus", "grade"}
SHEET = {*SUMS, "fines", "payable", "outcomes", "items"}
OUTCOME = {"times", "steps", "liable"}
ITEM = {"marks", "deducted", "score", "state", "lines"}


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
    for place, (one, row) in enumerate(zip(map(verdict, wanted), rows, strict=True), start=1):
        known(one, VERDICT, duty)
        wrong += [
            f"{duty} {place} {name}: {row[name]}, not {value}"
            for name, value in one.items()
            if not same(value, row[name])
        ]
    return wrong


def verdict(written: Any) -> Mapping[str, Any]:
    """`breached late` is short for {state: breached, reason: late}; a state alone says that there is no reason."""
    one = {"state": written} if isinstance(written, str) else written
    if "state" not in one:
        return one
    state, _, reason = one["state"].partition(" ")
    return {"reason": reason or None, **one, "state": state}


def _sheet_differences(name: str, wanted: Mapping[str, Any], sheet: Mapping[str, Any]) -> list[str]:
    known(wanted, SHEET, name)
    wrong = []
    for key, value in wanted.items():
        if key == "items":
            wrong += _item_differences(name, value, sheet["items"])
        elif key == "outcomes":
            wrong += _outcome_differences(name, value, sheet["outcomes"])
        elif not same(value, sheet[key]):
            wrong.append(f"{name} {key}: {sheet[key]}, not {value}")
    return wrong


def _outcome_differences(name: str, wanted: Mapping[str, Any], outcomes: list[dict[str, Any]]) -> list[str]:
    """All outcomes of a sheet; each by its steps, or by what is said of it."""
    found = {one["outcome"]: one for one in outcomes}
    if found.keys() != wanted.keys():
        return [f"{name} outcomes: {', '.join(found) or 'none'}, not {', '.join(wanted) or 'none'}"]
    wrong = []
    for key, written in wanted.items():
        one = written if isinstance(written, Mapping) else {"steps": written}
        known(one, OUTCOME, f"{name} outcome {key}")
        told = {**found[key], "liable": [" ".join(pair) for pair in found[key]["liable"]]}
        wrong += [
            f"{name} outcome {key} {word}: {told[word]}, not {value}"
            for word, value in one.items()
            if not same(value, told[word])
        ]
    return wrong


def _item_differences(name: str, wanted: Mapping[str, Any], items: list[dict[str, Any]]) -> list[str]:
    by_key = {item["item"]: item for item in items}
    wrong = []
    for key, written in wanted.items():
        one = written if isinstance(written, Mapping) else {"score": written}
        known(one, ITEM, f"{name} item {key}")
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
        return (
            isinstance(value, Mapping)
            and wanted.keys() == value.keys()
            and all(same(wanted[key], value[key]) for key in wanted)
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
