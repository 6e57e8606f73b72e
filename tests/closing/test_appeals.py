"""What an appeal gives back, worked out by hand; and every way in which its row can be wrong."""

from decimal import Decimal

import pytest

import dutyrules as dr
from tests.closing.yard import DECIDED, FILED, FINISH, Yard, breach, codes, sheet


@pytest.fixture
def ids(yard: Yard) -> dict[str, str]:
    """The names that may be appealed against."""
    step = yard.publish()
    return {"late": breach(step, "late"), "missing": breach(step, "missing"), "row": "logs/2026-10.csv:3"}


def finished(yard: Yard, *rows: str) -> dr.Sheet:
    yard.appeals(*rows)
    return sheet(yard.finish())


def granted(name: str, points: str) -> str:
    return f"{name},{FILED},wu,hr,{DECIDED},{points},flood,boss"


def test_points_given_back_come_off_their_line(yard: Yard, ids: dict[str, str]) -> None:
    found = finished(yard, granted(ids["late"], "2.5"))
    # 30 - (10 - 2.5) - 20 = 2.5, and 35 for conduct
    assert (found.score, found.items[0].deducted, found.items[0].lines[0].points) == (
        Decimal("37.5"),
        Decimal("27.5"),
        Decimal("7.5"),
    )
    assert found.items[0].lines[0].given_back == Decimal("2.5")
    assert {one.breach_id for one in found.breaches} == {ids["late"], ids["missing"]}  # it happened all the same
    assert found.fine_totals == {"CNY": Decimal(20)}


def test_what_others_bear_follows(yard: Yard, ids: dict[str, str]) -> None:
    yard.appeals(granted(ids["late"], "2.5"))
    assert sheet(yard.finish(), "xu").score == Decimal("96.25")  # half of 7.5 instead of half of 10


def test_granted_in_full_it_no_longer_counts(yard: Yard, ids: dict[str, str]) -> None:
    found = finished(yard, granted(ids["late"], "all"))
    assert (found.score, found.fine_totals) == (Decimal(45), {"CNY": Decimal(10)})  # 30 - 20 + 35
    assert [(one.breach_id, one.why) for one in found.excused] == [(ids["late"], "appealed")]
    assert yard.closed("2026-10")["people"][0]["excused"][0]["why"] == "appealed"


def test_an_inspectors_row_is_named_by_its_place(yard: Yard, ids: dict[str, str]) -> None:
    assert finished(yard, granted("2026-10.csv:3", "all")).score == 40  # 0 + 40
    (one,) = yard.closed("2026-10")["people"][0]["appeals"]
    assert (one["breach_id"], one["decision"]) == (ids["row"], "all")


def test_an_inspectors_row_may_be_given_back_in_part(yard: Yard, ids: dict[str, str]) -> None:
    assert finished(yard, granted(ids["row"], "1.25")).score == Decimal("36.25")


def test_an_item_stays_inspected_though_the_only_finding_falls(yard: Yard) -> None:
    rows = (
        "2026-10-29 07:01,wu,gate.opened",
        "2026-10-29 15:00,wu,finding.G-9.2.1,hu",
        "2026-10-29 15:00,xu,inspection.1",
    )
    yard.log("2026-10", *rows)
    yard.publish()
    assert (found := finished(yard, granted("2026-10.csv:3", "all"))).complete
    assert found.items[1].score == 40


def test_a_finding_that_its_line_counts_too_falls_as_a_whole(yard: Yard) -> None:
    book = (yard.folder / "book.yaml").read_text("utf-8")
    book = book.replace("scorecards:\n", "  tidy: {clause: 9.2.1, role: guard, check: finding}\nscorecards:\n")
    yard.write(
        "book.yaml", book.replace("{title: Untidy, each: 5}", "{title: Untidy, breaches: [tidy.found], each: 5}")
    )
    found = breach(yard.publish(), "found")
    assert finished(yard, granted(found, "all")).score == 40  # 0 + 40


def test_refused_and_late_ones_are_listed(yard: Yard, ids: dict[str, str]) -> None:
    found = finished(
        yard, f"{ids['late']},{FILED},wu,hr,{DECIDED},0,seen on video,", f"{ids['missing']},2026-11-13,wu,,,,,"
    )
    assert found.score == 35
    assert [(one.decision, one.reason) for one in found.appeals] == [("refused", "seen on video"), ("late", None)]


