"""A log that nobody here made, judged twice: by the engine, and by plain loops that know nothing of it.

The log is "receipt", 1,434 applications for permits at a municipality, as CSV with XES columns. It is read
through a mapping (benchmarks/receipt/mapping.yaml) and judged by benchmarks/receipt/book.yaml, month by month.

Run it as  python benchmarks/receipt.py receipt.csv
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import yaml

HERE = Path(__file__).parent / "receipt"
ZONE = ZoneInfo("Europe/Amsterdam")
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
SATURDAY = 5


class Verdict(NamedTuple):
    """What is said of one obligation; `day` is the one on which it fell due, `actual` when the deed was done."""

    duty: str
    person: str
    day: str
    state: str
    reason: str | None
    actual: str | None


class Step(NamedTuple):
    """A row of the log, on the office's wall clock, in whole seconds."""

    at: datetime
    person: str
    kind: str
    case: str
    planned: datetime


# ---------------------------------------------------------------------------------------------------- the engine


def engine(path: Path, steps: list[Step], directory: Path) -> Counter[Verdict]:
    """Imports the log, and scores every month of it."""
    import dutyrules as dr  # noqa: PLC0415
    from dutyrules.cli.main import main  # noqa: PLC0415

    write_estate(steps, directory)
    log = directory / "log.csv"
    status = main(["import", str(HERE / "mapping.yaml"), str(path), "--estate", str(directory), "--out", str(log)])
    estate = dr.load_estate(directory)
    read = dr.read_log([log], estate)
    if status or read.rejected_rows:
        raise SystemExit(f"{read.rejected_rows} rows were rejected; the import ended with {status}")
    found: Counter[Verdict] = Counter()
    for month in months(steps):
        for _, one in dr.score(estate, read, month).verdicts():
            # What falls due later is told again, and finally, in that month.
            if one.state != "no_occasion" and one.day.startswith(month):
                timed = one.duty not in PRECEDENCE
                found[
                    Verdict(
                        one.duty, one.post.split("@")[0], one.day, one.state, one.reason, one.actual if timed else None
                    )
                ] += 1
    return found


def write_estate(steps: list[Step], directory: Path) -> None:
    """An office in which everybody is a clerk and Monday to Friday are workdays."""
    first, last = range_of(steps)
    days = [first + n * DAY for n in range((last - first).days + 1)]
    estate = {
        "estate": "receipt",
        "timezone": ZONE.key,
        "granularity": "second",
        "areas": {"office": {}},
        "calendar": {"overrides": {str(day): "workday" if day.weekday() < SATURDAY else "holiday" for day in days}},
        "books": [str(HERE / "book.yaml")],
    }
    people = sorted({step.person for step in steps})
    (directory / "estate.yaml").write_text(yaml.safe_dump(estate))
    rows = [f"{one},office,clerk,{first}" for one in people]
    (directory / "people.csv").write_text("\n".join(["person,area,role,from", *rows, ""]))
    (directory / "coverage.csv").write_text(f"source,kinds,areas,from,to,status\nreceipt,,,{first},{last},complete\n")


# ---------------------------------------------------------------------------------------------------- plain loops


