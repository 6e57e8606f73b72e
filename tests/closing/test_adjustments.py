"""What comes to light after a month was closed: differences, and adjustments that are carried once."""

from decimal import Decimal

import pytest

import dutyrules as dr
from tests.closing.yard import DECIDED, FILED, Yard, breach, sheet

ON_TIME = "2026-10-30 07:00,wu,gate.opened,,2026-11-10 08:00"
"""Recorded after the cut-off; with it nobody was absent on the 30th."""


def test_nothing_changed_nothing_is_told(yard: Yard) -> None:
    yard.october()
    assert dr.month_differences(yard.estate, "2026-10") == []
    assert sheet(yard.november()).adjustments == ()


def test_a_late_row_that_somebody_approved_is_carried_on(yard: Yard) -> None:
    missing = breach(yard.publish(), "missing")
    before = yard.finish().path
    assert before is not None
    bytes_before = before.read_bytes()
    yard.late("2026-10", f"{ON_TIME},hu")
    (adjustment,) = sheet(yard.november()).adjustments
    # October: 30 - 10 + 35 = 55 instead of 35, and one fine less
    assert (adjustment.period, adjustment.points, adjustment.fines) == ("2026-10", Decimal(20), {"CNY": Decimal(-10)})
    assert [(one.change, one.finding.breach_id) for one in adjustment.changes] == [("went", missing)]
    assert before.read_bytes() == bytes_before
    wu = next(one for one in yard.closed("2026-11")["people"] if one["person"] == "wu")
    assert (wu["score"], wu["percent"], wu["fines"]) == ("80", "114.29", {"CNY": "10"})  # 20 + 40 + 20, of 70


@pytest.mark.parametrize("by", ["", "wu", "desk"])
def test_a_late_row_needs_somebody_else_to_approve_it(yard: Yard, by: str) -> None:
    yard.october()
    yard.late("2026-10", f"2026-10-30 07:00,wu,gate.opened,desk,2026-11-10 08:00,{by}")
    step = yard.november()
    assert sheet(step).adjustments == ()
    (notice,) = (one for one in step.notices if one.code == "close.late-unapproved")
    assert str(notice.where).endswith("logs/2026-10.csv:row 6")


def test_a_breach_that_came_is_carried_with_its_rows(yard: Yard) -> None:
    yard.october()
    yard.late("2026-10", "2026-10-29 16:00,wu,finding.G-9.2.1,hu,2026-11-20 08:00,boss")
    (adjustment,) = sheet(yard.november()).adjustments
    (change,) = adjustment.changes
    assert (adjustment.points, change.change, change.finding.duty, change.finding.evidence) == (
        Decimal(-5),
        "came",
        "2/1",
        (("logs/2026-10.csv", 6),),
    )


def test_a_breach_that_is_told_otherwise(yard: Yard) -> None:
    yard.october()
    yard.late("2026-10", "2026-10-30 07:30,wu,gate.opened,,2026-11-10 08:00,hu")
    ours, others = dr.month_differences(yard.estate, "2026-10")
    # late instead of absent: 30 - 20 + 35 = 45, and the chief bears half of ten more
    assert ([(one.change, one.finding.reason) for one in ours.changes], ours.points) == (
        [("changed", "late")],
        Decimal(10),
    )
    assert (others.person, others.points) == ("xu", Decimal(-5))


def test_each_difference_is_carried_once(yard: Yard) -> None:
    yard.october()
    yard.late("2026-10", f"{ON_TIME},hu")
    assert sheet(yard.november()).adjusted == 20
    yard.publish("2026-12", "2027-01-08 10:00")
    assert sheet(yard.finish("2026-12", "2027-01-20")).adjustments == ()


def test_what_was_carried_stays_known(yard: Yard) -> None:
    yard.october()
    yard.write("logs/late.csv", f"at,person,kind,recorded_by,recorded_at,approved_by\n{ON_TIME},hu\n")
    assert dr.month_differences(yard.estate, "2026-10") == []
    yard.publish("2026-11", "2026-12-04 10:00", "2026-11", "late")
    assert sheet(yard.finish("2026-11", "2026-12-14")).adjusted == 20
    step = yard.publish("2026-12", "2027-01-08 10:00", "2026-12")  # nobody names the file of late rows again
    assert sheet(step).adjustments == ()
    assert [one.points for one in dr.month_differences(yard.estate, "2026-10")] == [20]


