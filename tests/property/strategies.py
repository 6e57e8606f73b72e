"""Small whole worlds: an estate with its tables, a rule book of every check, and a log that looks for the edges.

A world is drawn as plain data (dicts and lists) and written as YAML and CSV, so that a failing example shrinks to
something a person can read: fewer events, fewer duties, outright figures instead of parameters.
"""

import csv
import hashlib
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import yaml
from hypothesis import strategies as st

from tests.reference.books import with_prefix

Row = dict[str, str]

MONTHS = ("2026-02", "2026-09", "2026-10", "2026-12")
PEOPLE = ("p1", "p2", "p3", "p4", "p5")
AREAS: dict[str, dict[str, str]] = {"A": {}, "A1": {"within": "A"}, "B": {}, "A11": {"within": "A1"}}
TIMES = ("07:55", "8:10", "09:00", "12:00", "17:00", "24:00")
EDGES = (-60, -1, 0, 1, 30, 59, 60)
"""Seconds before and after a time that a rule names."""

EVENTS: dict[str, Any] = {
    "meet": {},
    "asked": {},
    "paper": {},
    "sheet": {},
    "train": {},
    "praise": {},
    "patrol": {"target": "building"},
    "plan": {"target": "building"},
    "visit": {"target": "unit", "attributes": {"fee": ["property", "utility"]}},
    "call": {"target": "unit"},
    "read": {"target": "area", "person": "any"},
    "synced": {"target": "area"},
    "found": {
        "target": "building",
        "case": "true",
        "attributes": {"place": ["unit", "perimeter"], "due_at": "instant", "solvable": "boolean"},
    },
    "fixed": {"case": "true"},
    "passed": {"case": "true", "person": "any"},
    "worse": {"case": "true", "person": "any"},
    "mark": {"case": "true", "value": "mark"},
    "breach": {"target": "person", "case": "true"},
    "talked": {"target": "person"},
    "table": {
        "attributes": {"blank_cells": "integer", "lines": "integer", "complete": "boolean", "signed_by": "person"}
    },
}
POPULATIONS: dict[str, Any] = {
    "buildings": {"table": "buildings"},
    "vacant": {"table": "units", "where": {"state": "vacant"}},
    "lived_in": {"table": "units", "where": {"state": ["occupied", "vacant"]}},
    "renovating": {"table": "permits"},
    "owing": {"table": "arrears", "where": {"fee": "property", "age": ["current", "old"]}},
    "on_trial": {"table": "spells", "where": {"name": "trial"}},
    "alive": {"table": "spells", "where": {"name": ["life", "trial"]}},
}
UNIT_POPULATIONS = ("vacant", "lived_in", "renovating", "owing")
ROLES: dict[str, Any] = {"butler": {}, "lead": {}, "staff": {"includes": ["butler", "lead"]}}
TIMETABLE = [
    {"slot": "morning", "role": "butler", "from": "08:00", "to": "11:00"},
    {"slot": "afternoon", "role": "butler", "from": "13:00", "to": "17:00"},
]
WINDOWS = (
    [["08:00", "12:00"]],
    [["07:55", "09:00"], ["12:00", "17:00"]],
    [["00:00", "07:55"], ["09:00", "12:00"], ["17:00", "24:00"]],
)
REASONS = {
    "attendance": ("missing", "late", "early"),
    "quota": ("missing", "short", "over"),
    "deadline": ("missing", "late", "short"),
    "response": ("missing", "late"),
    "precedence": ("disordered",),
    "record": ("missing", "late", "incomplete", "unsigned"),
    "window": ("outside",),
    "metric": ("short",),
    "interval": ("missing", "late"),
    "forbid": ("outside",),
    "rate": ("short", "over"),
    "finding": ("found",),
}


class Draw(Protocol):
    """Where choices come from: Hypothesis, which shrinks, or a seed, which reaches more in less time."""

    def pick(self, *options: Any) -> Any: ...
    def whole(self, low: int, high: int) -> int: ...
    def day(self, first: date, last: date) -> date: ...
    def several(self, options: Sequence[Any], least: int, most: int, *, unique: bool = False) -> list[Any]: ...


class HypothesisDraw:
    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def day(self, first: date, last: date) -> date:
        return self.draw(st.dates(first, last))

    def several(self, options: Sequence[Any], least: int, most: int, *, unique: bool = False) -> list[Any]:
        return self.draw(st.lists(st.sampled_from(options), min_size=least, max_size=most, unique=unique))


class SeededDraw:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *options: Any) -> Any:
        return self.random.choice(options)

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.whole(0, (last - first).days))

    def several(self, options: Sequence[Any], least: int, most: int, *, unique: bool = False) -> list[Any]:
        count = self.whole(least, min(most, len(options)) if unique else most)
        return self.random.sample(list(options), count) if unique else self.random.choices(options, k=count)


@dataclass
class WorldFiles:
    """What a drawn world is: files to write, the scored period, and perhaps an `as_of`."""

    period: str
    as_of: str | None
    files: dict[str, str]
    logs: list[str]

    def write(self, folder: Path) -> None:
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")

    def log_paths(self, folder: Path) -> list[Path]:
        return [folder / name for name in self.logs]


@dataclass
class Draft:
    """A rule book while it is drawn."""

    draw: Draw
    first: date
    areas: list[str]
    granularity: int
    parameters: dict[str, Any] = field(default_factory=dict)
    bind: dict[str, Any] = field(default_factory=dict)
    duties: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    """Kinds that an inspector may log for fines and outcomes."""

    def one_of(self, *options: Any) -> Any:
        return self.draw.pick(*options)

    def maybe(self, one_in: int = 2) -> bool:
        return bool(self.draw.whole(0, one_in - 1) == one_in - 1)

    def figure(self, kind: str, *options: Any, none: bool = True) -> Any:
        """A figure outright, by area, by date or as a parameter; sometimes unbound, sometimes `none`."""
        value = self.one_of(*options)
        form = self.one_of("outright", "outright", "outright", "area", "date", "parameter")
        if form == "area":
            value = {"default": value, "areas": {self.one_of(*self.areas): self.one_of(*options)}}
        elif form == "date":
            later = self.first + timedelta(days=self.one_of(0, 6, 14))
            rows = [("2020-01-01", value), (later.isoformat(), self.one_of(*options))]
            value = [{"from": start, "value": found} for start, found in rows]
        elif form == "parameter":
            value = self.parameter(kind, value, self.one_of(*options), none=none)
        return value

    def parameter(self, kind: str, value: Any, other: Any, *, none: bool) -> str:
        name = f"x{len(self.parameters) + 1}"
        state = self.one_of("default", "default", "bound", "bound", "unbound", "none" if none else "bound")
        declared: dict[str, Any] = {"type": kind, "suggest": other}
        if state in ("default", "none"):
            declared["default"] = value
        if state == "bound":
            self.bind[name] = other
        elif state == "none":
            self.bind[name] = "none"
        self.parameters[name] = declared
        return f"${name}"

    def time(self, *, none: bool = True) -> Any:
        return self.figure("time", *TIMES, none=none)

    def limit(self) -> dict[str, Any]:
        return {self.one_of("by", "by", "before"): self.time()}

    def common(self, number: int, check: str, fields: dict[str, Any]) -> None:
        duty = {"clause": f"1.{number}", "check": check, **fields}
        if self.maybe(3):
            duty["role"] = self.one_of("lead", "staff")
        if self.maybe(6):
            duty["strength"] = self.one_of("must", "should", "may")
        self.duties[f"{check}_{number}"] = duty


# ---------------------------------------------------------------------------------------------------------- duties


def attendance(d: Draft) -> dict[str, Any]:
    fields: dict[str, Any] = {"event": "meet", **d.limit()}
    if d.maybe(3):
        moment = d.one_of("shift.start", "shift.end", "shift.start - 15 minutes", "shift.end + 1 hours")
        fields = {"event": "meet", d.one_of("by", "before"): d.figure("moment", moment, "12:00")}
    if d.maybe(3):
        fields["from"] = d.one_of(d.figure("time", "07:30", "07:55"), "shift.start - 30 minutes", "shift.end")
    if d.maybe(3):
        fields["late_until"] = d.one_of("12:00", "17:00", "end_of_day")
    return fields | excuse(d)


