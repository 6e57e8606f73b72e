"""The estate and its tables: areas, posts, shifts, leave, workdays, populations, coverage."""

import csv
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from . import calendar as cal
from .books import Book, Duty, as_list, find_book, load_book, read_yaml
from .figures import Place, number

Row = dict[str, str]
Span = tuple[datetime, datetime]
YES = ("yes", "true", "1")


@dataclass(frozen=True, eq=False)
class Post:
    """A post is person x area x role, `from`-`to` inclusive; an acting post has its own set of days."""

    person: str
    area: str
    role: str
    first: date
    last: date
    fte: Fraction = Fraction(1)
    primary: bool = False
    order: int = 0
    acting_days: frozenset[date] | None = None
    manager: str = ""
    accepted: frozenset[datetime] = frozenset()

    @property
    def label(self) -> str:
        return f"{self.person}@{self.area}@{self.role}"

    @property
    def acting(self) -> bool:
        return self.acting_days is not None

    def holds(self, day: date) -> bool:
        if self.acting_days is not None:
            return day in self.acting_days
        return self.first <= day <= self.last

    def rank(self) -> tuple[bool, bool, int]:
        """`primary` first, then the order of the table; acting posts last."""
        return (self.acting, not self.primary, self.order)


@dataclass
class Estate:
    folder: Path
    raw: dict[str, Any]
    books: list[Book]
    tables: dict[str, list[Row]]
    _workdays: dict[tuple[int, date], bool] = field(default_factory=dict)
    _shifts: dict[tuple[str, date], Span | None] = field(default_factory=dict)

    # ------------------------------------------------------------------ plain settings

    @property
    def id(self) -> str:
        return str(self.raw["estate"])

    @property
    def granularity(self) -> int:
        return 1 if self.raw.get("granularity") == "second" else 60

    @property
    def bind(self) -> dict[str, Any]:
        return self.raw.get("bind") or {}

    @cached_property
    def duties(self) -> list[Duty]:
        return [Duty(key, book, value) for book in self.books for key, value in book.sections["duties"].items()]

    @cached_property
    def kinds(self) -> dict[str, dict[str, Any]]:
        """All books of an estate share one name space."""
        return {kind: value or {} for book in self.books for kind, value in book.sections["events"].items()}

    @cached_property
    def inspectors_kinds(self) -> set[str]:
        """`finding.<clause>` of lines, fines, outcomes, finding duties; `inspection.<item>` of items, such duties."""
        found = set()
        for book in self.books:
            for duty in book.sections["duties"].values():
                if duty["check"] == "finding":
                    found |= {f"{word}.{one}" for word in ("finding", "inspection") for one in as_list(duty["clause"])}
            for one in (*book.sections["fines"].values(), *book.sections["outcomes"].values()):
                found |= {f"finding.{clause}" for clause in as_list(one.get("clause"))}
            for card in book.sections["scorecards"].values():
                for key, item in card["items"].items():
                    clause = item.get("clause") or f"{card.get('clause', '')}.{key}"
                    lines = item.get("lines") or {}
                    clauses = [
                        one for name, x in lines.items() for one in as_list(x.get("clause") or f"{clause}.{name}")
                    ]
                    found |= {f"inspection.{key}", *(f"finding.{one}" for one in clauses)}
        return found

    def roles_of(self, duty: Duty) -> set[str]:
        return self.role_group(duty.fields["role"])

    def role_group(self, role: str) -> set[str]:
        """A duty owed by a role that `includes` others, in whichever book, is owed by posts of any of them."""
        group, pending = set(), [role]
        while pending:
            name = pending.pop()
            if name in group:
                continue
            group.add(name)
            for book in self.books:
                inner = (book.sections["roles"].get(name) or {}).get("includes") or []
                pending += [inner] if isinstance(inner, str) else inner
        return group

    def place(self, book: Book, area: str, day: date) -> Place:
        return Place(book, self.bind, tuple(self.chain(area)), day)

    # ------------------------------------------------------------------ areas and targets

    def chain(self, area: str) -> list[str]:
        """The area, then the areas around it, nearest first."""
        chain = []
        while area:
            chain.append(area)
            area = (self.raw["areas"].get(area) or {}).get("within") or ""
        return chain

    def within(self, inner: str | None, outer: str) -> bool:
        """A post without an area has the whole estate as its area."""
        if not outer:
            return True
        return bool(inner) and outer in self.chain(inner or "")

    def building_area(self, building: str, day: date) -> str | None:
        for row in self.tables["buildings"]:
            if row["building"] == building and live(row, day):
                return row["area"]
        return None

    def unit_area(self, unit: str, day: date) -> str | None:
        for row in self.tables["units"]:
            if row["unit"] == unit and live(row, day):
                return self.building_area(row["building"], day)
        return None

    def area_of(self, kind: str, target: str, day: date) -> str | None:
        """Where a target lies, of whatever type it is, if no kind says so."""
        if kind:
            return self.target_area(kind, target, day)
        return self.building_area(target, day) or self.unit_area(target, day)

    def target_area(self, kind: str, target: str, day: date) -> str | None:
        """Where a target lies that day; persons and texts lie nowhere."""
        declared = self.kinds.get(kind, {}).get("target")
        if declared == "area":
            return target
        if declared == "building":
            return self.building_area(target, day)
        if declared == "unit":
            return self.unit_area(target, day)
        return None

    # ------------------------------------------------------------------ shifts, leave, workdays

    def statutory(self, day: date) -> bool:
        """`calendar.overrides` of the estate wins."""
        overrides = (self.raw.get("calendar") or {}).get("overrides") or {}
        word = overrides.get(day.isoformat())
        return cal.statutory_workday(day) if word is None else word == "workday"

    @cached_property
    def roster(self) -> dict[str, dict[date, Row]]:
        roster: dict[str, dict[date, Row]] = {}
        for row in self.tables["roster"]:
            roster.setdefault(row["person"], {})[date.fromisoformat(row["date"])] = row
        return roster

    def rostered(self, person: str, day: date) -> bool:
        """A person with a roster row in a calendar month is rostered in it."""
        return any(d.year == day.year and d.month == day.month for d in self.roster.get(person, {}))

    def shift(self, person: str, day: date) -> Span | None:
        """The shift before leave; None on a rest day (of the roster, else of the statutory calendar)."""
        key = (person, day)
        if key not in self._shifts:
            self._shifts[key] = self._find_shift(person, day)
        return self._shifts[key]

    def _find_shift(self, person: str, day: date) -> Span | None:
        if self.rostered(person, day):
            row = self.roster[person].get(day)
            if row is None or not row["start"]:
                return None
            start, end = row["start"], row["end"]
        elif self.statutory(day):
            start, end = self.raw.get("working_hours") or ["08:00", "17:30"]
        else:
            return None
        begin, finish = cal.clock(day, start), cal.clock(day, end)
        return begin, finish if finish > begin else finish + cal.DAY

    @cached_property
    def approved_leave(self) -> dict[str, list[Span]]:
        """Approved intervals of one person are united."""
        spans: dict[str, list[Span]] = {}
        for row in self.tables["leave"]:
            if row["approved"].lower() in YES:
                spans.setdefault(row["person"], []).append((instant(row["from"]), instant(row["until"])))
        return {person: unite(found) for person, found in spans.items()}

    def leave_seconds(self, person: str, span: Span) -> float:
        return sum(cal.overlap_seconds(leave, span) for leave in self.approved_leave.get(person, []))

    def unbound_seconds(self, post: Post, span: Span) -> float:
        return sum(cal.overlap_seconds(free, span) for free in self.unbound(post))

    def unbound_at(self, post: Post, at: datetime) -> bool:
        return any(start <= at < end for start, end in self.unbound(post))

    def unbound(self, post: Post) -> list[Span]:
        """Leave of the post's person; of an acting post also the day of acceptance, up to then."""
        first: dict[date, datetime] = {}
        for accepted in post.accepted:
            if post.holds(accepted.date()):
                first[accepted.date()] = min(accepted, first.get(accepted.date(), accepted))
        waiting = [(datetime.combine(day, time()), accepted) for day, accepted in first.items()]
        return unite([*self.approved_leave.get(post.person, []), *waiting])

    def workday(self, post: Post, day: date) -> bool:
        """Tenure contains d; rostered or statutory; approved leave does not cover the whole shift."""
        key = (id(post), day)
        if key not in self._workdays:
            shift = self.shift(post.person, day)
            self._workdays[key] = (
                post.holds(day)
                and shift is not None
                and self.leave_seconds(post.person, shift) < (shift[1] - shift[0]).total_seconds()
            )
        return self._workdays[key]

    def overhang(self, person: str, day: date) -> datetime | None:
        """The end of a shift that runs past midnight, floored to g, plus g."""
        shift = self.shift(person, day)
        if shift is None or shift[1] < cal.end_of_day(day):
            return None
        return cal.by(shift[1], self.granularity)

    def duty_day(self, person: str, at: datetime) -> date:
        """The event's date; in the early hours of the person's own cross-midnight shift, the day before."""
        before = at.date() - cal.DAY
        end = self.overhang(person, before)
        return before if end is not None and at < end else at.date()

    def search_window(self, person: str, day: date) -> Span:
        start = self.overhang(person, day - cal.DAY) or cal.midnight(day)
        return start, self.overhang(person, day) or cal.end_of_day(day)

    # ------------------------------------------------------------------ posts

    @cached_property
    def posts(self) -> list[Post]:
        return self.table_posts + self._acting_posts()

    @cached_property
    def table_posts(self) -> list[Post]:
        return [
            Post(
                person=row["person"],
                area=row["area"],
                role=row["role"],
                first=date.fromisoformat(row["from"]) if row["from"] else date.min,
                last=date.fromisoformat(row["to"]) if row["to"] else date.max,
                fte=number(row["fte"] or "1"),
                primary=row["primary"].lower() in YES,
                order=order,
                manager=row.get("manager", ""),
            )
            for order, row in enumerate(self.tables["people"])
        ]

    def _acting_posts(self) -> list[Post]:
        """Approved leave with `substitute` and `accepted_at` gives the substitute the absent person's posts."""
        days: dict[tuple[str, str, str], set[date]] = {}
        accepted: dict[tuple[str, str, str], set[datetime]] = {}
        for row in self.tables["leave"]:
            if row["approved"].lower() in YES and row["substitute"] and row["accepted_at"]:
                for post in self.table_posts:
                    if post.person == row["person"]:
                        key = (row["substitute"], post.area, post.role)
                        found = self._acting_days(row, post)
                        days.setdefault(key, set()).update(found)
                        if instant(row["accepted_at"]).date() in found:
                            accepted.setdefault(key, set()).add(instant(row["accepted_at"]))
        return [
            Post(
                *key, min(found), max(found), order=order, acting_days=frozenset(found),
                accepted=frozenset(accepted.get(key, ())),
            )
            for order, (key, found) in enumerate(days.items())
            if found
        ]  # fmt: skip

    def _acting_days(self, leave: Row, post: Post) -> set[date]:
        """Days of the post whose whole shift the leave covers and that start at or after the date of acceptance."""
        start, until = instant(leave["from"]), instant(leave["until"])
        accepted = instant(leave["accepted_at"]).date()
        found = set()
        day = start.date() - cal.DAY
        while day <= until.date():
            shift = self.shift(post.person, day)
            if post.holds(day) and day >= accepted and shift and start <= shift[0] and shift[1] <= until:
                own = [p for p in self.table_posts if p.person == leave["substitute"] and p.holds(day)]
                if not any((p.area, p.role) == (post.area, post.role) for p in own):
                    found.add(day)
            day += cal.DAY
        return found

    def lead(self, person: str, roles: set[str], day: date) -> Post | None:
        held = [p for p in self.posts if p.person == person and p.role in roles and p.holds(day)]
        return min(held, key=Post.rank) if held else None

    def local(self, duty: Duty, post: Post) -> bool:
        """The post has an area, and the duty counts placed targets, uses a population or cap, or owes by area."""
        fields = duty.fields
        if not post.area:
            return False
        if fields.get("owed_by") == "area_of_target":
            return True
        if duty.check == "rate":
            den = fields["den"]
            kinds = [self.kinds.get(kind, {}) for kind in kinds_of(fields["num"], den)]
            by_members = isinstance(den, dict) and "population" in den
            return by_members or any(kind.get("target") in ("building", "unit", "area") for kind in kinds)
        if duty.check != "quota":
            return False
        figure = fields.get("at_least")
        by_share = isinstance(figure, dict) and "of" in figure
        kinds = [self.kinds.get(kind, {}) for kind in as_list(fields["event"])]
        placed = any(kind.get("target") in ("building", "unit", "area") for kind in kinds)
        return placed or by_share or "population" in fields or "cap" in fields

    def owes(self, duty: Duty, post: Post, day: date) -> bool:
        """A local duty is owed by each post; any other once per person and day, by the lead post."""
        roles = self.roles_of(duty)
        if post.role not in roles or not post.holds(day):
            return False
        return self.local(duty, post) or self.lead(post.person, roles, day) is post

    def owing_posts(self, duty: Duty) -> list[Post]:
        roles = self.roles_of(duty)
        return [post for post in self.posts if post.role in roles]

    # ------------------------------------------------------------------ populations

    def members(self, book: Book, population: str, day: date) -> dict[str, str | None]:
        """Distinct members live on a day, and the area each lies in."""
        declared = book.sections["populations"][population]
        table = declared["table"]
        found: dict[str, str | None] = {}
        for row in self.tables[table]:
            if live(row, day) and matches(row, declared.get("where") or {}):
                if table == "buildings":
                    found[row["building"]] = row["area"]
                elif table == "spells":
                    found[row["target"]] = self.area_of("", row["target"], day)
                else:
                    found[row["unit"]] = self.unit_area(row["unit"], day)
        return found

    def members_in(self, book: Book, population: str, area: str, day: date) -> set[str]:
        members = self.members(book, population, day)
        return {member for member, where in members.items() if self.within(where, area)}

    def turning_days(self, book: Book, population: str, edge: str) -> set[date]:
        """Days on which rows of a population's table begin, or end."""
        declared = book.sections["populations"][population]
        rows = [row for row in self.tables[declared["table"]] if matches(row, declared.get("where") or {})]
        return {date.fromisoformat(row[edge]) for row in rows if row[edge]}

    # ------------------------------------------------------------------ coverage

    def covered(
        self, kind: str, area: str, day: date, kinds_seen: set[str], planned: frozenset[str] = frozenset()
    ) -> bool:
        """Some row that applies says `complete` and none says `partial` or `outage`; unspoken days are as planned."""
        statuses = [row["status"] for row in self.tables["coverage"] if self._applies(row, kind, area, day)]
        if not statuses and kind in planned:
            return True
        if not self.tables["coverage"]:
            return kind in kinds_seen
        return "complete" in statuses and not {"partial", "outage"} & set(statuses)

    def _applies(self, row: Row, kind: str, area: str, day: date) -> bool:
        """Kinds may end in `*`; empty kinds or areas mean all; a post without an area: only rows with empty areas."""
        kinds, areas = row["kinds"].split(), row["areas"].split()
        named = not kinds or any(kind == k or (k.endswith("*") and kind.startswith(k[:-1])) for k in kinds)
        placed = not areas or any(a in areas for a in self.chain(area))
        return named and placed and live(row, day)


