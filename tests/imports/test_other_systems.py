"""Exports over two header rows, JSON, wands and tables of a database: what they must become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from dutyrules.diagnostics import InputError
from tests.imports.layouts import (
    OTHER,
    dingtalk_monthly,
    events,
    flagged,
    rejected,
    run,
    sql,
    wand,
    wecom_daily,
)


def test_a_month_in_a_row(tmp_path: Path) -> None:
    path = dingtalk_monthly(
        tmp_path / "月度汇总.xlsx",
        "2026-10-01 至 2026-10-31",
        ["1", "2", "10"],
        {"1": "正常班:正常\n(08:17,18:30)", "2": "休息", "10": "正常班:下班缺卡\n(08:25,)"},
        {**OTHER, "1": "夜班:正常\n(19:55,次日08:03)", "2": "正常班:旷工",
         "10": "早班\n(06:00,12:00)\n晚班\n(14:00,18:00)"},
        {"考勤组": "未加入考勤组", "UserId": "u999", "1": "正常班:正常\n(08:00,18:00)"},
    )  # fmt: skip
    imported = run("dingtalk_monthly", path)
    assert events(imported) == [
        ("2026-10-01 08:17:00", "li", "clock.in"),
        ("2026-10-01 18:30:00", "li", "clock.out"),
        ("2026-10-10 08:25:00", "li", "clock.in"),
        ("2026-10-01 19:55:00", "wang", "clock.in"),
        ("2026-10-02 08:03:00", "wang", "clock.out"),
    ]
    [(row, column, _, reason)] = rejected(imported)
    assert (row, column, reason) == (6, "考勤结果/10", "not of the form that this export has")


@pytest.mark.parametrize("labels", [("26", "25"), ("09-26", "10-25"), ("六26", "日25")])
def test_a_month_that_does_not_begin_on_its_first_day(tmp_path: Path, labels: tuple[str, str]) -> None:
    """From 26 September to 25 October the 26th is of September, and the 25th of October."""
    cells = dict.fromkeys(labels, "正常班:正常\n(08:17,18:30)")
    path = dingtalk_monthly(tmp_path / "a.xlsx", "2026-09-26 至 2026-10-25", labels, cells)
    assert [at for (at,) in events(run("dingtalk_monthly", path), "at")] == [
        "2026-09-26 08:17:00",
        "2026-09-26 18:30:00",
        "2026-10-25 08:17:00",
        "2026-10-25 18:30:00",
    ]


def test_a_day_that_the_period_has_twice_or_never_is_rejected(tmp_path: Path) -> None:
    cells = dict.fromkeys(("1", "31"), "正常班:正常\n(08:17,18:30)")
    path = dingtalk_monthly(tmp_path / "a.xlsx", "2026-09-01 至 2026-10-30", ("1", "31"), cells)
    assert [(row, value, reason) for row, _, value, reason in rejected(run("dingtalk_monthly", path))] == [
        (5, "1 of 2026-09-01 to 2026-10-30", "not a day"),
        (5, "31 of 2026-09-01 to 2026-10-30", "not a day"),
    ]


def answer(path: Path, *records: Mapping[str, object]) -> Path:
    path.write_text(json.dumps({"errcode": 0, "hasMore": False, "recordresult": records}), "utf-8")
    return path


def stamp(local: str) -> int:
    """Milliseconds in universal time of an instant in Shanghai, eight hours ahead."""
    return (int((datetime.fromisoformat(local) - datetime(1970, 1, 1)).total_seconds()) - 8 * 3600) * 1000


def test_the_answer_of_an_interface(tmp_path: Path) -> None:
    usual = {"userId": "u100", "workDate": stamp("2026-10-10 00:00"), "checkType": "OnDuty", "timeResult": "Normal",
             "locationResult": "Normal", "baseCheckTime": stamp("2026-10-10 08:30"), "recordId": 7}  # fmt: skip
    path = answer(
        tmp_path / "a.json",
        {**usual, "userCheckTime": stamp("2026-10-10 08:17:05")},
        {**usual, "recordId": 8, "userCheckTime": stamp("2026-10-11 01:10"), "checkType": "OffDuty",
         "locationResult": "Outside"},
        {**usual, "recordId": 9, "timeResult": "NotSigned", "userCheckTime": stamp("2026-10-10 18:00")},
        {**usual, "recordId": 10, "userCheckTime": stamp("2026-10-10 08:18"), "procInstId": "p-1"},
        {**usual, "recordId": 11, "userId": "u300", "userCheckTime": "soon", "checkType": "Lunch"},
    )  # fmt: skip
    imported = run("dingtalk_api", path)
    assert events(imported, "event_id", "at", "person", "kind", "note") == [
        ("7", "2026-10-10 08:17:05", "li", "clock.in", "Normal"),
        ("8", "2026-10-11 01:10:00", "li", "clock.out", "Normal"),
        ("10", "2026-10-10 08:18:00", "li", "clock.in", "Normal"),
    ]
    assert rejected(imported) == [
        (5, "userCheckTime", "soon", "not an instant"),
        (5, "userId", "u300", "not in the look-up dingtalk_id"),
        (5, "checkType", "Lunch", "not one of OnDuty, OffDuty"),
    ]
    assert [(row, detail) for row, _, detail in flagged(imported)] == [
        (2, "locationResult: Outside – punched in the field"),
        (4, "procInstId: p-1 – belongs to an approval"),
    ]


def test_an_answer_that_nobody_clocked_in(tmp_path: Path) -> None:
    imported = run("dingtalk_api", answer(tmp_path / "a.json"))
    assert (events(imported), rejected(imported), imported.notices) == ([], [], ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"errcode": 88, "errmsg": "no permission"}', "import.no-rows"),
        ('{"recordresult": {}}', "import.no-rows"),
        ("{", "import.bad-json"),
        ("[" * 100_000, "import.bad-json"),
    ],
)
def test_an_answer_without_rows(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "a.json").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        run("dingtalk_api", tmp_path / "a.json")
    assert [each.code for each in caught.value.diagnostics] == [code]


@pytest.mark.parametrize("flat", [False, True])
def test_a_day_of_wecom_in_both_versions(tmp_path: Path, flat: bool) -> None:
    def slot(name: str, what: str) -> str:
        return f"打卡明细/{name}{what}" if flat else f"{name}/{what}"

    path = wecom_daily(
        tmp_path / "上下班打卡_日报.xlsx",
        {
            slot("上班1", "打卡时间"): "08:17",
            slot("上班1", "打卡状态"): "正常",
            slot("下班1", "打卡时间"): "次日 00:30",
        },
        {slot("上班1", "打卡时间"): "未打卡", slot("上班1", "打卡状态"): "缺卡"},
        {"账号": "Chen", "姓名": "陈四", slot("上班1", "打卡时间"): "08:30"},
        {"概况统计/假勤申请": "事假10-10 09:00~10-10 18:00"},
        {"概况统计/假勤申请": "出差10-10 09:00~10-10 18:00"},
        flat=flat,
    )
    imported = run("wecom_daily", path)
    assert events(imported) == [("2026-10-10 08:17:00", "li", "clock.in"), ("2026-10-11 00:30:00", "li", "clock.out")]
    assert rejected(imported) == [
        (7, "姓名", "陈四", "not in the look-up name"),
        (9, "概况统计/假勤申请", "出差10-10 09:00~10-10 18:00", "'出差' is no kind of leave that the mapping knows"),
    ]
    assert imported.leave.rows() == [("li", "2026-10-10 09:00:00", "2026-10-10 18:00:00", "yes", "事假")]


def test_a_wecom_workbook_without_its_sheet(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run("wecom_daily", wand(tmp_path / "a.xlsx"))
    assert sorted(each.code for each in caught.value.diagnostics) == ["import.no-header", "import.no-sheet"]


def test_a_patrol_wand(tmp_path: Path) -> None:
    """Serial numbers for times, a header in English too, chips for points, wands for people, a point touched twice."""
    path = wand(
        tmp_path / "巡更.xlsx",
        [46_303.5, "W01", "李一", "海棠1号楼大堂", "正常", "P-0001", 1],
        [46_303.5003, "W01", "李一", "海棠1号楼大堂", "正常", "P-0001", 1],
        [datetime(2026, 10, 8, 12, 30), "W02", "", "", "", "P-0003", 3],
        [46_303.6, "W01", "李一", "海棠2号楼大堂", "", "P-0002", 4],
        [46_303.6, "W09", "", "海棠2号楼大堂", "", "P-0002", 1],
        [46_303.6, "W01", "李一", "车库", "", "P-0009", 5],
    )
    imported = run("patrol_wand", path)
    assert events(imported, "at", "person", "kind", "target") == [
        ("2026-10-08 12:00:00", "li", "patrol.building", "b1"),
        ("2026-10-08 12:30:00", "wang", "patrol.building", "b3"),
    ]
    assert rejected(imported) == [
        (8, "巡检器", "W09", "not in the look-up wand"),
        (9, "巡检点", "车库", "not in the look-up points"),
    ]
    assert flagged(imported) == [
        (6, "told", "状态: 3 – after its time"),
        (5, "double", "told again; row 4 counts (2026-10-08 12:00:00)"),
    ]


AT = "2026-10-10 09:05:00"
STAMP = {"create_time": AT, "status_cd": "0"}

TABLES: Mapping[str, tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str], tuple[str, str]]] = {
    # table: a row, the event that it must become, settings, a cell that spoils it
    "inspection": (
        {**STAMP, "task_detail_id": "t1", "inspection_id": "P-0003", "inspection_name": "x", "act_user_id": "30518",
         "inspection_time": AT, "inspection_state": "60000", "patrol_type": "20002"},
        {"kind": "patrol.building", "target": "b3", "event_id": "t1", "abnormal": "true"}, {},
        ("inspection_state", "70000"),
    ),
    "buildings": (
        {**STAMP, "pb_id": "p1", "staff_id": "30518", "floor_id": "F01", "situation": "灯坏"},
        {"kind": "patrol.building", "target": "b1", "event_id": "p1", "note": "灯坏"}, {}, ("floor_id", "F09"),
    ),
    "renovation": (
        {**STAMP, "record_id": "r1", "staff_id": "30518", "room_id": "700101", "remark": "合规"},
        {"kind": "inspect.renovation", "target": "b1-101", "event_id": "r1"}, {}, ("room_id", "9"),
    ),
    "dunning": (
        {**STAMP, "ofc_id": "o1", "staff_id": "30518", "room_id": "700102", "callable_way": "SMS", "state": "C"},
        {"kind": "dunning.contact", "target": "b1-102", "channel": "sms"}, {}, ("callable_way", "FAX"),
    ),
    "repairs": (
        {**STAMP, "repair_id": "c1", "repair_obj_id": "700101", "staff_id": "30518", "finish_time": AT, "timeout": AT,
         "create_time": "NULL"},
        {"kind": "repair.closed", "target": "b1-101", "case": "c1", "until": AT}, {}, ("repair_obj_id", "9"),
    ),
    "repair_users": (
        {**STAMP, "ru_id": "u1", "repair_id": "c1", "staff_id": "30518", "state": "10002", "end_time": AT,
         "repair_event": "startRepair"},
        {"kind": "repair.dispatched", "case": "c1"}, {}, ("staff_id", "99"),
    ),
    "repair_visits": (
        {**STAMP, "visit_id": "v1", "repair_id": "c1", "visit_person_id": "30518", "context": "满意"},
        {"kind": "repair.callback", "case": "c1", "note": "满意"}, {}, ("create_time", "NULL"),
    ),
    "complaints": (
        {**STAMP, "complaint_id": "k1", "room_id": "700101", "start_user_id": "30518", "context": "噪音"},
        {"kind": "complaint.taken", "target": "b1-101", "case": "k1"}, {}, ("room_id", "9"),
    ),
    "complaint_events": (
        {**STAMP, "event_id": "e1", "complaint_id": "k1", "create_user_id": "30518", "event_type": "3003"},
        {"kind": "complaint.closed", "case": "k1"}, {"closed": "complaint.closed"}, ("event_type", "9"),
    ),
    "attendance": (
        {**STAMP, "detail_id": "d1", "staff_id": "30518", "spec_cd": "20002", "check_time": AT, "value": "17:30",
         "state": "50000"},
        {"kind": "clock.out"}, {}, ("state", "60000"),
    ),
    "work_items": (
        {**STAMP, "item_id": "w1", "staff_id": "30518", "finish_time": AT, "deduction_money": "5",
         "deduction_reason": "迟到", "deduction_person_id": "E7"},
        {"kind": "finding.D4-3.5.3", "recorded_by": "wang", "note": "迟到"}, {"finding": "finding.D4-3.5.3"},
        ("staff_id", "99"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_a_database(tmp_path: Path, name: str) -> None:
    """A row becomes its event, a deleted one none, and a spoilt one is rejected in the column that spoils it."""
    row, event, settings, (column, cell) = TABLES[name]
    path = sql(tmp_path / f"{name}.csv", row, {**row, "status_cd": "1"}, {**row, column: cell})
    imported = run(f"microcommunity_sql_{name}", path, settings=settings)
    at_and_person = {"at": AT, "person": "li", "source": "microcommunity"}
    [found] = imported.rows.to_dicts()
    assert {key: found[key] for key in [*at_and_person, *event]} == {**at_and_person, **event}
    assert [(number, at) for number, at, *_ in rejected(imported)] == [(4, column)]
    assert imported.skipped == {"status_cd 1": 1} | ({"create_time (empty)": 2} if name == "repairs" else {})


def test_a_repair_is_asked_for_by_nobody_of_the_staff(tmp_path: Path) -> None:
    row = {**TABLES["repairs"][0], "create_time": AT, "finish_time": "2026-10-11 10:00:00"}
    assert events(run("microcommunity_sql_repairs", sql(tmp_path / "a.csv", row)), "at", "person", "kind") == [
        (AT, None, "repair.requested"),
        ("2026-10-11 10:00:00", "li", "repair.closed"),
    ]
