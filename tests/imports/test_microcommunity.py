"""The four workbooks of MicroCommunity; the fourth, 员工巡楼, is in tests/unit/test_activity_mapping.py."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from dutyrules.diagnostics import InputError
from tests.imports.layouts import attendance, events, inspection, rejected, repairs, run


def test_points_that_were_reached(tmp_path: Path) -> None:
    path = inspection(
        tmp_path / "巡检明细.xlsx",
        {},
        {"任务详情ID": "T2", "巡检点名称": "海棠2号楼大堂", "实际巡检时间": datetime(2026, 10, 10, 9, 40),
         "实际签到状态": "迟到", "实际巡检人": "王二", "巡检情况": "巡检异常"},
        {"任务详情ID": "T3", "实际巡检时间": "--", "实际签到状态": "未到", "实际巡检人": "--", "巡检情况": "--"},
    )  # fmt: skip
    imported = run("microcommunity_inspection", path)
    assert rejected(imported) == []
    assert events(imported, "event_id", "at", "person", "kind", "target", "abnormal", "note") == [
        ("T1", "2026-10-10 09:05:00", "li", "patrol.building", "b1", "false", "准时"),
        ("T2", "2026-10-10 09:40:00", "wang", "patrol.building", "b2", "true", "迟到"),
    ]
    assert imported.skipped == {"实际巡检时间 (empty)": 1}


def test_points_that_cannot_be(tmp_path: Path) -> None:
    path = inspection(
        tmp_path / "a.xlsx",
        {"实际签到状态": "未到"},
        {"巡检点名称": "车库"},
        {"实际巡检人": "张三"},
        {"巡检情况": "正常"},
    )
    assert rejected(run("microcommunity_inspection", path)) == [
        (2, "实际签到状态", "未到", "a time though nobody came"),
        (3, "巡检点名称", "车库", "not in the look-up points"),
        (4, "实际巡检人", "张三", "this may be one of several"),
        (5, "巡检情况", "正常", "not one of 巡检正常, 巡检异常"),
    ]


def test_numbers_of_repairs_are_events_of_a_kind_that_the_user_names(tmp_path: Path) -> None:
    path = repairs(
        tmp_path / "报修汇总表.xlsx",
        {"员工ID": 30518, "员工姓名": "李一", "处理中条数": 2, "派单条数": 11, "已完结条数": "9", "员工评分": 4.75},
        {"员工姓名": "合计", "派单条数": 11},
        {"员工ID": "99", "员工姓名": "陈四", "派单条数": 1},
    )
    imported = run("microcommunity_repairs", path, settings={"kind": "repairs.counted", "at": "2026-10-31 23:59"})
    at, kind = "2026-10-31 23:59:00", "repairs.counted"
    assert events(imported, "at", "person", "kind", "value", "measure") == [
        (at, "li", kind, "2", "open"),
        (at, "li", kind, "11", "assigned"),
        (at, "li", kind, "9", "closed"),
        (at, "li", kind, "4.75", "rating"),
    ]
    assert rejected(imported) == [(4, "员工ID", "99", "not in the look-up staff_id")]
    assert imported.skipped["员工姓名 合计"] == 1


def test_settings_that_have_to_be_given(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run("microcommunity_repairs", repairs(tmp_path / "a.xlsx"), settings={"kind": "x", "when": "now"})
    assert [(each.code, each.hint) for each in caught.value.diagnostics] == [
        ("import.missing-setting", "--set at=…"),
        ("import.unknown-setting", None),
    ]
    with pytest.raises(InputError) as caught:
        run("microcommunity_repairs", repairs(tmp_path / "a.xlsx"), settings={"kind": "x", "at": "October"})
    assert [(each.code, each.found) for each in caught.value.diagnostics] == [("import.bad-instant", "October")]


def test_a_month_of_days(tmp_path: Path) -> None:
    path = attendance(
        tmp_path / "a.xlsx", "2026年2月考勤表", 28,
        {"部门": "客服部", "员工": "李一", "1": "正常考勤", "2": "迟到", "27": "早退", "28": "未到时间"},
        {"部门": "客服部", "员工": "王二", "1": "旷工", "2": "免考勤", "3": "请假"},
    )  # fmt: skip
    imported = run(
        "microcommunity_attendance", path, settings={"late": "x.late", "early": "x.early", "absent": "x.absent"}
    )
    assert events(imported) == [
        ("2026-02-02 12:00:00", "li", "x.late"),
        ("2026-02-27 12:00:00", "li", "x.early"),
        ("2026-02-01 12:00:00", "wang", "x.absent"),
    ]
    assert rejected(imported) == [(4, "3", "请假", "not one of 迟到, 早退, 旷工")]
    assert imported.kinds == ("x.late", "x.early", "x.absent")


@pytest.mark.parametrize(
    ("title", "days", "code"), [("考勤表", 28, "import.no-title"), ("2026年2月考勤表", 29, "import.bad-instant")]
)
def test_a_month_that_nothing_tells_or_that_has_no_such_day(tmp_path: Path, title: str, days: int, code: str) -> None:
    path = attendance(tmp_path / "a.xlsx", title, days, {"员工": "李一", "1": "迟到"})
    with pytest.raises(InputError) as caught:
        run("microcommunity_attendance", path, settings={"late": "a", "early": "b", "absent": "c"})
    assert [each.code for each in caught.value.diagnostics] == [code]


def test_the_month_may_stand_in_the_name_of_the_file(tmp_path: Path) -> None:
    path = attendance(tmp_path / "2026年10月考勤表.xlsx", "考勤", 31, {"员工": "李一", "31": "迟到"})
    assert events(run("microcommunity_attendance", path, settings={"late": "a", "early": "b", "absent": "c"})) == [
        ("2026-10-31 12:00:00", "li", "a")
    ]
