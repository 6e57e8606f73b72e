"""Plants about the director, and the findings of HR."""

from decimal import Decimal

from generator.days import MONTH, clock, october
from generator.log import Row
from generator.office import DIRECTOR, UNINSPECTED, marks
from generator.stage import Stage


def plant(stage: Stage) -> None:
    _checks(stage)
    _staff(stage)
    _complaints(stage)
    _tasks_and_meetings(stage)
    _training(stage)
    _findings(stage)
    _uninspected(stage)


def _case(stage: Stage, kind: str, case: str, person: str = DIRECTOR) -> Row:
    return next(row for row in stage.log.find(person, kind) if row.cells.get("case") == case)


def _checks(stage: Stage) -> None:
    day = october(12)
    stage.plant(
        "desks-not-checked",
        "no desk check: once 4; the untidy desks found that day do not count, those a week later do",
    )
    stage.gone(DIRECTOR, "check.desks", day)
    stage.breach(DIRECTOR, "check_desks", day, "missing", 1, 0)
    stage.finding(DIRECTOR, "D4-3.2.2", day)
    stage.finding(DIRECTOR, "D4-3.2.2", october(19))

    stage.plant(
        "attendance-check",
        "08:29:59 is early, 08:30:00 and 08:40:59 are in time, 08:41:00 is late, 12:30 is no check at all",
    )
    kind, duty = "check.attendance", "check_attendance"
    for number, time, reason in (
        (13, "08:29:59", "early"),
        (14, "08:30:00", ""),
        (15, "08:41:00", "late"),
        (16, "08:40:59", ""),
        (20, "12:30:00", "missing"),
    ):
        stage.at(DIRECTOR, kind, october(number), time)
        if reason:
            named = "" if reason == "early" else "08:40"
            stage.breach(DIRECTOR, duty, october(number), reason, named, "" if reason == "missing" else time)

    stage.plant(
        "complaints-at-nine", "read at 09:00:00: late, which no line charges; 08:59:59 the day after is in time"
    )
    stage.at(DIRECTOR, "complaints.read", october(14), "09:00:00")
    stage.at(DIRECTOR, "complaints.read", october(15), "08:59:59")
    stage.breach(DIRECTOR, "read_complaints", october(14), "late", "08:59", "09:00:00")

    stage.plant("opinion-not-signed", "read, and signed by the lead instead")
    stage.cell(DIRECTOR, "complaints.read", october(23), signed_by="lead")
    stage.breach(DIRECTOR, "sign_complaint_opinion", october(23), "unsigned", period="")

    stage.plant("post-checks", "an afternoon left out; and a morning check at 12:00:00, which is afternoon already")
    log = stage.log
    log.drop(log.find(DIRECTOR, "check.posts", october(14))[1:])
    stage.breach(DIRECTOR, "check_posts", october(14), "missing", 1, 0, slot=2)
    log.find(DIRECTOR, "check.posts", october(15))[0].at = clock(october(15), "12:00:00")
    stage.breach(DIRECTOR, "check_posts", october(15), "missing", 1, 0, slot=1)

    stage.plant(
        "own-desk",
        "left untidy on the 9th, tidied at 17:31:00 on the 21st: once 2; found messy on the 21st and twice on the 26th",
    )
    stage.gone(DIRECTOR, "desk.tidied", october(9))
    stage.breach(DIRECTOR, "tidy_desk", october(9), "missing", "17:30")
    stage.at(DIRECTOR, "desk.tidied", october(21), "17:31:00")
    stage.breach(DIRECTOR, "tidy_desk", october(21), "late", "17:30", "17:31:00")
    stage.finding(DIRECTOR, "D4-3.9.2", october(21))
    stage.finding(DIRECTOR, "D4-3.9.2", october(26), "2")


