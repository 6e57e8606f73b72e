"""Imports for an estate: its look-ups, what looks odd in it, which duties gain, what HR has to confirm."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.activity.imports import load_mapping, shipped_mappings
from dutyrules.activity.imports.importer import mapped_kinds
from dutyrules.cli.main import main
from dutyrules.diagnostics import InputError
from dutyrules.estate import import_exports
from dutyrules.estate.imports import coverage_of, fed, lookups
from dutyrules.resources import rules_dir
from tests.imports.layouts import OTHER, dingtalk_daily, events, flagged, wand

BOOK = """\
book: lane
source: {id: L}
roles: {butler: {}}
events:
  clock.in: {}
  clock.out: {}
  patrol.building: {target: building}
  report: {}
duties:
  come: {clause: 1, check: attendance, event: clock.in, by: shift.start}
  patrol: {clause: 2, check: quota, event: patrol.building, per: workday, at_least: 1}
  both: {clause: 3, check: deadline, events: {all_of: [clock.out, report]}, per: workday, by: 18:00}
  report: {clause: 4, check: quota, event: report, per: workday}
"""
TABLES = {
    "estate.yaml": "estate: lane\nareas: {yard: {}}\nbooks: [book.yaml]\nworking_hours: [08:30, 17:30]\n",
    "book.yaml": BOOK,
    "people.csv": "person,name,role,area,dingtalk_id,wand\n"
    "li,李一,butler,yard,u100,W01\nwang,王二,butler,yard,u200,W02\n",
    "roster.csv": "person,date,start,end\nwang,2026-10-10,20:00,08:00\n",
    "buildings.csv": "building,area,x,y\nb1,yard,0,0\nb2,yard,600,800\nb3,yard,,\n",
    "lookups/points.csv": "theirs,ours\n海棠1号楼大堂,b1\n海棠2号楼大堂,b2\nP-0003,b3\n",
}


@pytest.fixture
def lane(tmp_path: Path) -> Path:
    home = tmp_path / "lane"
    for name, text in TABLES.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return home


def test_look_ups_are_columns_of_people_and_files(lane: Path) -> None:
    (lane / "people.csv").write_text(
        "person,name,role,area,wand\nli,李一,butler,yard,W01\nwang,李一,butler,yard,W02\n", "utf-8"
    )
    assert lookups(dr.load_estate(lane)) == {
        "name": {"李一": None},
        "wand": {"W01": "li", "W02": "wang"},
        "points": {"海棠1号楼大堂": "b1", "海棠2号楼大堂": "b2", "P-0003": "b3"},
    }


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [("chip,building\n1,b1\n", "lookup.columns", 1), ("theirs,ours\n1,b1\n2,\n", "lookup.half-empty", 3)],
)
def test_a_look_up_that_is_none(lane: Path, text: str, code: str, row: int) -> None:
    (lane / "lookups" / "points.csv").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        lookups(dr.load_estate(lane))
    assert [(each.code, str(each.where)) for each in caught.value.diagnostics] == [
        (code, f"{lane / 'lookups' / 'points.csv'}:row {row}")
    ]


def test_two_far_places_within_minutes(lane: Path, tmp_path: Path) -> None:
    """A kilometre at 250 m a minute takes four: within the third minute it is odd, in the fourth it is not."""
    path = wand(
        tmp_path / "a.xlsx",
        ["2026-10-09 09:00:00", "", "李一", "海棠1号楼大堂", "", "", ""],
        ["2026-10-09 09:02:59", "", "李一", "海棠2号楼大堂", "", "", ""],
        ["2026-10-09 09:05:59", "", "李一", "海棠1号楼大堂", "", "", ""],
        ["2026-10-09 09:09:30", "", "李一", "", "", "P-0003", ""],
        ["2026-10-09 09:00:10", "", "王二", "海棠2号楼大堂", "", "", ""],
    )
    imported = import_exports("patrol_wand", [path], dr.load_estate(lane))
    assert imported.rows.height == 5
    assert flagged(imported) == [(5, "far_apart", "1000 m from b1 at 2026-10-09 09:00:00")]


def test_what_is_done_at_a_desk_is_nowhere_far(lane: Path, tmp_path: Path) -> None:
    """A mapping that says nothing of metres may be about calls."""
    text = RECORDED.replace("kind: report", "kind: patrol.building").replace(
        "recorded_at: {from: recorded}", "target: {from: recorded}"
    )
    (tmp_path / "mapping.yaml").write_text(text, "utf-8")
    (tmp_path / "a.csv").write_text("at,who,recorded\n2026-10-09 09:00:00,li,b1\n2026-10-09 09:00:01,li,b2\n", "utf-8")
    imported = import_exports(tmp_path / "mapping.yaml", [tmp_path / "a.csv"], dr.load_estate(lane))
    assert (imported.rows.height, flagged(imported)) == (2, [])


def test_punches_outside_any_shift(lane: Path, tmp_path: Path) -> None:
    """Four hours around the shift: 08:30–17:30 of a workday, or the night of the roster. On a rest day none is near.

    2026-10-10 is a make-up workday, the Sunday after it a rest day.
    """
    path = dingtalk_daily(
        tmp_path / "a.xlsx",
        {"日期": "26-10-09 星期五", "上班1打卡时间": "04:30", "下班1打卡时间": "21:31"},
        {"日期": "26-10-11 星期日", "上班1打卡时间": "09:00"},
        {**OTHER, "日期": "26-10-10 星期六", "上班1打卡时间": "16:00", "下班1打卡时间": "次日 12:00"},
        {**OTHER, "日期": "26-10-10 星期六", "上班2打卡时间": "15:59", "下班2打卡时间": "次日 12:01"},
    )
    imported = import_exports("dingtalk_daily", [path], dr.load_estate(lane))
    assert imported.rows.height == 7
    assert [
        (row, at) for row, flag, at in imported.flags.select("row", "flag", "at").rows() if flag == "outside_shift"
    ] == [
        (4, "2026-10-09 21:31:00"),
        (5, "2026-10-11 09:00:00"),
        (7, "2026-10-10 15:59:00"),
        (7, "2026-10-11 12:01:00"),
    ]


RECORDED = """\
format: csv
source: own
header: [at, who]
columns:
  at: {from: at}
  person: {from: who}
  recorded_at: {from: recorded}
