"""Plants about patrols and inspections."""

from generator.days import FIRST, MONTH, clock, october
from generator.stage import Stage
from generator.world import workdays

_PATROL = "patrol.building"


def plant(stage: Stage) -> None:
    _buildings(stage)
    _lists(stage)
    _perimeter(stage)
    _renovations(stage)
    _vacant(stage)


def _short(stage: Stage, person: str, day: int, owed: int, done: int, **more: str) -> None:
    reason = "short" if done else "missing"
    stage.breach(person, "patrol_buildings", october(day), reason, owed, done, **more)


def _buildings(stage: Stage) -> None:
    log = stage.log

    stage.plant("seven-of-eight", "7 of the 8 buildings that 海棠 asks for")
    stage.gone("b01", _PATROL, october(14), leave=7)
    _short(stage, "b01", 14, 8, 7)

    stage.plant("three-of-four", "the patch has four buildings, so four are owed and not five; the fourth is missing")
    stage.gone("b12", _PATROL, october(13), leave=3)
    _short(stage, "b12", 13, 4, 3)

    stage.plant("no-patrol", "b04 patrols nothing all day")
    stage.gone("b04", _PATROL, october(22))
    _short(stage, "b04", 22, 8, 0)

    stage.plant("twice-the-same", "eight rows, but one building twice: distinct buildings count")
    rows = log.find("b03", _PATROL, october(16))
    rows[7].cells["target"] = rows[0].target
    _short(stage, "b03", 16, 8, 7)

    stage.plant("substitute-short", "b02 stands in for b01 and does 6 of the 8 buildings there")
    stage.gone("b02", _PATROL, october(22), within="HT1", leave=6)
    _short(stage, "b02", 22, 8, 6, patch="HT1")

    stage.plant("voided-patrol", "a patrol is voided by its second revision: 4 of 5")
    row = log.find("b10", _PATROL, october(22))[4]
    row.cells |= {"event_id": "XL-0001", "revision": "0"}
    log.add(row.at, "b10", _PATROL, target=row.target, event_id="XL-0001", revision=1, voided="yes", note="重复扫码")
    _short(stage, "b10", 22, 5, 4)

    stage.plant("export-short", "one building is missing in the export of the other system")
    stage.gone("b07", _PATROL, october(20), leave=4)
    _short(stage, "b07", 20, 5, 4)

    stage.plant("wrong-patch", "the fifth building is a colleague's: it does not count here")
    row = log.find("b06", _PATROL, october(21))[4]
    listed = next(each for each in log.find("b06", "plan.building", october(20)) if each.target == row.target)
    row.cells["target"] = listed.cells["target"] = stage.world.buildings["GH1"][0]
    _short(stage, "b06", 21, 5, 4)


def _lists(stage: Stage) -> None:
    stage.plant("not-listed", "three of the buildings of the 27th were not on the list of the 26th: one step of two")
    for row in stage.log.find("b11", "plan.building", october(26))[:3]:
        stage.log.drop([row])
        stage.breach("b11", "list_tomorrows_buildings", october(27), "disordered", target=row.target)

    stage.plant("one-not-listed", "one building patrolled that was not listed: half a step, no points")
    (row,) = stage.log.find("b07", "plan.building", october(21))[:1]
    stage.log.drop([row])
    stage.breach("b07", "list_tomorrows_buildings", october(22), "disordered", target=row.target)


def _perimeter(stage: Stage) -> None:
    stage.plant("never-outside", "b05 never patrols the outer grounds: once 10 is dearer than 0.5 for each day")
    for day in workdays("b05", FIRST):
        stage.gone("b05", "patrol.perimeter", day)
        stage.breach("b05", "patrol_perimeter", day, "missing", 1, 0)

    stage.plant("once-not-outside", "b09 leaves it out once: 0.5")
    stage.gone("b09", "patrol.perimeter", october(13))
    stage.breach("b09", "patrol_perimeter", october(13), "missing", 1, 0)

    stage.plant("app-down", "the app was down in b08's patch on the 20th: nobody can say whether b08 went round")
    stage.gone("b08", "patrol.perimeter", october(20))
    stage.intent.not_assessed.append(
        {"person": "b08", "duty": "patrol_perimeter", "period": "2026-10-20", "why": "log_incomplete"}
    )

    stage.plant(
        "overlooked", "an inspector finds what b03 and b09 overlooked on their rounds: a finding in a mixed item"
    )
    stage.finding("b03", "HT-2.7", october(15))
    stage.finding("b03", "HT-2.7", october(22))
    stage.finding("b09", "HT-2.7", october(13))


def _renovations(stage: Stage) -> None:
    stage.plant("renovations-short", "six units under renovation, five owed, three seen")
    stage.gone("b07", "inspect.renovation", october(22), leave=3)
    stage.breach("b07", "inspect_renovations", october(22), "short", 5, 3)

    stage.plant("both-renovations", "two permits, so two are owed; one was seen")
    stage.gone("b04", "inspect.renovation", october(16), leave=1)
    stage.breach("b04", "inspect_renovations", october(16), "short", 2, 1)

    stage.plant("nobody-home", "two of six doors stayed shut: attempts do not count, four of five")
    for row in stage.log.find("b03", "inspect.renovation", october(19))[:2]:
        row.cells["outcome"] = "not_home"
    stage.breach("b03", "inspect_renovations", october(19), "short", 5, 4)

    stage.plant("renovation-not-written", "a renovation check without a result; it still counts as a check")
    row = stage.log.find("b11", "inspect.renovation", october(20))[0]
    del row.cells["outcome"]
    stage.breach("b11", "renovation_record_kept", october(20), "incomplete", period="")


def _vacant(stage: Stage) -> None:
    log = stage.log

    stage.plant("vacant-short", "11 vacant units, 17 of 18 workdays (leave): 10 owed; three were not seen: 8")
    rows = log.find("b03", "inspect.vacant")
    log.drop(rows[-3:])
    stage.breach("b03", "inspect_vacant_units", october(31), "short", 10, 8, period=MONTH)

    stage.plant("vacant-none", "7 vacant units, 17 of 18 workdays: 7 x 17 / 18 = 6.61, rounded to 7; none was seen")
    log.drop(log.find("b06", "inspect.vacant"))
    stage.breach("b06", "inspect_vacant_units", october(31), "missing", 7, 0, period=MONTH)

    stage.plant(
        "vacant-not-written", "a vacant-unit check without a result: the check counts, its record is incomplete"
    )
    row = log.find("b02", "inspect.vacant", october(15))[0]
    del row.cells["outcome"]
    stage.breach("b02", "vacant_record_kept", october(15), "incomplete", period="")

    stage.plant("seen-by-a-colleague", "b12 sees a vacant unit of b11's patch: the unit is seen, whoever did it")
    row = log.find("b11", "inspect.vacant", october(12))[0]
    row.person = "b12"
    row.at = clock(october(12), "10:55:00")
