"""Plants about being there: meetings, arrival, the plan of the day, leave."""

from datetime import datetime

from generator.days import clock, october
from generator.stage import Stage

_PROJECT = "attend_project_meeting"
_DEPARTMENT = "attend_department_meeting"
_SUMMARY = "attend_fee_summary"
_MORNING = (_PROJECT, "07:55"), (_DEPARTMENT, "08:10"), ("report_day_plan", "08:30")
_KINDS = {_PROJECT: "meeting.project", _DEPARTMENT: "meeting.department", "report_day_plan": "plan.day"}


def plant(stage: Stage) -> None:
    _meetings(stage)
    _day_plan(stage)
    _identity(stage)
    _leave(stage)
    _absent(stage)


def _meetings(stage: Stage) -> None:
    stage.plant("late-by-a-second", "07:56:00 is the first second that is too late")
    stage.at("b01", "meeting.project", october(12), "07:56:00")
    stage.breach("b01", _PROJECT, october(12), "late", "07:55", "07:56:00")

    stage.plant("last-good-second", "07:55:59 is still 07:55")
    stage.at("b01", "meeting.project", october(13), "07:55:59")

    stage.plant("meeting-missed", "b02 does not come at all")
    stage.gone("b02", "meeting.project", october(13))
    stage.breach("b02", _PROJECT, october(13), "missing", "07:55")

    stage.plant("late-and-found", "late, and an inspector writes the same lateness down: one of the two counts")
    stage.at("b03", "meeting.project", october(15), "08:20:00")
    stage.breach("b03", _PROJECT, october(15), "late", "07:55", "08:20:00")
    stage.finding("b03", "HT-1.1", october(15))

    stage.plant("waived", "late because of a burst pipe; the project manager waives it")
    stage.at("b02", "meeting.project", october(19), "08:02:00")
    stage.excused("waiver", "b02", _PROJECT, october(19), "late", "07:55", "08:02:00")
    stage.waive("b02", _PROJECT, october(19), "抢修水管")

    stage.plant("asked-at-08:09", "a request before 08:10 excuses the department meeting")
    stage.gone("b06", "meeting.department", october(16))
    stage.log.add(clock(october(16), "08:09:00"), "b06", "leave.requested")
    stage.excused("request", "b06", _DEPARTMENT, october(16), "missing", "08:10")

    stage.plant("asked-at-08:10", "a request at 08:10:00 is not before 08:10")
    stage.gone("b06", "meeting.department", october(19))
    stage.log.add(clock(october(19), "08:10:00"), "b06", "leave.requested")
    stage.breach("b06", _DEPARTMENT, october(19), "missing", "08:10")

    stage.plant("asked-and-late", "the request excuses coming late, too")
    stage.at("b07", "meeting.department", october(16), "08:20:00")
    stage.log.add(clock(october(16), "08:05:00"), "b07", "leave.requested")
    stage.excused("request", "b07", _DEPARTMENT, october(16), "late", "08:10", "08:20:00")

    stage.plant("department-late", "08:11:00 at the department meeting; 08:10:59 the day after is in time")
    stage.at("b07", "meeting.department", october(14), "08:11:00")
    stage.at("b07", "meeting.department", october(15), "08:10:59")
    stage.breach("b07", _DEPARTMENT, october(14), "late", "08:10", "08:11:00")

    stage.plant("rostered-saturday", "b04 is rostered on Saturday the 17th and misses the meeting")
    stage.gone("b04", "meeting.project", october(17))
    stage.breach("b04", _PROJECT, october(17), "missing", "07:55")

    stage.plant("rostered-holiday", "b08 is rostered on a public holiday and comes late to the office")
    stage.at("b08", "office.arrived", october(4), "09:01:00")
    stage.breach("b08", "arrive_at_office", october(4), "late", "09:00", "09:01:00")

    stage.plant("summary-late", "16:31:00 at the fee summary; 16:30:59 three days later is in time")
    stage.at("b09", "meeting.fee_summary", october(9), "16:31:00")
    stage.at("b09", "meeting.fee_summary", october(12), "16:30:59")
    stage.breach("b09", _SUMMARY, october(9), "late", "16:30", "16:31:00")

    stage.plant("summary-missed", "b10, two days in the new patch, stays away from the fee summary")
    stage.gone("b10", "meeting.fee_summary", october(20))
    stage.breach("b10", _SUMMARY, october(20), "missing", "16:30")

    stage.plant("newcomer", "b13 does not find the office on the first day")
    stage.gone("b13", "office.arrived", october(16))
    stage.breach("b13", "arrive_at_office", october(16), "missing", "09:00")


def _day_plan(stage: Stage) -> None:
    stage.plant("plan-three-ways", "late, missing and without follow-ups: three occurrences are one step of two")
    stage.at("b05", "plan.day", october(12), "08:31:00")
    stage.breach("b05", "report_day_plan", october(12), "late", "08:30", "08:31:00")
    stage.gone("b05", "plan.day", october(13))
    stage.breach("b05", "report_day_plan", october(13), "missing", "08:30")
    stage.cell("b05", "plan.day", october(14), follow_ups="")
    stage.breach("b05", "report_day_plan", october(14), "incomplete")

    stage.plant("lead-plan-late", "the customer-service lead owes a plan of the day, too, but has no scorecard")
    stage.at("lead", "plan.day", october(21), "08:40:00")
    stage.breach("lead", "report_day_plan", october(21), "late", "08:30", "08:40:00")