constants: {kind: report}
suspicions: {recorded_within: 2 hours}
"""


def test_recorded_long_after(lane: Path, tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(RECORDED, "utf-8")
    rows = ["2026-10-09 11:00:00", "2026-10-09 11:00:01", "2026-10-09 08:59:00", "2026-10-09 08:58:59", ""]
    lines = ["at,who,recorded", *(f"2026-10-09 09:00:00,li,{each}" for each in rows)]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    imported = import_exports(tmp_path / "mapping.yaml", [tmp_path / "a.csv"], dr.load_estate(lane))
    assert imported.rows.height == 5
    assert flagged(imported) == [
        (3, "recorded_late", "recorded 2 hours later"),
        (5, "recorded_late", "recorded before it happened"),
    ]


def test_which_duties_gain(lane: Path, tmp_path: Path) -> None:
    imported = import_exports("dingtalk_daily", [dingtalk_daily(tmp_path / "a.xlsx")], dr.load_estate(lane))
    found = fed(dr.load_estate(lane), imported)
    assert (found.whole, dict(found.partly), dict(found.unknown)) == (("come",), {"both": ("report",)}, {})
    other = import_exports(
        "dingtalk_daily", [dingtalk_daily(tmp_path / "a.xlsx")], dr.load_estate(lane), settings={"in": "clock.inn"}
    )
    assert dict(fed(dr.load_estate(lane), other).unknown) == {"clock.inn": "did you mean 'clock.in'?"}
    assert coverage_of(imported).rows() == []  # no rows tell from when to when


def run(*arguments: object) -> int:
    return main(["import", *map(str, arguments)])


def test_check_writes_no_log_but_what_hr_has_to_confirm(
    lane: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    dingtalk_daily(
        exports / "a.xlsx",
        {"日期": "2026-10-09", "上班1打卡时间": "08:17"},
        {"日期": "2026-10-12", "下班1打卡时间": "17:31"},
    )
    log, told = tmp_path / "log.csv", tmp_path / "log.coverage.csv"
    assert run("dingtalk_daily", exports, "--estate", lane, "--out", log, "--check") == 0
    assert capsys.readouterr().out == (
        "2 rows, 0 that cannot be read\n"
        "kinds: clock.in, clock.out\n"
        "duties that it feeds: 1\n  come\n"
        "duties that need more: 1\n  both: report\n"
        f"coverage, to be confirmed (status complete) and added to the estate's table: {told}\n"
    )
    assert not log.exists()
    coverage = told.read_text("utf-8-sig")
    assert coverage == "source,kinds,areas,from,to,status\ndingtalk,clock.in clock.out,,2026-10-09,2026-10-12,partial\n"
    # as it stands nothing is judged by it; HR writes complete
    (lane / "coverage.csv").write_text(coverage, "utf-8")
    dr.load_estate(lane)


def test_the_log_and_what_belongs_to_it(lane: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = dingtalk_daily(
        tmp_path / "a.xlsx",
        {"日期": "2026-10-09", "上班1打卡时间": "08:17", "下班1打卡时间": "23:00",
         "关联的审批单": "事假10-09 14:00到10-09 16:00"},
        {"日期": "2026-10-12", "上班1打卡时间": "八点", "关联的审批单": "+cmd"},
    )  # fmt: skip
    out = tmp_path / "logs" / "dingtalk.csv"
    out.parent.mkdir()
    assert run("dingtalk_daily", path, "--estate", lane, "--out", out) == 4
    assert sorted(each.name for each in out.parent.iterdir()) == [
        "dingtalk.csv",
        "dingtalk.flags.csv",
        "dingtalk.leave.csv",
        "dingtalk.rejects.csv",
    ]
    with (out.parent / "dingtalk.rejects.csv").open(encoding="utf-8-sig") as file:
        assert [(each["row"], each["value"]) for each in csv.DictReader(file)] == [("5", "八点"), ("5", "'+cmd")]
    told = capsys.readouterr().err
    assert "2 rows written" in told
    assert "1 rows could not be read" in told
    assert "1 things to look at" in told
    assert "9 cells of slots are empty" in told
    # the leave is a table of the estate as it stands, and a directory of logs is read without what lies beside them
    (lane / "leave.csv").write_bytes((out.parent / "dingtalk.leave.csv").read_bytes())
    leave = dr.load_estate(lane).tables.leave
    assert leave.select("person", "approved", "kind").rows() == [("li", True, "事假")]
    assert main(["score", "--estate", str(lane), "--log", str(out.parent), "--month", "2026-10"]) == 0


def test_a_setting_is_a_name_and_a_value(lane: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("dingtalk_daily", tmp_path / "a.xlsx", "--estate", lane, "--out", tmp_path / "log.csv", "--set", "in")
    assert "write NAME=VALUE" in capsys.readouterr().err
    dingtalk_daily(tmp_path / "a.xlsx", {"上班1打卡时间": "08:17"})
    assert (
        run(
            "dingtalk_daily", tmp_path / "a.xlsx", "--estate", lane, "--out", tmp_path / "log.csv", "--set", "in=report"
        )
        == 0
    )
    assert ",report," in (tmp_path / "log.csv").read_text("utf-8-sig")


# An event of a book is a line of its own; reading thirteen books would take longer than all other tests here.
DECLARED = {
    kind
    for path in rules_dir().glob("*.yaml")
    for kind in re.findall(r"^  (\w+\.\w+):", path.read_text("utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("name", shipped_mappings())
def test_what_mappings_give_unasked_is_declared_by_a_shipped_book(name: str) -> None:
    rules = load_mapping(name)
    words = {key: value for key, value in rules.settings.items() if value is not None}
    assert [kind for kind in mapped_kinds(rules, words) if kind not in DECLARED and "{" not in kind] == []


def test_events_of_an_import(lane: Path, tmp_path: Path) -> None:
    """By the people table of the estate: its column dingtalk_id, and names."""
    path = dingtalk_daily(
        tmp_path / "a.xlsx",
        {"上班1打卡时间": "08:17"},
        {"UserId": "", "工号": "", "姓名": "王二", "上班1打卡时间": "20:01"},
    )
    assert events(import_exports("dingtalk_daily", [path], dr.load_estate(lane)), "person") == [("li",), ("wang",)]
