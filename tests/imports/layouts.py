"""Writes exports as other systems lay them out: titles, headers over two rows, merged cells, nulls of their own.

Everything is made up, and always the same: workbooks are dated 2026-10-01.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from dutyrules.activity.imports import Imported, Surroundings, import_files

PEOPLE: Mapping[str, Mapping[str, str | None]] = {
    "dingtalk_id": {"u100": "li", "u200": "wang"},
    "staff_id": {"30518": "li", "E7": "wang"},
    "name": {"李一": "li", "王二": "wang", "张三": None},
    "wand": {"W01": "li", "W02": "wang"},
    "points": {"海棠1号楼大堂": "b1", "海棠2号楼大堂": "b2", "P-0003": "b3"},
    "units": {"700101": "b1-101", "700102": "b1-102"},
    "buildings": {"F01": "b1"},
}
"""Look-ups of a made-up estate; two people are called 张三."""

SLOTS = ("上班1", "下班1", "上班2", "下班2", "上班3", "下班3")


def run(
    mapping: str | Path, *paths: Path, around: Surroundings | None = None, settings: Mapping[str, str] | None = None
) -> Imported:
    return import_files(mapping, paths, lookups=PEOPLE, settings=settings, surroundings=around)


def events(imported: Imported, *columns: str) -> list[tuple[Any, ...]]:
    return imported.rows.select(columns or ("at", "person", "kind")).rows()


def rejected(imported: Imported) -> list[tuple[Any, ...]]:
    return imported.rejects.select("row", "column", "value", "reason").rows()


def flagged(imported: Imported) -> list[tuple[Any, ...]]:
    return imported.flags.select("row", "flag", "detail").rows()


class Workbook:
    """A workbook in the making; rows and columns count from 0."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.path = path
        self._book = xlsxwriter.Workbook(path, options)
        self._book.set_properties({"created": datetime(2026, 10, 1)})
        self._formats = {
            datetime: self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: self._book.add_format({"num_format": "yyyy-mm-dd"}),
            time: self._book.add_format({"num_format": "hh:mm"}),
        }

    def sheet(
        self, name: str, rows: Sequence[Sequence[object]], *, merged: Sequence[str] = (), hidden: bool = False
    ) -> Any:
        """Adds a sheet; merged ranges show what stands in their first cell."""
        sheet = self._book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime | date | time):
                    sheet.write_datetime(number, column, cell, self._formats[type(cell)])
                elif cell not in ("", None):
                    sheet.write(number, column, cell)
        for span in merged:
            first = span.partition(":")[0]
            column, number = ord(first[0]) - 65, int(first[1:]) - 1
            sheet.merge_range(span, rows[number][column])
        if hidden:
            sheet.hide()
        return sheet

    def save(self) -> Path:
        self._book.close()
        return self.path


def table(
    path: Path,
    sheet: str,
    above: Sequence[Sequence[object]],
    header: Sequence[str],
    rows: Sequence[Mapping[str, object]],
) -> Path:
    """A workbook of one sheet: titles, the header, the rows by their labels."""
    book = Workbook(path)
    book.sheet(sheet, [*above, header, *([row.get(label, "") for label in header] for row in rows)])
    return book.save()


# --- DingTalk

PUNCHES = (
    "姓名", "考勤组", "部门", "工号", "职位", "UserId", "考勤日期", "考勤时间", "打卡时间", "打卡结果", "打卡地址",
    "打卡备注", "异常打卡原因", "打卡设备", "管理员修改备注",
)  # fmt: skip
DAILY = (
    "姓名", "考勤组", "部门", "工号", "职位", "UserId", "日期", "班次",
    *(f"{slot}打卡{what}" for slot in SLOTS for what in ("时间", "结果")), "关联的审批单", "出勤天数",
)  # fmt: skip
STAFF = {"姓名": "李一", "考勤组": "管家组", "部门": "客服部", "工号": "30518", "职位": "管家", "UserId": "u100"}
OTHER = {**STAFF, "姓名": "王二", "工号": "E7", "UserId": "u200"}


def dingtalk_punches(path: Path, *rows: Mapping[str, object]) -> Path:
    usual = {**STAFF, "考勤日期": "26-10-10 星期六", "考勤时间": "2026-10-10 08:30", "打卡结果": "正常"}
    above = [["打卡时间表 统计日期:2026-10-01 至 2026-10-31"], ["报表生成时间:2026-11-01 09:00"]]
    return table(path, "打卡时间", above, PUNCHES, [{**usual, **row} for row in rows])


def dingtalk_daily(path: Path, *rows: Mapping[str, object]) -> Path:
    usual = {**STAFF, "日期": "26-10-10 星期六", "班次": "正常班"}
    above = [["每日统计表 统计日期:2026-10-01 至 2026-10-31"], ["报表生成时间:2026-11-01 09:00"]]
    return table(path, "每日统计", above, DAILY, [{**usual, **row} for row in rows])


