"""Exports of DingTalk: what they must become, and what of them a person has to read."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from tests.imports.layouts import (
    DAILY,
    OTHER,
    STAFF,
    dingtalk_daily,
    dingtalk_punches,
    events,
    flagged,
    rejected,
    run,
    table,
)


def test_punches_come_and_go_by_what_was_due(tmp_path: Path) -> None:
    path = dingtalk_punches(
        tmp_path / "打卡时间.xlsx",
        {"打卡时间": "08:17"},
        {"考勤时间": "2026-10-10 17:30", "打卡时间": "2026-10-10 17:31:05"},
        {**OTHER, "考勤时间": "", "打卡时间": time(17, 45), "打卡备注": "外出回来"},
        {**OTHER, "打卡时间": "--", "打卡结果": "缺卡"},
        {"姓名": "外包", "考勤组": "未加入考勤组", "UserId": "u999", "打卡时间": "08:00"},
    )
    imported = run("dingtalk_punches", path)
    assert rejected(imported) == []
    assert events(imported, "at", "person", "kind", "note") == [
        ("2026-10-10 08:17:00", "li", "clock.in", None),
        ("2026-10-10 17:31:05", "li", "clock.out", None),
        ("2026-10-10 17:45:00", "wang", "clock.out", "外出回来"),
    ]
    assert imported.skipped == {"考勤组 未加入考勤组": 1, "打卡时间 (empty)": 1}


def test_punches_at_another_hour_of_turning_and_of_other_kinds(tmp_path: Path) -> None:
    path = dingtalk_punches(
        tmp_path / "a.xlsx", {"考勤时间": "", "打卡时间": "12:59"}, {"考勤时间": "", "打卡时间": "13:00"}
    )
    imported = run("dingtalk_punches", path, settings={"turn": "13:00", "in": "office.arrived"})
    assert events(imported, "kind") == [("office.arrived",), ("clock.out",)]


def test_who_is_unknown_by_a_number_is_not_found_by_the_name_beside_it(tmp_path: Path) -> None:
    """Two people may be called 李一, one of whom the estate does not know."""
    path = dingtalk_punches(tmp_path / "a.xlsx", {"打卡时间": "08:17", "UserId": "u300"})
    assert rejected(run("dingtalk_punches", path)) == [(4, "UserId", "u300", "not in the look-up dingtalk_id")]


def test_a_punch_after_midnight_is_going(tmp_path: Path) -> None:
    path = dingtalk_punches(tmp_path / "a.xlsx", {"考勤时间": "", "打卡时间": "次日 01:10"})
    assert events(run("dingtalk_punches", path)) == [("2026-10-11 01:10:00", "li", "clock.out")]


def test_columns_that_are_there_twice_or_not_at_all_are_told(tmp_path: Path) -> None:
    header = ["姓名", "考勤组", "UserId", "日期", "上班1打卡时间", "上班1打卡时间"]
    rows = [{**STAFF, "日期": "2026-10-10", "上班1打卡时间": "08:17"}]
    imported = run("dingtalk_daily", table(tmp_path / "a.xlsx", "每日统计", [], header, rows))
    assert [(each.code, each.message.partition(";")[0]) for each in imported.notices][1:] == [
        ("import.column-twice", "the column '上班1打卡时间' is there more than once"),
        ("import.nothing-said", "there is no column '关联的审批单'"),
    ]


def test_a_punch_within_five_minutes_is_told_again(tmp_path: Path) -> None:
    # 08:17 and 08:22 are one; 08:27 is five minutes after 08:22 and so still the same; 08:33 is not
    times = ("08:17", "08:22", "08:27", "08:33")
    imported = run("dingtalk_punches", dingtalk_punches(tmp_path / "a.xlsx", *({"打卡时间": each} for each in times)))
    assert events(imported, "at") == [("2026-10-10 08:17:00",), ("2026-10-10 08:33:00",)]
    told = "told again; row 4 counts (2026-10-10 08:17:00)"
    assert flagged(imported) == [(5, "double", told), (6, "double", told)]


def test_punches_that_contradict_themselves_or_nobody_knows(tmp_path: Path) -> None:
    path = dingtalk_punches(
        tmp_path / "a.xlsx",
        {"打卡时间": "08:17", "打卡结果": "未打卡"},
        {"打卡时间": "8点17"},
        {"打卡时间": "08:17", "考勤日期": "星期六"},
        {"打卡时间": "08:17", "UserId": "u300", "工号": "", "姓名": "张三"},
        {"打卡时间": "次日 24:10"},
        {"打卡时间": "08:60"},
    )
    imported = run("dingtalk_punches", path)
    assert rejected(imported) == [
        (4, "打卡结果", "未打卡", "a time though there was no punch"),
        (5, "打卡时间", "8点17", "not a time"),
        (6, "考勤日期", "星期六", "not a day"),
        (7, "UserId", "u300", "not in the look-up dingtalk_id"),
        (8, "打卡时间", "次日 24:10", "not a time"),
        (9, "打卡时间", "08:60", "not a time"),
    ]
    assert events(imported) == []


def test_a_name_of_two_people_is_nobodys(tmp_path: Path) -> None:
    path = dingtalk_punches(tmp_path / "a.xlsx", {"打卡时间": "08:17", "UserId": "", "工号": "", "姓名": "张三"})
    assert rejected(run("dingtalk_punches", path)) == [(4, "姓名", "张三", "this may be one of several")]


def test_what_an_administrator_changed_is_shown(tmp_path: Path) -> None:
    path = dingtalk_punches(
        tmp_path / "a.xlsx",
        {"打卡时间": "08:17", "打卡结果": "外勤"},
        {"打卡时间": "17:31", "考勤时间": "17:30", "管理员修改备注": "手机没电"},
    )
    imported = run("dingtalk_punches", path)
    assert len(events(imported)) == 2
    assert flagged(imported) == [
        (4, "told", "打卡结果: 外勤 – punched in the field"),
        (5, "told", "管理员修改备注: 手机没电 – changed by an administrator"),
    ]


def test_a_day_has_up_to_three_shifts(tmp_path: Path) -> None:
    path = dingtalk_daily(
        tmp_path / "每日统计.xlsx",
        {"上班1打卡时间": "08:17", "上班1打卡结果": "正常", "下班1打卡时间": "12:03",
         "上班2打卡时间": "13:58", "下班2打卡时间": "18:30"},
        {**OTHER, "上班1打卡时间": "19:55", "下班1打卡时间": "次日 01:10", "下班1打卡结果": "早退"},
        {**OTHER, "日期": "26-10-11 星期日", "上班1打卡结果": "休息"},
        {"姓名": "保安", "考勤组": "未加入考勤组", "UserId": "u999", "上班1打卡时间": "08:00"},
    )  # fmt: skip
    imported = run("dingtalk_daily", path)
    assert rejected(imported) == []
    assert events(imported) == [
        ("2026-10-10 08:17:00", "li", "clock.in"),
        ("2026-10-10 12:03:00", "li", "clock.out"),
        ("2026-10-10 13:58:00", "li", "clock.in"),
        ("2026-10-10 18:30:00", "li", "clock.out"),
        ("2026-10-10 19:55:00", "wang", "clock.in"),
        ("2026-10-11 01:10:00", "wang", "clock.out"),
    ]
    assert imported.skipped["考勤组 未加入考勤组"] == 1


def test_a_row_of_a_day_is_rejected_once_though_it_has_six_slots(tmp_path: Path) -> None:
    path = dingtalk_daily(
        tmp_path / "a.xlsx",
        {"UserId": "u300", "工号": "", "姓名": "陈四", "上班1打卡时间": "08:17", "下班1打卡时间": "18:30"},
    )
    assert rejected(run("dingtalk_daily", path)) == [(4, "UserId", "u300", "not in the look-up dingtalk_id")]


@pytest.mark.parametrize(
    ("text", "leave"),
    [
        ("事假10-10 09:00到10-10 18:00", [("2026-10-10 09:00:00", "2026-10-10 18:00:00", "事假")]),
        ("年假:10-09 08:30到10-11 17:30 3天", [("2026-10-09 08:30:00", "2026-10-11 17:30:00", "年假")]),
        (
            "事假10-10 09:00到10-10 10:00\n病假10-10 14:00到10-10 16:30 2.5小时",
            [
                ("2026-10-10 09:00:00", "2026-10-10 10:00:00", "事假"),
                ("2026-10-10 14:00:00", "2026-10-10 16:30:00", "病假"),
            ],
        ),
        ("加班10-10 18:00到10-10 20:00", []),
        ("事假2026-10-10 00:00到2026-10-10 24:00", [("2026-10-10 00:00:00", "2026-10-11 00:00:00", "事假")]),
    ],
)  # fmt: skip
def test_an_approval_that_can_be_read_is_leave(tmp_path: Path, text: str, leave: list[tuple[str, ...]]) -> None:
    imported = run("dingtalk_daily", dingtalk_daily(tmp_path / "a.xlsx", {"关联的审批单": text}))
    assert rejected(imported) == []
    assert imported.leave.rows() == [("li", start, until, "yes", kind) for start, until, kind in leave]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("事假10-10 上午到10-10 下午", "not a leave of the form"),
        ("事假10-10 09:00", "not a leave of the form"),
        ("事假10-12 09:00到10-12 18:00", "not a leave of the form"),  # not of this day
        ("事假10-10 18:00到10-10 09:00", "not a leave of the form"),
        ("事假10-10 09:00到10-10 18:00 2天", "not a leave of the form"),  # two days do not fit nine hours
        ("事假13-10 09:00到13-10 18:00", "not a leave of the form"),
        ("事假10-10 09:00到10-10 18:00 待审批", "not a leave of the form"),
        ("外出10-10 09:00到10-10 18:00", "'外出' is no kind of leave that the mapping knows"),
        ("事假10-10 09:00到10-10 10:00\n补卡申请", "'补卡申请' is no kind of leave that the mapping knows"),
    ],
)
def test_any_other_approval_is_for_a_person_to_read(tmp_path: Path, text: str, reason: str) -> None:
    """Also where one of two parts could be read: half an approval is none."""
    imported = run(
        "dingtalk_daily", dingtalk_daily(tmp_path / "a.xlsx", {"关联的审批单": text, "上班1打卡时间": "08:17"})
    )
    assert imported.leave.rows() == []
    [(row, column, value, told)] = rejected(imported)
    assert (row, column, value) == (4, "关联的审批单", text)
    assert told.startswith(reason)
    assert len(events(imported)) == 1  # the punch counts all the same


def test_an_approval_over_new_year_and_on_each_of_its_days(tmp_path: Path) -> None:
    text = "年假12-31 08:30到01-02 17:30"
    days = ("26-12-31 星期四", "27-01-01 星期五", "27-01-02 星期六")
    path = dingtalk_daily(tmp_path / "a.xlsx", *({"日期": day, "关联的审批单": text} for day in days))
    assert run("dingtalk_daily", path).leave.rows() == [
        ("li", "2026-12-31 08:30:00", "2027-01-02 17:30:00", "yes", "年假")
    ]


def test_the_second_and_third_shift_may_be_missing_altogether(tmp_path: Path) -> None:
    header = [label for label in DAILY if not label.startswith(("上班2", "下班2", "上班3", "下班3"))]
    rows = [{**STAFF, "日期": "2026-10-10", "上班1打卡时间": "08:17"}]
    imported = run("dingtalk_daily", table(tmp_path / "a.xlsx", "每日统计", [], header, rows))
    assert events(imported) == [("2026-10-10 08:17:00", "li", "clock.in")]
    assert [each.code for each in imported.notices] == ["import.fewer-slots"]
    assert {each.severity for each in imported.notices} == {"warning"}
    assert "上班2 clock.in" in imported.notices[0].message