def excuse(d: Draft) -> dict[str, Any]:
    if not d.maybe(4):
        return {}
    return {"excused_by": {"event": "asked"} | ({"before": d.one_of("07:55", "09:00")} if d.maybe() else {})}


def patrol(d: Draft) -> dict[str, Any]:
    fields = {"event": "patrol", "per": "workday", "at_least": d.figure("integer", "1", "2", "3", "0")}
    if d.maybe():
        fields["distinct"] = "target"
    if d.maybe():
        fields["cap"] = "buildings"
    if d.maybe():
        fields["slot"] = d.one_of("morning", "afternoon")
    return fields | excuse(d)


def windowed(d: Draft) -> dict[str, Any]:
    event = d.one_of("visit", "visit", ["visit", "call"])
    fields: dict[str, Any] = {"event": event, "per": d.one_of("workday", "workday", "shift", "week")}
    fields["windows"] = d.figure("windows", *WINDOWS)
    fields["count"] = d.one_of("all_windows", "each_window")
    fields["at_least"] = d.figure("integer", "1", "2")
    if d.maybe():
        fields["distinct"] = "target"
    if event == "visit" and d.maybe():
        fields["where"] = {"fee": d.one_of("property", ["property", "utility"])}
    if d.maybe():
        fields["population"] = d.one_of(*UNIT_POPULATIONS)
    return fields | excuse(d)


def at_most(d: Draft) -> dict[str, Any]:
    event = d.one_of("train", "visit", "patrol", ["visit", "call"])
    fields = {
        "event": event,
        "per": d.one_of("workday", "week", "month"),
        "at_most": d.figure("integer", "0", "1", "2"),
    }
    if "visit" in event and d.maybe():
        fields["population"] = d.one_of(*UNIT_POPULATIONS)
    return fields


def long_quota(d: Draft) -> dict[str, Any]:
    per = d.one_of("week", "month", "month", "two_months", "quarter", "half_year", "year")
    event = d.one_of("train", "visit", "visit", "patrol", ["visit", "call"], ["call", "visit"], ["patrol", "train"])
    fields: dict[str, Any] = {"event": event, "per": per, "at_least": d.figure("integer", "1", "2", "3", "7")}
    if event != "train" and d.maybe():
        fields["distinct"] = "target"
    if "visit" in event:
        population = d.one_of(*UNIT_POPULATIONS)
        if d.maybe():
            fields["at_least"] = {"share": d.figure("share", "1/3", "98%", "1/1"), "of": population}
        if d.maybe():
            fields["population"] = d.one_of(population, population, *UNIT_POPULATIONS)
            if d.maybe(3):
                fields["credit"] = d.one_of("unit", "performer")
        elif d.maybe(3):
            fields["cap"] = population
    if d.maybe():
        fields["prorate"] = d.one_of("workdays", "none")
    if per != "week" and d.maybe(3):
        fields["days"] = d.one_of(["15", "21"], ["28", "31"], ["1", "last"], ["10", "10"])
        if per in ("quarter", "half_year", "year"):
            two = [{"month": "2", "day": "25"}, {"month": "3", "day": "14"}]
            one = [{"month": "1", "day": "1"}, {"month": d.one_of("1", "2"), "day": "20"}]
            fields["days"] = d.one_of(fields["days"], two, one)
    if "population" not in fields and d.maybe(4):
        fields["performed_by"] = "any"
    if d.maybe(6):
        fields["participants"] = d.one_of("lead", ["butler"], ["butler", "lead"])
    return fields


def daily_deadline(d: Draft) -> dict[str, Any]:
    fields: dict[str, Any] = {"event": "paper"}
    if d.maybe(3):
        fields = {"events": {"all_of": ["paper", "sheet", "table"][: d.one_of(2, 3)]}}
    fields["per"] = "workday"
    if not d.maybe(4):
        fields |= d.limit()
    if d.maybe(3):
        fields["late_until"] = d.one_of("17:00", "end_of_day")
    return fields | excuse(d)


def due_deadline(d: Draft) -> dict[str, Any]:
    fields: dict[str, Any] = {"event": "paper"}
    if d.maybe(3):
        fields = {"events": {"all_of": ["paper", "sheet"]}}
    per = d.one_of("week", "month", "month", "two_months", "quarter", "half_year", "year")
    due: dict[str, Any] = {"day": d.one_of("1", "5", "10", "31", "last")}
    if per == "week":
        due = {"weekday": d.one_of("monday", "friday", "sunday")}
    if per in ("quarter", "half_year", "year") and d.maybe():
        due["months"] = d.one_of(["3", "9"], ["2", "6", "12"], ["10"])
    if d.maybe():
        due["by"] = d.one_of("09:00", "24:00")
    other = due | ({"day": "20"} if "day" in due else {"weekday": "tuesday"})
    fields |= {"per": per, "due": d.figure("due", due, other)}
    if d.maybe():
        fields["roll"] = d.one_of("next", "previous", "none")
    if d.maybe(3):
        fields["late_until"] = d.one_of("2 days", "1 months", "end_of_day", "end_of_week", "end_of_month")
    return fields


DURATIONS = (
    "30 minutes",
    "5 working_hours",
    "20 working_hours",
    "1 hours",
    "24 hours",
    "2 days",
    "1 months",
    "1 workdays",
    "3 workdays",
    "same_day",
    "same_workday",
    "period_end",
)


def within(d: Draft) -> Any:
    simple = d.figure("duration", *DURATIONS)
    choice = d.one_of("simple", "simple", "same_day", "case", "list")
    if choice == "same_day":
        return {"same_day": d.time()}
    if choice == "case":
        return "case.due_at"
    if choice == "list":
        return ["case.due_at", d.one_of("2 workdays", {"same_day": "17:00"})]
    return simple


def attended(d: Draft, kind: str) -> Any:
    """A kind, sometimes only with certain roles there."""
    if not d.maybe(4):
        return kind
    return {"event": kind, "participants": d.one_of("lead", ["butler", "lead"], ["staff"], ["lead"])}


def deeds(d: Draft) -> Any:
    return d.one_of(
        attended(d, "fixed"),
        {"any_of": [attended(d, "fixed"), "passed"]},
        {"all_of": ["fixed", "passed"]},
        {"all_of": ["fixed", {"any_of": ["passed", "worse"]}]},
        {"in_order": ["passed", attended(d, "fixed")]},
        {"any_of": ["worse", {"in_order": ["fixed", {"all_of": ["passed", "worse"]}]}]},
    )


def dated_response(d: Draft) -> dict[str, Any]:
    trigger: dict[str, Any] = {
        "population": d.one_of("lived_in", "renovating", "owing", "on_trial", "alive", "buildings")
    }
    if d.maybe():
        trigger["date"] = d.one_of("from", "to")
    if d.maybe(3):
        trigger["yearly"] = "true"
    if d.maybe(3):
        trigger["days_before"] = d.one_of("1", "7")
    fields: dict[str, Any] = {
        "trigger": trigger,
        "follow_up": d.one_of("visit", {"any_of": ["visit", "call"]}, "patrol"),
    }
    fields["match_on"] = d.one_of("target", "target", "none")
    fields["within"] = d.figure("duration", *DURATIONS)
    fields["owed_by"] = d.one_of("role", "area_of_target")
    fields["performed_by"] = d.one_of("self", "any")
    if d.maybe(4):
        fields["not_before"] = d.one_of("2 days", "1 months", "paper")
    return fields