def _staff(stage: Stage) -> None:
    log = stage.log

    stage.plant(
        "talk-too-late", "b04's third lateness was on the 14th; the talk is due on the 19th and held on the 21st"
    )
    log.find(DIRECTOR, "staff.educated")[0].at = clock(october(21), "15:00:00")
    stage.breach(DIRECTOR, "educate_habitual", october(19), "late", target="b04")

    stage.plant("lateness-tolerated", "neither recorded nor sanctioned: two breaches of one case count once")
    log.drop([_case(stage, kind, "YG-04") for kind in ("staff.breach_recorded", "staff.handling_opinion")])
    stage.breach(DIRECTOR, "record_staff_breach", october(19), "missing", case="YG-04")
    stage.breach(DIRECTOR, "sanction_attendance_breach", october(31), "missing", case="YG-04")

    stage.plant("breach-tolerated", "another breach by staff without any consequence")
    log.drop([_case(stage, "staff.sanctioned", "YG-05")])
    stage.breach(DIRECTOR, "sanction_other_breach", october(31), "missing", case="YG-05")


def _complaints(stage: Stage) -> None:
    log = stage.log

    stage.plant("complaint-slow", "passed up on the 12th, due on the 13th, handled on the 15th")
    _case(stage, "complaint.handled", "TS-01").at = clock(october(15), "09:30:00")
    stage.breach(DIRECTOR, "handle_escalated", october(13), "late", case="TS-01")

    stage.plant("major-unreported", "a major complaint never reported, and it got worse: charged")
    log.drop([_case(stage, "complaint.reported_up", "TS-02")])
    log.add(clock(october(16), "09:00:00"), "", "complaint.worsened", case="TS-02")
    stage.breach(DIRECTOR, "report_major", october(14), "missing", case="TS-02")

    stage.plant("major-in-the-hour", "passed up at 10:00:20, reported at 11:00:59: in time, although it got worse")
    _case(stage, "complaint.reported_up", "TS-03").at = clock(october(20), "11:00:59")
    log.add(clock(october(21), "09:00:00"), "", "complaint.worsened", case="TS-03")

    stage.plant(
        "major-late-harmless", "reported after 61 minutes, and it did not get worse: a breach that costs nothing"
    )
    _case(stage, "complaint.reported_up", "TS-04").at = clock(october(26), "15:01:00")
    stage.breach(DIRECTOR, "report_major", october(26), "late", case="TS-04")


def _tasks_and_meetings(stage: Stage) -> None:
    log = stage.log

    stage.plant("task-late", "due on the 16th at 17:00, done at 17:01:00; the one due on the 9th was done at 17:00:59")
    _case(stage, "task.done", "RW-02").at = clock(october(16), "17:01:00")
    _case(stage, "task.done", "RW-01").at = clock(october(9), "17:00:59")
    stage.breach(DIRECTOR, "do_leader_task", october(16), "late", case="RW-02")

    stage.plant("task-never", "never done")
    log.drop([_case(stage, "task.done", "RW-03")])
    stage.breach(DIRECTOR, "do_leader_task", october(23), "missing", case="RW-03")

    stage.plant("no-meeting", "no meeting in week 42; two formal ones found: once 2")
    stage.gone(DIRECTOR, "meeting.department_held", october(16))
    stage.breach(DIRECTOR, "hold_weekly_meeting", october(18), "missing", 1, 0, period="2026-W42")
    stage.finding(DIRECTOR, "D4-3.10.3", october(9))
    stage.finding(DIRECTOR, "D4-3.10.3", october(23))

    stage.plant("indicators", "due on the 1st, a holiday, so on the 8th; reported on the 9th with two blanks")
    (row,) = log.find(DIRECTOR, "report.indicators")
    row.at = clock(october(9), "10:40:00")
    row.cells["blank_cells"] = "2"
    stage.breach(DIRECTOR, "report_indicators", october(8), "late", period=MONTH)
    stage.breach(DIRECTOR, "complete_indicators", october(9), "incomplete", period="")


