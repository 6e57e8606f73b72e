"""Small estates written down by hand, for tests that say themselves what must come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

import dutyrules as dr
from dutyrules.plan.plan import Cause, Plan
from dutyrules.plan.planfile import read_plan
from dutyrules.plan.visits import plan_visits

HOME, PHONE = "visit.home", "visit.phone"
BOTH = [HOME, PHONE]
HEADERS = {
    "people": "person,role,area,from,to",
    "units": "unit,building,state,contact,prefer,from,to,priority,persons",
    "blackouts": "unit,from,to,reason",
    "leave": "person,from,until,approved,substitute,accepted_at",
    "roster": "person,date,start,end",
    "waivers": "breach_id,approver",
    "buildings": "building,area,from",
    "log": "at,person,kind,target,case,outcome",
    "plan": "at,person,kind,target,pinned,topic,until,participants",
}


def everyone(event: Any = HOME, *, per: str = "month", of: str = "households", share: str = "1/1", **more: Any) -> Any:
    """A duty to reach so many of a population."""
    owed = {"share": share, "of": of}
    return {
        "check": "quota",
        "event": event,
        "distinct": "target",
        "per": per,
        "at_least": owed,
        "population": of,
    } | more


def call_back(within: str = "24 hours", **more: Any) -> Any:
    """A duty to call after a repair."""
    duty = {"check": "response", "trigger": "repair", "follow_up": PHONE, "within": within}
    return duty | {"owed_by": "area_of_target", "performed_by": "any"} | more


def way(channel: str, start: str, end: str, *, per_day: int = 1, minutes: int = 10) -> dict[str, Any]:
    """How a kind of visit is made."""
    return {"channel": channel, "per_day": per_day, "minutes": minutes, "hours": [[start, end]]}


@dataclass
class Hand:
    """An estate of one area, one building and one butler, unless it says otherwise."""

    duties: Mapping[str, Any]
    units: Sequence[str] = ()
    visits: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    log: Sequence[str] = ()
    buildings: Sequence[str] = ("b1,A,",)
    areas: Sequence[str] = ("A",)
    planning: Mapping[str, Any] = field(default_factory=dict)

    def load(self, folder: Path) -> dr.Estate:
        """Writes it down and reads it."""
        target = {"target": "unit", "attributes": {"topic": ["fees", "safety"]}}
        book = {
            "book": "visits",
            "source": {"id": "V"},
            "published_on": "2024-01-01",
            "roles": {"butler": {}, "lead": {}, "guard": {}},
            "events": {HOME: target, PHONE: target, "repair": target | {"case": True, "person": "any"}, "note": {}},
            "populations": {
                "households": {"table": "units", "where": {"state": "occupied"}},
                "absent": {"table": "units", "where": {"state": "not_moved_in"}},
                "owners": {"table": "units", "where": {"state": ["occupied", "not_moved_in"]}},
            },
            "duty_defaults": {"role": "butler", "clause": "1"},
            "duties": dict(self.duties),
        }
        visits = {HOME: way("home", "15:00", "16:00"), PHONE: way("phone", "14:00", "15:00")} | dict(self.visits)
        estate = {
            "estate": "hand",
            "areas": {area: {} for area in self.areas},
            "books": ["book.yaml"],
            "planning": {"visits": visits} | dict(self.planning),
        }
        for name, content in (("book", book), ("estate", estate)):
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        tables = {"people": ["li,butler,A,,"], "units": self.units, "buildings": self.buildings, "log": self.log}
        for name, rows in (tables | dict(self.tables)).items():
            _write(folder / f"{name}.csv", rows)
        return dr.load_estate(folder)

    def plan(
        self,
        folder: Path,
        period: str = "2026-10",
        start: date | None = None,
        keep: Sequence[str] = (),
        freeze: date | None = None,
    ) -> Plan:
        """Its plan; `keep` are rows of an earlier one."""
        estate = self.load(folder)
        log = dr.read_log([folder / "log.csv"], estate)
        _write(folder / "plan.csv", keep)
        return plan_visits(estate, period, log, read_plan(folder / "plan.csv", estate), start=start, freeze=freeze)


def _write(path: Path, rows: Sequence[str]) -> None:
    header = HEADERS[path.stem]
    if rows and path.stem == "buildings" and rows[0].count(",") > header.count(","):
        header += ",x,y"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def homes(number: int, contact: str = "any", *, first: int = 1, state: str = "occupied") -> list[str]:
    """Rows of units."""
    return [f"u{n:03d},b1,{state},{contact},any,," for n in range(first, first + number)]


def made(plan: Plan) -> list[str]:
    """The tasks, for a person to read."""
    return [f"{task.at:%m-%d %H:%M} {task.person} {task.kind} {task.target}" for task in plan.tasks]


def why(plan: Plan) -> list[Cause]:
    """The causes of its shortfalls."""
    return [cause for one in plan.shortfalls for cause in one.causes]