def response(d: Draft) -> dict[str, Any]:
    trigger: dict[str, Any] = {"event": "found"}
    if d.maybe(3):
        trigger["where"] = d.one_of({"place": "unit"}, {"solvable": "false"}, {"place": ["unit", "perimeter"]})
    if d.maybe(3):
        trigger["window"] = d.figure("window", ["00:00", "12:00"], ["07:55", "17:00"])
    fields: dict[str, Any] = {"trigger": trigger if len(trigger) > 1 else "found", "follow_up": deeds(d)}
    fields["within"] = within(d)
    if d.maybe(4):
        fields["not_before"] = d.one_of("2 days", "1 months", "3 hours", "90 minutes", "paper", {"event": "passed"})
    if d.maybe(4):
        fields["else"] = {"follow_up": d.one_of("passed", "worse", "paper", deeds(d)), "within": within(d)}
    if d.maybe(3):
        fields |= {"match_on": "target", "follow_up": d.one_of("patrol", {"any_of": ["patrol", "plan"]})}
    elif d.maybe(5):
        fields |= {"match_on": "none", "follow_up": d.one_of("paper", "fixed")}
    fields["owed_by"] = d.one_of("person", "person", "role", "area_of_target")
    fields["performed_by"] = d.one_of("self", "any")
    if d.maybe(3):
        fields["late_until"] = d.one_of("2 days", "1 months", "end_of_day", "end_of_week", "end_of_month")
    return fields


def reading(d: Draft) -> dict[str, Any]:
    fields = {"trigger": "read", "follow_up": "synced", "match_on": "target", "owed_by": "area_of_target"}
    duration = d.figure("duration", "1 workdays", "same_day", "2 days")
    return fields | {"within": duration, "performed_by": d.one_of("self", "any")}


def habitual(d: Draft) -> dict[str, Any]:
    trigger = {"event": "breach", "times": d.figure("integer", "1", "2", "3"), "same": "target"}
    duration = d.figure("duration", "3 workdays", "same_workday", "2 days")
    return {"trigger": trigger, "follow_up": "talked", "match_on": "target", "within": duration}


def precedence(d: Draft) -> dict[str, Any]:
    fields = {"event": "patrol", "requires": "plan", "match_on": d.one_of("target", "target", "none")}
    if d.maybe(4):
        fields = {"event": "fixed", "requires": "found", "match_on": d.one_of("case", "none")}
    return fields | {"lag": d.one_of("none", "previous_workday")}


def chain(d: Draft) -> dict[str, Any]:
    fields: dict[str, Any] = {"event": d.one_of("fixed", attended(d, "mark"), "found"), "requires": deeds(d)}
    if d.maybe(3):
        fields |= {"event": "visit", "requires": d.one_of("call", {"any_of": ["call", "patrol"]}), "match_on": "target"}
    elif d.maybe(4):
        fields["match_on"] = d.one_of("case", "none")
    if d.maybe():
        fields["owed_by"] = d.one_of("person", "role", "area_of_target")
        if fields["event"] in ("fixed", "mark") or isinstance(fields["event"], dict):
            fields["owed_by"] = d.one_of("person", "role")
    if d.maybe():
        fields["performed_by"] = d.one_of("self", "any")
    if d.maybe():
        fields["within"] = d.figure("duration", *DURATIONS)
    return fields


def contacts(d: Draft) -> dict[str, Any]:
    fields: dict[str, Any] = {"event": attended(d, "mark"), "after": "found", "until": d.one_of("fixed", "passed")}
    if d.maybe(3):
        fields = {"event": "call", "after": "visit", "until": "call", "match_on": "target"}
    elif d.maybe(4):
        fields["match_on"] = "none"
    fields["within"] = d.figure("duration", *DURATIONS)
    located = fields["after"] in ("found", "visit")
    fields["owed_by"] = d.one_of("person", "role", "area_of_target" if located else "role")
    if d.maybe():
        fields["performed_by"] = d.one_of("self", "any")
    return fields


def forbidden(d: Draft) -> dict[str, Any]:
    if d.maybe(3):
        return {"event": d.one_of("patrol", "visit", ["visit", "found"]), "elsewhere": "true"}
    fields: dict[str, Any] = {"event": d.one_of("fixed", ["fixed", "worse"]), "after": "found", "until": "passed"}
    if d.maybe(3):
        fields = {"event": "visit", "after": "call", "match_on": "target"}
    elif d.maybe(3):
        fields |= {"event": "train", "after": "paper", "until": "sheet", "match_on": "none"}
    if "until" in fields and d.maybe(4):
        del fields["until"]
    if d.maybe():
        fields["performed_by"] = d.one_of("self", "any")
    return fields


def rate(d: Draft) -> dict[str, Any]:
    num, den = d.one_of(
        ({"event": "mark", "where": {"channel": "phone"}}, "mark"),
        ({"event": "mark", "participants": "butler"}, "mark"),
        ({"event": "visit", "where": {"outcome": ["done", ""]}}, "visit"),
        ({"event": "found", "where": {"place": "unit"}}, "found"),
        ("fixed", "found"),
        ("train", "train"),
    )
    fields: dict[str, Any] = {"num": num, "den": den, "per": d.one_of("week", "month", "month", "month", "quarter")}
    if d.maybe(6):
        fields["den"] = {"population": d.one_of(*UNIT_POPULATIONS)}
    if den == "mark" and d.maybe():
        fields["of"] = "value"
    limit = d.one_of("at_least", "at_least", "at_most", "")
    if limit:
        fields[limit] = d.figure("share", "98%", "1/3", "1/1", "50%")
    if d.maybe(5):
        fields["den_min"] = d.figure("decimal", "1", "2", "75")
    if d.maybe():
        fields["performed_by"] = "any"
    return fields


def content(d: Draft) -> dict[str, Any]:
    choices: dict[str, Any] = {
        "fields": d.one_of(["complete"], ["complete", "lines"]),
        "blanks": d.figure("integer", "0", "1"),
        "filled": {"field": "lines", "at_least": d.one_of("2", {"share": "2/3", "of": "4"})},
        "allowed": {"channel": ["phone", "home"]},
        "signed_by": d.one_of("self", "lead", "staff"),
    }
    wanted = d.draw.several(list(choices), 1, 2, unique=True)
    return {name: choices[name] for name in wanted}


def daily_record(d: Draft) -> dict[str, Any]:
    return {"event": "table", "per": "workday", **d.limit(), **content(d), **excuse(d)}


def existing_record(d: Draft) -> dict[str, Any]:
    if d.maybe(4):
        return {"of": ["table", "paper"], "allowed": {"channel": ["phone", "home"]}}
    some = {"event": "table", "where": {"complete": d.one_of("true", "false")}}
    return {
        "of": d.one_of("table", ["table"], some, [some, {"event": "table", "where": {"channel": "home"}}]),
        **content(d),
    }


def calling_hours(d: Draft) -> dict[str, Any]:
    event = d.one_of("call", "found", ["visit", "call"], [{"event": "visit", "where": {"fee": "property"}}, "call"])
    fields: dict[str, Any] = {"event": event}
    closed = d.one_of("forbidden", "allowed", "weekdays", "both")
    if closed in ("forbidden", "both"):
        fields["forbidden"] = d.figure("windows", *WINDOWS)
    if closed == "allowed":
        fields["allowed"] = d.figure("windows", *WINDOWS)
    if closed in ("weekdays", "both"):
        fields["forbidden_weekdays"] = d.figure("weekdays", ["monday"], ["saturday", "sunday"], ["thursday"])
    return fields | excuse(d)


def metric(d: Draft) -> dict[str, Any]:
    value = d.one_of("mean", "sum")
    fields: dict[str, Any] = {"event": "mark", "value": value, "at_least": d.figure("decimal", "75", "74.5", "150")}
    fields |= d.one_of({"of_each": "case"}, {"of_each": "case"}, {"per": "month"})
    return fields


def finding(d: Draft) -> dict[str, Any]:
    del d
    return {}