def _training(stage: Stage) -> None:
    log, rng = stage.log, stage.rng

    stage.plant("one-training", "the second training was not held")
    log.drop([row for row in log.rows if row.cells.get("case") == "PX2026-10B"])
    stage.breach(DIRECTOR, "hold_trainings", october(31), "short", 2, 1, period=MONTH)

    stage.plant("training-not-summed-up", "no summary of the first")
    log.drop([_case(stage, "training.summary", "PX2026-10A")])
    stage.breach(DIRECTOR, "summarise_training", october(31), "missing", case="PX2026-10A")

    stage.plant("average-75", "the re-test averages exactly 75: passed")
    log.drop([row for row in log.find(DIRECTOR, "training.test") if row.cells["case"] == "PX2026-09"])
    marks(log, rng, "PX2026-09", october(12), [70, 80, 72.5, 77.5, 75, 75, 69, 81])

    stage.plant("average-74.99", "899.9 marks of twelve people: 74.9917, shown as 74.99, does not pass")
    log.drop([row for row in log.find(DIRECTOR, "training.test") if row.cells["case"] == "PX2026-10A"])
    marks(log, rng, "PX2026-10A", october(15), [70, 80, 72.5, 77.5, 75, 75, 69, 81, 74, 76, 75, "74.9"])
    stage.breach(DIRECTOR, "training_average", october(15), "short", "75", "74.99", case="PX2026-10A")


def _findings(stage: Stage) -> None:
    stage.plant(
        "grooming", "one finding for b02, two for b04: fines; and one written down on the fine's own clause for b08"
    )
    stage.finding("b02", "D0-1.S2", october(12), duty="grooming")
    stage.finding("b04", "D0-1.S2", october(14), duty="grooming")
    stage.finding("b04", "D0-1.S2", october(25), duty="grooming")
    stage.finding("b08", "D0-1.K2", october(13))

    stage.plant("uncharged-findings", "findings of duties that no line charges")
    stage.finding("b06", "D0-3.P2", october(20), duty="tidy_office")
    stage.finding("b09", "D0-3.P1", october(12), duty="dress_code")
    stage.finding("b10", "D0-3.S2", october(21), "2", duty="discipline")

    stage.plant("three-findings", "three findings of two points")
    for number in (9, 15, 27):
        stage.finding("b03", "HT-6.1", october(number))

    stage.plant("discipline-once", "two findings of a line that charges once")
    stage.finding("b07", "HT-6.3", october(9))
    stage.finding("b07", "HT-6.3", october(30))

    stage.plant("two-complaints", "two complaints are one step of two points")
    stage.finding(DIRECTOR, "D4-3.4.3", october(20))
    stage.finding(DIRECTOR, "D4-3.4.3", october(28))

    stage.plant("does-not-know-users", "three findings of one point, one of them with the number 2 on a single row")
    stage.finding(DIRECTOR, "D4-3.1.3", october(12), "2")
    stage.finding(DIRECTOR, "D4-3.1.3", october(14))

    stage.plant("posts-not-corrected", "a shortcoming that the director saw and left")
    stage.finding(DIRECTOR, "D4-3.5.3", october(13))

    stage.plant("bonus", "praised once by the company and twice by users; an adopted suggestion that was voided")
    log = stage.log
    log.add(clock(october(30), "11:00:00"), DIRECTOR, "praise.company", recorded_by="pm", note="公司通报表扬")
    for number in (13, 27):
        log.add(clock(october(number), "11:00:00"), DIRECTOR, "praise.user", recorded_by="pm", note="业主来信表扬")
    for revision, voided in ((0, ""), (1, "yes")):
        log.add(
            clock(october(20), "11:00:00"),
            DIRECTOR,
            "suggestion.adopted",
            event_id="JY-0001",
            revision=revision,
            voided=voided,
        )
    stage.intent.bonus = {"company_praise": Decimal(2), "user_praise": Decimal(2), "suggestion": Decimal(0)}


def _uninspected(stage: Stage) -> None:
    stage.plant("uninspected", "HR forgot b11: what only an inspector can judge is not assessed")
    for duty in ("grooming", "dress_code", "tidy_office", "discipline"):
        stage.intent.not_assessed.append({"person": UNINSPECTED, "duty": duty, "period": MONTH, "why": "uninspected"})

    stage.plant("director-item-7", "item 7 of the director lives on findings alone, and nobody inspected it")