COLUMNS = {
    "people": "person name role area from to fte manager primary",
    "buildings": "building area from to x y inspect_minutes",
    "units": "unit building state from to priority persons",
    "blackouts": "unit from to",
    "permits": "unit from to",
    "arrears": "unit fee age from to amount",
    "spells": "name target from to",
    "roster": "person date start end",
    "leave": "person from until approved kind substitute accepted_at",
    "coverage": "source kinds areas from to status",
    "settlements": "period person item decision decided_by decided_at",
    "waivers": "breach_id approver reason decided_at",
}


def load_estate(folder: Path) -> Estate:
    raw = read_yaml(folder / "estate.yaml")
    raw["areas"] = raw.get("areas") or {}
    books = [load_book(find_book(name, folder)) for name in as_list(raw.get("books"))]
    return Estate(folder, raw, books, {table: read_table(folder, table) for table in COLUMNS})


def read_table(folder: Path, table: str) -> list[Row]:
    path = folder / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [{key: (value or "").strip() for key, value in row.items()} for row in csv.DictReader(lines)]
    empty = dict.fromkeys(COLUMNS[table].split(), "")
    rows = [{**empty, **row} for row in rows]
    for row in rows:
        if table == "units":
            row["state"] = row["state"] or "occupied"
    return rows


def live(row: Row, day: date) -> bool:
    """`from` empty = always, `to` empty = still; `to` is the last day."""
    text = day.isoformat()
    return (not row["from"] or row["from"] <= text) and (not row["to"] or text <= row["to"])


def matches(row: Row, where: dict[str, Any]) -> bool:
    return all(row.get(column, "") in as_list(wanted) for column, wanted in where.items())


def pattern_kind(pattern: Any) -> str:
    return str(pattern["event"] if isinstance(pattern, dict) else pattern)


def kinds_of(*patterns: Any) -> list[str]:
    """The kinds of some patterns; a date of the registry has none, lists of deeds have many."""
    kinds: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, dict) and "event" not in pattern:
            kinds += kinds_of(*(one for key in ("any_of", "all_of", "in_order") for one in pattern.get(key, [])))
        elif pattern is not None:
            kinds.append(pattern_kind(pattern))
    return kinds


def instant(text: str) -> datetime:
    """A bare date is its midnight."""
    return datetime.fromisoformat(text.replace("/", "-"))


def unite(spans: list[Span]) -> list[Span]:
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        elif start < end:
            united.append((start, end))
    return united