def _identity(stage: Stage) -> None:
    stage.plant("corrected-time", "the first reading said 08:10; its revision says 07:53: only the revision counts")
    row = stage.at("b02", "meeting.project", october(15), "07:53:10")
    row.cells |= {"event_id": "KQ-0001", "revision": "1", "note": "补卡"}
    stage.log.add(clock(october(15), "08:10:00"), "b02", "meeting.project", event_id="KQ-0001", revision=0)

    stage.plant("recorded-too-late", "the row was recorded on 9 November, after the log had been closed")
    row = stage.log.one("b11", "meeting.project", october(14))
    row.cells["recorded_at"] = "2026-11-09 10:00:00"
    stage.intent.late_rows += 1
    stage.breach("b11", _PROJECT, october(14), "missing", "07:55")

    stage.plant(
        "same-revision-twice", "two rows of one id and revision: the first in the file counts, the clash is reported"
    )
    row = stage.at("b13", "meeting.project", october(22), "07:54:00")
    row.cells["event_id"] = "KQ-0002"
    stage.log.add(clock(october(22), "08:01:00"), "b13", "meeting.project", event_id="KQ-0002")
    stage.intent.conflicts += 1


def _leave(stage: Stage) -> None:
    log = stage.log

    stage.plant(
        "leave-until-ten", "b03 is away until 10:00: instants inside are excused, and half of the patrol slot is enough"
    )
    day, back = october(14), datetime(2026, 10, 14, 10)
    for duty, named in _MORNING:
        stage.gone("b03", _KINDS[duty], day)
        stage.excused("leave", "b03", duty, day, "missing", named)
    stage.at("b03", "office.arrived", day, "10:02:00")
    stage.excused("leave", "b03", "arrive_at_office", day, "late", "09:00", "10:02:00")
    stage.shift_late("b03", ("inspect.vacant",), day, back)
    for kind, duty, owed, done in (
        ("patrol.building", "patrol_buildings", 8, 5),
        ("inspect.renovation", "inspect_renovations", 5, 2),
    ):
        stage.gone("b03", kind, day, leave=done)
        stage.shift_late("b03", (kind,), day, back)
        stage.excused("leave", "b03", duty, day, "short", owed, done)

    stage.plant("leave-until-09:55", "five minutes less than half of the patrol slot: the two buildings are charged")
    day, back = october(26), datetime(2026, 10, 26, 9, 55)
    for duty, named in _MORNING:
        stage.gone("b01", _KINDS[duty], day)
        stage.excused("leave", "b01", duty, day, "missing", named)
    stage.at("b01", "office.arrived", day, "09:57:00")
    stage.excused("leave", "b01", "arrive_at_office", day, "late", "09:00", "09:57:00")
    stage.gone("b01", "patrol.building", day, leave=6)
    stage.shift_late("b01", ("patrol.building", "inspect.renovation", "inspect.vacant"), day, back)
    stage.breach("b01", "patrol_buildings", day, "short", 8, 6)

    stage.plant(
        "leave-half-of-the-windows", "13:30-15:00 takes 60 of the 120 minutes of the fee windows: all three are excused"
    )
    day = october(23)
    for book, owed, done in (("current", 20, 8), ("old", 5, 2), ("utility", 10, 3)):
        kept = stage.calls("b10", "MY3", book, day, done)
        for row in kept:
            if clock(day, "13:30") <= row.at < clock(day, "15:00"):
                row.at = clock(day, "15:02:00") + (row.at - clock(day, "14:00:00")) / 4
                row.at = row.at.replace(microsecond=0)
        stage.excused("leave", "b10", f"chase_{book}", day, "short", owed, done)

    stage.plant("leave-less-than-half", "14:30-15:15 takes 45 of the 120 minutes: not excused")
    day = october(27)
    for row in log.find("b02", "dunning.contact", day):
        if clock(day, "14:30") <= row.at < clock(day, "15:15"):
            row.at = row.at.replace(hour=14, minute=row.at.minute % 29)
    stage.calls("b02", "HT2", "current", day, 15)
    stage.breach("b02", "chase_current", day, "short", 20, 15)


def _absent(stage: Stage) -> None:
    stage.plant(
        "absent-without-approval", "b12 asked for the 29th, nobody approved, b12 stayed away: everything is missing"
    )
    day = october(29)
    stage.log.drop([row for row in stage.log.rows if row.person == "b12" and row.at.date() == day])
    for duty, named in (
        *_MORNING,
        ("arrive_at_office", "09:00"),
        ("report_pictures", "11:59"),
        (_SUMMARY, "16:30"),
        ("cleaning_record", "17:00"),
        ("report_recheck_pictures", "16:59"),
        ("hand_in_paper_repairs", "17:00"),
        ("three_tables_reported", ""),
        ("summary_reported", "17:00"),
        ("update_repair_file", "23:59"),
    ):
        stage.breach("b12", duty, day, "missing", named)
    for duty, owed in (
        ("patrol_buildings", 4),
        ("patrol_perimeter", 1),
        ("chase_current", 8),
        ("chase_old", 2),
        ("chase_utility", 5),
    ):
        stage.breach("b12", duty, day, "missing", owed, 0)
    for building in stage.world.buildings["MY4"]:
        stage.breach("b12", "list_tomorrows_buildings", october(30), "disordered", target=building)
