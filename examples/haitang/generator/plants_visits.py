"""Plants about visits and calls."""

from datetime import timedelta

from generator.days import LAST, MONTH, clock, october
from generator.log import Row
from generator.stage import Stage
from generator.visits import third


def plant(stage: Stage) -> None:
    _home_visits(stage)
    _contacts(stage)
    _hours(stage)
    _follow_ups(stage)


def _rows(stage: Stage, patch: str, *kinds: str) -> list[Row]:
    """The visits and calls that reached somebody in a patch, in order of time."""
    found = [
        row
        for row in stage.log.rows
        if row.kind in (kinds or ("visit.home", "visit.phone"))
        and row.target.startswith(patch)
        and row.cell("outcome") == "done"
    ]
    return sorted(found, key=lambda row: row.at)


def _reached(stage: Stage, patch: str, *kinds: str) -> set[str]:
    homes = set(stage.world.staying(patch))
    return homes & {row.target for row in _rows(stage, patch, *kinds)}


def _untouched(stage: Stage, patch: str, kind: str, count: int) -> list[str]:
    """Households with a single row, of this kind and without an occasion; the earliest first."""
    rows = [row for row in stage.log.rows if row.kind.startswith("visit.") and row.target.startswith(patch)]
    often = [row.target for row in rows]
    asked = {row.target for row in stage.log.rows if row.kind == "question.asked"}
    plain = [
        row
        for row in rows
        if row.kind == kind and often.count(row.target) == 1 and not row.cell("case") and row.target not in asked
    ]
    homes = set(stage.world.staying(patch))
    chosen = [row.target for row in sorted(plain, key=lambda row: row.at) if row.target in homes][:count]
    if len(chosen) < count:
        raise LookupError(f"{stage.name}: only {len(chosen)} households of {patch}")
    return chosen


def _forget(stage: Stage, units: list[str]) -> None:
    """Nobody ever contacted these households."""
    stage.log.drop([row for row in stage.log.rows if row.kind.startswith("visit.") and row.target in units])


def _home_visits(stage: Stage) -> None:
    stage.plant("third-short", "b02 reaches everybody, but one household too few of the third at the door")
    owed = third(stage.world, "HT2")
    doors = _reached(stage, "HT2", "visit.home")
    for row in _rows(stage, "HT2", "visit.home"):
        over = len(doors) - (owed - 1)
        if over and row.target in doors and row.at.weekday() != 0 and not row.cell("case"):
            for same in [one for one in _rows(stage, "HT2", "visit.home") if one.target == row.target]:
                same.kind, same.cells["channel"] = "visit.phone", "phone"
            doors.discard(row.target)
    assert len(_reached(stage, "HT2", "visit.home")) == owed - 1
    stage.breach("b02", "home_visits_month", LAST, "short", owed, owed - 1, period=MONTH)

    stage.plant("visits-by-a-colleague", "b12 takes three visits in b10's patch: they count, whoever came")
    for row in [one for one in _rows(stage, "MY2", "visit.home") if one.at.date() < october(16)][:3]:
        row.person = "b12"


def _contacts(stage: Stage) -> None:
    stage.plant("never-contacted", "b12 never reaches one household of the patch, at the door or by telephone")
    homes = len(stage.world.staying("MY4"))
    _forget(stage, _untouched(stage, "MY4", "visit.phone", 1))
    stage.breach("b12", "contact_households", LAST, "short", homes, homes - 1, period=MONTH)

    stage.plant("three-attempts", "three times nobody opened b08 the door: attempts do not count")
    homes = len(stage.world.staying("GH4"))
    unit = _untouched(stage, "GH4", "visit.home", 1)[0]
    _forget(stage, [unit])
    for day in (14, 19, 24):
        at = clock(october(day), "19:20:00")
        stage.log.add(at, "b08", "visit.home", target=unit, outcome="not_home", channel="home")
    stage.breach("b08", "contact_households", LAST, "short", homes, homes - 1, period=MONTH)

    stage.plant("contacts-during-leave", "b07 was away for 3 of 18 workdays and owes less: four left out cost nothing")
    _forget(stage, _untouched(stage, "GH3", "visit.phone", 4))

    stage.plant("visit-not-written", "nobody wrote what came of a visit: it counts, its record does not")
    row = next(one for one in _rows(stage, "GH1", "visit.home") if one.at.date() > october(19) and not one.cell("case"))
    del row.cells["outcome"]
    stage.breach("b05", "write_down_visits", row.at.date(), "incomplete", target=row.target)

    stage.plant("hasty-visits", "b06 was gone before two households could speak: a finding of its own line")
    stage.finding("b06", "HT-7.6", october(27), "2")