@pytest.mark.parametrize(
    ("filed", "decision"),
    [
        ("2026-11-05 09:59", "late"),
        ("2026-11-05 10:00", "refused"),
        ("2026-11-12 23:59:59", "refused"),
        ("2026-11-13 00:00", "late"),
    ],
)
def test_the_window_is_half_open(yard: Yard, ids: dict[str, str], filed: str, decision: str) -> None:
    found = finished(yard, f"{ids['late']},{filed},wu,hr,2026-11-13 00:00,0,no,")
    assert [one.decision for one in found.appeals] == [decision]


def test_appeals_on_one_line_give_back_what_it_takes_for_them_together(yard: Yard) -> None:
    book = (
        (yard.folder / "book.yaml")
        .read_text("utf-8")
        .replace("breaches: [open.missing], each: 20", "breaches: [open.missing], once: 20")
    )
    yard.write("book.yaml", book)
    yard.log("2026-10", "2026-10-29 15:00,wu,inspection.2", "2026-10-29 15:00,xu,inspection.1")
    one, other = (found.breach_id for found in sheet(yard.publish()).breaches)  # 30 - 20 + 40 = 50
    with pytest.raises(dr.InputError) as caught:
        finished(yard, granted(one, "5"))  # without it, the other one alone costs 20
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.found, problem.expected) == ("appeal.too-many-points", "5", "at most 0, or all")
    with pytest.raises(dr.InputError) as caught:
        finished(yard, granted(one, "12"), granted(other, "8.5"))
    (problem,) = caught.value.diagnostics
    assert str(problem.where).endswith("appeals.csv:row 3:points")
    assert (problem.found, problem.expected) == ("8.5", "at most 8, or all")
    assert finished(yard, granted(one, "12"), granted(other, "8")).score == 70


def test_lines_that_share_a_breach_are_priced_again(yard: Yard) -> None:
    book = (yard.folder / "book.yaml").read_text("utf-8")
    lines = (
        "          2: {title: Never, breaches: [open.missing], if: none_done, once: 25}\n"
        "          3: {title: Absent, breaches: [open.missing], each: 15}\n"
    )
    yard.write("book.yaml", book.replace("          2: {title: Absent, breaches: [open.missing], each: 20}\n", lines))
    yard.log("2026-10", "2026-10-29 15:00,wu,inspection.2", "2026-10-29 15:00,xu,inspection.1")
    step = yard.publish()
    one, other = (found.breach_id for found in sheet(step).breaches)
    assert [line.points for line in sheet(step).items[0].lines] == [0, 0, 30]  # twice 15 is dearer than once 25
    with pytest.raises(dr.InputError) as caught:
        finished(yard, granted(one, "6"))
    assert caught.value.diagnostics[0].expected == "at most 5, or all"  # without it line 2 takes 25
    found = finished(yard, granted(one, "all"), f"{other},{FILED},wu,hr,{DECIDED},0,,")
    assert [line.points for line in found.items[0].lines] == [0, 25, 0]
    assert found.score == 45  # 30 - 25 + 40