def test_what_is_taken_back_later_is_carried_back(yard: Yard) -> None:
    yard.log(
        "2026-10",
        "2026-10-29 07:01,wu,gate.opened",
        "2026-10-29 15:00,wu,inspection.2",
        "2026-10-29 15:00,xu,inspection.1",
    )
    yard.october()
    yard.write(
        "logs/late.csv",
        "at,person,kind,recorded_at,approved_by,event_id,revision,voided\n"
        "2026-10-30 07:00,wu,gate.opened,2026-11-10,hu,e1,1,\n",
    )
    yard.publish("2026-11", "2026-12-04 10:00", "2026-11", "late")
    assert sheet(yard.finish("2026-11", "2026-12-14")).adjusted == 20
    with (yard.folder / "logs/late.csv").open("a", encoding="utf-8") as file:
        file.write("2026-10-30 07:00,wu,gate.opened,2026-12-20,hu,e1,2,yes\n")
    step = yard.publish("2026-12", "2027-01-08 10:00", "2026-12", "late")
    (october,) = sheet(step).adjustments
    assert (october.period, october.points, [one.change for one in october.changes]) == (
        "2026-10",
        Decimal(-20),
        ["came"],
    )


def test_an_appeal_still_holds_when_the_month_is_scored_again(yard: Yard) -> None:
    late = breach(yard.publish(), "late")
    yard.appeals(f"{late},{FILED},wu,hr,{DECIDED},4,flood,boss")
    assert sheet(yard.finish()).score == 39
    assert dr.month_differences(yard.estate, "2026-10") == []
    yard.late("2026-10", "2026-10-29 06:59,wu,gate.opened,,2026-11-10,hu")  # not late at all: 30 - 20 + 35 = 45
    found = dr.month_differences(yard.estate, "2026-10")
    assert [(one.person, one.points) for one in found] == [("wu", Decimal(6)), ("xu", Decimal(3))]


def test_who_has_no_sheet_any_more_is_told(yard: Yard) -> None:
    people = (yard.folder / "people.csv").read_text("utf-8").splitlines()
    yard.write("people.csv", "\n".join(line for line in people if "2026-11-02" not in line) + "\n")
    yard.october()
    yard.late("2026-10", f"{ON_TIME},hu")
    yard.log("2026-11", "2026-11-02 15:00,xu,inspection.1")
    step = yard.november()
    (one,) = step.result.unplaced
    assert (one.person, one.points) == ("wu", Decimal(20))
    assert yard.closed("2026-11")["unplaced"][0]["points"] == "20"
    yard.publish("2026-12", "2027-01-08 10:00")  # it is settled by hand, and not carried again
    assert sheet(yard.finish("2026-12", "2027-01-20")).adjustments == ()


def test_a_waiver_after_the_end_is_carried_too(yard: Yard) -> None:
    missing = breach(yard.publish(), "missing")
    yard.finish()
    yard.write("waivers.csv", f"breach_id,approver,reason\n{missing},boss,found the key\n")
    (adjustment,) = sheet(yard.november()).adjustments
    assert (adjustment.points, [one.change for one in adjustment.changes]) == (Decimal(20), ["went"])


def test_other_books_are_told(yard: Yard) -> None:
    yard.october()
    book = (yard.folder / "book.yaml").read_text("utf-8")
    yard.write("book.yaml", book.replace("title: Untidy, each: 5", "title: Untidy, each: 6"))
    step = yard.november()
    assert [(one.code, one.found) for one in step.notices] == [("close.other-books", "book.yaml")]
    assert sheet(step).adjusted == -1


def test_quarters_count_adjustments_and_appeals(yard: Yard) -> None:
    late = breach(yard.publish(), "late")
    yard.appeals(f"{late},{FILED},wu,hr,{DECIDED},4,flood,boss")
    yard.finish()
    yard.late("2026-10", f"{ON_TIME},hu")
    yard.november()
    log = dr.read_log(yard.logs("2026-12"), yard.estate)
    window = dr.score(yard.estate, log, "2026-12", closed=dr.closed_months(yard.estate)).of("wu")[0].accumulated
    assert window is not None
    # 39; 60 and the 20 that October was short of; 70
    assert [month.value for month in window.months] == [39, 80, 70]
    assert window.value == 189


def test_only_a_closed_month_has_differences(yard: Yard) -> None:
    yard.publish()
    with pytest.raises(dr.InputError, match=r"error close\.not-closed: 2026-10 is not closed\n  found: published"):
        dr.month_differences(yard.estate, "2026-10")
