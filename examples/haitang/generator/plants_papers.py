"""Plants about records, forms, reports and registers."""

from generator.days import MONTH, clock, october
from generator.stage import Stage


def plant(stage: Stage) -> None:
    _daily(stage)
    _contents(stage)
    _pictures(stage)
    _monthly(stage)
    _registers(stage)


def _daily(stage: Stage) -> None:
    stage.plant("cleaning-record-missing", "two of the three tables came in")
    stage.gone("b01", "record.cleaning", october(20))
    stage.breach("b01", "cleaning_record", october(20), "missing", "17:00")
    stage.breach("b01", "three_tables_reported", october(20), "short", 3, 2)

    stage.plant("repairs-17:01", "the repair table at 17:01:00: late on its own, and the three tables are late with it")
    stage.at("b05", "record.repairs", october(16), "17:01:00")
    stage.breach("b05", "hand_in_paper_repairs", october(16), "late", "17:00", "17:01:00")
    stage.breach("b05", "three_tables_reported", october(16), "late")

    stage.plant("repairs-17:00:59", "17:00:59 is in time")
    stage.at("b05", "record.repairs", october(19), "17:00:59")

    stage.plant("no-papers", "no table and no summary that day")
    day = october(22)
    for kind in ("cleaning", "repairs", "dunning", "summary"):
        stage.gone("b06", f"record.{kind}", day)
    stage.breach("b06", "three_tables_reported", day, "missing")
    for duty in ("cleaning_record", "hand_in_paper_repairs", "summary_reported"):
        stage.breach("b06", duty, day, "missing", "17:00")

    stage.plant("summary-without-work", "the summary says nothing about the work")
    stage.cell("b07", "record.summary", october(19), work_summary="false")
    stage.breach("b07", "summary_reported", october(19), "incomplete")

    stage.plant("summary-late-record", "the summary half an hour late")
    stage.at("b08", "record.summary", october(24), "17:30:00")
    stage.breach("b08", "summary_reported", october(24), "late", "17:00", "17:30:00")

    stage.plant("repair-file-not-updated", "a day without repairs, yet the file is to be updated; no line charges it")
    stage.gone("b10", "file.repairs_updated", october(12))
    stage.breach("b10", "update_repair_file", october(12), "missing", "23:59")

    stage.plant(
        "unreadable-time", "the time of b13's dunning record cannot be read: refused, so one of three tables is missing"
    )
    row = stage.log.one("b13", "record.dunning", october(21))
    row.at_text, row.bad = "2026-10-21 16;45", "at"
    stage.breach("b13", "three_tables_reported", october(21), "short", 3, 2)


def _contents(stage: Stage) -> None:
    stage.plant(
        "thirteen-lines", "13 of 20 lines show problems; two thirds, rounded up, are 14, which the 28th has exactly"
    )
    stage.cell("b01", "record.cleaning", october(23), problem_lines="13")
    stage.cell("b01", "record.cleaning", october(28), problem_lines="14")
    stage.breach("b01", "cleaning_record_filled", october(23), "incomplete", period="")

    stage.plant("blank-cells", "two blank cells in the cleaning record, three in the repair table")
    stage.cell("b02", "record.cleaning", october(14), blank_cells="2")
    stage.breach("b02", "cleaning_record_no_blank", october(14), "incomplete", period="")
    stage.cell("b04", "record.repairs", october(15), blank_cells="3")
    stage.breach("b04", "repair_table_filled", october(15), "incomplete", period="")

    stage.plant("not-complete", "the cleaning record is handed in unfinished")
    stage.cell("b02", "record.cleaning", october(16), complete="false")
    stage.breach("b02", "cleaning_record", october(16), "incomplete")

    stage.plant(
        "signed-by-oneself",
        "the repair table is signed by the butler; an inspector counted two: the larger number counts",
    )
    stage.cell("b03", "record.repairs", october(12), signed_by="b03")
    stage.breach("b03", "tables_signed", october(12), "unsigned", period="")
    stage.finding("b03", "HT-4.3", october(12), "2")

    stage.plant("not-signed", "nobody signed the dunning record")
    stage.cell("b03", "record.dunning", october(13), signed_by="")
    stage.breach("b03", "tables_signed", october(13), "unsigned", period="")

    stage.plant("signed-by-the-manager", "the project manager is not the customer-service lead")
    stage.cell("b09", "record.cleaning", october(8), signed_by="pm")
    stage.breach("b09", "tables_signed", october(8), "unsigned", period="")


def _pictures(stage: Stage) -> None:
    stage.plant("pictures-at-noon", "before 12:00 is strict: 12:00:00 is late, 11:59:59 the day after is not")
    stage.at("b08", "submit.patrol_pictures", october(12), "12:00:00")
    stage.at("b08", "submit.patrol_pictures", october(13), "11:59:59")
    stage.breach("b08", "report_pictures", october(12), "late", "11:59", "12:00:00")

    stage.plant("recheck-pictures", "at 17:00:00 (late), without a word on them, and not at all")
    stage.at("b09", "submit.recheck_pictures", october(13), "17:00:00")
    stage.breach("b09", "report_recheck_pictures", october(13), "late", "16:59", "17:00:00")
    stage.cell("b09", "submit.recheck_pictures", october(12), explanation="")
    stage.breach("b09", "report_recheck_pictures", october(12), "incomplete")
    stage.gone("b10", "submit.recheck_pictures", october(26))
    stage.breach("b10", "report_recheck_pictures", october(26), "missing", "16:59")


def _monthly(stage: Stage) -> None:
    log = stage.log

    stage.plant("mail-on-the-9th", "due on the 5th, a holiday, so on the 8th, the first workday; sent on the 9th")
    (row,) = log.find("b11", "submit.repairs_email")
    row.at = clock(october(9), "11:20:00")
    stage.breach("b11", "mail_repair_table", october(8), "late", period=MONTH)

    stage.plant("mail-never", "b12 never sends the table")
    log.drop(log.find("b12", "submit.repairs_email"))
    stage.breach("b12", "mail_repair_table", october(8), "missing", period=MONTH)

    stage.plant(
        "rostered-rest-day",
        "the 20th is b04's rest day: the vacant-unit record is due on the 21st, and came on the 22nd",
    )
    (row,) = log.find("b04", "record.vacant")
    row.at = clock(october(22), "09:00:00")
    stage.breach("b04", "hand_in_vacant_record", october(21), "late", period=MONTH)

    stage.plant("renovation-record-never", "never handed in")
    log.drop(log.find("b06", "record.renovation"))
    stage.breach("b06", "hand_in_renovation_record", october(20), "missing", period=MONTH)

    stage.plant("vacant-plan-never", "no plan of the vacant-unit checks")
    log.drop(log.find("b05", "plan.vacant"))
    stage.breach("b05", "report_vacant_plan", october(26), "missing", period=MONTH)


def _registers(stage: Stage) -> None:
    log = stage.log

    stage.plant("vacant-list-late", "a unit fell vacant on the 13th; the list knew on the 16th")
    unit = next(
        unit for patch, unit, what, day in stage.world.changes if (patch, what, day) == ("HT1", "emptied", october(13))
    )
    row = next(row for row in log.find("b01", "register.vacant_updated") if row.target == unit)
    row.at = clock(october(16), "15:50:00")
    stage.breach("b01", "keep_vacant_register", october(14), "late", target=unit)

    stage.plant("renovation-table-never", "a renovation began on the 22nd; the table never heard of it")
    (row,) = log.find("b04", "register.renovation_updated")
    log.drop([row])
    stage.breach("b04", "keep_renovation_table", october(23), "missing", target=row.target)
