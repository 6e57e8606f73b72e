"""Writes the tables and the log, byte for byte the same on every run."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from generator.days import FIRST, LAST, LOG_FROM
from generator.intent import Intent
from generator.log import Log
from generator.people import staff_id, staff_name
from generator.truth import SETTLED
from generator.world import FEES, LEAVE, PATCH, POSTS, World, roster

_APP = (
    "at person kind target case outcome channel fee place urgency due_at solvable follow_ups "
    "event_id revision voided recorded_at note"
)
_COLUMNS = {
    "forms": "at person kind problem_lines blank_cells complete signed_by fee_result work_summary",
    "mailbox": "at person kind explanation",
    "desk": "at person kind target case urgent",
    "director": "at person kind target case value topic level due_at signed_by blank_cells",
    "hr": "at person kind value event_id revision voided recorded_by note",
    "resent": "at person kind target case value outcome channel fee recorded_by recorded_at note",
}
#: Encodings as the senders use them: one form tool writes a byte-order mark, HR works with GB18030.
_ENCODING = {"forms": "utf-8-sig", "hr": "gb18030"}
_SOURCES = (
    ("dingtalk", "meeting.project clock.out"),
    ("microcommunity", "patrol.building repair.* dunning.contact"),
    (
        "app",
        "meeting.department meeting.fee_summary leave.* office.* plan.* patrol.perimeter inspect.* problem.* file.*",
    ),
    ("app", "dunning.*"),
    ("forms", "record.*"),
    ("mailbox", "submit.*"),
    ("desk", "register.* meter.*"),
    ("office", "check.* complaints.* staff.* complaint.* task.* desk.* meeting.department_held training.* report.*"),
    ("office", "half_year.* praise.* suggestion.*"),
    ("hr", "finding.* inspection.*"),
)
#: Visits are kept in the app since 1 October.
_VISITS = "visit.* question.* request.* entrusted.* household.*"


def write_tables(world: World, intent: Intent, out: Path) -> None:
    _table(out / "people.csv", "person name role area from to manager staff_id", (
        (post.person, staff_name(post.person), post.role, PATCH[post.patch].area if post.patch else "",
         post.first, post.last, _manager(post.role), staff_id(post.person))
        for post in POSTS
    ))  # fmt: skip
    _table(out / "buildings.csv", "building area from to x y inspect_minutes", world.building_rows)
    _table(out / "units.csv", "unit building state from to contact prefer", (
        (*row, *(word if word != "any" else "" for word in world.wishes[row[0]])) for row in world.unit_rows
    ))  # fmt: skip
    _table(out / "permits.csv", "unit from to", ((unit, first, last) for _, unit, first, last in world.permits))
    _table(out / "arrears.csv", "unit fee age from to amount", (
        (unit, *FEES[book], first, last, amount) for _, unit, book, first, last, amount in world.arrears
    ))  # fmt: skip
    _table(out / "roster.csv", "person date start end", (
        (person, day, *(("07:50", "17:30") if on else ("", "")))
        for person, days in roster().items()
        for day, on in days.items()
    ))  # fmt: skip
    _table(out / "leave.csv", "person from until approved kind substitute accepted_at", (
        (each.person, each.start, each.until, "yes" if each.approved else "no", each.kind, each.substitute,
         each.accepted_at)
        for each in LEAVE
        if each.substitute or not each.approved  # approved leave without more to say is told by the export
    ))  # fmt: skip
    outage = ("app", "patrol.perimeter", PATCH["GH4"].area, date(2026, 10, 20), date(2026, 10, 20), "outage")
    _table(out / "coverage.csv", "source kinds areas from to status", (
        *((source, kinds, "", LOG_FROM, LAST, "complete") for source, kinds in _SOURCES),
        ("app", _VISITS, "", FIRST, LAST, "complete"),
        outage,
    ))  # fmt: skip
    _table(out / "settlements.csv", "period person item decision decided_by decided_at", (
        ("2026-10", person, item, decision, "pm", "2026-11-03 10:00") for (person, item), decision in SETTLED.items()
    ))  # fmt: skip
    _table(out / "waivers.csv", "breach_id approver reason decided_at", intent.waivers)


def _manager(role: str) -> str:
    return {"area_butler": "lead", "customer_service_lead": "pm"}.get(role, "")


def write_log(log: Log, out: Path) -> None:
    for file in log.files():
        rows = log.of_file(file)
        if file.startswith("exports/"):
            continue
        source = file.partition("-")[0]
        columns = _COLUMNS.get(source, _APP).split()
        unknown = {name for row in rows for name in row.cells} - set(columns)
        if unknown:
            raise ValueError(f"{file} has no columns {sorted(unknown)}")
        body = [[row.at_text or row.at, row.person, row.kind, *map(row.cell, columns[3:])] for row in rows]
        _table(out / "logs" / f"{file}.csv", " ".join(columns), body, _ENCODING.get(source, "utf-8"))


def _table(path: Path, columns: str, rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns.split())
    writer.writerows([_cell(value) for value in row] for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode(encoding))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value)
