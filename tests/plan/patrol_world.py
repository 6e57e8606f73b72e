"""Small estates with patrols, written as files and read back, so that the reference scorer can read them too."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import dutyrules as dr
from dutyrules.diagnostics import Cell
from dutyrules.plan import Plan, Task
from dutyrules.plan.patrols import plan_patrols
from dutyrules.plan.planfile import Placed
from tests.reference.score import reference_score

WEEK = "2026-W43"
"""Monday 19 to Friday 23 October 2026, five workdays."""

Rows = Sequence[Mapping[str, str]]

PATROL: dict[str, Any] = {
    "check": "quota",
    "event": "patrol",
    "distinct": "target",
    "per": "workday",
    "at_least": 2,
    "cap": "buildings",
    "slot": "round",
    "clause": "1",
}
LIST: dict[str, Any] = {
    "check": "precedence",
    "event": "patrol",
    "requires": "listed",
    "lag": "previous_workday",
    "match_on": "target",
    "clause": "2",
}


def building(
    name: str,
    x: int | None = None,
    y: int = 0,
    *,
    area: str = "A",
    minutes: int = 10,
    first: str = "",
    last: str = "",
    priority: bool = False,
) -> dict[str, str]:
    where = {} if x is None else {"x": str(x), "y": str(y)}
    more = {"priority": "yes"} if priority else {}
    return {"building": name, "area": area, "inspect_minutes": str(minutes), **where, "from": first, "to": last, **more}


def row_of(
    count: int, *, area: str = "A", minutes: int = 10, apart: int = 60, urgent: Sequence[int] = ()
) -> list[dict[str, str]]:
    """Buildings along a street, a minute from each to the next; some have priority."""
    return [
        building(f"{area}{number}", number * apart, area=area, minutes=minutes, priority=number in urgent)
        for number in range(1, count + 1)
    ]


def at_minute(day: str, time: str, person: str, kind: str, target: str, **more: str) -> dict[str, str]:
    return {"at": f"2026-10-{day} {time}", "person": person, "kind": kind, "target": target, **more}


@dataclass(frozen=True)
class World:
    """The files of an estate.

    Attributes:
        patrol: Fields of the duty to patrol, on top of `PATROL`.
        listing: Whether there is a duty to list the next workday's buildings.
    """

    buildings: Rows
    people: Rows = ({"person": "p1", "area": "A"},)
    leave: Rows = ()
    log: Rows = ()
    roster: Rows = ()
    patrol: Mapping[str, Any] = field(default_factory=dict)
    listing: bool = True
    slot: tuple[str, str] = ("09:00", "10:00")
    pace: Mapping[str, Any] = field(default_factory=dict)
    duties: Mapping[str, Any] = field(default_factory=dict)
    walking: Rows = ()
    offices: Mapping[str, Any] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        """Whether people come from an office and go back there."""
        return self.pace.get("walk") == "closed"

    def minutes(self, one: str, other: str) -> int:
        """From building to building, or from or to the office of an area, which has its name."""
        if one == other:
            return 0
        said = {(row["from"], row["to"]): int(row["minutes"]) for row in self.walking}
        points = {row["building"]: point_of(row) for row in self.buildings} | dict(self.offices)
        by_street = leg(points.get(one), points.get(other), int(self.pace.get("metres_per_minute", 60)))
        return said.get((one, other), said.get((other, one), by_street))

    def write(self, folder: Path) -> Path:
        """Writes the files and returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        duties = (
            {"patrol": PATROL | dict(self.patrol)} | ({"listing": LIST} if self.listing else {}) | dict(self.duties)
        )
        said = {name: {key: value for key, value in duty.items() if value is not None} for name, duty in duties.items()}
        book = {
            "book": "b",
            "source": {"id": "B"},
            "published_on": "2026-01-01",
            "roles": {"butler": {}},
            "events": {"patrol": {"target": "building"}, "listed": {"target": "building"}},
            "populations": {"buildings": {"table": "buildings"}},
            "timetable": [{"slot": "round", "role": "butler", "from": self.slot[0], "to": self.slot[1]}],
            "duties": said,
        }
        estate = {
            "estate": "e",
            "areas": {
                area: {"office": list(self.offices[area])} if area in self.offices else {}
                for area in sorted({"A", "B", *(row["area"] for row in self.buildings)})
            },
            "books": ["book.yaml"],
            "working_hours": ["08:00", "17:00"],
            "planning": {"patrols": {"patrol": {"metres_per_minute": 60, **self.pace}}},
        }
        for name, content in (("book", book), ("estate", estate)):
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
        people = [{"role": "butler", **row} for row in self.people]
        coverage = [{"source": "s", "status": "complete", "kinds": "patrol listed"}]
        tables = {
            "buildings": self.buildings,
            "people": people,
            "leave": self.leave,
            "coverage": coverage,
            "roster": self.roster,
            "walking": self.walking,
        }
        for name, rows in tables.items():
            if rows:
                (folder / f"{name}.csv").write_text(as_csv(rows), "utf-8")
        (folder / "log.csv").write_text(as_csv(self.log), "utf-8")
        return folder

    def load(self, folder: Path) -> "Loaded":
        """The world as the library sees it."""
        self.write(folder)
        return self.reread(folder)

    def reread(self, folder: Path) -> "Loaded":
        """The files, perhaps with a change by hand."""
        estate = dr.load_estate(folder / "estate.yaml")
        return Loaded(folder, estate, dr.read_log([folder / "log.csv"], estate))