TEMPLATES: tuple[tuple[str, Callable[[Draft], dict[str, Any]]], ...] = (
    ("attendance", attendance),
    ("quota", patrol),
    ("quota", windowed),
    ("quota", at_most),
    ("quota", long_quota),
    ("quota", long_quota),
    ("deadline", daily_deadline),
    ("deadline", due_deadline),
    ("deadline", due_deadline),
    ("response", response),
    ("response", response),
    ("response", reading),
    ("response", habitual),
    ("response", dated_response),
    ("precedence", precedence),
    ("precedence", chain),
    ("interval", contacts),
    ("forbid", forbidden),
    ("rate", rate),
    ("rate", rate),
    ("record", daily_record),
    ("record", existing_record),
    ("window", calling_hours),
    ("metric", metric),
    ("finding", finding),
)


# ---------------------------------------------------------------------------------------------------------- scorecard


def scorecard(d: Draft) -> dict[str, Any]:
    items = {str(n + 1): scorecard_item(d) for n in range(d.one_of(1, 2, 3))}
    thin_out(items)
    bonus = {"praised": {"clause": "8.1", "event": "praise", "each": d.figure("decimal", "1", "0.5")}}
    role = d.one_of("butler", "butler", "staff")
    card: dict[str, Any] = {"role": role, "per": "month", "clause": "9", "items": items}
    if d.maybe():
        card["accumulate"] = {"over": d.one_of(*MONTHS_TOGETHER), **d.one_of({}, {"of": "mean"}, {"of": "sum"})}
    return card | ({"bonus": bonus} if d.maybe() else {}) | sums_of_card(d, items)


WEIGHTS = {1: (["100%"],), 2: (["1/3", "2/3"], ["12.5%", "87.5%"]), 3: (["1/7", "2/7", "4/7"], ["30%", "30%", "40%"])}


def sums_of_card(d: Draft, items: dict[str, Any]) -> dict[str, Any]:
    """Weights, caps and grades."""
    if d.maybe(3):
        weights = d.one_of(*WEIGHTS[len(items)])
        for item, weight in zip(items.values(), weights, strict=True):
            item |= {"marks": "8", "weight": weight}
    found: dict[str, Any] = {}
    if d.maybe(3):
        found["bonus_cap"] = d.figure("decimal", "1", "0.5", "3")
    if d.maybe(3):
        found["total_cap"] = d.figure("decimal", "10", "6.5", "20")
    if d.maybe():
        starts = d.one_of(["90", "75", "0"], ["66.67", "33.33", "0"], ["0"])
        found["grades"] = [{"from": start, "grade": f"g{n}", "coefficient": "1.2"} for n, start in enumerate(starts)]
    return found


def consequences(d: Draft) -> dict[str, Any]:
    """Who is liable, and what a line vetoes."""
    found: dict[str, Any] = {}
    if d.maybe(4):
        bearers = [
            {"relation": d.one_of("manager", "butler", "lead", "staff"), "share": d.one_of("1/2", "1/3", "100%")}
        ]
        found["liable"] = d.one_of(bearers, "manager", [*bearers, {"relation": "manager", "share": "20%"}])
    if d.maybe(6):
        found["veto"] = d.one_of("zero_item", "zero_total", {"cap": d.figure("decimal", "3", "5.5")})
    return found


def thin_out(items: dict[str, Any]) -> None:
    """At most four lines share breaches or cases: every order of them is tried."""
    groups: list[tuple[set[str], int]] = []
    for item in items.values():
        for fields in item["lines"].values():
            named = {*fields.get("breaches", []), *([f"={fields['dedupe']}"] if "dedupe" in fields else [])}
            touched = [group for group in groups if group[0] & named]
            size = 1 + sum(group[1] for group in touched)
            if named and size > 4:
                for name in ("breaches", "if", "aggravated_by", "distinct", "dedupe"):
                    fields.pop(name, None)
                if "per_missing" in fields:
                    fields["each"] = fields.pop("per_missing")
            else:
                merged = named.union(*(group[0] for group in touched))
                groups = [group for group in groups if group not in touched] + [(merged, size)]


def scorecard_item(d: Draft) -> dict[str, Any]:
    lines = {str(n + 1): line(d) for n in range(d.one_of(1, 2, 3))}
    breaches = d.draw.pick(None, *(x["breaches"] for x in lines.values() if "breaches" in x))
    if breaches:  # lines that share breaches
        lines["8"] = {"breaches": breaches, **price(d, per_missing=False)}
        if d.maybe():
            lines["8"]["if"] = "none_done"
    item: dict[str, Any] = {"marks": d.one_of("4", "8", "2.5"), "lines": lines}
    if d.maybe(4):
        item["inspect"] = d.one_of("optional", "required")
    return item


def line(d: Draft) -> dict[str, Any]:
    if d.maybe(4):
        fields = price(d, per_missing=False)
        if d.maybe():
            fields["only_if_met"] = d.one_of(*d.duties)
        if d.maybe(3):
            fields["dedupe"] = "matter"
        return fields | consequences(d)
    duty = d.one_of(*d.duties)
    check = d.duties[duty]["check"]
    reasons = d.draw.several(REASONS[check], 1, 2, unique=True)
    if check == "quota" and "over" in reasons:
        reasons = ["over"]
    fields = {"breaches": [f"{duty}.{reason}" for reason in reasons]}
    fields |= price(d, per_missing=check == "quota" and reasons != ["over"])
    if check == "response" and d.duties[duty].get("match_on", "case") == "case":
        if d.maybe(3):
            fields["aggravated_by"] = cause(d)
        if d.maybe(3):
            fields["distinct"] = "case"
    if d.maybe(2 if check in ("response", "finding", "metric") else 6):
        fields["dedupe"] = d.one_of("matter", "matter", "other")
    if d.maybe(5):
        fields["if"] = "none_done"
    fields |= consequences(d)
    possible = (
        REASONS[check]
        if check in ("response", "precedence", "window", "metric", "interval", "forbid", "finding")
        else ()
    )
    if "veto" in fields and not (set(reasons) <= {*possible} and d.duties[duty].get("strength", "must") == "must"):
        del fields["veto"]  # a veto that cannot fire is refused
    return fields


TIERS: tuple[dict[str, str], ...] = (
    {"1": "1", "3": "2", "6": "5"},
    {"2": "3"},
    {"1": "2", "2": "0.5"},
    {"3": "1", "4": "0"},
)


def cause(d: Draft, *, depth: int = 2) -> Any:
    """An event, a breach, or several of them."""
    form = d.one_of("kind", "kind", "event", "breach", *(("all_of", "any_of") if depth else ()))
    if form == "event":
        return {"event": "found", "where": {"place": d.one_of("unit", ["unit", "perimeter"])}}
    if form == "breach":
        duty = d.one_of(*d.duties)
        return {"breach": f"{duty}.{d.one_of(*REASONS[d.duties[duty]['check']])}"}
    if form in ("all_of", "any_of"):
        return {form: [cause(d, depth=depth - 1) for _ in range(d.one_of(1, 2))]}
    return d.one_of("worse", "worse", "fixed", "passed")


def price(d: Draft, *, per_missing: bool) -> dict[str, Any]:
    form = d.one_of("each", "each", "once", "every", "per_missing" if per_missing else "each")
    points: Any = d.one_of("1", "2", "0.5", "3")
    further: dict[str, Any] = {}
    if d.maybe(5):
        further["free"] = d.figure("integer", "1", "2", "0") if d.maybe() else d.one_of("1", "2")
    if d.maybe(5):
        further["line_cap"] = d.figure("decimal", "2", "3.5", "1") if d.maybe() else d.one_of("2", "3.5")
    if form == "every":
        return {"every": d.one_of("2", "3"), "points": points, **further}
    if d.maybe(4):
        points = d.figure("price", *TIERS, none=False) if d.maybe() else d.one_of(*TIERS)
    elif d.maybe(8):
        points = d.parameter("decimal", points, "none", none=True) if d.maybe() else points
    return {form: points, **further}


