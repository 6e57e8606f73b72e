"""Small estates in which all kinds of work meet: patrols, visits, meetings, records, deadlines, rounds, open cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

import dutyrules as dr
from dutyrules.diagnostics import Cell
from dutyrules.plan import Plan, Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.work import plan_work
from tests.plan.patrol_world import WEEK, Rows, as_csv, building
from tests.reference.score import reference_score

EVENTS: dict[str, Any] = {
    "patrol": {"target": "building"},
    "listed": {"target": "building"},
    "visit.home": {"target": "unit"},
    "visit.phone": {"target": "unit"},
    "dun": {"target": "unit"},
    "repair": {"target": "unit", "case": True, "person": "any"},
    "problem": {"case": True},
    "fixed": {"case": True},
    "meeting": {},
    "minutes": {},
    "left": {},
    "record": {"attributes": {"lines": "integer", "blank_cells": "integer", "whole": "boolean", "signed_by": "person"}},
    "report": {},
    "round": {},
    "training": {},
}
PATROL = {"check": "quota", "event": "patrol", "distinct": "target", "per": "workday", "at_least": 2}
HOUSEHOLDS = {"distinct": "target", "population": "households"}
DUTIES: dict[str, dict[str, Any]] = {
    "patrol": PATROL | {"cap": "buildings", "slot": "walk"},
    "listing": {"check": "precedence", "event": "patrol", "requires": "listed", "lag": "previous_workday"}
    | {"match_on": "target"},
    "visits": {"check": "quota", "event": "visit.home", "per": "week", "at_least": 3, "prorate": "none"} | HOUSEHOLDS,
    "call": {"check": "response", "trigger": "repair", "follow_up": "visit.phone", "within": "30 hours"}
    | {"owed_by": "area_of_target", "performed_by": "any"},
    "meet": {"check": "attendance", "event": "meeting", "by": "08:30", "slot": "meeting"},
    "leave_in_time": {"check": "attendance", "event": "left", "from": "shift.end", "by": "24:00"},
    "record": {"check": "record", "event": "record", "per": "workday", "by": "16:30", "fields": ["whole"]},
    "filled": {"check": "record", "of": "record", "filled": {"field": "lines", "at_least": 3}, "blanks": 0},
    "signed": {"check": "record", "of": "record", "signed_by": "lead"},
    "both": {"check": "deadline", "events": {"all_of": ["record", "report"]}, "per": "workday", "by": "16:00"},
    "weekly": {"check": "deadline", "event": "report", "per": "week", "due": {"weekday": "thursday", "by": "12:00"}},
    "rounds": {"check": "quota", "event": "round", "per": "workday", "at_least": 2, "slot": "outside"},
    "trainings": {"check": "quota", "event": "training", "per": "week", "at_least": 2, "prorate": "none"},
    "dun": {"check": "quota", "event": "dun", "per": "workday", "at_least": 3} | HOUSEHOLDS,
    "fix": {"check": "response", "trigger": "problem", "follow_up": "fixed", "within": "1 workdays"},
    "write_up": {"check": "response", "trigger": "meeting", "follow_up": "minutes", "within": "4 hours"}
    | {"match_on": "none"},
}
VISITS = {
    "visit.home": {"channel": "home", "per_day": 2, "minutes": 20, "hours": [["10:00", "11:00"], ["15:00", "16:00"]]},
    "visit.phone": {"channel": "phone", "per_day": 3, "minutes": 5, "hours": [["11:00", "11:30"]]},
}


@dataclass(frozen=True)
class WorkWorld:
    """The files of an estate, and what is asked of the planner.

    Attributes:
        duties: Names out of `DUTIES`, with what is said otherwise.
        work: Kind → how long it takes.
    """

    duties: Mapping[str, Mapping[str, Any]]
    people: Rows = ({"person": "li", "role": "butler", "area": "A"}, {"person": "zhao", "role": "lead", "area": ""})
    buildings: Rows = (building("b1", 60), building("b2", 120))
    units: Rows = ()
    leave: Rows = ()
    log: Rows = ()
    work: Mapping[str, Any] = field(default_factory=dict)
    slots: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    visits: Mapping[str, Any] = field(default_factory=lambda: VISITS)
    keep: bool = False

    def load(self, folder: Path) -> dr.Estate:
        """Writes the files and reads them."""
        slots = {
            "meeting": ("08:30", "09:00"),
            "walk": ("09:00", "10:00"),
            "outside": ("11:30", "12:00"),
            **self.slots,
        }
        book = {
            "book": "b",
            "source": {"id": "B"},
            "published_on": "2026-01-01",
            "roles": {"butler": {}, "lead": {}},
            "duty_defaults": {"role": "butler"},
            "events": EVENTS,
            "populations": {
                "buildings": {"table": "buildings"},
                "households": {"table": "units", "where": {"state": "occupied"}},
            },
            "timetable": [
                {"slot": name, "role": "butler", "from": start, "to": to} for name, (start, to) in slots.items()
            ],
            "duties": {
                name: {"clause": str(number)} | DUTIES[name] | dict(self.duties[name])
                for number, name in enumerate(DUTIES, 1)
                if name in self.duties
            },
        }
        patrols = {"patrol": {"metres_per_minute": 60, "publish_at": "16:40"}}
        planning = {"patrols": patrols, "visits": dict(self.visits), "work": dict(self.work)}
        estate = {"estate": "e", "areas": {"A": {}, "B": {}}, "books": ["book.yaml"], "planning": planning}
        estate["working_hours"] = ["08:00", "17:00"]
        for name, content in (("book", book), ("estate", estate)):
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
        tables = {"people": self.people, "buildings": self.buildings, "units": self.units, "leave": self.leave}
        tables["coverage"] = [{"source": "s", "status": "complete", "kinds": " ".join(EVENTS)}]
        for name, rows in tables.items():
            if rows:
                (folder / f"{name}.csv").write_text(as_csv(rows), "utf-8")
        (folder / "log.csv").write_text(as_csv(self.log), "utf-8")
        return dr.load_estate(folder)


@dataclass(frozen=True)
class Worked:
    """A world that has been planned."""

    folder: Path
    estate: dr.Estate
    log: dr.Log
    plan: Plan
    period: str = WEEK

    @classmethod
    def of(cls, world: WorkWorld, folder: Path, keep: Sequence[Task] = (), period: str = WEEK, **more: Any) -> "Worked":
        estate = world.load(folder)
        log = dr.read_log([folder / "log.csv"], estate)
        placed = [Placed(task, Cell("keep.csv", row)) for row, task in enumerate(keep, 2)]
        return cls(folder, estate, log, plan_work(estate, period, log, placed, **more), period)

    def judged(self) -> list[tuple[str, str, str, str | None, str | None]]:
        """What the reference scorer, which shares no line with the library, sees missed of the planned duties."""
        rows = [{**task.row(), "state": None} for task in self.plan.tasks]
        future = self.folder / "plan.csv"
        future.write_text(as_csv([{name: value or "" for name, value in row.items()} for row in rows]), "utf-8")
        found = reference_score(self.folder, [self.folder / "log.csv", future], self.period)["verdicts"]
        return sorted(
            (one["duty"], one["post"], one["period"], one["expected"], one["actual"])
            for one in found
            if one["state"] == "breached" and one["duty"] in self.plan.duties
        )


def unit(name: str, at: str = "b1", **more: str) -> dict[str, str]:
    return {"unit": name, "building": at, "state": "occupied", "contact": "any", "persons": "", **more}


# ---------------------------------------------------------------- drawn


@st.composite
def work_worlds(draw: st.DrawFn) -> WorkWorld:
    """One to three people, slots that touch or overlap, leave, a log of some days, and some of the duties."""
    names = draw(st.lists(st.sampled_from(sorted(DUTIES)), min_size=3, unique=True))
    duties: dict[str, dict[str, Any]] = {name: _said(draw, name) for name in names}
    if "patrol" not in duties:
        duties.pop("listing", None)
    people = [{"person": "li", "role": "butler", "area": "A"}]
    people += draw(st.sampled_from([[], [{"person": "sun", "role": "butler", "area": "B"}]]))
    people += draw(st.sampled_from([[], [{"person": "wang", "role": "butler", "area": "A"}]]))
    people += draw(st.sampled_from([[{"person": "zhao", "role": "lead", "area": ""}], []]))
    buildings = [
        building(
            f"{area.lower()}{number}", 60 * draw(st.integers(0, 4)), area=area, minutes=draw(st.sampled_from([5, 20]))
        )
        for area in "AB"
        for number in range(draw(st.integers(1, 3)))
    ]
    pair = st.sampled_from(["", "", "", "2"])
    units = [
        unit(f"u{number}", draw(st.sampled_from(buildings))["building"], persons=draw(pair))
        for number in range(draw(st.integers(1, 6)))
    ]
    meeting = draw(st.sampled_from([("08:30", "09:00"), ("08:20", "09:20"), ("08:30", "08:45")]))
    walk = draw(st.sampled_from([("09:00", "10:00"), ("08:40", "09:30"), ("09:30", "11:15")]))
    work = draw(st.sampled_from([{}, {"dun": {"minutes": 10}}, {"dun": {}, "round": {"minutes": 15}}]))
    work = work | draw(st.sampled_from([{}, {"record": {"minutes": 10, "at": "15:30"}}, {"meeting": {"minutes": 40}}]))
    return WorkWorld(
        duties,
        people=people,
        buildings=buildings,
        units=units,
        leave=[_leave(draw, [row["person"] for row in people]) for _ in range(draw(st.integers(0, 2)))],
        log=_log(draw, units),
        work=work,
        slots={"meeting": meeting, "walk": walk},
        keep=draw(st.booleans()),
    )


def _said(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """What a duty says otherwise, now and then."""
    match name:
        case "visits":
            return {"at_least": draw(st.sampled_from([2, 4, {"share": "1/1", "of": "households"}]))}
        case "rounds":
            return draw(
                st.sampled_from([{}, {"windows": [["10:00", "10:30"], ["15:00", "15:20"]], "count": "each_window"}])
            )
        case "dun":
            return draw(st.sampled_from([{}, {"windows": [["11:00", "11:30"], ["14:00", "14:20"]]}]))
        case "meet":
            return draw(st.sampled_from([{}, {"slot": None}, {"by": "08:00"}]))
        case "weekly":
            return {"due": {"weekday": draw(st.sampled_from(["monday", "friday", "saturday"])), "by": "12:00"}}
    return {}


def _leave(draw: st.DrawFn, persons: Sequence[str]) -> dict[str, str]:
    day = draw(st.integers(19, 23))
    begin, until = draw(
        st.sampled_from(
            [("00:00", "24"), ("08:00", "08:40"), ("09:10", "09:30"), ("14:00", "17:00"), ("08:00", "15:30")]
        )
    )
    end = f"2026-10-{day + 1} 00:00" if until == "24" else f"2026-10-{day} {until}"
    person = draw(st.sampled_from(persons))
    return {"person": person, "from": f"2026-10-{day} {begin}", "until": end, "approved": "yes"}


def _log(draw: st.DrawFn, units: Rows) -> list[dict[str, str]]:
    """Cases of the Monday, and now and then something that was done then."""
    rows = []
    if draw(st.booleans()):
        about = {"target": draw(st.sampled_from(units))["unit"], "case": "r1"}
        rows.append({"at": "2026-10-19 14:00", "person": "", "kind": "repair", **about})
    if draw(st.booleans()):
        rows.append({"at": "2026-10-19 15:10", "person": "li", "kind": "problem", "target": "", "case": "c1"})
    kinds = draw(st.lists(st.sampled_from(["meeting", "record", "round", "training", "report"]), max_size=3))
    done = [{"at": "2026-10-19 08:20", "person": "li", "kind": kind, "target": "", "case": ""} for kind in kinds]
    return rows + done
