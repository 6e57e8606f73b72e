"""A made-up estate with one month of log: seeded, of any size, the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]

PERIOD = "2026-10"
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
HOLIDAYS = [date(2026, 10, 1) + timedelta(days=n) for n in range(7)]
MAKE_UP = [date(2026, 10, 10)]
"""National Day as the State Council announced it; the SQL engine gets its workdays from here and not from dutyrules."""

EVENTS_PER_PERSON = 1_500
TEAM = 50  # a director, a lead, 48 butlers
BUILDINGS, UNITS = 8, 125
_DAY = 86_400
_EPOCH = date(1970, 1, 1)


def workdays(first: date, last: date) -> list[date]:
    """The workdays of everybody: Monday to Friday, but for the holidays and the days that make up for them."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day in MAKE_UP or (day.weekday() < 5 and day not in HOLIDAYS)]


@dataclass(frozen=True)
class World:
    """Who and what there is.

    Attributes:
        people: person, role, area.
        buildings: building, area.
        units: unit, building, state.
        arrears: unit, fee, age, from, to.
        log: The events, in time order.
    """

    people: pl.DataFrame
    buildings: pl.DataFrame
    units: pl.DataFrame
    arrears: pl.DataFrame
    log: pl.DataFrame


@dataclass
class _Draft:
    """Events as they are made up, kind by kind; columns that a kind does not fill are null."""

    parts: list[pl.DataFrame] = field(default_factory=list)
    size: int = 0

    def add(self, kind: str, at: Ints, person: pl.Series | None, **columns: pl.Series) -> None:
        given = {"at": at, "person": person, **columns}
        frame = pl.DataFrame({name: column for name, column in given.items() if column is not None})
        self.parts.append(frame.with_columns(kind=pl.lit(kind)))
        self.size += len(at)

    def log(self) -> pl.DataFrame:
        order = [
            *("at", "person", "kind", "target", "case", "value", "outcome", "channel"),
            *("fee", "problem_lines", "blank_cells", "signed_by"),
        ]
        log = pl.concat(self.parts, how="diagonal").sort("at", maintain_order=True)
        at = (pl.col("at") * 1_000_000).cast(pl.Datetime("us"))
        return log.select(pl.col(order)).with_columns(at, pl.lit("app").alias("source"))


