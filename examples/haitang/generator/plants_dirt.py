"""Dirt: copies across files, repeats within a file, rows that cannot be read."""

from generator.days import MONTH, clock, october
from generator.log import Row
from generator.stage import Stage


def plant(stage: Stage) -> None:
    _copies(stage)
    _unreadable(stage)


def _copy(stage: Stage, row: Row, recorded_at: str = "") -> None:
    cells = dict(row.cells) | ({"recorded_at": recorded_at} if recorded_at else {})
    stage.log.rows.append(Row(row.at, row.person, row.kind, cells, f"resent-{MONTH}"))
    stage.intent.copies += 1


def _copies(stage: Stage) -> None:
    log = stage.log

    stage.plant("sent-twice", "rows of other files sent again: each counts once, also where recorded_at differs")
    found = stage.finding("b12", "HT-6.2", october(19))
    _copy(stage, found)
    _copy(stage, log.find("dir", "praise.user", october(13))[0])
    _copy(stage, log.find("b02", "dunning.contact", october(9))[0])
    _copy(stage, log.find("b03", "inspect.renovation", october(21))[0], "2026-10-21 20:00:00")

    stage.plant("finding-copied", "the copy of a finding must not be charged: what b09 overlooked once costs one point")
    _copy(stage, log.find("b09", "finding.HT-2.7", october(13))[0])

    stage.plant("written-twice", "two equal rows within one file both count, and are reported")
    row = log.find("b09", "dunning.contact", october(12))[0]
    log.rows.append(Row(row.at, row.person, row.kind, dict(row.cells), row.file))
    stage.intent.repeats += 1


def _unreadable(stage: Stage) -> None:
    stage.plant("unreadable", "rows that must be refused, each for one cell; nobody's verdict depends on them")
    log = stage.log
    day = october(13)
    log.add(clock(day, "16:00:00"), "b06", "patrol.perimeter", bad="at").at_text = "2026-10-13 25:10"
    log.add(clock(october(20), "10:11:00"), "b99", "patrol.perimeter", bad="person")
    log.add(clock(october(20), "10:12:00"), "b01", "patrol.building", target="HT1-99", bad="target")
    log.add(clock(day, "10:13:00"), "b02", "patrol.bulding", target="HT2-01", bad="kind")
    log.add(clock(day, "10:14:00"), "", "repair.requested", target=stage.world.units["HT2"][0], bad="case")
    log.add(
        clock(october(15), "16:50:00"),
        "dir",
        "training.test",
        case="PX2026-10A",
        target="b09",
        value="缺考",
        bad="value",
    )
    log.add(
        clock(october(14), "16:58:00"), "b05", "record.cleaning", problem_lines=15, blank_cells="三", bad="blank_cells"
    )
    log.add(
        clock(october(21), "14:40:00"), "b08", "dunning.contact", target="GH4-01-9901", fee="property", bad="target"
    )
    log.add(
        clock(october(22), "10:20:00"), "b10", "patrol.perimeter", event_id="XL-0002", revision="二", bad="revision"
    )