def _hours(stage: Stage) -> None:
    def call(person: str, patch: str, day: int, time: str, outcome: str = "done") -> str:
        unit = _untouched(stage, patch, "visit.home", 1)[0]
        cells = {"target": unit, "outcome": outcome, "channel": "phone"}
        stage.log.add(clock(october(day), time), person, "visit.phone", **cells)
        return unit

    stage.plant("call-on-a-monday", "a call on Monday the 19th that nobody answered; the text only advises against it")
    unit = call("b05", "GH1", 19, "19:30:00", "not_home")
    stage.breach("b05", "call_on_other_days", october(19), "outside", "", "19:30:00", target=unit, should=True)

    stage.plant("call-at-noon", "12:00:00 is a quiet hour; advised against, not charged")
    unit = call("b06", "GH2", 20, "12:00:00")
    stage.breach("b06", "call_in_open_hours", october(20), "outside", "", "12:00:00", target=unit, should=True)

    stage.plant("calls-around-noon", "11:59:59 and 14:00:00 are open hours")
    call("b06", "GH2", 21, "11:59:59")
    call("b06", "GH2", 21, "14:00:00")


def _follow_ups(stage: Stage) -> None:
    log = stage.log

    stage.plant("agreed-call-late", "called again at 19:31:00, a minute after the time that the household had named")
    unit = _untouched(stage, "YH1", "visit.home", 1)[0]
    due = clock(october(16), "19:30:00")
    busy = {"outcome": "rescheduled", "channel": "phone"}
    log.add(clock(october(15), "17:10:00"), "b03", "visit.phone", target=unit, due_at=due, **busy)
    log.add(due + timedelta(minutes=1), "b03", "visit.phone", target=unit, outcome="done", channel="phone")
    stage.breach("b03", "call_again_as_agreed", october(16), "late", "19:30", "19:31:00", target=unit)

    stage.plant("agreed-call-forgotten", "the household named a time, and nobody called again")
    unit = _untouched(stage, "MY2", "visit.home", 1)[0]
    due = clock(october(22), "20:00:00")
    log.add(clock(october(21), "19:40:00"), "b11", "visit.phone", target=unit, due_at=due, **busy)
    stage.breach("b11", "call_again_as_agreed", october(22), "missing", "20:00", target=unit)

    stage.plant("urgent-problem-late", "an urgent problem answered a minute after its 24 hours")
    raised, unit = clock(october(20), "10:00:00"), stage.world.staying("MY1")[0]
    log.add(raised, "", "request.raised", target=unit, case="WQ-B1", urgency="urgent")
    log.add(raised + timedelta(hours=24, minutes=1), "b13", "request.answered", case="WQ-B1")
    stage.breach("b13", "answer_urgent_problems", october(21), "late", "10:00", "10:01:00", case="WQ-B1")

    stage.plant("complaint-by-telephone", "after a complaint b04 only called; the text asks for a visit at the door")
    settled = clock(october(21), "10:00:00")
    unit = _untouched(stage, "YH2", "visit.home", 1)[0]
    log.add(settled, "", "complaint.settled", target=unit, case="TJ-B1")
    cells = {"target": unit, "outcome": "done", "channel": "phone", "case": "TJ-B1"}
    log.add(clock(october(22), "19:10:00"), "b04", "visit.phone", **cells)
    stage.breach("b04", "visit_after_complaint", october(24), "missing", "23:59", case="TJ-B1")

    stage.plant("urgent-repair-late", "24 hours and a minute; the text says as a rule, so nothing is charged")
    row = next(
        one
        for one in sorted(log.rows, key=lambda one: one.at)
        if one.kind == "repair.closed" and one.cell("urgent") and one.target.startswith("HT1")
    )
    late = row.at.replace(second=0) + timedelta(hours=24, minutes=1)
    visit = next(one for one in log.rows if one.kind == "visit.home" and one.cell("case") == row.cell("case"))
    visit.at = late
    stage.breach(
        "b01", "call_back_urgent_repair", late.date(), "late", f"{late - timedelta(minutes=1):%H:%M}",
        f"{late:%H:%M:%S}", case=row.cell("case"), should=True,
    )  # fmt: skip
