"""Small estates that ask for rounds without targets, written as files and read back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

import dutyrules as dr
from dutyrules.plan import Plan, Task
from tests.plan.patrol_world import Loaded, Rows, as_csv

WALK = {"check": "quota", "event": ["walked", "detailed"], "per": "workday", "at_least": 2, "clause": "1"}
AFTERNOON = {
    "check": "quota",
    "event": "detailed",
    "per": "workday",
    "windows": [["15:00", "17:30"]],
    "at_least": 1,
    "clause": "2",
}
JOINT = {"check": "quota", "event": "joint", "participants": ["lead"], "per": "week", "at_least": 3, "clause": "3"}
CLEANING = {**JOINT, "participants": ["cleaning"], "at_least": 1, "clause": "4"}
GREENING = {**JOINT, "participants": ["greening"], "at_least": 1, "clause": "5"}
RAIN = {
    "check": "response",
    "trigger": "rain",
    "follow_up": {"all_of": ["roof", "lobby", "sign"]},
    "match_on": "none",
    "within": "same_workday",
    "owed_by": "role",
    "clause": "6",
}
DETAILED = {"minutes": 60, "hours": [["08:30", "12:00"], ["15:00", "17:30"]]}
LEADS: Rows = ({"person": "qing", "role": "cleaning", "area": ""}, {"person": "lv", "role": "greening", "area": ""})


@dataclass(frozen=True)
class World:
    """The files of an estate."""

    duties: Mapping[str, Mapping[str, Any]]
    paces: Mapping[str, Mapping[str, Any]]
    people: Rows = ({"person": "li", "area": "A"},)
    leave: Rows = ()
    log: Rows = ()
    occasions: Sequence[Mapping[str, Any]] = ()
    buildings: Rows = ()
    slots: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    hours: tuple[str, str] = ("08:00", "18:00")

    def write(self, folder: Path) -> Path:
        """Writes the files and returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        book = {
            "book": "b",
            "source": {"id": "B"},
            "published_on": "2026-01-01",
            "roles": {"butler": {}, "lead": {"includes": ["cleaning", "greening"]}, "cleaning": {}, "greening": {}},
            "events": {
                **{kind: {} for kind in ("walked", "joint", "roof", "lobby", "sign")},
                "detailed": {"attributes": {"floors": ["seen", "some"], "yard": ["seen"]}},
                "rain": {"person": "any"},
                "order": {},
                "around": {"target": "area"},
                "patrol": {"target": "building"},
                "checked": {"case": True},
                "found": {"case": True},
            },
            "populations": {"buildings": {"table": "buildings"}},
            "timetable": [
                {"slot": name, "role": "butler", "from": start, "to": stop}
                for name, (start, stop) in self.slots.items()
            ],
            "duties": {name: {"role": "butler", **duty} for name, duty in self.duties.items()},
        }
        estate = {
            "estate": "e",
            "areas": {"A": {}, "B": {}, "A1": {"within": "A"}},
            "books": ["book.yaml"],
            "working_hours": list(self.hours),
            "planning": {"patrols": dict(self.paces), "occasions": list(self.occasions)},
        }
        for name, content in (("book", book), ("estate", estate)):
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
        tables = {
            "people": [{"role": "butler", **row} for row in self.people],
            "leave": self.leave,
            "coverage": [{"source": "s", "status": "complete", "kinds": " ".join(book["events"])}],  # type: ignore[arg-type]
            "buildings": self.buildings,
        }
        for name, rows in tables.items():
            if rows:
                (folder / f"{name}.csv").write_text(as_csv(rows), "utf-8")
        (folder / "log.csv").write_text(as_csv(self.log), "utf-8")
        return folder

    def load(self, folder: Path) -> Loaded:
        """The world as the library sees it."""
        self.write(folder)
        estate = dr.load_estate(folder / "estate.yaml")
        return Loaded(folder, estate, dr.read_log([folder / "log.csv"], estate))


def event(day: str, time: str, kind: str, person: str = "li", **more: str) -> dict[str, str]:
    return {"at": f"2026-10-{day} {time}", "person": person, "kind": kind, **more}


def pin(day: str, time: str, kind: str, minutes: int, person: str = "li", **says: str) -> Task:
    at = datetime.fromisoformat(f"2026-10-{day} {time}")
    return Task(at, at + timedelta(minutes=minutes), person, kind, attributes=says, pinned=True)


def away(person: str, first: str, until: str) -> dict[str, str]:
    return {"person": person, "from": f"2026-10-{first}", "until": f"2026-10-{until}", "approved": "yes"}


def told(plan: Plan, *kinds: str) -> list[str]:
    """Every planned event: day, time, person, kind, and who comes along."""
    return [
        " ".join((f"{task.at:%d %H:%M}", task.person, task.kind, *task.along))
        for task in plan.tasks
        if not kinds or task.kind in kinds
    ]
