"""Small estates that plan visits: drawn as plain data and written as YAML and CSV, so that anybody can read them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.property.strategies import Draw, HypothesisDraw, SeededDraw
from tests.reference import calendar as cal

HOME, PHONE = "visit.home", "visit.phone"
CONTACTS = ("any",) * 6 + ("appointment", "home", "phone", "none")
STATES = ("occupied",) * 8 + ("not_moved_in", "not_moved_in", "vacant")
EVENTS: dict[str, Any] = {
    HOME: {"target": "unit", "attributes": {"topic": ["fees", "safety"], "due_at": "instant"}},
    PHONE: {"target": "unit", "attributes": {"topic": ["fees", "safety"], "due_at": "instant"}},
    "repair": {"target": "unit", "case": True, "person": "any", "attributes": {"due_at": "instant"}},
    "complaint": {"target": "building", "case": True, "person": "any", "attributes": {"due_at": "instant"}},
    "note": {},
}
POPULATIONS: dict[str, Any] = {
    "households": {"table": "units", "where": {"state": "occupied"}},
    "absent": {"table": "units", "where": {"state": "not_moved_in"}},
    "all_units": {"table": "units", "where": {"state": ["occupied", "vacant", "not_moved_in"]}},
    "renovating": {"table": "permits"},
}
PERIODS = ("2026-10", "2026-10", "2026-09", "2026-02", "2026-11", "2026-Q4", "2026-Q3")
LIMITS = ["24 hours", "30 hours", "2 days", "1 workdays", "3 workdays", "case.due_at", "same_workday"]
LIMITS += ["600 minutes", "9 working_hours"]
HEADERS = {
    "people": "person,area,role,from,to,fte,primary",
    "buildings": "building,area,from,to,x,y",
    "units": "unit,building,state,contact,prefer,from,to,priority,persons",
    "blackouts": "unit,from,to,reason",
    "permits": "unit,from,to",
    "roster": "person,date,start,end",
    "leave": "person,from,until,approved,substitute,accepted_at",
    "coverage": "source,kinds,areas,from,to,status",
    "log": "at,person,kind,target,case,outcome,topic,due_at",
}


@dataclass(frozen=True)
class VisitsWorld:
    """An estate, its log, and what is asked of the planner.

    Attributes:
        files: Name → text.
        start: First day to plan; None leaves it to the planner.
        pins: How tasks of a first plan are pinned in a second one: (which task, minutes later).
    """

    period: str
    files: dict[str, str]
    start: date | None = None
    pins: tuple[tuple[int, int], ...] = ()

    def write(self, folder: Path) -> None:
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")


@dataclass
class _World:
    """A world while it is drawn."""

    draw: Draw
    period: cal.Period
    planned: cal.Period
    tight: bool
    pairs: bool
    rows: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in HEADERS})
    persons: list[str] = field(default_factory=list)
    areas: dict[str, dict[str, str]] = field(default_factory=dict)
    buildings: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    duties: dict[str, dict[str, Any]] = field(default_factory=dict)

    def maybe(self, one_in: int = 2) -> bool:
        return bool(self.draw.whole(0, one_in - 1) == one_in - 1)

    def day(self) -> date:
        return self.draw.day(self.period.first, self.period.last)

    def add(self, table: str, *cells: object) -> None:
        self.rows[table].append(",".join("" if cell is None else str(cell) for cell in cells))


def visits_world(draw: Draw) -> VisitsWorld:
    """One estate; every other one is small and short of time, so that its duties compete."""
    label = draw.pick(*PERIODS)
    period = cal.parse_period(label)
    tight = draw.pick(False, True)
    start = draw.pick(None, None, period.first, draw.day(period.first, period.last))
    if tight:
        start = draw.day(period.last - cal.DAY * 6, period.last - cal.DAY)
    world = _World(draw, period, cal.Period("", start or period.first, period.last), tight, draw.whole(0, 7) == 7)
    _draw_places(world)
    _draw_people(world)
    _draw_duties(world)
    _draw_absences(world)
    _draw_coverage(world)
    done_until = start or draw.pick(period.first, draw.day(period.first, period.last))
    _draw_log(world, done_until)
    capacities = _capacities(world)
    estate: dict[str, Any] = {"estate": "e", "areas": world.areas, "books": ["book.yaml"]}
    estate["planning"] = {"visits": capacities}
    if world.maybe(3):
        longest = max(way["minutes"] for way in capacities.values())
        estate["planning"]["minutes_per_day"] = longest + draw.pick(0, 5, 10, 20, 45)
    if world.maybe(3):
        bands = draw.several(["daytime", "evening", "weekend"], 1, 3)
        estate["planning"]["contact_rates"] = {band: draw.pick("1/2", "4/5", "1/3", "1/1") for band in bands}
        estate["planning"]["reserve_attempts"] = draw.pick(0, 1, 1, 2)
    if world.maybe(4):
        estate["working_hours"] = draw.pick(["09:00", "19:30"], ["14:10", "15:40"])
    if world.maybe(6):
        estate["calendar"] = {"overrides": {world.day().isoformat(): draw.pick("workday", "holiday")}}
    pins = tuple((draw.whole(0, 30), draw.pick(0, 0, 5, 30)) for _ in range(draw.whole(1, 3) if world.maybe(4) else 0))
    book = {
        "book": "visits",
        "source": {"id": "V"},
        "published_on": "2024-01-01",
        "roles": {"butler": {}, "lead": {}},
        "events": EVENTS,
        "populations": POPULATIONS,
        "duties": world.duties,
    }
    files = {"estate.yaml": _yaml(estate), "book.yaml": _yaml(book)}
    for table, header in HEADERS.items():
        if world.rows[table] or table == "log":
            files[f"{table}.csv"] = "\n".join([header, *world.rows[table]]) + "\n"
    return VisitsWorld(label, files, start, pins)


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def _draw_places(world: _World) -> None:
    draw = world.draw
    world.areas = draw.pick({"A": {}}, {"A": {}}, {"A": {}, "B": {}}, {"A": {}, "A1": {"within": "A"}})
    if world.tight:
        world.areas = {"A": {}}
    for number in range(draw.whole(1, 4)):
        building = f"b{number + 1}"
        world.buildings.append(building)
        area = draw.pick(*world.areas)
        spot = (draw.whole(0, 200), draw.whole(0, 200)) if world.maybe() else ("", "")
        if world.maybe(12):  # it goes over to another area
            day = world.day()
            world.add("buildings", building, area, None, day, *spot)
            world.add("buildings", building, draw.pick(*world.areas), day + cal.DAY, None, *spot)
        else:
            world.add("buildings", building, area, None, None, *spot)
    for number in range(draw.whole(4 if world.tight else 2, 8)):
        _draw_unit(world, f"u{number + 1}")


def _draw_unit(world: _World, unit: str) -> None:
    draw = world.draw
    world.units.append(unit)
    building = draw.pick(*world.buildings)
    cuts = sorted({world.day() for _ in range(draw.pick(0, 0, 0, 0, 0, 1, 1, 2))})
    spans = [(a, b - cal.DAY if b else None) for a, b in zip([None, *cuts], [*cuts, None], strict=True)]
    if len(spans) > 1 and world.maybe():
        spans = draw.pick(spans[1:], spans[:-1], [spans[0], *spans[2:]])  # moves in, moves out, or is away for a time
    contact, state = draw.pick(*CONTACTS), draw.pick(*STATES)
    if world.tight and world.maybe():
        contact, state = draw.pick("any", "any", "any", "phone"), draw.pick("occupied", "not_moved_in", "vacant")
    for since, until in spans:
        prefer = draw.pick("any", "any", "daytime", "evening", "weekend")
        priority, persons = draw.pick("", "", "no", "yes"), draw.pick(*[""] * 6, "1", "2") if not world.pairs else "2"
        world.add("units", unit, building, state, contact, prefer, since, until, priority, persons)
        if world.maybe(2):
            contact = draw.pick(*CONTACTS)
        state = draw.pick(*STATES)
    if world.maybe(4):
        world.add("permits", unit, draw.pick(None, world.day()), None)
    for _ in range(draw.pick(0, 0, 0, 1, 2)):
        day = draw.day(world.planned.first, world.planned.last)
        until = draw.pick(day, day + cal.DAY * draw.whole(1, 40), None)
        world.add("blackouts", unit, draw.pick(day, day, None if until else day), until, draw.pick("", "away"))


def _draw_people(world: _World) -> None:
    draw = world.draw
    world.persons = [f"p{number + 1}" for number in range(draw.pick(1, 1, 2) if world.tight else draw.whole(1, 3))]
    held: set[tuple[str, str, str]] = set()
    for person in world.persons:
        for _ in range(draw.pick(1, 1, 1, 2)):
            area = draw.pick(*world.areas, *world.areas, "")
            role = draw.pick(*["butler"] * 5, "lead")
            since, until = draw.pick((None, None), (None, None), (None, world.day()), (world.day(), None))
            if world.tight and not world.maybe(6):
                area, role, since, until = "A", "butler", None, None
            if (person, area, role) in held:
                continue
            held.add((person, area, role))
            fte = draw.pick("", "", "", "1/2")
            world.add("people", person, area, role, since, until, fte, draw.pick("", "", "yes"))


def _draw_duties(world: _World) -> None:
    draw = world.draw
    for number in range(draw.whole(2 if world.tight else 1, 5)):
        world.duties[f"q{number + 1}"] = _quota(world)
    for number in range(draw.pick(0, 0, 1, 1, 2)):
        world.duties[f"r{number + 1}"] = _response(world)
    for number in range(draw.pick(0, 0, 1, 2)):
        world.duties[f"w{number + 1}"] = _window(world)
    for number, duty in enumerate(world.duties.values()):
        duty.update(role=draw.pick(*["butler"] * (19 if world.tight else 5), "lead"), clause=str(number + 1))


def _ends(world: _World, per: str) -> bool:
    """Whether such a period is judged with the planned one."""
    return bool(cal.periods_ending_in(per, world.period))


def _quota(world: _World) -> dict[str, Any]:
    draw = world.draw
    population = draw.pick(*POPULATIONS, *["households"] * 5)
    pers = [per for per in ("month", "month", "week", "quarter", "quarter", "two_months") if _ends(world, per)]
    if world.tight:
        pers = pers[:2] + pers[3:]  # weeks that are over before the plan starts are many, and all alike
        population = draw.pick("households", "households", "absent", "all_units", "renovating")
    share = {"share": draw.pick("1/3", "98%", "1/1", "1/2"), "of": draw.pick(population, population, "households")}
    duty: dict[str, Any] = {
        "check": "quota",
        "event": draw.pick(HOME, PHONE, [HOME, PHONE], HOME),
        "distinct": "target",
        "per": draw.pick(*pers),
        "at_least": draw.pick(share, share, share, draw.whole(1, 4)),
        "population": population,
    }
    if world.maybe(6):
        del duty["population"]
    elif world.maybe(4):
        duty["credit"] = "performer"
    if world.tight or world.maybe(4):
        duty["prorate"] = "none"
    if world.maybe(10):
        duty["cap"] = draw.pick(*POPULATIONS)
    if world.maybe(8):
        duty["where"] = draw.pick({"outcome": "done"}, {"topic": "fees"}, {"topic": ["fees", "safety"]})
    if world.maybe(15):
        duty["strength"] = "should"
    return duty


def _response(world: _World) -> dict[str, Any]:
    draw = world.draw
    done = {"event": PHONE, "where": {"outcome": "done"}}
    duty: dict[str, Any] = {
        "check": "response",
        "trigger": draw.pick(*["repair"] * 4, "complaint", {"event": PHONE, "where": {"outcome": "rescheduled"}}),
        "follow_up": draw.pick(PHONE, HOME, done, {"any_of": [done, HOME]}, {"any_of": [done, "note"]}),
        "within": draw.pick(*LIMITS),
        "match_on": draw.pick("case", "case", "target", "none") if world.maybe() else "case",
        "owed_by": draw.pick("area_of_target", "area_of_target", "role", "person"),
        "performed_by": draw.pick("any", "any", "self"),
    }
    if isinstance(duty["trigger"], dict):
        duty["match_on"] = "target"
    if world.maybe(6):
        duty["trigger"] = {"population": draw.pick("households", "absent"), "date": draw.pick("from", "from", "to")}
        duty |= {
            "match_on": "target",
            "within": draw.pick("2 days", "3 workdays", "30 hours"),
            "owed_by": draw.pick("role", "area_of_target"),
        }
    if world.maybe(8):
        duty["not_before"] = draw.pick("2 hours", "1 days", "note", PHONE)
    if world.maybe(15):
        duty["else"] = {"follow_up": draw.pick(HOME, "note"), "within": "3 days"}
    if world.maybe(20):
        duty["follow_up"] = {"event": PHONE, "participants": ["lead"]}
    if world.maybe(20):
        duty["trigger"], duty["match_on"] = HOME, "target"
    return duty


def _window(world: _World) -> dict[str, Any]:
    draw = world.draw
    duty: dict[str, Any] = {"check": "window", "event": draw.pick(PHONE, PHONE, HOME, [PHONE, HOME])}
    match draw.pick("weekdays", "weekdays", "hours", "both", "allowed"):
        case "weekdays":
            duty["forbidden_weekdays"] = draw.pick(["monday"], ["monday", "friday"], ["saturday", "sunday"])
        case "hours":
            duty["forbidden"] = draw.pick([["14:15", "15:10"]], [["00:00", "14:20"], ["15:30", "24:00"]])
        case "both":
            duty["forbidden_weekdays"], duty["forbidden"] = ["monday"], [["12:00", "14:10"]]
        case _:
            duty["allowed"] = draw.pick([["14:00", "14:20"], ["15:00", "15:30"]], [["09:00", "20:00"]])
    duty["strength"] = draw.pick("should", "must")
    return duty


def _draw_absences(world: _World) -> None:
    draw = world.draw
    scarce = world.maybe()
    for person in world.persons:
        if scarce or world.maybe(6):
            _draw_roster(world, person)
        for _ in range(draw.pick(0, 0, 1, 1, 2)):
            first = datetime.combine(world.day(), datetime.min.time())
            begin = first + timedelta(minutes=draw.pick(0, 0, 0, 14 * 60 + 10, 15 * 60))
            until = begin + timedelta(minutes=draw.pick(24 * 60, 3 * 24 * 60, 12 * 24 * 60, 25, 90))
            other = draw.pick("", *(name for name in world.persons if name != person))
            accepted = begin - timedelta(days=draw.pick(1, 0, -1)) if other and draw.whole(0, 3) else None
            world.add("leave", person, begin, until, draw.pick("yes", "yes", "yes", "no"), other, accepted)


def _draw_roster(world: _World, person: str) -> None:
    draw = world.draw
    months = {day.month: day for day in world.period.days()}
    days = [*draw.several(world.planned.days(), 1, draw.pick(2, 4, 8, 14)), *months.values()]
    for day in sorted(set(days)):  # every month has a row: the days without one are days of rest
        start, end = draw.pick(("08:00", "17:30"), ("08:00", "17:30"), ("14:05", "15:45"), ("22:00", "06:00"), ("", ""))
        world.add("roster", person, day, start, end)


def _draw_coverage(world: _World) -> None:
    draw = world.draw
    style = draw.pick("none", "all", "past", "past", "all" if world.tight else "outage")
    if style != "none":
        last = draw.pick(None, world.planned.first) if style != "past" else world.planned.first
        world.add("coverage", "s", draw.pick("", "visit.* repair complaint note"), "", "2026-01-01", last, "complete")
    if style == "outage":
        day = draw.day(world.period.first, world.planned.first)
        world.add("coverage", "s", draw.pick("visit.phone", "visit.*"), draw.pick("", *world.areas), day, day, "outage")


def _draw_log(world: _World, done_until: date) -> None:
    """What happened before the planned days: visits, attempts, and what asks for a callback."""
    draw = world.draw
    early = world.period.first - cal.DAY * 30
    last = done_until - cal.DAY
    for number in range(draw.pick(0, 0, 2, 6, 12)):
        day = draw.day(early, last) if last >= early else early
        kind, outcome = draw.pick(HOME, PHONE), draw.pick("done", "", "", "not_home", "rescheduled")
        case = draw.pick("", "", f"c{draw.whole(1, 4)}")
        topic = draw.pick("", "", "fees")
        time = draw.pick("14:00", "14:20", "15:00", "09:30")
        due = f"{day + timedelta(days=draw.pick(1, 3, 6))} {draw.pick('14:10', '20:00')}" if not number % 3 else ""
        cells = (f"{day} {time}", draw.pick(*world.persons), kind, draw.pick(*world.units), case, outcome, topic, due)
        world.add("log", *cells)
    for number in range(draw.pick(0, 0, 1, 3, 5)):
        day = draw.day(early, last) if last >= early else early
        if world.maybe():
            day = max(early, last - timedelta(days=draw.pick(0, 0, 1, 2, 3)))
        kind = draw.pick("repair", "repair", "repair", "complaint", "note")
        target = draw.pick(*(world.units if kind == "repair" else world.buildings)) if kind != "note" else ""
        due = (
            f"{day + timedelta(days=draw.pick(1, 3, 6))} {draw.pick('14:10', '14:29', '20:00')}"
            if world.maybe()
            else ""
        )
        at = f"{day} {draw.pick('10:00', '14:21', '14:45', '16:00')}"
        world.add("log", at, draw.pick(*world.persons), kind, target, f"c{number + 1}", "", "", due)


def _capacities(world: _World) -> dict[str, Any]:
    draw = world.draw
    most = (1, 1, 1, 2) if world.tight else (1, 2, 3)
    home = {
        "channel": "home",
        "per_day": draw.pick(*most),
        "minutes": draw.pick(20, 30, 45),
        "hours": draw.pick([["15:00", "16:00"]], [["15:00", "16:00"]], [["14:30", "15:20"], ["18:00", "19:00"]]),
    }
    phone = {
        "channel": "phone",
        "per_day": draw.pick(*most),
        "minutes": draw.pick(5, 10, 15),
        "hours": draw.pick([["14:00", "14:30"]], [["14:00", "14:20"], ["19:00", "19:20"]]),
    }
    for way in (home, phone):
        if world.maybe(3):
            way["min_gap"] = draw.pick(1, 2, 3, 7, 14, 20)
    if world.maybe(4):
        home["companion"] = draw.pick("butler", "lead")
    both = {HOME: home, PHONE: phone}
    return draw.pick(*[both] * 6, {HOME: home}, {PHONE: phone})


def seeded(seed: int) -> VisitsWorld:
    """The estate of a seed: seeds reach more than Hypothesis does in the same time."""
    return visits_world(SeededDraw(seed))


def for_two(world: VisitsWorld, draw: Draw) -> VisitsWorld:
    """The same estate, where most households wish for two at the door, and more people could come along."""
    header, *units = world.files["units.csv"].splitlines()
    units = [f"{row.rpartition(',')[0]},{draw.pick('2', '2', '2', '')}" for row in units]
    people = [f"w{number},{draw.pick('', 'A')},lead,,,," for number in range(draw.pick(0, 1, 1, 2))]
    files = {"units.csv": "\n".join([header, *units, ""]), "people.csv": world.files["people.csv"]}
    files["people.csv"] += "".join(f"{row}\n" for row in people)
    return replace(world, files=world.files | files)


@st.composite
def visits_worlds(draw: st.DrawFn) -> VisitsWorld:
    """Drawn by Hypothesis, which shrinks."""
    return visits_world(HypothesisDraw(draw))


def text(world: VisitsWorld) -> str:
    """Everything needed to see it again."""
    files = [f"--- {name}\n{content}" for name, content in world.files.items()]
    return "\n".join([f"period {world.period}, start {world.start}, pins {world.pins}", *files])


def smaller(world: VisitsWorld, differs: Callable[[VisitsWorld], bool]) -> VisitsWorld:
    """Leaves out lines of the tables, many and then few at a time, as long as the difference remains."""
    size = 16
    while size:
        for name in (name for name in world.files if name.endswith(".csv")):
            start = 1  # the first line is a header
            while start < len(lines := world.files[name].splitlines(keepends=True)):
                candidate = replace(world, files=world.files | {name: "".join(lines[:start] + lines[start + size :])})
                if _still(candidate, differs):
                    world = candidate
                else:
                    start += size
        size //= 2
    return world


def _still(world: VisitsWorld, differs: Callable[[VisitsWorld], bool]) -> bool:
    """A world that cannot be read at all is no example."""
    try:
        return differs(world)
    except Exception:
        return False