# --- MicroCommunity

INSPECTION = (
    "任务详情ID", "巡检点名称", "巡检计划名称", "巡检路线名称", "巡检人开始时间", "巡检人结束时间", "巡检点开始时间",
    "巡检点结束时间", "实际巡检时间", "实际签到状态", "计划巡检人", "实际巡检人", "巡检方式", "任务状态", "巡检点状态",
    "巡检情况",
)  # fmt: skip
REPAIRS = (
    "员工ID", "员工姓名", "处理中条数", "派单条数", "转单条数", "退单条数", "已回访条数", "已完结条数", "员工评分",
)  # fmt: skip


def inspection(path: Path, *rows: Mapping[str, object]) -> Path:
    usual = {
        "任务详情ID": "T1", "巡检点名称": "海棠1号楼大堂", "实际巡检时间": "2026-10-10 09:05:00",
        "实际签到状态": "准时", "计划巡检人": "李一", "实际巡检人": "李一", "巡检情况": "巡检正常",
    }  # fmt: skip
    return table(
        path, "巡检明细", [], INSPECTION, [{**dict.fromkeys(INSPECTION, "--"), **usual, **row} for row in rows]
    )


def repairs(path: Path, *rows: Mapping[str, object]) -> Path:
    return table(path, "报修汇总表", [], REPAIRS, rows)


def attendance(path: Path, title: str, days: int, *rows: Mapping[str, object]) -> Path:
    return table(path, "考勤表", [[title]], ("部门", "员工", *map(str, range(1, days + 1))), rows)


def dingtalk_monthly(path: Path, period: str, days: Sequence[str], *rows: Mapping[str, object]) -> Path:
    """Two titles, the header over two rows (the days below 考勤结果), data from row 5."""
    upper = ["姓名", "考勤组", "部门", "工号", "职位", "UserId", "出勤天数", "考勤结果", *[""] * (len(days) - 1)]
    lower = [*[""] * 7, *days]
    labels = [*upper[:7], *days]
    cells = [[{**STAFF, **row}.get(label, "") for label in labels] for row in rows]
    book = Workbook(path)
    tall = tuple(f"{chr(65 + column)}3:{chr(65 + column)}4" for column in range(7))
    last = chr(65 + 6 + len(days))
    merged = (*tall, f"H3:{last}3") if len(days) > 1 else tall
    book.sheet(
        "月度汇总", [[f"月度汇总 统计日期:{period}"], ["报表生成时间:2026-11-01"], upper, lower, *cells], merged=merged
    )
    return book.save()


def wecom_daily(path: Path, *rows: Mapping[str, object], flat: bool = False) -> Path:
    """Two titles, a header over two rows; `flat`: the version whose shifts stand in the labels."""
    slots = ("上班1", "下班1")
    if flat:
        parts = ["打卡明细"] * 4
        below = [f"{slot}打卡{what}" for slot in slots for what in ("时间", "状态")]
    else:
        parts = [slot for slot in slots for _ in range(2)]
        below = ["打卡时间", "打卡状态"] * 2
    upper = ["时间", "姓名", "账号", "部门", "所属规则", "概况统计", "概况统计", *parts]
    lower = ["", "", "", "", "", "打卡次数(次)", "假勤申请", *below]
    labels = [low if top == low or not low else f"{top}/{low}" for top, low in zip(upper, lower, strict=True)]
    labels = [label or top for label, top in zip(labels, upper, strict=True)]
    usual = {"时间": "2026/10/10 星期六", "姓名": "李一", "账号": "LiYi"}
    cells = [[{**dict.fromkeys(labels, "--"), **usual, **row}[label] for label in labels] for row in rows]
    book = Workbook(path)
    tall = tuple(f"{chr(65 + column)}3:{chr(65 + column)}4" for column in range(5))
    wide = ("F3:G3", "H3:K3") if flat else ("F3:G3", "H3:I3", "J3:K3")
    titles = [["上下班打卡_日报"], ["统计时间: 2026/10/01-2026/10/31"]]
    book.sheet("说明", [["说明"]])
    book.sheet("概况统计与打卡明细", [*titles, upper, lower, *cells], merged=(*tall, *wide))
    return book.save()


def wand(path: Path, *rows: Sequence[object]) -> Path:
    first = ["巡检时间", "巡检器", "人员", "巡检点", "事件", "编号", "状态"]
    second = ["Time", "Reader", "Staff", "Checkpoint", "Event", "No.", "Status"]
    book = Workbook(path)
    book.sheet("Sheet1", [["巡检记录"], first, second, *rows])
    return book.save()


def sql(path: Path, *rows: Mapping[str, str]) -> Path:
    """A table of a database as CSV: NULL is written out."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [",".join(columns), *(",".join(row.get(column, "NULL") for column in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