@dataclass(frozen=True)
class Loaded:
    folder: Path
    estate: dr.Estate
    log: dr.Log

    def plan(self, period: str = WEEK, keep: Sequence[Task] = (), **options: Any) -> Plan:
        placed = [Placed(task, Cell("keep.csv", row)) for row, task in enumerate(keep, 2)]
        return plan_patrols(self.estate, period, self.log, placed, **options)

    def judged(self, plan: Plan | None, period: str = WEEK) -> list[tuple[str, str, str, str | None, str | None]]:
        """Breaches of log and plan as the reference scorer, which shares no line with the library, sees them."""
        rows = [{**task.row(), "state": None} for task in plan.tasks] if plan else []
        future = self.folder / "plan.csv"
        future.write_text(as_csv([{name: value or "" for name, value in row.items()} for row in rows]), "utf-8")
        found = reference_score(self.folder, [self.folder / "log.csv", future], period)["verdicts"]
        return sorted(
            (one["duty"], one["post"], one["period"], one["expected"], one["actual"])
            for one in found
            if one["state"] == "breached"
        )


def claimed(plan: Plan) -> list[tuple[str, str, str, str | None, str | None]]:
    return sorted((one.duty, one.post, one.period, one.expected, one.actual) for one in plan.shortfalls)


def as_csv(rows: Rows) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["at", "person", "kind"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def patrols(plan: Plan, person: str | None = None) -> dict[str, list[str]]:
    """Day → buildings in walking order."""
    found: dict[str, list[str]] = {}
    for task in plan.tasks:
        if task.kind == "patrol" and person in (None, task.person):
            found.setdefault(f"{task.at:%d}", []).append(task.target or "")
    return found


def listed(plan: Plan) -> dict[str, list[str]]:
    """Instant of publication → buildings."""
    found: dict[str, list[str]] = {}
    for task in plan.tasks:
        if task.kind == "listed":
            found.setdefault(f"{task.at:%m-%d %H:%M}", []).append(task.target or "")
    return found


def walked(plan: Plan, buildings: Rows, pace: int = 60) -> int:
    """Minutes between the buildings of each person's day, worked out by hand."""
    points = {row["building"]: (int(row["x"]), int(row["y"])) for row in buildings if row.get("x")}
    minutes = 0
    before: Task | None = None
    for task in sorted((one for one in plan.tasks if one.kind == "patrol"), key=lambda one: (one.person, one.at)):
        if before and (before.person, before.at.date()) == (task.person, task.at.date()):
            minutes += leg(points.get(before.target or ""), points.get(task.target or ""), pace)
        before = task
    return minutes


def point_of(row: Mapping[str, str]) -> tuple[int, int] | None:
    return (int(row["x"]), int(row["y"])) if row.get("x") else None


def leg(one: tuple[int, int] | None, other: tuple[int, int] | None, pace: int = 60) -> int:
    if one is None or other is None:
        return 2
    return -(-(abs(one[0] - other[0]) + abs(one[1] - other[1])) // pace)