def test_what_no_line_charges_gives_no_points_back(yard: Yard) -> None:
    yard.write("book.yaml", (yard.folder / "book.yaml").read_text("utf-8").replace("breaches: [open.missing], ", ""))
    missing = breach(yard.publish(), "missing")
    with pytest.raises(dr.InputError) as caught:
        finished(yard, granted(missing, "1"))
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("appeal.too-many-points", "no line takes points for it")
    assert finished(yard, granted(missing, "all")).fine_totals == {"CNY": Decimal(10)}  # only the fine falls


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            "{late}x," + FILED + ",wu,,,,,",
            "breach_id: error appeal.unknown-breach: no published sheet has such a breach",
        ),
        ("{late}," + FILED + ",wu,hr,2026-11-06 08:59,0,,", "decided_at: error appeal.decided-before-filed"),
        ("{late}," + FILED + ",wu,hr,2026-11-13 00:00:01,0,,", "decided_at: error appeal.decided-later"),
        ("{late}," + FILED + ",wu,hr,,0,,", "decided_at: error appeal.half-decided: the decision lacks decided_at"),
        ("{late}," + FILED + ",wu,,2026-11-09,0,,", "decided_by: error appeal.half-decided"),
        ("{late}," + FILED + ",wu,hr,2026-11-09,,,", "points: error appeal.half-decided"),
        ("{late}," + FILED + ",li,wu,2026-11-09,0,,", "decided_by: error appeal.no-judge: who is charged with it may"),
        ("{late}," + FILED + ",li,li,2026-11-09,0,,", "decided_by: error appeal.no-judge: who filed the appeal may"),
        ("{late}," + FILED + ",wu,desk,2026-11-09,0,,", "decided_by: error appeal.no-judge: who found it or wrote it"),
        ("{row}," + FILED + ",wu,hr,2026-11-09,5,so,hu", "approver: error appeal.no-judge: who found it or wrote it"),
        ("{late}," + FILED + ",wu,hr,2026-11-09,-1,so,boss", "points: error appeal.bad-points"),
        ("{late}," + FILED + ",wu,hr,2026-11-09,0.00001,so,boss", "points: error appeal.bad-points"),
        ("{late}," + FILED + ",wu,hr,2026-11-09,much,so,boss", "points: error appeal.bad-points"),
        ("{late}," + FILED + ",wu,hr,2026-11-09,10.0001,so,boss", "points: error appeal.too-many-points"),
        (
            "{late}," + FILED + ",wu,hr,2026-11-09,1,,boss",
            "reason: error appeal.no-reason: points are given back without",
        ),
        ("{late}," + FILED + ",wu,hr,2026-11-09,all,so,", "approver: error appeal.no-approver: points are given back"),
    ],
)
def test_every_wrong_row_is_told(yard: Yard, ids: dict[str, str], row: str, told: str) -> None:
    yard.appeals(row.format(**ids))
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    assert len(caught.value.diagnostics) == 1
    assert str(caught.value).startswith(f"{yard.folder}/appeals.csv:row 2:{told}")
    assert not (yard.folder / "closing/2026-10/closed.json").exists()


def test_one_appeal_has_one_decision(yard: Yard, ids: dict[str, str]) -> None:
    yard.appeals(granted(ids["row"], "1"), granted("2026-10.csv:3", "0"))
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    (problem,) = caught.value.diagnostics
    assert problem.code == "appeal.twice"
    assert str(problem.where).endswith("appeals.csv:row 3:breach_id")
    assert str(problem.related[0][1]).endswith("appeals.csv:row 2:breach_id")


def test_everything_wrong_is_told_at_once(yard: Yard, ids: dict[str, str]) -> None:
    yard.appeals(f"{ids['late']},{FILED},wu,wu,2026-11-05,much,,", f"nobody,{FILED},wu,,,,,")
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    assert sorted(codes(caught.value)) == [
        "appeal.bad-points",
        "appeal.decided-before-filed",
        "appeal.no-judge",
        "appeal.unknown-breach",
    ]


def test_appeals_of_other_months_are_left_to_them(yard: Yard, ids: dict[str, str]) -> None:
    found = finished(yard, granted(ids["late"], "10"))
    assert found.score == 45
    step = yard.publish("2026-11", "2026-12-04 10:00")
    yard.appeals(granted(ids["late"], "10"), f"{breach(step, 'late')},2026-12-05,wu,hr,2026-12-06,all,flood,boss")
    found = sheet(yard.finish("2026-11", "2026-12-14"))
    assert ([one.decision for one in found.appeals], found.score) == (["all"], Decimal(70))


def test_a_draft_shows_what_is_decided_by_now(yard: Yard, ids: dict[str, str]) -> None:
    yard.appeals(granted(ids["late"], "all"), f"{ids['missing']},{FILED},wu,,,,,")
    found = sheet(yard.draft("2026-10", "2026-11-10"))
    assert ([one.decision for one in found.appeals], found.score) == (["all", "open"], Decimal(45))


def test_titles_may_be_chinese(yard: Yard, ids: dict[str, str]) -> None:
    yard.write(
        "appeals.csv",
        f"违规编号,申诉时间,申诉人,决定人,决定时间,返还分数,理由,批准人\n{ids['late']},{FILED},wu,hr,{DECIDED},全部,水淹,boss\n",
    )
    assert sheet(yard.finish(at=FINISH)).score == 45