def read_steps(path: Path) -> list[Step]:
    """The rows of the file, in the order of their time."""
    kinds = yaml.safe_load((HERE / "mapping.yaml").read_text())["columns"]["kind"]["values"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return sorted(
        Step(
            wall(row["time:timestamp"]),
            row["org:resource"],
            kinds[row["concept:name"]],
            row["case:concept:name"],
            wall(row["case:enddate_planned"]),
        )
        for row in rows
    )


def wall(text: str) -> datetime:
    """What a clock on the wall of the office shows."""
    return datetime.fromisoformat(text).astimezone(ZONE).replace(tzinfo=None, microsecond=0)


def range_of(steps: list[Step]) -> tuple[date, date]:
    """The first day of the first month, the last day of the last."""
    return steps[0].at.date().replace(day=1), month_end(steps[-1].at).date() - DAY


def months(steps: list[Step]) -> list[str]:
    """The months from the first step to the last."""
    first, last = range_of(steps)
    return sorted({str(first + n * DAY)[:7] for n in range((last - first).days + 1)})


def month_end(at: datetime) -> datetime:
    """The first midnight of the next month."""
    day = at.date().replace(day=1) + 31 * DAY
    return datetime.combine(day.replace(day=1), time())


def midnight_after(day: date) -> datetime:
    """The end of a day."""
    return datetime.combine(day + DAY, time())


def workday(day: date, number: int) -> date:
    """The n-th workday after a day; the day itself, or the first one after it, for 0."""
    while number or day.weekday() >= SATURDAY:
        day += DAY
        number -= bool(number) and day.weekday() < SATURDAY
    return day


RESPONSES: dict[str, tuple[str, Callable[[Step], datetime], tuple[tuple[str, ...], ...], bool]] = {
    # duty: trigger, first moment too late, what must follow one after the other (each: any of these), by oneself
    "sent_in_a_day": ("received", lambda step: step.at + DAY + SECOND, (("receipt_sent",),), False),
    "sent_in_two_workdays": (
        "received", lambda step: midnight_after(workday(step.at.date(), 2)), (("receipt_sent",),), False,
    ),
    "decided_by_the_planned_end": (
        "received", lambda step: max(step.planned, step.at) + SECOND, (("stop_decided",),), False,
    ),
    "in_order_in_a_week": (
        "received", lambda step: midnight_after(step.at.date() + 7 * DAY),
        (("receipt_checked",), ("receipt_determined",), ("receipt_sent",)), False,
    ),
    "checked_by_the_same_hands": (
        "receipt_checked", lambda step: midnight_after(workday(step.at.date(), 0)),
        (("receipt_determined", "receipt_adjusted"),), True,
    ),
}  # fmt: skip
PRECEDENCE: dict[str, tuple[str, tuple[str, ...], timedelta | None]] = {
    # duty: event, what must have come before, the latest last; not longer ago
    "determined_before_sent": ("receipt_sent", ("receipt_determined",), None),
    "checked_lately": ("receipt_determined", ("receipt_checked",), timedelta(hours=2)),
    "document_through_all_hands": (
        "document_printed", ("document_determined", "document_checked", "document_created"), None,
    ),
}  # fmt: skip


def plainly(steps: list[Step]) -> Counter[Verdict]:
    """Every verdict, one after the other."""
    cases: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        cases[step.case].append(step)
    found: Counter[Verdict] = Counter()
    for step in steps:
        for duty, (trigger, limit, follow_ups, alone) in RESPONSES.items():
            if step.kind == f"permit.{trigger}":
                own = [one for one in cases[step.case] if one.person == step.person or not alone]
                found.update(response(duty, step, limit(step), follow_ups, own, steps[-1].at))
        for duty, (event, required, within) in PRECEDENCE.items():
            if step.kind == f"permit.{event}":
                kept = preceded(step, required, within, cases[step.case])
                state, reason = ("met", None) if kept else ("breached", "disordered")
                found[Verdict(duty, step.person, str(step.at.date()), state, reason, None)] += 1
    found.update(by_the_tenth(steps))
    return found


def response(
    duty: str, step: Step, limit: datetime, follow_ups: tuple[tuple[str, ...], ...], own: list[Step], end: datetime
) -> Iterator[Verdict]:
    """What followed on a step: in time, later in the month in which it fell due, or not."""
    if limit > month_end(end):
        return  # falls due when the log is over
    at: datetime | None = step.at
    for kinds in follow_ups:
        names = {f"permit.{kind}" for kind in kinds}
        at = next((one.at for one in own if at is not None and one.at >= at and one.kind in names), None)
    day = limit - SECOND
    if at is not None and at < limit:
        yield Verdict(duty, step.person, str(day.date()), "met", None, str(at))
    elif at is not None and at < month_end(day):
        yield Verdict(duty, step.person, str(day.date()), "breached", "late", str(at))
    else:
        yield Verdict(duty, step.person, str(day.date()), "breached", "missing", None)


def preceded(step: Step, required: tuple[str, ...], within: timedelta | None, own: list[Step]) -> bool:
    """Whether all that is required came before a step, looking back from it."""
    at = step.at
    for kind in required:
        before = [one.at for one in own if one.kind == f"permit.{kind}" and one.at <= at]
        if not before or (within is not None and before[-1] < step.at - within):
            return False
        at = before[-1]
    return True


def by_the_tenth(steps: list[Step]) -> Iterator[Verdict]:
    """Everybody, every month."""
    for person in sorted({step.person for step in steps}):
        for month in months(steps):
            done = [
                one.at
                for one in steps
                if one.person == person and one.kind == "permit.stop_decided" and str(one.at).startswith(month)
            ]
            day = f"{month}-10"
            if done and done[0] <= datetime.fromisoformat(f"{day} 12:00"):
                yield Verdict("something_decided_by_the_tenth", person, day, "met", None, str(done[0]))
            elif done:
                yield Verdict("something_decided_by_the_tenth", person, day, "breached", "late", str(done[0]))
            else:
                yield Verdict("something_decided_by_the_tenth", person, day, "breached", "missing", None)


# ---------------------------------------------------------------------------------------------------- both


def main() -> None:
    """Compares every verdict and prints how many there are of each."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("log", type=Path, help="receipt.csv")
    path = arguments.parse_args().log
    steps = read_steps(path)
    with tempfile.TemporaryDirectory() as directory:
        ours = engine(path, steps, Path(directory))
    theirs = plainly(steps)
    for one in sorted(ours - theirs, key=str):
        print("only the engine:", *one)
    for one in sorted(theirs - ours, key=str):
        print("only the loops: ", *one)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict, times in theirs.items():
        table[verdict.duty][verdict.reason or verdict.state] += times
    print(f"\n{len(steps)} steps, {len(months(steps))} months, {theirs.total()} verdicts\n")
    columns = ("met", "late", "missing", "disordered")
    print(f"{'duty':32}", *(f"{column:>10}" for column in columns))
    for duty, counts in table.items():
        print(f"{duty:32}", *(f"{counts[column] or '-':>10}" for column in columns))
    if ours != theirs:
        raise SystemExit("\nthe two do not agree")
    print("\nevery verdict is the same")


if __name__ == "__main__":
    main()
