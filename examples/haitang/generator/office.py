"""A diligent month of the director and the customer-service lead, and the inspections of HR."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from generator.days import FIRST, between, clock, october
from generator.log import Log
from generator.world import BUTLERS, workdays

DIRECTOR = "dir"
#: The tests are written by those who stay for the whole month, and by the newcomer.
TRAINEES = tuple(person for person in BUTLERS if person != "b09")
_GATES = ("东门岗", "西门岗", "地库岗", "监控室", "巡逻岗", "前台")
#: Clauses of the butlers' duties that only an inspector can judge.
BUTLER_CLAUSES = ("D0-1.S2", "D0-3.P1", "D0-3.P2", "D0-3.S1a", "D0-3.S2")
#: The scorecard item of the butlers that only findings feed.
BUTLER_ITEMS = ("conduct",)
#: Items of the director that only findings feed; item 7 is left uninspected on purpose.
DIRECTOR_ITEMS = ("1",)
UNINSPECTED = "b11"
_INSPECTED_ON = {"b09": 13, "b13": 28, "b10": 27}


def write(log: Log, seed: int) -> None:
    for day in workdays(DIRECTOR):
        _director_day(log, Random(f"{seed}:dir:{day}"), day)
    rng = Random(f"{seed}:dir")
    _meetings(log, rng)
    _training(log, rng)
    _tasks(log)
    _staff(log)
    _complaints(log)
    log.add(between(rng, october(8), "10:00:00", "15:00:00"), DIRECTOR, "report.indicators", blank_cells=0)
    for day in workdays("lead", FIRST):
        rng = Random(f"{seed}:lead:{day}")
        log.add(between(rng, day, "08:15:00", "08:28:00"), "lead", "plan.day", follow_ups=rng.randint(2, 9))
    _inspections(log, Random(f"{seed}:hr"))


def _director_day(log: Log, rng: Random, day: date) -> None:
    log.add(between(rng, day, "08:31:00", "08:38:00"), DIRECTOR, "check.attendance")
    log.add(between(rng, day, "08:41:00", "08:57:00"), DIRECTOR, "complaints.read", signed_by=DIRECTOR)
    log.add(between(rng, day, "09:05:00", "09:30:00"), DIRECTOR, "check.desks")
    log.add(between(rng, day, "09:40:00", "11:30:00"), DIRECTOR, "check.posts", target=rng.choice(_GATES))
    log.add(between(rng, day, "13:30:00", "16:40:00"), DIRECTOR, "check.posts", target=rng.choice(_GATES))
    log.add(between(rng, day, "17:20:00", "17:29:00"), DIRECTOR, "desk.tidied")


def _meetings(log: Log, rng: Random) -> None:
    """A meeting in each of the weeks 40 to 44."""
    for day in (date(2026, 9, 29), october(9), october(16), october(23), october(30)):
        log.add(between(rng, day, "16:50:00", "17:05:00"), DIRECTOR, "meeting.department_held")


def _training(log: Log, rng: Random) -> None:
    """A re-test of September's training, and two trainings."""
    log.add(between(rng, october(8), "15:10:00", "16:30:00"), DIRECTOR, "training.plan")
    marks(log, rng, "PX2026-09", october(12), [80] * 8)
    for case, day in (("PX2026-10A", october(15)), ("PX2026-10B", october(22))):
        log.add(between(rng, day, "15:00:00", "15:05:00"), DIRECTOR, "training.held", case=case)
        log.add(between(rng, day + timedelta(days=1), "10:00:00", "11:00:00"), DIRECTOR, "training.summary", case=case)
        marks(log, rng, case, day, [rng.randint(78, 96) for _ in range(12)])


def marks(log: Log, rng: Random, case: str, day: date, values: Sequence[int | float | str]) -> None:
    """Adds one test mark for each of as many trainees as there are marks."""
    for person, value in zip(TRAINEES, values, strict=False):
        at = between(rng, day, "16:00:00", "16:40:00")
        log.add(at, DIRECTOR, "training.test", case=case, target=person, value=value)


def _tasks(log: Log) -> None:
    for case, given, due, done in (
        ("RW-01", clock(date(2026, 9, 29), "14:00:00"), clock(october(9), "17:00"), clock(october(9), "11:30:00")),
        ("RW-02", clock(october(12), "09:30:00"), clock(october(16), "17:00"), clock(october(16), "10:12:00")),
        ("RW-03", clock(october(19), "10:00:00"), clock(october(23), "18:00"), clock(october(22), "15:40:00")),
    ):
        task(log, case, given, due, done)


def task(log: Log, case: str, given: datetime, due: datetime, done: datetime) -> None:
    log.add(given, DIRECTOR, "task.assigned", case=case, due_at=due)
    log.add(done, DIRECTOR, "task.done", case=case)


def _staff(log: Log) -> None:
    """Breaches by staff: each written down with an opinion; the third lateness of b04 leads to a talk."""
    for case, person, day, topic in (
        ("YG-01", "b04", october(9), "lateness"),
        ("YG-02", "b04", october(10), "lateness"),
        ("YG-03", "b04", october(14), "lateness"),
        ("YG-04", "b06", october(19), "lateness"),
        ("YG-05", "b10", october(13), "other"),
        ("YG-06", "b09", october(14), "other"),
        ("YG-07", "b12", october(29), "absence"),
    ):
        at = clock(day, "08:50:00")
        log.add(at, DIRECTOR, "staff.breach", case=case, target=person, topic=topic)
        if topic == "other":
            log.add(at + timedelta(hours=26), DIRECTOR, "staff.sanctioned", case=case)
        else:
            log.add(at + timedelta(minutes=10), DIRECTOR, "staff.breach_recorded", case=case)
            log.add(at + timedelta(minutes=14), DIRECTOR, "staff.handling_opinion", case=case)
    log.add(clock(october(15), "15:20:00"), DIRECTOR, "staff.educated", target="b04")


def _complaints(log: Log) -> None:
    for case, level, at in (
        ("TS-01", "larger", clock(october(12), "10:05:00")),
        ("TS-02", "major", clock(october(14), "09:10:00")),
        ("TS-03", "major", clock(october(20), "10:00:20")),
        ("TS-04", "major", clock(october(26), "14:00:00")),
        ("TS-05", "larger", clock(october(28), "11:15:00")),
    ):
        log.add(at, "", "complaint.escalated", case=case, level=level)
        if level == "major":
            log.add(at + timedelta(minutes=25), DIRECTOR, "complaint.reported_up", case=case)
        log.add(at + timedelta(hours=3), DIRECTOR, "complaint.handled", case=case)


def _inspections(log: Log, rng: Random) -> None:
    """HR looks at everybody once; b11 was forgotten."""
    for person in BUTLERS:
        if person != UNINSPECTED:
            day = october(_INSPECTED_ON.get(person) or rng.choice((12, 14, 16)))
            _inspect(log, person, between(rng, day, "10:00:00", "16:00:00"), *BUTLER_CLAUSES, *BUTLER_ITEMS)
    _inspect(log, DIRECTOR, between(rng, october(27), "09:00:00", "10:00:00"), *DIRECTOR_ITEMS)


def _inspect(log: Log, person: str, at: datetime, *what: str) -> None:
    for name in what:
        log.add(at, person, f"inspection.{name}", recorded_by="pm")
