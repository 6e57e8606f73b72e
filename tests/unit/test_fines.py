"""Fines: what is told of what may be paid, and a cap that is one person's."""

import json
from pathlib import Path
from typing import Any

import dutyrules as dr
from dutyrules.report import render

BOOK = """\
book: guards
source: {id: G}
roles: {guard: {}, porter: {}, staff: {includes: [guard, porter]}}
events: {gate.opened: {}, door.opened: {}}
duties:
  open: {clause: 1, role: guard, check: attendance, event: gate.opened, by: 07:00}
  unlock: {clause: 2, role: porter, check: attendance, event: door.opened, by: 08:00}
fines:
  late:
    clause: 3
    role: staff
    breaches: [open.late, unlock.late]
    each: 10
    currency: CNY
    mode: payable
    legal_basis: handbook 3
    adopted_on: 2026-08-20
    published_on: 2026-09-30
    monthly_cap: 25
"""


def scored(folder: Path, log: str, period: str = "2026-10", *, forecast: bool = False) -> dr.Result:
    (folder / "book.yaml").write_text(BOOK, "utf-8")
    (folder / "estate.yaml").write_text("estate: guards\nareas: {yard: {}}\nbooks: [book.yaml]\n", "utf-8")
    people = "wu,porter,yard,2026-09-01,,no\nwu,guard,yard,2026-09-01,,yes\n"
    (folder / "people.csv").write_text(f"person,role,area,from,to,primary\n{people}", "utf-8")
    (folder / "log.csv").write_text(f"at,person,kind\n{log}", "utf-8")
    estate = dr.load_estate(folder)
    return dr.score(estate, dr.read_log([folder / "log.csv"], estate), period, forecast=forecast)


LOG = """\
2026-10-26 07:30,wu,gate.opened
2026-10-27 07:30,wu,gate.opened
2026-10-26 08:30,wu,door.opened
2026-10-27 08:30,wu,door.opened
"""


def people(result: dr.Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(result, "json", "en"))["people"]
    return found


def test_the_cap_is_one_persons_whatever_their_roles(tmp_path: Path) -> None:
    guard, porter = people(scored(tmp_path, LOG))
    assert (guard["role"], guard["fines"], guard["payable"]) == ("guard", {"CNY": "20"}, {"CNY": "20"})
    assert (porter["role"], porter["fines"], porter["payable"]) == ("porter", {"CNY": "20"}, {"CNY": "5"})
    (line,) = porter["fine_lines"]
    assert (line["payable"], line["recorded_because"], line["legal_basis"]) == ("5", None, "handbook 3")


def test_it_is_told_what_is_payable(tmp_path: Path) -> None:
    text = render(scored(tmp_path, LOG), "text", "en", "wu").decode()
    assert "late 2 → 20 CNY; payable (handbook 3)\n" in text
    assert "late 2 → 20 CNY; payable: 5 CNY, the monthly cap (handbook 3)\n" in text


def test_it_is_told_why_it_is_only_recorded(tmp_path: Path) -> None:
    log = LOG.replace("2026-10-26", "2026-09-26").replace("2026-10-27", "2026-09-28")
    early = scored(tmp_path, log, "2026-09")
    assert "late: 10 CNY; only recorded: handbook 3 was not published before this month" in told(early)
    assert people(early)[0]["fine_lines"][0]["recorded_because"] == "published"
    assert "only recorded: this is a forecast" in told(scored(tmp_path, LOG, forecast=True))
    assert "only recorded: payable by the month only" in told(scored(tmp_path, LOG, "2026-W44"))


def told(result: dr.Result) -> str:
    return render(result, "csv", "en", "wu").decode()
