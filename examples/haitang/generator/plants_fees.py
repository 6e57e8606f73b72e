"""Plants about dunning and the fee lists."""

from datetime import timedelta

from generator.days import clock, october
from generator.stage import Stage


def plant(stage: Stage) -> None:
    _caps(stage)
    _windows(stage)
    _counts(stage)
    _lists(stage)


def _caps(stage: Stage) -> None:
    stage.plant("cap-13-of-14", "only 14 households owe, so 14 are owed and not 20; 13 were chased")
    stage.calls("b06", "GH2", "current", october(9), 13)
    stage.breach("b06", "chase_current", october(9), "short", 14, 13)

    stage.plant("cap-after-clearing", "one household paid on the 13th: from the 14th on, 13 calls are enough")
    stage.calls("b06", "GH2", "current", october(14), 13)


def _windows(stage: Stage) -> None:
    stage.plant(
        "call-at-11:30:00", "twenty calls, the last of the morning at 11:30:00: the window is half-open, 19 count"
    )
    rows = stage.calls("b01", "HT1", "current", october(15), 20)
    rows[4].at = clock(october(15), "11:30:00")
    stage.breach("b01", "chase_current", october(15), "short", 20, 19)

    stage.plant("calls-on-the-edges", "11:29:59 and 14:00:00 are inside: 20 count")
    rows = stage.calls("b01", "HT1", "current", october(16), 20)
    rows[4].at = clock(october(16), "11:29:59")
    rows[5].at = clock(october(16), "14:00:00")

    stage.plant("call-at-15:30:00", "the last call at 15:30:00 is outside: 19")
    rows = stage.calls("b01", "HT1", "current", october(19), 20)
    rows[19].at = clock(october(19), "15:30:00")
    stage.breach("b01", "chase_current", october(19), "short", 20, 19)


def _counts(stage: Stage) -> None:
    stage.plant("no-old-arrears", "nobody with old arrears was chased that day")
    stage.calls("b03", "YH1", "old", october(22), 0)
    stage.breach("b03", "chase_old", october(22), "missing", 5, 0)

    stage.plant("utility-short", "7 of 10 on a rostered Saturday")
    stage.calls("b04", "YH2", "utility", october(24), 7)
    stage.breach("b04", "chase_utility", october(24), "short", 10, 7)

    stage.plant("one-household-twice", "twenty calls, one household twice: 19 distinct ones")
    rows = stage.calls("b07", "GH3", "current", october(19), 20)
    rows[19].cells["target"] = rows[0].target
    stage.breach("b07", "chase_current", october(19), "short", 20, 19)

    stage.plant("not-reached", "three of twenty were not at home: attempts do not count, 17")
    rows = stage.calls("b05", "GH1", "current", october(22), 20)
    for row in rows[:3]:
        row.cells["outcome"] = "not_home"
    stage.breach("b05", "chase_current", october(22), "short", 20, 17)

    stage.plant("substitute-utility", "b02 stands in for b01 and chases 8 of the 10 utility debtors there")
    stage.calls("b02", "HT1", "utility", october(22), 8)
    stage.breach("b02", "chase_utility", october(22), "short", 10, 8, patch="HT1")

    stage.plant(
        "colleague-helps", "three of b11's twenty households were chased by b12: the household counts, whoever called"
    )
    for row in stage.calls("b11", "MY3", "current", october(13), 20)[:3]:
        row.person = "b12"

    stage.plant("wechat", "a channel that the text does not know; the duty is a should: shown, never charged")
    row = stage.log.find("b05", "dunning.contact", october(21))[0]
    row.cells["channel"] = "wechat"
    stage.breach("b05", "dunning_channel", october(21), "incomplete", should=True, target=row.target)

    stage.plant("rude", "a household complains about the tone: a finding in a mixed item")
    stage.finding("b06", "HT-3.6", october(15))


def _lists(stage: Stage) -> None:
    log, day = stage.log, october(12)

    stage.plant("legal-missing", "a household that needs legal steps is never written down")
    unit = stage.world.debtors("GH4", "old", day)[1]
    log.add(clock(day, "14:20:00"), "b08", "dunning.legal_needed", target=unit, case="FL1012-b08")
    stage.breach("b08", "record_legal_cases", day, "missing", case="FL1012-b08")

    stage.plant("legal-late", "two legal cases written down the day after: once 3 for both")
    day = october(14)
    for number, unit in enumerate(stage.world.debtors("YH2", "old", day)[1:3], start=1):
        at, case = clock(day, f"14:2{number}:00"), f"FL1014-b04-{number}"
        log.add(at, "b04", "dunning.legal_needed", target=unit, case=case)
        log.add(at + timedelta(hours=20), "b04", "dunning.legal_recorded", case=case)
        stage.breach("b04", "record_legal_cases", day, "late", case=case)

    stage.plant("utility-list-late", "meters read on the 19th; the list is up to date on the 21st, one workday late")
    row = log.one("b07", "register.utility_updated", october(20))
    row.at = clock(october(21), "15:45:00")
    stage.breach("b07", "update_utility_list", october(20), "late", target="桂花三区")