def fines(d: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for n in range(d.one_of(0, 1, 2)):
        duty = d.one_of(*d.duties)
        reason = d.one_of(*REASONS[d.duties[duty]["check"]])
        d.findings.append(f"finding.T1-7.{n}")
        found[f"fine{n}"] = {
            "clause": f"7.{n}",
            "role": d.one_of("butler", "staff"),
            "breaches": [f"{duty}.{reason}"],
            **({"each": d.one_of("10", "5.5")} if d.maybe() else price(d, per_missing=False)),
            "currency": d.one_of("CNY", "CNY", "HKD"),
            **(d.one_of({"mode": "record_only"}, {}) if d.maybe() else payable(d)),
        }
    return found


MONTHS_TOGETHER = ("quarter", "half_year", "year", "rolling_12_months")


def outcomes(d: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for n in range(d.one_of(0, 1, 1, 2)):
        fields: dict[str, Any] = {"clause": f"6.{n}", "role": d.one_of("butler", "staff", "staff")}
        duty = d.one_of(*d.duties)
        if d.maybe():
            reasons = d.draw.several(REASONS[d.duties[duty]["check"]], 1, 2, unique=True)
            fields["breaches"] = [f"{duty}.{reason}" for reason in reasons]
        if d.maybe(3):
            fields["aggravated_by"] = cause(d)
        if d.maybe(4):
            fields["distinct"] = "case"
        if d.maybe(5):
            fields["only_if_met"] = d.one_of(*d.duties)
        if d.maybe(6) and "breaches" in fields:
            fields["if"] = "none_done"
        fields["ladder"] = d.one_of(
            {"1": "warning"}, {"1": "warning", "3": ["fault", {"step": "leaving"}]}, {"2": "warning", "4": "leaving"}
        )
        if d.maybe():
            fields["also"] = d.one_of({"when": cause(d), "step": "police"}, [{"when": cause(d), "step": ["a", "b"]}])
        if d.maybe():
            fields["over"] = d.one_of(*MONTHS_TOGETHER)
        if d.maybe():
            fields["liable"] = d.one_of("manager", "lead", ["butler", "manager"], ["staff"])
        found[f"outcome{n}"] = fields
        d.findings += [f"finding.T1-6.{n}"] * 3
    return found


def payable(d: Draft) -> dict[str, Any]:
    """What makes a fine payable; in some months not yet."""
    adopted = d.one_of("2019-06-01", "2026-02-01")
    return {
        "mode": "payable",
        "legal_basis": "handbook",
        "adopted_on": adopted,
        "published_on": d.one_of(adopted, "2026-02-28"),
        "monthly_cap": d.figure("decimal", "15", "7.5", "100"),
    }


# ---------------------------------------------------------------------------------------------------------- the book


def book_files(d: Draft) -> tuple[dict[str, str], dict[str, Any]]:
    """The book, sometimes as a base and a book that extends and overrides it; and its scorecard."""
    count = d.one_of(1, 2, 3, 4, 5, 6)
    for number in range(count):
        check, template = d.one_of(*TEMPLATES)
        d.common(number + 1, check, template(d))
    card, charged, following = scorecard(d), fines(d), outcomes(d)
    frame = {
        "roles": ROLES,
        "parameters": d.parameters,
        "timetable": TIMETABLE,
        "events": EVENTS,
        "populations": POPULATIONS,
    }
    published = d.one_of("2020-01-01", "2020-01-01", d.first.isoformat())
    head = {"source": {"id": "T1"}, "published_on": published}
    defaults = {"duty_defaults": {"role": "butler"}}
    scores = {"scorecards": {"month": card}, "fines": charged, "outcomes": following}
    if not d.maybe(4):
        whole = {"book": "drawn", **head, **frame, **defaults, "duties": d.duties, **scores}
        return {"book.yaml": to_yaml(whole)}, card
    split = d.draw.whole(0, len(d.duties))
    inherited = dict(list(d.duties.items())[:split])
    own = dict(list(d.duties.items())[split:])
    for duty in inherited.values():
        duty["clause"] = f"T1-{duty['clause']}"
    override: dict[str, Any] = {"roles": {"lead": {"reports_to": "staff"}}}
    if inherited:
        changed = d.one_of(*inherited)
        override["duties"] = {changed: {"strength": d.one_of("must", "should")}}
        spare_vetoes(card, changed)
    base = {"book": "base", "source": {"id": "T0"}, "published_on": "2020-01-01"}
    book = {"book": "drawn", **head, "extends": ["base.yaml"], **defaults, "duties": own, **scores}
    files = {
        "base.yaml": to_yaml({**base, **frame, **defaults, "duties": inherited}),
        "book.yaml": to_yaml({**book, "override": override}),
    }
    return files, card


def spare_vetoes(card: dict[str, Any], duty: str) -> None:
    """A veto of a duty that may be no must is refused."""
    for item in card["items"].values():
        for fields in item["lines"].values():
            if any(name.startswith(f"{duty}.") for name in fields.get("breaches", [])):
                fields.pop("veto", None)


def to_yaml(value: Any) -> str:
    """Sections in block style, what is in them in flow style."""
    return "".join(f"{key}:{_block(entry)}\n" for key, entry in value.items())


def _block(value: Any) -> str:
    if isinstance(value, dict) and value:
        return "".join(f"\n  {_scalar(key)}: {_flow(entry)}" for key, entry in value.items())
    return f" {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(entry) for entry in value) + "]"
    return _scalar(value)


def _scalar(text: str) -> str:
    return text


# ---------------------------------------------------------------------------------------------------------- tables


@dataclass
class Calendar:
    """Days near the scored month, a few of them hot: most of what happens, happens there."""

    first: date
    last: date
    hot: list[date]


def days_of(draw: Draw, period: str) -> Calendar:
    first = date.fromisoformat(f"{period}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    edge = [first - timedelta(days=1), first, last]
    picked = draw.several(range((last - first).days + 1), 2, 4)
    return Calendar(first, last, edge + [first + timedelta(days=n) for n in picked])


def maybe_day(draw: Draw, cal: Calendar) -> str:
    """Mostly empty; else a day of the month."""
    form = draw.pick("", "", "hot", "any")
    if not form:
        return ""
    return (draw.pick(*cal.hot) if form == "hot" else draw.day(cal.first, cal.last)).isoformat()


def people(draw: Draw, cal: Calendar, areas: list[str], roles: tuple[str, ...]) -> list[Row]:
    rows: list[Row] = []
    for person in PEOPLE[: draw.whole(1, 5)]:
        first = post(draw, cal, areas, roles) | {"person": person}
        rows.append(first)
        if draw.whole(0, 2) == 2:
            second = post(draw, cal, areas, roles) | {"person": person}
            if draw.pick(False, True) and first["to"]:  # a transfer
                second["from"] = (date.fromisoformat(first["to"]) + timedelta(days=1)).isoformat()
                second["to"] = ""
            if (second["area"], second["role"]) != (first["area"], first["role"]):
                rows.append(second)
    return rows


def post(draw: Draw, cal: Calendar, areas: list[str], roles: tuple[str, ...]) -> Row:
    start, end = maybe_day(draw, cal), maybe_day(draw, cal)
    if start and end and end < start:
        start, end = end, start
    return {
        "role": draw.pick(*roles),
        "area": draw.pick(*areas, ""),
        "from": start,
        "to": end,
        "fte": draw.pick("", "", "1", "0.5", "0.75"),
        "primary": draw.pick("", "", "yes", "no"),
        "manager": draw.pick("", *PEOPLE, "owner"),
    }


def dated(draw: Draw, cal: Calendar, row: Row) -> Row:
    start, end = maybe_day(draw, cal), maybe_day(draw, cal)
    if start and end and end < start:
        start, end = end, start
    return row | {"from": start, "to": end}


def places(draw: Draw, cal: Calendar, areas: list[str]) -> dict[str, list[Row]]:
    """Buildings, units with states that change, permits and arrears."""
    names = [f"b{n + 1}" for n in range(draw.whole(1, 4))]
    buildings = []
    for name in names:
        row = {"building": name, "area": draw.pick(*areas), "from": "", "to": ""}
        buildings.append(dated(draw, cal, row) if draw.whole(0, 4) == 4 else row)
    units: list[Row] = []
    for n in range(draw.whole(1, 5)):
        units += unit_rows(draw, cal, f"u{n + 1}", draw.pick(*names))
    known = sorted({row["unit"] for row in units})
    permits = [dated(draw, cal, {"unit": draw.pick(*known)}) for _ in range(draw.whole(0, 3))]
    arrears = [arrears_row(draw, cal, known) for _ in range(draw.whole(0, 4))]
    return {"buildings": buildings, "units": units, "permits": permits, "arrears": arrears}


def unit_rows(draw: Draw, cal: Calendar, unit: str, building: str) -> list[Row]:
    states = ("vacant", "vacant", "occupied", "not_moved_in", "")
    rows = [{"unit": unit, "building": building, "state": draw.pick(*states), "from": "", "to": ""}]
    change = maybe_day(draw, cal)
    if change:
        before = date.fromisoformat(change) - timedelta(days=1)
        rows[0]["to"] = before.isoformat()
        if draw.pick(False, True):
            rows.append({"unit": unit, "building": building, "state": draw.pick(*states), "from": change, "to": ""})
    return rows


def spells(draw: Draw, cal: Calendar, targets: list[str]) -> list[Row]:
    """Lives and trials: some began years ago, on a day that is near now, or on the 29th of February."""
    rows = []
    for _ in range(draw.pick(0, 0, 1, 3)):
        row = dated(draw, cal, {"name": draw.pick("life", "life", "trial"), "target": draw.pick(*targets)})
        if row["name"] == "life":
            near = draw.pick(*cal.hot)
            born = draw.pick(
                "1980-02-29", f"1975-{near.month:02d}-{near.day:02d}", f"2025-{near.month:02d}-{near.day:02d}"
            )
            row |= {"from": born, "to": ""}
        rows.append(row)
    return rows


def arrears_row(draw: Draw, cal: Calendar, units: list[str]) -> Row:
    fee, age = draw.pick("property", "property", "utility"), draw.pick("current", "old")
    return dated(draw, cal, {"unit": draw.pick(*units), "fee": fee, "age": age})


SHIFTS = (("08:00", "17:00"), ("22:00", "06:00"), ("16:00", "00:00"), ("", ""), None)


def roster(draw: Draw, cal: Calendar, known: list[str]) -> list[Row]:
    """Some people work a repeating pattern of shifts, some of them across midnight; None: no row that day."""
    rows: list[Row] = []
    for person in known:
        if draw.whole(0, 3) < 3:
            continue
        pattern = draw.several(SHIFTS, 2, 5)
        day = cal.first - timedelta(days=draw.whole(0, 1))
        last = cal.last + timedelta(days=draw.whole(0, 1))
        while day <= last:
            shift = pattern[day.toordinal() % len(pattern)]
            if shift:
                rows.append({"person": person, "date": day.isoformat(), "start": shift[0], "end": shift[1]})
            day += timedelta(days=1)
    return rows


def leave(draw: Draw, cal: Calendar, known: list[str]) -> list[Row]:
    rows = []
    for _ in range(draw.pick(0, 0, 1, 2, 3)):
        day = draw.pick(*cal.hot)
        length = draw.whole(1, 4)
        whole = f"{day}", f"{day + timedelta(days=length)}"
        from_, until = draw.pick(whole, whole, (f"{day} 07:55", f"{day} 12:00"), (f"{day} 12:00", f"{day} 17:00"))
        row = {"person": draw.pick(*known), "from": from_, "until": until}
        row["approved"] = draw.pick("yes", "yes", "true", "no")
        others = [person for person in known if person != row["person"]]
        if others and draw.pick(False, True):
            row["substitute"] = draw.pick(*others)
            accepted = draw.pick("", f"{day} 10:00", f"{day - timedelta(days=1)} 10:00", f"{day}")
            row["accepted_at"] = accepted
        rows.append(row)
    return rows


def coverage(draw: Draw, cal: Calendar, areas: list[str]) -> list[Row]:
    """None at all, everything, or everything with a hole in it."""
    mode = draw.pick("all", "all", "none", "holes")
    if mode == "none":
        return []
    rows = [{"source": "s1", "kinds": "", "areas": "", "from": "", "to": "", "status": "complete"}]
    if mode == "holes":
        kinds = ("", "p*", "visit patrol", "found", "meet", "*")
        for n in range(draw.whole(1, 3)):
            status = draw.pick("outage", "partial", "complete")
            row = {"source": f"s{n + 2}", "kinds": draw.pick(*kinds), "areas": draw.pick("", *areas)}
            rows.append(dated(draw, cal, row) | {"status": status})
        if draw.whole(0, 3) == 3:
            rows[0]["kinds"] = "p* visit table"
    return rows


# ---------------------------------------------------------------------------------------------------------- the log

LOG_COLUMNS = (
    "at",
    "person",
    "kind",
    "target",
    "case",
    "value",
    "outcome",
    "channel",
    "participants",
    "event_id",
    "revision",
    "voided",
)
LATER = ("0 s", "1 s", "1 h", "24 h", "same day", "next day", "in 3 days", "next month")
CLOCKS = ("07:55", "08:10", "09:00", "12:00", "17:00", "06:00", "00:00", "10:30", "17:30", "08:30", "08:40")


@dataclass
class LogDraft:
    draw: Draw
    cal: Calendar
    known: list[str]
    targets: dict[str, list[str]]
    events: dict[str, Any]
    kinds: list[str]
    pairs: list[tuple[str, str]]

    def pick(self, *options: Any) -> Any:
        return self.draw.pick(*options)

    def at(self) -> datetime:
        """Mostly on a hot day, and within a minute of a time that rules name."""
        near = self.pick(True, True, True, False)
        first, last = self.cal.first - timedelta(days=9), self.cal.last + timedelta(days=4)
        day = self.pick(*self.cal.hot) if near else self.draw.day(first, last)
        hours, minutes = self.pick(*CLOCKS).split(":")
        midnight = datetime(day.year, day.month, day.day)
        return midnight + timedelta(hours=int(hours), minutes=int(minutes), seconds=self.pick(*EDGES))

    def row(self, at: datetime, kind: str | None = None, person: str | None = None) -> Row:
        kind = kind or self.pick(*self.kinds)
        row = {"at": str(at), "person": person or self.pick(*self.known), "kind": kind}
        declared = self.events.get(kind) or {}
        if declared.get("target"):
            row["target"] = self.pick(*self.targets[declared["target"]])
        if declared.get("case"):
            row["case"] = self.pick("C1", "C2", "C3")
        if declared.get("value"):
            row["value"] = self.pick("75", "74.9999", "75.0001", "60", "90.5")
        if kind.startswith("finding."):
            row["value"] = self.pick("", "", "2")
            row["case"] = self.pick("", "", "C1", "C2")
        if declared.get("person") == "any" and not person and self.pick(False, False, True):
            row["person"] = self.pick("", "owner")
        if kind in ("fixed", "mark", "train", "patrol"):
            row["participants"] = self.pick("", "", "p1", "p2;p3", "p4、p1；p2", " p5 ; nobody")
        if declared.get("target") == "unit":
            row["outcome"] = self.pick("", "", "done", "refused", "not_home")
        for name, wanted in (declared.get("attributes") or {}).items():
            row[name] = self.attribute(at, wanted)
        if "attributes" in declared and "channel" not in row:
            row["channel"] = self.pick("", "phone", "sms")
        return row

    def attribute(self, at: datetime, wanted: Any) -> str:
        if isinstance(wanted, list):
            return str(self.pick(*wanted, ""))
        options: dict[str, tuple[str, ...]] = {
            "integer": ("", "0", "1", "2", "3", "13", "14"),
            "boolean": ("", "yes", "false", "no", "1"),
            "instant": ("", f"{at + timedelta(hours=3)}", f"{at + timedelta(days=3)}", f"{at + timedelta(minutes=1)}"),
            "person": ("", *self.known),
            "text": ("", "phone", "visit"),
        }
        return str(self.pick(*options[wanted]))


def log_files(log: LogDraft) -> list[list[Row]]:
    """One or two files: single events, habits (the same thing on many days), copies, revisions; in disorder."""
    rows = [log.row(log.at()) for _ in range(log.draw.whole(0, 30))]
    for _ in range(log.pick(0, 1, 2, 3)):
        rows += habit(log)
    for _ in range(log.pick(0, 1, 3, 6) if log.pairs else 0):
        rows += story(log)
    for n in range(log.pick(0, 0, 1, 2)):
        rows += revisions(log, f"e{n}")
    random.Random(log.draw.whole(0, 99)).shuffle(rows)
    files = [rows]
    if log.pick(False, False, True):
        half = log.draw.whole(0, len(rows))
        files = [rows[:half], rows[max(0, half - log.pick(0, 1, 5)) :]]  # the same rows in both files
        if files[0] and log.pick(False, True):
            copy = log.pick(*files[0])
            files[0].append(dict(copy))  # twice in one file: two events
            files[1].append(copy | {"recorded_at": f"{log.cal.last} 12:00:00"})
    return files


def story(log: LogDraft) -> list[Row]:
    """Something happens, and what should follow it follows, near a limit: same case, same target, mostly one person."""
    first, then = log.pick(*log.pairs)
    start = log.at()
    row = log.row(start, first)
    midnight = start.replace(hour=0, minute=0, second=0)
    after = {
        "0 s": start,
        "1 s": start + timedelta(seconds=1),
        "1 h": start + timedelta(hours=1),
        "24 h": start + timedelta(hours=24),
        "same day": midnight + timedelta(hours=17),
        "next day": midnight + timedelta(days=1),
        "in 3 days": midnight + timedelta(days=3),
        "next month": (midnight.replace(day=1) + timedelta(days=32)).replace(day=1),
    }[log.pick(*LATER)]
    after = max(start, after + timedelta(seconds=log.pick(0, *EDGES)))
    person = row["person"] if row["person"] in log.known and log.pick(True, True, False) else log.pick(*log.known)
    follow_up = log.row(after, then, person)
    same = [name for name in ("case", "target") if name in row and name in follow_up]
    if log.events.get(first, {}).get("target") != log.events.get(then, {}).get("target"):
        same = [name for name in same if name == "case"]
    return [row, follow_up | {name: row[name] for name in same}]


def pairs_of(duties: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Which kind should follow which, by the responses and precedences of a book."""
    pairs = []
    for duty in duties:
        if duty["check"] == "response":
            others = kinds_in(duty["follow_up"]) + kinds_in(duty.get("else", {}).get("follow_up", {}))
            pairs += [(first, kind) for first in kinds_in(duty["trigger"]) for kind in others]
        elif duty["check"] == "rate":
            pairs += [(kind, kind) for kind in kinds_in(duty["num"])]
        elif duty["check"] in ("interval", "forbid"):
            parts = [kind for part in ("after", "event", "until") for kind in kinds_in(duty.get(part, {}))]
            pairs += [*pairwise(parts), (parts[0], parts[-1])]
        elif duty["check"] == "precedence":
            pairs += [(kind, kinds_in(duty["event"])[0]) for kind in kinds_in(duty["requires"])]
    return pairs


def kinds_in(pattern: Any) -> list[str]:
    if isinstance(pattern, list):
        return [kind for one in pattern for kind in kinds_in(one)]
    if isinstance(pattern, dict) and "event" in pattern:
        pattern = pattern["event"]
    if isinstance(pattern, dict):
        lists = [entries for entries in pattern.values() if isinstance(entries, list)]
        return [kind for entries in lists for entry in entries for kind in kinds_in(entry)]
    return [pattern]


def habit(log: LogDraft) -> list[Row]:
    """One person does one thing on most days of the month."""
    person, kind, start = log.pick(*log.known), log.pick(*log.kinds), log.at()
    every = log.pick(1, 1, 2, 7)
    rows: list[Row] = []
    for n in range(0, 31, every):
        day = log.cal.first + timedelta(days=n)
        if day <= log.cal.last:
            row = log.row(datetime(day.year, day.month, day.day) + (start - start.replace(hour=0, minute=0, second=0)))
            if not rows:
                rows.append(log.row(datetime.fromisoformat(row["at"]), kind, person))
            else:
                rows.append(rows[0] | {"at": row["at"]})
    return rows


def revisions(log: LogDraft, event_id: str) -> list[Row]:
    """A row, a later revision of it, perhaps voided, perhaps recorded too late to count."""
    row = log.row(log.at()) | {"event_id": event_id}
    later = log.row(log.at(), row["kind"]) | {"event_id": event_id, "revision": log.pick("1", "2", "0")}
    later["voided"] = log.pick("", "", "yes", "no")
    later["recorded_at"] = log.pick("", f"{log.cal.last + timedelta(days=20)} 09:00:00", f"{log.cal.last} 23:00:00")
    return [row, later]


# ---------------------------------------------------------------------------------------------------------- the world


def csv_text(rows: list[Row], columns: list[str] | None = None) -> str:
    names = list(dict.fromkeys([*(columns or []), *(key for row in rows for key in row)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def clauses_of(duties: dict[str, Any], card: dict[str, Any]) -> list[str]:
    """Kinds of the inspector: findings on lines and finding duties, inspections of items."""
    kinds = []
    for item, fields in card["items"].items():
        kinds += [f"inspection.{item}"]
        kinds += [f"finding.T1-9.{item}.{line}" for line in fields["lines"]]
    for duty in duties.values():
        if duty["check"] == "finding":
            clause = duty["clause"].removeprefix("T1-")
            kinds += [f"finding.T1-{clause}", f"inspection.T1-{clause}"]
    return kinds


def kinds_read(duties: dict[str, Any]) -> list[str]:
    """The kinds that the drawn duties read, so that the log is about them."""
    text = str(list(duties.values()))
    return [kind for kind in EVENTS if f"'{kind}'" in text]


def waivers(draw: Draw, draft: Draft, posts: list[Row], cal: Calendar) -> list[Row]:
    """Waivers of daily breaches, most of which exist."""
    rows = []
    for _ in range(draw.pick(0, 0, 0, 1, 2)):
        owner, duty = draw.pick(*posts), draw.pick(*list(draft.duties))
        day = draw.pick(*cal.hot).isoformat()
        label = f"{owner['person']}@{owner['area']}@{owner['role']}"
        text = "|".join(["drawn", label, duty, day, draw.pick("", "", "1")])
        rows.append({"breach_id": hashlib.sha256(text.encode()).hexdigest()[:16], "approver": "boss"})
    return rows


def settlements(draw: Draw, period: str, known: list[str]) -> list[Row]:
    rows = []
    if draw.whole(0, 4) == 4:
        decision = draw.pick("assume_met", "exclude")
        row = {"period": period, "person": draw.pick(*known), "item": "1", "decision": decision}
        rows.append(row | {"decided_by": "hr"})
    return rows


def estate_yaml(draw: Draw, draft: Draft, cal: Calendar, books: list[str]) -> str:
    overrides = {}
    if draw.whole(0, 3) == 3:
        overrides[draw.pick(*cal.hot).isoformat()] = draw.pick("workday", "holiday")
    if cal.first.month == 12:  # not announced yet
        overrides |= {"2027-01-01": "holiday"}
    raw: dict[str, Any] = {
        "estate": "drawn",
        "timezone": "Asia/Shanghai",
        "working_hours": draw.pick(["08:00", "17:30"], ["08:10", "17:00"]),
        "granularity": "minute" if draft.granularity == 60 else "second",
        "areas": {area: AREAS[area] for area in draft.areas},
        "books": books,
    }
    if overrides:
        raw["calendar"] = {"overrides": overrides}
    if draft.bind:
        raw["bind"] = draft.bind
    return to_yaml(raw)


@st.composite
def worlds(draw: st.DrawFn) -> WorldFiles:
    return drawn_world(HypothesisDraw(draw))


@st.composite
def shipped_worlds(draw: st.DrawFn) -> WorldFiles:
    return shipped_world(HypothesisDraw(draw))


def drawn_world(draw: Draw) -> WorldFiles:
    """A drawn estate with a drawn book."""
    period = draw.pick(*MONTHS)
    cal = days_of(draw, period)
    areas = list(AREAS)[: draw.whole(2, 4)]
    draft = Draft(draw, cal.first, areas, draw.pick(60, 60, 1))
    books, card = book_files(draft)
    posts = people(draw, cal, areas, ("butler", "butler", "butler", "lead"))
    known = list(dict.fromkeys(row["person"] for row in posts))
    tables = {"people": posts, **places(draw, cal, areas)}
    things = [row["unit"] for row in tables["units"]] + [row["building"] for row in tables["buildings"]]
    tables |= {
        "spells": spells(draw, cal, [*things, *known]),
        "roster": roster(draw, cal, known),
        "leave": leave(draw, cal, known),
        "coverage": coverage(draw, cal, areas),
        "settlements": settlements(draw, period, known),
        "waivers": waivers(draw, draft, posts, cal),
    }
    kinds = kinds_read(draft.duties)
    kinds = kinds * 3 + ["praise", "asked", "worse"] + clauses_of(draft.duties, card) + draft.findings
    targets = {
        "building": [row["building"] for row in tables["buildings"]],
        "unit": sorted({row["unit"] for row in tables["units"]}),
        "area": areas,
        "person": known,
    }
    logs = log_files(LogDraft(draw, cal, known, targets, EVENTS, kinds, pairs_of(list(draft.duties.values()))))
    estate = estate_yaml(draw, draft, cal, ["book.yaml"])
    files = {"estate.yaml": estate, **books, **closed_months(draft, cal, posts)}
    return world_files(draw, cal, files, tables, logs)


def closed_months(d: Draft, cal: Calendar, posts: list[Row]) -> dict[str, str]:
    """Sheets of some of the months before, as they were closed."""
    files = {}
    for back in range(1, 13):
        number = cal.first.year * 12 + cal.first.month - 1 - back
        if d.maybe(1 if back < 3 else 3):
            label = f"{number // 12:04}-{number % 12 + 1:02}"
            told = {"schema_version": "1", "period": label, "estate": "drawn", "closed": True}
            people = [closed_sheet(d, *pair) for pair in sorted({(row["person"], row["role"]) for row in posts})]
            files[f"closed-{label}.json"] = json.dumps(told | {"people": [one for one in people if one]})
    return files


def closed_sheet(d: Draft, person: str, role: str) -> dict[str, Any] | None:
    """Nearly always complete and by the same scorecard."""
    if d.maybe(6):
        return None
    happened = [{"outcome": f"outcome{n}", "times": d.one_of(1, 2)} for n in range(2) if d.maybe()]
    score, complete = d.one_of("8", "7.5", "6.3333"), not d.maybe(12)
    sheet = {"person": person, "role": role, "scorecard": "other" if d.maybe(12) else "month"}
    return sheet | {"score": score, "complete": complete, "outcomes": happened}


def world_files(
    draw: Draw, cal: Calendar, files: dict[str, str], tables: dict[str, list[Row]], logs: list[list[Row]]
) -> WorldFiles:
    files |= {f"{name}.csv": csv_text(rows) for name, rows in tables.items() if rows}
    log_names = {f"log{n}.csv": csv_text(rows, [*LOG_COLUMNS, "recorded_at"]) for n, rows in enumerate(logs)}
    as_of = None
    if draw.whole(0, 7) == 7:
        as_of = f"{draw.pick(*cal.hot)} {draw.pick('07:55:59', '12:00:00', '23:59:59')}"
    return WorldFiles(f"{cal.first:%Y-%m}", as_of, files | log_names, list(log_names))


# ---------------------------------------------------------------------------------------------------------- shipped


@cache
def shipped(name: str) -> dict[str, Any]:
    """A shipped book as plain text scalars."""
    path = Path(__file__).resolve().parents[2] / "rules" / f"{name}.yaml"
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return loaded


SHIPPED: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("area-butler", "service-centre-director", "service-centre-office"): (
        *("area_butler", "area_butler", "area_butler", "service_centre_director", "customer_service_lead"),
        *("service_centre_staff", "service_centre_staff", "survey_team"),
    ),
    ("visit-system", "cluster-butler"): (
        *("community_butler", "community_butler", "centre_manager"),
        *("cluster_butler", "cluster_butler", "service_hall", "finance_cashier"),
    ),
    ("area-service-butler", "executive-housekeeper"): (
        *("area_service_butler", "area_service_butler", "area_service_butler", "department_manager"),
        *("contractor_site_lead", "greening_site_lead", "deputy_executive_housekeeper", "linen_room_supervisor"),
    ),
    ("property-office", "customer-service", "customer-service-supervisor", "staff-handbook"): (
        *("property_staff", "property_company", "takeover_team", "duty_staff", "admin_staff", "security_guard"),
        *("maintenance_engineer", "customer_service_staff", "customer_service_supervisor", "front_desk_cashier"),
        *("department_manager", "finance_staff", "cleaner"),
    ),
    ("villa-butler", "owner-information"): (
        *("villa_butler", "villa_butler", "villa_butler", "private_butler"),
        *("shift_supervisor", "head_butler", "chief_butler", "owner_service_centre"),
    ),
}
"""Books of one house, and the roles that people in it have."""


def shipped_world(draw: Draw) -> WorldFiles:
    """The shipped books over drawn tables and a drawn log."""
    cal = days_of(draw, draw.pick(*MONTHS))
    areas = list(AREAS)[: draw.whole(2, 4)]
    names, roles = draw.pick(*SHIPPED.items())
    books = [shipped(name) for name in names]
    events = {kind: fields for book in books for kind, fields in book["events"].items()}
    draft = Draft(draw, cal.first, areas, 60)
    for book in books:
        for name, fields in book.get("parameters", {}).items():
            if "suggest" in fields and draw.pick(False, True):
                draft.bind[name] = fields["suggest"]
    posts = people(draw, cal, areas, roles)
    known = list(dict.fromkeys(row["person"] for row in posts))
    tables = {"people": posts, **places(draw, cal, areas)}
    tables |= {"roster": roster(draw, cal, known), "leave": leave(draw, cal, known)}
    tables["coverage"] = coverage(draw, cal, areas)
    targets = {
        "building": [row["building"] for row in tables["buildings"]],
        "unit": sorted({row["unit"] for row in tables["units"]}),
        "area": areas,
        "person": known,
        "text": ["gate", "lobby"],
    }
    populations = [form for book in books for form in book.get("populations", {}).values()]
    lasting = [form["where"]["name"] for form in populations if form["table"] == "spells"]
    if lasting:
        tables["spells"] = [
            row | {"name": draw.pick(*lasting)} for row in spells(draw, cal, [*targets["unit"], *known])
        ]
    kinds = [*events, *(kind for book in books for kind in inspected(book))]
    pairs = pairs_of([duty for book in books for duty in book["duties"].values()])
    logs = log_files(LogDraft(draw, cal, known, targets, events, kinds, pairs))
    estate = estate_yaml(draw, draft, cal, [f"dutyrules:{name}" for name in names])
    return world_files(draw, cal, {"estate.yaml": estate}, tables, logs)


def inspected(book: dict[str, Any]) -> list[str]:
    """Kinds of the inspector: findings on finding duties, fines and the first lines of items, and inspections."""
    source = book["source"]["id"]
    cards = list(book.get("scorecards", {}).values())
    lines = [f"{card['clause']}.{item}.{line}" for card in cards for item in card["items"] for line in "123"]
    clauses = [duty["clause"] for duty in book["duties"].values() if duty["check"] == "finding"]
    clauses += [fine["clause"] for fine in book.get("fines", {}).values()]
    single = [one for clause in clauses for one in (clause if isinstance(clause, list) else [clause])]
    kinds = [f"finding.{with_prefix(clause, source)}" for clause in [*lines, *single]]
    kinds += [f"inspection.{with_prefix(clause, source)}" for clause in single]
    return kinds + [f"inspection.{item}" for card in cards for item in card["items"]]
