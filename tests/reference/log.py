"""The activity log: reading, rejecting, identity of rows (estate.md, semantics.md "Identity of rows")."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from . import calendar as cal
from .books import as_list
from .estate import YES, Estate, Row
from .figures import number

NO = ("no", "false", "0")


@dataclass(eq=False)
class Event:
    at: datetime
    person: str
    kind: str
    target: str
    case: str
    value: str
    order: int
    attributes: Row = field(default_factory=dict)
    duty_day: date = date.min
    estate: Estate | None = None

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def attended_by(self, role: str) -> bool:
        """Whether its person, or one of its participants, has a post in that role on its duty day."""
        assert self.estate is not None
        people = [self.person, *(name.strip() for name in re.split("[;；、]", self.get("participants")))]
        group = self.estate.role_group(role)
        return any(self.estate.lead(person, group, self.duty_day) for person in people)


def read_log(paths: list[Path], estate: Estate, cutoff: datetime, *, forecast: bool = False) -> list[Event]:
    """All rows that count, in order of time, then of files and rows; a forecast takes planned rows for events."""
    rows = [(path, row) for path in paths for _, row in rows_of(path) if not rejected(row, estate)]
    assert forecast or not any(row.get("state") == "planned" for _, row in rows), "planned rows are refused"
    rows = [(path, row) for path, row in rows if not recorded_after(row, cutoff, estate)]
    kept = one_of_each_id(one_of_each_copy(rows))
    events = [as_event(row, order, estate) for order, row in enumerate(kept)]
    return sorted(events, key=lambda event: (event.at, event.order))


def rows_of(path: Path) -> list[tuple[int, Row]]:
    """The rows that say anything, as a spreadsheet numbers them: the header is row 1."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = ([cell_text(cell) for cell in cells] for cells in csv.reader(lines))
    numbered = [(number, cells) for number, cells in enumerate(rows, start=2) if any(cells)]
    return [(number, dict(zip_longest(header, cells, fillvalue=""))) for number, cells in numbered]


def cell_text(cell: str) -> str:
    """Blanks around it do not matter, nor an apostrophe that keeps a spreadsheet from computing it."""
    return re.sub("^'(?=[-=+@])", "", cell.strip())


def planned_kinds(paths: list[Path], estate: Estate) -> frozenset[str]:
    """The kinds of planned rows, with those that the estate plans together with them."""
    kinds = {row["kind"] for path in paths for _, row in rows_of(path) if row.get("state") == "planned"}
    for group in (estate.raw.get("planning") or {}).values():
        kinds |= set(group) if kinds & set(group) else set()
    return frozenset(kinds)


def rejected_rows(paths: list[Path], estate: Estate) -> list[tuple[Path, int]]:
    """The rows that are told and not counted."""
    return [(path, number) for path in paths for number, row in rows_of(path) if rejected(row, estate)]


def recorded_after(row: Row, cutoff: datetime, estate: Estate) -> bool:
    """Rows recorded later than `log_cutoff` are left out."""
    text = row.get("recorded_at", "")
    return bool(text) and parse_instant(text, estate) >= cutoff


def one_of_each_copy(rows: list[tuple[Path, Row]]) -> list[Row]:
    """Rows without id that are equal apart from `recorded_at` and `origin` collapse across files, never within one."""
    seen: dict[tuple[tuple[str, str], ...], Counter[Path]] = {}
    kept_of: Counter[tuple[tuple[str, str], ...]] = Counter()
    kept = []
    for path, row in rows:
        if not row.get("event_id"):
            same = tuple(sorted((k, v) for k, v in row.items() if v and k not in ("recorded_at", "origin")))
            copies = seen.setdefault(same, Counter())
            copies[path] += 1
            if copies[path] <= kept_of[same]:
                continue
            kept_of[same] += 1
        kept.append(row)
    return kept


def one_of_each_id(rows: list[Row]) -> list[Row]:
    """The highest `revision` counts, the first of equals; a `voided` row is no event."""
    best: dict[str, Row] = {}
    for row in rows:
        key = row.get("event_id")
        if key and (key not in best or revision(row) > revision(best[key])):
            best[key] = row
    kept = [row for row in rows if not row.get("event_id") or best[row["event_id"]] is row]
    return [row for row in kept if row.get("voided", "").lower() not in YES]


def revision(row: Row) -> int:
    return int(row.get("revision") or 0)


