"""Plants about problems and repairs."""

from datetime import date

from generator.butlers import repair
from generator.days import clock, october
from generator.log import Row
from generator.stage import Stage


def plant(stage: Stage) -> None:
    _morning(stage)
    _rectified(stage)
    _outside(stage)
    _repairs(stage)


def _problem(stage: Stage, person: str, day: date, case: str, at: str, **times: str) -> None:
    """Adds a problem with the further steps at the given times; `place`, `due_at` and `solvable` are its attributes."""
    building = stage.log.find(person, "patrol.building", day)[0].target
    cells = {"place": "unit", "solvable": "true"}
    cells |= {name: times.pop(name) for name in ("place", "due_at", "solvable") if name in times}
    stage.log.add(clock(day, at), person, "problem.found", target=building, case=case, **cells)
    for step, time in times.items():
        who = "" if step == "rectified" else person
        stage.log.add(clock(day, time), who, f"problem.{step}", case=case)


def _morning(stage: Stage) -> None:
    stage.plant("settled-12:01", "a problem of the morning handled at 12:01:00; 12:00:59 the day after is in time")
    _problem(stage, "b03", october(12), "WT-A1", "09:30", handled="12:01:00", rectified="15:00", rechecked="15:40")
    stage.breach("b03", "settle_morning_problems", october(12), "late", case="WT-A1")
    _problem(stage, "b03", october(13), "WT-A2", "09:30", handled="12:00:59", rectified="15:00", rechecked="15:40")

    stage.plant("never-settled", "neither handled nor passed on, though put right by somebody")
    _problem(stage, "b03", october(15), "WT-A3", "10:10", rectified="14:00", rechecked="15:40")
    stage.breach("b03", "settle_morning_problems", october(15), "missing", case="WT-A3")

    stage.plant("not-rechecked", "put right, but never rechecked")
    _problem(stage, "b12", october(14), "WT-A4", "09:50", handled="10:20", rectified="14:00")
    stage.breach("b12", "recheck_morning_problems", october(14), "missing", case="WT-A4")

    stage.plant("rechecked-17:01", "rechecked at 17:01:00")
    _problem(stage, "b12", october(15), "WT-A5", "09:50", handled="10:20", rectified="16:00", rechecked="17:01:00")
    stage.breach("b12", "recheck_morning_problems", october(15), "late", case="WT-A5")

    stage.plant("neither-put-right-nor-rechecked", "two breaches of one case: the line charges the case once")
    _problem(stage, "b13", october(20), "WT-A6", "10:00", dispatched="10:30")
    stage.breach("b13", "rectified_in_time", october(20), "missing", case="WT-A6")
    stage.breach("b13", "recheck_morning_problems", october(20), "missing", case="WT-A6")


def _rectified(stage: Stage) -> None:
    stage.plant("own-limit", "the case sets noon of the next day as its limit: 12:01:00 is late, 12:00:59 is not")
    for number, (time, in_time) in enumerate((("12:01:00", False), ("12:00:59", True)), start=1):
        case = f"WT-B{number}"
        due = "2026-10-14 12:00"
        _problem(stage, "b07", october(13), case, f"14:{number}0", handled="14:40", due_at=due)
        stage.log.add(clock(october(14), time), "", "problem.rectified", case=case)
        if not in_time:
            stage.breach("b07", "rectified_in_time", october(14), "late", case=case)

    stage.plant("no-limit", "an afternoon problem without a limit of its own: 17:00 the same day; never put right")
    _problem(stage, "b07", october(14), "WT-B3", "15:00", handled="15:20")
    stage.breach("b07", "rectified_in_time", october(14), "missing", case="WT-B3")


def _outside(stage: Stage) -> None:
    stage.plant("outside-not-recorded", "settled, but not written down")
    steps = {"handled": "11:55", "rectified": "14:00", "rechecked": "15:40"}
    _problem(stage, "b11", october(15), "WT-C1", "11:40", place="perimeter", **steps)
    stage.breach("b11", "record_perimeter_problems", october(15), "missing", case="WT-C1")

    stage.plant("outside-next-day", "written down and put right, but the butler dealt with it the day after")
    steps = {"recorded": "14:25", "rectified": "16:30"}
    _problem(stage, "b11", october(15), "WT-C2", "14:20", place="perimeter", **steps)
    stage.log.add(clock(october(16), "09:10:00"), "b11", "problem.handled", case="WT-C2")
    stage.breach("b11", "settle_perimeter_problems", october(15), "late", case="WT-C2")

    stage.plant("not-passed-up", "a problem the butler cannot solve is not passed up: a may, shown and never charged")
    steps = {"handled": "10:00", "rectified": "14:30", "rechecked": "15:40", "solvable": "false"}
    _problem(stage, "b10", october(13), "WT-C3", "09:40", **steps)
    stage.breach("b10", "escalate_unsolvable", october(13), "missing", case="WT-C3", should=True)


def _repairs(stage: Stage) -> None:
    log, rng = stage.log, stage.rng

    def unit(patch: str) -> str:
        return rng.choice(stage.world.units[patch])

    stage.plant("repair-two-days", "passed on two days later")
    log.add(clock(october(20), "10:00:00"), "", "repair.requested", target=unit("GH2"), case="BX-D1")
    log.add(clock(october(22), "10:00:00"), "lead", "repair.dispatched", case="BX-D1")
    stage.breach("b06", "process_repairs", october(20), "late", case="BX-D1")

    stage.plant("callback-late", "the owner is called back two days later")
    case = repair(log, rng, unit("GH1"), clock(october(19), "11:40:00"), october(19))
    _callback(stage, "b05", case).at = clock(october(21), "15:50:00")
    stage.breach("b05", "call_back_owner", october(19), "late", case=case)

    stage.plant("no-callback", "the owner is never called back")
    case = repair(log, rng, unit("GH3"), clock(october(22), "11:40:00"), october(22))
    log.drop([_callback(stage, "b07", case)])
    stage.breach("b07", "call_back_owner", october(22), "missing", case=case)

    stage.plant(
        "closed-after-the-update", "done at 17:25 after the file had been updated: the next update is a workday late"
    )
    case = repair(log, rng, unit("MY4"), clock(october(16), "11:40:00"), october(16))
    next(row for row in log.find("", "repair.closed") if row.cells["case"] == case).at = clock(october(16), "17:25:00")
    _callback(stage, "b12", case).at = clock(october(16), "17:40:00")
    stage.breach("b12", "repair_file_current", october(16), "late", case=case)

    stage.plant(
        "repair-during-leave",
        "b01 is on leave: the substitute's update meets the substitute's duty, b01's own is excused",
    )
    case = repair(log, rng, unit("HT1"), clock(october(21), "09:30:00"), october(21))
    _callback(stage, "b01", case).person = "b02"
    stage.excused("leave", "b01", "repair_file_current", october(21), "missing", case=case)

    stage.plant("nobodys-repair", "on the 15th nobody holds the patch: the repair that nobody passed on is nobody's")
    log.add(clock(october(15), "10:00:00"), "", "repair.requested", target=unit("MY1"), case="BX-D2")


def _callback(stage: Stage, person: str, case: str) -> Row:
    return next(row for row in stage.log.find(person, "repair.callback") if row.cells["case"] == case)
