"""The estate: areas, buildings, households, people, leave. Counts are fixed, so that the plants can rely on them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from generator.days import FIRST, LAST, LOG_FROM, october, span, statutory


@dataclass(frozen=True, slots=True)
class Patch:
    """The buildings of one butler; the counts are those of 1 October."""

    code: str
    area: str
    parent: str
    origin: tuple[int, int]
    buildings: int
    vacant: int
    permits: int
    current: int
    old: int
    utility: int

    @property
    def quota(self) -> int:
        """Buildings to patrol on a workday, as far as there are so many."""
        return min(8 if self.parent in ("海棠", "樱花") else 5, self.buildings)


PATCHES = (
    Patch("HT1", "海棠一区", "海棠", (0, 0), 13, 12, 5, 26, 8, 13),
    Patch("HT2", "海棠二区", "海棠", (320, 0), 12, 10, 3, 24, 6, 12),
    Patch("YH1", "樱花一区", "樱花", (0, 300), 14, 11, 7, 30, 9, 15),
    Patch("YH2", "樱花二区", "樱花", (320, 300), 12, 9, 2, 22, 7, 11),
    Patch("GH1", "桂花一区", "桂花", (660, 0), 8, 8, 0, 21, 5, 10),
    Patch("GH2", "桂花二区", "桂花", (960, 0), 7, 7, 4, 14, 3, 6),
    Patch("GH3", "桂花三区", "桂花", (660, 180), 9, 9, 6, 23, 6, 12),
    Patch("GH4", "桂花四区", "桂花", (960, 180), 6, 6, 2, 12, 4, 10),
    Patch("MY1", "梅园一区", "梅园", (660, 420), 7, 8, 3, 20, 5, 10),
    Patch("MY2", "梅园二区", "梅园", (960, 420), 6, 6, 5, 21, 6, 9),
    Patch("MY3", "梅园三区", "梅园", (660, 600), 8, 7, 1, 25, 7, 11),
    Patch("MY4", "梅园四区", "梅园", (960, 600), 4, 4, 0, 9, 2, 5),
)
PATCH = {patch.code: patch for patch in PATCHES}

#: patch, what happened to a unit, the first day of its new state
UNIT_CHANGES = (
    ("HT2", "emptied", date(2026, 9, 30)),
    ("GH3", "let", october(12)),
    ("HT1", "emptied", october(13)),
    ("HT1", "let", october(15)),
    ("HT2", "emptied", october(16)),
    ("MY3", "emptied", october(22)),
    ("YH1", "let", october(23)),
    ("YH2", "moved_in", october(11)),
    ("GH1", "moved_in", october(18)),
)
#: patch, first day of a permit that begins within the month
PERMITS_BEGIN = (("HT2", october(12)), ("HT1", october(19)), ("YH2", october(22)))
#: patch, last day of a permit that ends within the month
PERMITS_END = (("MY2", october(14)), ("YH1", october(16)))
#: patch, list, last day on the list
ARREARS_CLEARED = (
    ("GH2", "current", october(13)),
    ("GH1", "utility", october(14)),
    ("MY4", "current", october(16)),
    ("HT1", "current", october(20)),
    ("HT1", "current", october(20)),
    ("MY1", "old", october(23)),
)
FEES = {"current": ("property", "current"), "old": ("property", "old"), "utility": ("utility", "current")}
TARGETS = {"current": 20, "old": 5, "utility": 10}


@dataclass(frozen=True, slots=True)
class Post:
    person: str
    role: str
    patch: str = ""
    first: date | None = None
    last: date | None = None

    def held(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


POSTS = (
    Post("pm", "project_manager"),
    Post("dir", "service_centre_director"),
    Post("lead", "customer_service_lead"),
    *(Post(f"b{n:02d}", "area_butler", patch.code) for n, patch in enumerate(PATCHES[:8], start=1)),
    Post("b09", "area_butler", "MY1", None, october(14)),
    Post("b13", "area_butler", "MY1", october(16)),
    Post("b10", "area_butler", "MY2", None, october(18)),
    Post("b11", "area_butler", "MY3", None, october(18)),
    Post("b10", "area_butler", "MY3", october(19)),
    Post("b11", "area_butler", "MY2", october(19)),
    Post("b12", "area_butler", "MY4"),
)
BUTLERS = tuple(f"b{n:02d}" for n in range(1, 14))


@dataclass(frozen=True, slots=True)
class Leave:
    person: str
    start: datetime
    until: datetime
    approved: bool
    kind: str
    substitute: str = ""
    accepted_at: datetime | None = None


def _at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute)


LEAVE = (
    Leave("b06", _at(13), _at(14), True, "病假"),
    Leave("b03", _at(14, 7, 30), _at(14, 10), True, "事假"),
    Leave("b05", _at(15), _at(16), True, "年假", "b08"),
    Leave("b03", _at(20, 7), _at(20, 12), True, "事假"),
    Leave("b03", _at(20, 12), _at(20, 18), True, "调休"),
    Leave("b01", _at(21), _at(23), True, "年假", "b02", _at(19, 15)),
    Leave("b10", _at(23, 13, 30), _at(23, 15), True, "事假"),
    Leave("b01", _at(26, 7, 30), _at(26, 9, 55), True, "事假"),
    Leave("b07", _at(26), _at(29), True, "婚假", "b05", _at(27, 8)),
    Leave("b02", _at(27, 14, 30), _at(27, 15, 15), True, "事假"),
    Leave("b12", _at(29), _at(30), False, "事假"),
)
#: Days of approved leave that cover the whole shift, worked out by hand from the table above.
ABSENT = {
    "b01": {october(21), october(22)},
    "b03": {october(20)},
    "b05": {october(15)},
    "b06": {october(13)},
    "b07": {october(26), october(27), october(28)},
}
#: Who stands in, day by day: (substitute, day) -> patch
ACTING = {
    ("b02", october(21)): "HT1",
    ("b02", october(22)): "HT1",
    ("b05", october(27)): "GH3",
    ("b05", october(28)): "GH3",
}
UNCOVERED = (("b06", october(13)), ("b05", october(15)), ("b03", october(20)), ("b07", october(26)))

#: Rostered people: the days of the week on which they rest (0 = Monday).
_REST = {"b04": (0, 1), "b08": (3, 4)}
_HOLIDAY_REST = {("b04", october(1)), ("b04", october(2))}


@dataclass(slots=True)
class World:
    """Everything that stands in the tables."""

    buildings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    units: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    building_rows: list[list[str]] = field(default_factory=list)
    unit_rows: list[tuple[str, str, str, date | None, date | None]] = field(default_factory=list)
    permits: list[tuple[str, str, date, date | None]] = field(default_factory=list)
    arrears: list[tuple[str, str, str, date, date | None, str]] = field(default_factory=list)
    changes: list[tuple[str, str, str, date]] = field(default_factory=list)
    wishes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def vacant(self, patch: str, day: date) -> list[str]:
        return [
            unit
            for unit, _, state, first, last in self.unit_rows
            if state == "vacant"
            and unit.startswith(patch)
            and (first is None or first <= day)
            and (last is None or day <= last)
        ]

    def households(self, patch: str, *days: date) -> list[str]:
        """The units that are inhabited on all of the days, without a change between them."""
        return [
            unit
            for unit, _, state, first, last in self.unit_rows
            if state == "occupied"
            and unit.startswith(patch)
            and all((first is None or first <= day) and (last is None or day <= last) for day in days)
        ]

    def staying(self, patch: str) -> list[str]:
        """The households of the whole month: whoever moves out drops out, whoever moves in is not owed yet."""
        return self.households(patch, FIRST, LAST)

    def renovating(self, patch: str, day: date) -> list[str]:
        return [
            unit
            for code, unit, first, last in self.permits
            if code == patch and first <= day and (last is None or day <= last)
        ]

    def debtors(self, patch: str, book: str, day: date) -> list[str]:
        return [
            unit
            for code, unit, which, first, last, _ in self.arrears
            if code == patch and which == book and first <= day and (last is None or day <= last)
        ]

    def building_of(self, unit: str) -> str:
        return unit.rpartition("-")[0]


def rostered(person: str) -> bool:
    return person in _REST


def roster() -> dict[str, dict[date, bool]]:
    """Who of the rostered people works on which day of October."""
    return {
        person: {day: day.weekday() not in rest and (person, day) not in _HOLIDAY_REST for day in span(FIRST, LAST)}
        for person, rest in _REST.items()
    }


def works(person: str, day: date) -> bool:
    """Whether it is a workday of the person: roster or statutory calendar, less whole days of leave."""
    if day in ABSENT.get(person, ()):
        return False
    if person in _REST and FIRST <= day <= LAST:
        return day.weekday() not in _REST[person] and (person, day) not in _HOLIDAY_REST
    return statutory(day)


def post_of(person: str, day: date) -> Post | None:
    return next((post for post in POSTS if post.person == person and post.held(day)), None)


def butler_of(patch: str, day: date) -> str | None:
    return next((post.person for post in POSTS if post.patch == patch and post.held(day)), None)


def workdays(person: str, first: date = LOG_FROM, last: date = LAST) -> list[date]:
    """The workdays of a person on which a post is held."""
    return [day for day in span(first, last) if works(person, day) and post_of(person, day)]


def next_workday(person: str, day: date) -> date:
    later = day + timedelta(days=1)
    while not works(person, later):
        later += timedelta(days=1)
    return later


def build(seed: int) -> World:
    world = World()
    for patch in PATCHES:
        rng = Random(f"{seed}:{patch.code}")
        _build_houses(world, patch, rng)
        free = list(world.units[patch.code])
        rng.shuffle(free)
        _settle_units(world, patch, rng, free)
        _permits(world, patch, rng, free)
        _arrears(world, patch, rng, free)
        _wishes(world, patch, Random(f"{seed}:{patch.code}:wishes"))
    return world


def _build_houses(world: World, patch: Patch, rng: Random) -> None:
    """Buildings stand in rows of four, 70 m apart along the row and 55 m between rows, give or take."""
    for n in range(patch.buildings):
        name = f"{patch.code}-{n + 1:02d}"
        row, column = divmod(n, 4)
        column = column if row % 2 == 0 else 3 - column  # numbered as one walks
        x = patch.origin[0] + column * 70 + rng.randint(-6, 6)
        y = patch.origin[1] + row * 55 + rng.randint(-6, 6)
        world.buildings[patch.code].append(name)
        world.building_rows.append([name, patch.area, "", "", str(x), str(y), str(rng.randint(6, 12))])
        for floor in range(1, rng.choice((6, 7, 8)) + 1):
            world.units[patch.code] += [f"{name}-{floor:02d}{room:02d}" for room in (1, 2)]


def _settle_units(world: World, patch: Patch, rng: Random, free: list[str]) -> None:
    """Gives every unit its states; `free` keeps the inhabited ones."""
    changes = [(what, day) for code, what, day in UNIT_CHANGES if code == patch.code]
    changed = [free.pop() for _ in changes]
    begun = sum(what == "let" or day < FIRST for what, day in changes if what in ("let", "emptied"))
    states = dict.fromkeys([free.pop() for _ in range(patch.vacant - begun)], "vacant")
    states |= dict.fromkeys([free.pop() for _ in range(len(free) // 16)], "not_moved_in")
    rows: list[tuple[str, str, str, date | None, date | None]] = []
    for unit in world.units[patch.code]:
        if unit in changed:
            what, day = changes[changed.index(unit)]
            before, after = {
                "emptied": ("occupied", "vacant"),
                "let": ("vacant", "occupied"),
                "moved_in": ("not_moved_in", "occupied"),
            }[what]
            rows.append((unit, world.building_of(unit), before, None, day - timedelta(days=1)))
            rows.append((unit, world.building_of(unit), after, day, None))
            world.changes.append((patch.code, unit, what, day))
        else:
            rows.append((unit, world.building_of(unit), states.get(unit, "occupied"), None, None))
    world.unit_rows += rows
    rng.shuffle(free)


def _permits(world: World, patch: Patch, rng: Random, free: list[str]) -> None:
    ends = [day for code, day in PERMITS_END if code == patch.code]
    for n in range(patch.permits):
        first = date(2026, rng.randint(6, 9), rng.randint(1, 26))
        last = ends[n] if n < len(ends) else date(2026, rng.choice((11, 12)), rng.randint(1, 28))
        world.permits.append((patch.code, free.pop(), first, last))
    for code, day in PERMITS_BEGIN:
        if code == patch.code:
            world.permits.append((patch.code, free.pop(), day, None))


def _wishes(world: World, patch: Patch, rng: Random) -> None:
    """How and when a household likes to be reached; most have said nothing. Few owners elsewhere wish for no call."""
    homes = set(world.households(patch.code, FIRST)) | set(world.households(patch.code, LAST))
    for unit in world.units[patch.code]:
        contact = rng.choices(("any", "home", "phone", "appointment"), (86, 4, 7, 3))[0]
        prefer = rng.choices(("any", "daytime", "evening", "weekend"), (78, 6, 11, 5))[0]
        if unit not in homes:
            contact, prefer = rng.choices(("any", "none"), (96, 4))[0], "any"
        world.wishes[unit] = (contact, prefer)


def _arrears(world: World, patch: Patch, rng: Random, free: list[str]) -> None:
    homes = sorted(free)
    property_debtors = rng.sample(homes, patch.current + patch.old)
    lists = {
        "current": property_debtors[: patch.current],
        "old": property_debtors[patch.current :],
        "utility": rng.sample(homes, patch.utility),
    }
    for book, units in lists.items():
        cleared = [day for code, which, day in ARREARS_CLEARED if (code, which) == (patch.code, book)]
        for n, unit in enumerate(units):
            first = date(2025, 7, 1) if book == "old" else date(2026, 7, 1) if book == "current" else date(2026, 9, 21)
            amount = f"{rng.randint(8_000, 260_000) / 100:.2f}"
            world.arrears.append((patch.code, unit, book, first, cleared[n] if n < len(cleared) else None, amount))