def as_event(row: Row, order: int, estate: Estate) -> Event:
    at = parse_instant(row["at"], estate)
    assert at is not None
    declared = estate.kinds.get(row["kind"], {}).get("attributes") or {}
    attributes = {name: normal(value, declared.get(name)) for name, value in row.items()}
    event = Event(
        at=at,
        person=row.get("person", ""),
        kind=row["kind"],
        target=row.get("target", ""),
        case=row.get("case", ""),
        value=row.get("value", ""),
        order=order,
        attributes=attributes,
        estate=estate,
    )
    event.duty_day = estate.duty_day(event.person, at)
    return event


def normal(value: str, declared: Any) -> str:
    """Booleans are `true` and `false`."""
    if declared == "boolean" and value:
        return "true" if value.lower() in YES else "false"
    return value


def parse_instant(text: str, estate: Estate) -> Any:
    """Local time `2026-10-08 07:55[:59]` (`T` and `/` too), or with an offset; None if it is no instant."""
    if not re.match(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}", text):
        return None
    try:
        found = datetime.fromisoformat(text.replace("/", "-").replace(" ", "T", 1))
    except ValueError:
        return None
    if found.tzinfo is not None:
        found = found.astimezone(ZoneInfo(estate.raw.get("timezone") or "Asia/Shanghai")).replace(tzinfo=None)
    return found.replace(microsecond=0)


def rejected(row: Row, estate: Estate) -> bool:
    """A row is rejected for any of the reasons that estate.md lists."""
    kind = row.get("kind", "")
    known = kind in estate.kinds or kind in estate.inspectors_kinds
    declared = estate.kinds.get(kind, {})
    people = {post["person"] for post in estate.tables["people"]}
    person_ok = row.get("person", "") in people or declared.get("person") == "any"
    if parse_instant(row.get("at", ""), estate) is None or not known or not person_ok:
        return True
    if declared.get("case") == "true" and not row.get("case"):
        return True
    if (declared.get("value") and not row.get("value")) or not decimal_ok(row.get("value", "")):
        return True
    if declared.get("target") and not registered(declared["target"], row.get("target", ""), people, estate):
        return True
    if not re.fullmatch(r"\d*", row.get("revision", "")):
        return True
    if row.get("voided", "") and row["voided"].lower() not in YES + NO:
        return True
    types = declared.get("attributes") or {}
    return any(not attribute_ok(row.get(name, ""), wanted, estate) for name, wanted in types.items())


def decimal_ok(text: str) -> bool:
    return not text or re.fullmatch(r"-?\d+(\.\d{1,4})?", text) is not None


def registered(target_type: str, target: str, people: set[str], estate: Estate) -> bool:
    if target_type == "text":
        return bool(target)
    known: dict[str, set[str]] = {
        "building": {row["building"] for row in estate.tables["buildings"]},
        "unit": {row["unit"] for row in estate.tables["units"]},
        "area": set(estate.raw["areas"]),
        "person": people,
    }
    return target in known[target_type]


def attribute_ok(text: str, wanted: Any, estate: Estate) -> bool:
    if not text:
        return True
    if isinstance(wanted, list):
        return text in wanted
    if wanted == "integer":
        return re.fullmatch(r"-?\d+", text) is not None
    if wanted == "boolean":
        return text.lower() in YES + NO
    if wanted == "instant":
        return parse_instant(text, estate) is not None
    return True


def cutoff_after(estate: Estate, last: date) -> datetime:
    """`log_cutoff` (default `3 workdays`) after the period: the first instant that is too late."""
    count, unit = str(estate.raw.get("log_cutoff") or "3 workdays").split()
    day = last
    remaining = int(number(count))
    while remaining:
        day += timedelta(days=1)
        if unit == "days" or estate.statutory(day):
            remaining -= 1
    return cal.end_of_day(day)


def fits(event: Event, pattern: Any, where: dict[str, Any] | None = None) -> bool:
    """An event pattern is a kind, or `{event: kind, where: {attribute: value or [values]}, participants: [roles]}`."""
    if isinstance(pattern, dict):
        if not fits(event, pattern["event"], pattern.get("where")):
            return False
        if not all(event.attended_by(role) for role in as_list(pattern.get("participants"))):
            return False
    elif event.kind != pattern:
        return False
    return all(event.get(name) in as_list(wanted) for name, wanted in (where or {}).items())
