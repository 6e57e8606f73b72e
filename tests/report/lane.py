"""A lane of twelve households and its butlers, with everything that a plan may have to say."""

from collections.abc import Sequence
from pathlib import Path

import dutyrules as dr
from dutyrules.plan import Plan
from dutyrules.plan.visits import plan_visits

MONTH = "2026-10"

BOOK = """\
book: lane
source: {id: V, title: Visits}
published_on: 2024-01-01
roles: {butler: {title: {en: Butler}}}
events:
  visit.home: {title: {en: Home visit, zh-Hans: 上门拜访}, target: unit, attributes: {about: [quality, fees]}}
  visit.phone: {title: {en: Call, zh-Hans: 电话回访}, target: unit, attributes: {kind_of_call: [callback, greeting]}}
  repair.done: {target: unit, case: true}
populations:
  households: {table: units, where: {state: occupied}}
duties:
  everyone:
    title: {en: Everybody each month, zh-Hans: 每月走访每户}
    clause: 1
    check: quota
    event: visit.home
    where: {about: quality}
    distinct: target
    per: month
    at_least: {share: 1/1, of: households}
    population: households
  callback:
    title: {en: Call after a repair, zh-Hans: 维修后回访}
    clause: 2
    check: response
    trigger: repair.done
    follow_up: visit.phone
    match_on: case
    within: 2 days
    owed_by: area_of_target
    performed_by: any
  often: {title: Often, clause: 3, check: quota, event: visit.home, per: month, at_least: 3}
"""

ESTATE = """\
estate: lane
title: {en: The lane, zh-Hans: 小巷}
areas: {yard: {}}
books: [book.yaml]
planning:
  visits:
    visit.home: {channel: home, per_day: 2, minutes: 20, hours: [["15:00", "17:00"]]}
    visit.phone: {channel: phone, per_day: 3, minutes: 5, hours: [["14:00", "15:00"]]}
"""

DONE = """\
at,person,kind,target,case
2026-10-12 10:00,wang,repair.done,u03,r1
2026-10-12 11:00,wang,repair.done,-1-101,=r2
"""


def write_lane(folder: Path, *, closed: Sequence[str] = ()) -> Path:
    """The estate's files; `closed` are households that want nobody to come."""
    folder.mkdir(parents=True, exist_ok=True)
    units = ["-1-101", *(f"u{number:02}" for number in range(1, 12))]
    files = {
        "book.yaml": BOOK,
        "estate.yaml": ESTATE,
        "people.csv": "person,name,role,area\nwang,王小明,butler,yard\n",
        "buildings.csv": "building,area\nb1,yard\nb2,yard\n",
        "units.csv": "unit,building,contact\n"
        + "".join(
            f"{unit},b{1 + index % 2},{'phone' if unit in closed else 'any'}\n" for index, unit in enumerate(units)
        ),
        "done.csv": DONE,
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def lane(folder: Path, *, closed: Sequence[str] = ()) -> tuple[dr.Estate, Plan]:
    """The estate and its plan of October, after what was done until the twelfth."""
    estate = dr.load_estate(write_lane(folder, closed=closed))
    log = dr.read_log([folder / "done.csv"], estate)
    return estate, plan_visits(estate, MONTH, log)
