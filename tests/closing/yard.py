"""A guard who opens a gate on two days a month, a porter's desk beside it, and a log that can be written to."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import dutyrules as dr
from dutyrules.closing import Step

BOOK = """\
book: guards
source: {id: G}
roles: {guard: {title: {en: Guard}}, chief: {title: {en: Chief}}}
events: {gate.opened: {}}
duties:
  open: {title: {en: Gate open}, clause: 1, role: guard, check: attendance, event: gate.opened, by: 07:00}
scorecards:
  guards:
    role: guard
    per: month
    clause: 9
    accumulate: {over: quarter, of: sum}
    items:
      1:
        title: Punctual
        marks: 30
        lines:
          1: {title: Late, breaches: [open.late], each: 10, liable: {relation: manager, share: 1/2}}
          2: {title: Absent, breaches: [open.missing], each: 20}
      2: {title: Conduct, marks: 40, lines: {1: {title: Untidy, each: 5}}}
  chiefs: {role: chief, per: month, clause: 8, items: {1: {marks: 100, lines: {1: {each: 10}}}}}
fines:
  late: {clause: 3, role: guard, breaches: [open.late, open.missing], each: 10, currency: CNY}
"""
ESTATE = "estate: yard\nareas: {yard: {}}\nbooks: [book.yaml]\nretention: 12 months\n"
PEOPLE = """\
person,name,role,area,from,to,manager
wu,Wu,guard,yard,2026-10-29,2026-10-30,xu
wu,Wu,guard,yard,2026-11-02,2026-11-03,xu
wu,Wu,guard,yard,2026-12-01,2026-12-02,xu
xu,Xu,chief,yard,2026-10-01,,
"""
COLUMNS = "at,person,kind,recorded_by,recorded_at,approved_by"
INSPECTED = [
    f"{month} 15:00,{who}"
    for month in ("2026-10-29", "2026-11-02", "2026-12-01")
    for who in ("wu,inspection.2", "xu,inspection.1")
]
APPEALS = "breach_id,filed_at,filed_by,decided_by,decided_at,points,reason,approver"

PUBLISH, FILED, DECIDED, FINISH = "2026-11-05 10:00", "2026-11-06 09:00", "2026-11-09 10:00", "2026-11-13 00:00"
"""The cut-off of October is the end of Wednesday the 4th; five workdays after Thursday the 5th end with the 12th."""


class Yard:
    """The estate on disk. In October wu is late on the 29th, absent on the 30th, and untidy once: 30 - 30 + 35 = 35."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "logs").mkdir(parents=True)
        self.write("book.yaml", BOOK)
        self.write("estate.yaml", ESTATE)
        self.write("people.csv", PEOPLE)
        self.write("coverage.csv", "source,kinds,from,to,status\nall,,,,complete\n")
        self.log(
            "2026-10", "2026-10-29 07:01,wu,gate.opened,desk", "2026-10-29 15:00,wu,finding.G-9.2.1,hu", *INSPECTED[:2]
        )
        self.log("2026-11", "2026-11-02 07:00,wu,gate.opened", "2026-11-03 07:01,wu,gate.opened", *INSPECTED[2:4])
        self.log("2026-12", "2026-12-01 07:00,wu,gate.opened", "2026-12-02 07:00,wu,gate.opened", *INSPECTED[4:])

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def log(self, month: str, *rows: str) -> None:
        self.write(f"logs/{month}.csv", "\n".join([COLUMNS, *rows]) + "\n")

    def late(self, month: str, *rows: str) -> None:
        """Rows added to the file of a month."""
        with (self.folder / "logs" / f"{month}.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in rows)

    def appeals(self, *rows: str) -> None:
        self.write("appeals.csv", "\n".join([APPEALS, *rows]) + "\n")

    @property
    def estate(self) -> dr.Estate:
        return dr.load_estate(self.folder)

    def logs(self, *months: str) -> list[Path]:
        return [self.folder / "logs" / f"{month}.csv" for month in months]

    def draft(self, month: str, at: str, *logs: str) -> Step:
        return dr.draft_month(self.estate, self.logs(*(logs or (month,))), month, datetime.fromisoformat(at))

    def publish(self, month: str = "2026-10", at: str = PUBLISH, *logs: str) -> Step:
        return dr.publish_month(self.estate, self.logs(*(logs or (month,))), month, datetime.fromisoformat(at))

    def finish(self, month: str = "2026-10", at: str = FINISH) -> Step:
        return dr.close_month(self.estate, month, datetime.fromisoformat(at))

    def october(self) -> Step:
        """October closed without appeals."""
        self.publish()
        return self.finish()

    def november(self) -> Step:
        """November published and closed."""
        self.publish("2026-11", "2026-12-04 10:00")
        return self.finish("2026-11", "2026-12-14 10:00")

    def closed(self, month: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "closing" / month / "closed.json").read_text("utf-8"))
        return told


def sheet(step: Step, person: str = "wu") -> dr.Sheet:
    return step.result.of(person)[0]


def breach(step: Step, reason: str) -> str:
    return next(one.breach_id for one in sheet(step).breaches if one.reason == reason)


def codes(error: dr.InputError) -> Sequence[str]:
    return [problem.code for problem in error.diagnostics]