def make(events: int, seed: int = 1) -> World:
    """Makes up an estate and exactly so many events."""
    random = np.random.default_rng(seed)
    people = _people(max(events // EVENTS_PER_PERSON, 4))
    butlers = people.filter(pl.col("role") == "butler")
    patch = butlers["area"]
    buildings = pl.DataFrame(
        {
            "building": [f"{name}-{number}" for name in patch for number in range(BUILDINGS)],
            "area": [name for name in patch for _ in range(BUILDINGS)],
        }
    )
    units = pl.DataFrame(
        {
            "unit": [f"{name}-{number % BUILDINGS}-{number:03d}" for name in patch for number in range(UNITS)],
            "building": [f"{name}-{number % BUILDINGS}" for name in patch for number in range(UNITS)],
            "state": np.where(random.random(len(patch) * UNITS) < 0.88, "occupied", "vacant"),
        }
    )
    arrears = _arrears(random, units["unit"])
    log = _log(random, people, buildings, units, arrears, events)
    return World(people, buildings, units, arrears, log)


def _people(number: int) -> pl.DataFrame:
    place = np.arange(number)
    role = np.select([place % TEAM == 0, place % TEAM == 1], ["director", "lead"], "butler")
    area = [None if index % TEAM < 2 else f"Q{index // TEAM:03d}-{index % TEAM:02d}" for index in range(number)]
    return pl.DataFrame({"person": [f"p{index:05d}" for index in range(number)], "role": role, "area": area})


def _arrears(random: np.random.Generator, units: pl.Series) -> pl.DataFrame:
    parts = []
    for fee, age, share in (("property", "current", 0.3), ("property", "old", 0.1), ("utility", "current", 0.15)):
        owing = np.flatnonzero(random.random(len(units)) < share)
        begun, paid = (random.integers(0, 31, len(owing)) for _ in range(2))
        new, gone = random.random(len(owing)) < 0.1, random.random(len(owing)) < 0.2
        first = pl.Series(begun + (FIRST - _EPOCH).days, dtype=pl.Int32).cast(pl.Date).set(pl.Series(~new), None)
        last = pl.Series(paid + (FIRST - _EPOCH).days, dtype=pl.Int32).cast(pl.Date).set(pl.Series(~gone), None)
        parts.append(
            pl.DataFrame({"unit": units.gather(owing), "from": first, "to": last})
            .with_columns(fee=pl.lit(fee), age=pl.lit(age))
            .filter((pl.col("to") >= pl.col("from")).fill_null(True))
        )
    return pl.concat(parts).select("unit", "fee", "age", "from", "to")


def _log(  # noqa: PLR0915  # one kind after the other reads best in one piece
    random: np.random.Generator, people: pl.DataFrame, buildings: pl.DataFrame, units: pl.DataFrame,
    arrears: pl.DataFrame, size: int,
) -> pl.DataFrame:  # fmt: skip
    draft = _Draft()
    of_month = np.array([(day - _EPOCH).days for day in workdays(FIRST, LAST)])
    from_monday = np.array([(day - _EPOCH).days for day in workdays(date(2026, 9, 28), LAST)])
    butlers = people.filter(pl.col("role") == "butler")["person"]
    patch, day = (part.ravel() for part in np.meshgrid(np.arange(len(butlers)), of_month, indexing="ij"))

    def at(days: Ints, low: float, high: float) -> Ints:
        return days * _DAY + random.integers(int(low * 3600), int(high * 3600), len(days))

    def around(days: Ints, hour: float, minutes: float) -> Ints:
        spread = random.normal(hour * 3600, minutes * 60, len(days)).astype(np.int64)
        return days * _DAY + np.clip(spread, 0, _DAY - 1)

    def some(share: float) -> Ints:
        return np.flatnonzero(random.random(len(patch)) < share)

    def many(mean: float) -> Ints:
        return np.repeat(np.arange(len(patch)), random.poisson(mean, len(patch)))

    def who(rows: Ints) -> pl.Series:
        return butlers.gather(patch[rows])

    def building(rows: Ints) -> Ints:
        return patch[rows] * BUILDINGS + random.integers(0, BUILDINGS, len(rows))

    def unit(rows: Ints) -> Ints:
        return patch[rows] * UNITS + random.integers(0, UNITS, len(rows))

    # every day
    for kind, share, hour, minutes in (
        ("meeting.project", 0.99, 7.80, 3), ("meeting.department", 0.99, 8.05, 4), ("submit.pictures", 0.98, 11.3, 15),
        ("record.repairs", 0.985, 16.5, 12), ("record.dunning", 0.985, 16.5, 12),
    ):  # fmt: skip
        rows = some(share)
        draft.add(kind, around(day[rows], hour, minutes), who(rows))
    rows = some(0.985)
    words = pl.Series(random.choice(["", "p00001"], len(rows), p=[0.02, 0.98])).replace("", None)
    draft.add(
        "record.cleaning", around(day[rows], 16.4, 14), who(rows), signed_by=words,
        problem_lines=pl.Series(random.poisson(9, len(rows))),
        blank_cells=pl.Series((random.random(len(rows)) < 0.02).astype(np.int64)),
    )  # fmt: skip

    # patrols, most of them listed on the workday before
    rows = many(8)
    target = building(rows)
    patrolled = pl.DataFrame({"row": rows, "target": target})
    draft.add("patrol.building", at(day[rows], 9, 11), who(rows), target=buildings["building"].gather(target))
    ahead = patrolled.filter((pl.col("row") % len(of_month) > 0) & pl.Series(random.random(len(rows)) < 0.95))
    before, target = ahead["row"].to_numpy() - 1, ahead["target"].to_numpy()
    draft.add("plan.building", at(day[before], 16, 18), who(before), target=buildings["building"].gather(target))

    # dunning: households in arrears of the own patch, by fee
    place = pl.DataFrame({"unit": units["unit"], "patch": np.arange(len(units)) // UNITS})
    for fee, mean in (("property", 26), ("utility", 12)):
        owing = arrears.filter(pl.col("fee") == fee).join(place, on="unit").sort("patch", maintain_order=True)
        first = np.searchsorted(owing["patch"].to_numpy(), np.arange(len(butlers) + 1))
        rows = many(mean)
        rows = rows[(first[1:] - first[:-1])[patch[rows]] > 0]
        low, number = first[patch[rows]], (first[1:] - first[:-1])[patch[rows]]
        picked = low + (random.random(len(rows)) * number).astype(np.int64)
        window = np.where(random.random(len(rows)) < 0.5, 10.0, 14.0) * 3600
        moment = day[rows] * _DAY + (window + random.integers(-200, 5_600, len(rows))).astype(np.int64)
        channel = random.choice(["phone", "sms", "home", "letter", "wechat"], len(rows), p=[0.5, 0.2, 0.2, 0.09, 0.01])
        outcome = random.choice(["reached", "not_home"], len(rows), p=[0.9, 0.1])
        draft.add(
            "dunning.contact", moment, who(rows), target=owing["unit"].gather(picked), channel=pl.Series(channel),
            outcome=pl.Series(outcome), fee=pl.Series([fee]).new_from_index(0, len(rows)),
        )  # fmt: skip

    # visits, from the Monday of the week in which the month begins
    rows = np.repeat(np.arange(len(butlers) * len(from_monday)), random.poisson(6, len(butlers) * len(from_monday)))
    patches, days = np.divmod(rows, len(from_monday))
    target = patches * UNITS + random.integers(0, UNITS, len(rows))
    outcome = random.choice(["done", "not_home", "refused"], len(rows), p=[0.85, 0.1, 0.05])
    draft.add(
        "visit.home", at(from_monday[days], 9, 18), butlers.gather(patches), target=units["unit"].gather(target),
        outcome=pl.Series(outcome),
    )  # fmt: skip

    # cases
    rows = many(2)
    case = pl.Series([f"P{number:07d}" for number in range(len(rows))], dtype=pl.String)
    found = at(day[rows], 9, 17)
    draft.add("problem.found", found, who(rows), target=buildings["building"].gather(building(rows)), case=case)
    done = np.flatnonzero(random.random(len(rows)) < 0.97)
    rectified = found[done] + random.gamma(2.0, 4 * 3600, len(done)).astype(np.int64)
    draft.add("problem.rectified", rectified, who(rows[done]), case=case.gather(done))
    again = done[random.random(len(done)) < 0.97]
    rechecked = found[again] + random.integers(-600, 20 * 3600, len(again))
    draft.add("problem.rechecked", rechecked, who(rows[again]), case=case.gather(again))
    rows = many(2)
    case = pl.Series([f"R{number:07d}" for number in range(len(rows))], dtype=pl.String)
    asked = at(day[rows], 7, 22)
    draft.add("repair.requested", asked, None, target=units["unit"].gather(unit(rows)), case=case)
    for kind, share, hours in (("repair.dispatched", 0.8, 2), ("repair.closed", 0.97, 4)):
        done = np.flatnonzero(random.random(len(rows)) < share)
        later = asked[done] + random.gamma(1.0, hours * 3600, len(done)).astype(np.int64)
        draft.add(kind, later, who(rows[done]), case=case.gather(done))

    # now and then
    rows = many(1.5)
    marks = pl.Series(np.clip(random.normal(81, 12, len(rows)).round(), 0, 100))
    draft.add("survey.mark", at(day[rows], 9, 18), who(rows), value=marks)
    for kind, mean in (("complaint.received", 0.06), ("finding.BM-1.3", 0.03), ("finding.BM-10.service.3", 0.02)):
        rows = many(mean)
        draft.add(kind, at(day[rows], 9, 17), who(rows))
    fridays = [(due - _EPOCH).days for due in (date(2026, 10, day) for day in (9, 16, 23, 30))]
    everyone, friday = (part.ravel() for part in np.meshgrid(np.arange(len(butlers)), fridays, indexing="ij"))
    sent = random.random(len(everyone)) < 0.98
    draft.add("report.week", around(friday[sent], 17.4, 20), butlers.gather(everyone[sent]))
    handed_in = np.array([(date(2026, 10, 20) - _EPOCH).days + (random.random() < 0.05) for _ in butlers])
    draft.add("submit.register", around(handed_in, 16.0, 30), butlers)

    # directors
    directors = people.filter(pl.col("role") == "director")["person"]
    boss, day = (part.ravel() for part in np.meshgrid(np.arange(len(directors)), of_month, indexing="ij"))
    for low, high in ((8.5, 12), (12, 18)):
        rows = np.flatnonzero((random.random(len(boss)) < 0.9) & (boss % 7 > 0))
        post = pl.Series(random.choice(["gate 1", "gate 2", "lobby"], len(rows)))
        draft.add("check.posts", at(day[rows], low, high), directors.gather(boss[rows]), target=post)
    tests = np.repeat(np.arange(len(directors) * 2), 25)
    marks = pl.Series(np.clip(random.normal(75, 14, len(tests)).round(), 0, 100))
    case = pl.Series([f"T{number:05d}" for number in tests], dtype=pl.String)
    draft.add(
        "training.test", at(of_month[tests % 2 + 5], 14, 16), directors.gather(tests // 2), case=case, value=marks
    )
    praised = np.flatnonzero(random.random(len(directors)) < 0.5)
    draft.add("praise.user", at(of_month[praised % len(of_month)], 9, 17), directors.gather(praised))

    # what no rule reads
    left = max(size - draft.size, 0)
    staff = random.integers(0, len(people), left)
    draft.add(
        "gate.passed", at(of_month[random.integers(0, len(of_month), left)], 7, 19), people["person"].gather(staff)
    )
    return draft.log()


def write(world: World, directory: Path) -> None:
    """Writes the estate with its book, and the log as Parquet and as CSV."""
    directory.mkdir(parents=True, exist_ok=True)
    patches = world.people["area"].drop_nulls().to_list()
    quarters = dict.fromkeys(patch[:4] for patch in patches)
    lines = [
        "estate: benchmark",
        "working_hours: [07:50, 17:30]",
        "books: [book.yaml]",
        "areas:",
        *(f"  {quarter}: {{}}" for quarter in quarters),
        *(f"  {patch}: {{within: {patch[:4]}}}" for patch in patches),
    ]
    (directory / "estate.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (directory / "book.yaml").write_bytes((Path(__file__).parent / "book.yaml").read_bytes())
    for name in ("people", "buildings", "units", "arrears"):
        getattr(world, name).write_csv(directory / f"{name}.csv")
    covered = "source,kinds,areas,from,to,status\napp,,,2026-09-28,2026-10-31,complete\n"
    (directory / "coverage.csv").write_text(covered, encoding="utf-8")
    world.log.write_parquet(directory / "log.parquet")
    world.log.write_csv(directory / "log.csv", datetime_format="%Y-%m-%d %H:%M:%S")
