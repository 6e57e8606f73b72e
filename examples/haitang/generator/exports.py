"""The part of the month that other systems keep: their exports, laid out as they lay them out.

DingTalk has who came and went, and approved leave; MicroCommunity has patrols, repairs and the reminders that it sends.
What was corrected, sent twice or refused by hand stays in the logs, where such things happen.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from generator.days import FIRST, LAST, october, span, statutory
from generator.log import Log, Row
from generator.people import staff_id, staff_name
from generator.world import ABSENT, BUTLERS, LEAVE, PATCH, Leave, World, post_of, works

DAILY, PATROLS, REMINDERS = "钉钉每日统计.xlsx", "员工巡楼.xlsx", "owe_fee_callable.csv"
POOL, USERS, RETURNS = "r_repair_pool.csv", "r_repair_user.csv", "r_repair_return_visit.csv"
_KINDS = {
    "meeting.project": DAILY,
    "clock.out": DAILY,
    "patrol.building": PATROLS,
    "dunning.contact": REMINDERS,
    "repair.requested": POOL,
    "repair.closed": POOL,
    "repair.dispatched": USERS,
    "repair.callback": RETURNS,
}
#: Reminders that MicroCommunity sends itself; calls and talks at the door are in the butlers' app.
_WAYS = {"sms": "SMS", "letter": "PRINT"}
_FEES = {"property": "888800010001", "utility": "888800010015"}
#: Who clocked out somewhere else than at the office.
_OUTSIDE = {("b10", october(9)), ("b07", october(20)), ("b02", october(27))}
_SLOTS = ("上班1", "下班1", "上班2", "下班2", "上班3", "下班3")
_STAFF = ("姓名", "考勤组", "部门", "工号", "职位", "UserId", "日期", "班次")
_PATROL_TITLES = ("巡楼编号", "标题", "员工ID", "员工姓名", "楼栋编号", "有无异常", "巡楼内容", "登记时间")
_WEEKDAYS = "一二三四五六日"
_NULL = "NULL"


def route(log: Log) -> None:
    """Moves the rows that another system keeps from the logs to its export."""
    told = Counter((row.at, row.person, row.kind, row.target) for row in log.rows)
    cases = defaultdict(list)
    for row in log.rows:
        if row.kind.startswith("repair."):
            cases[row.cell("case")].append(row)
        elif _plain(row) and told[row.at, row.person, row.kind, row.target] == 1:
            row.file = f"exports/{_KINDS[row.kind]}"
    for case, rows in cases.items():  # the rows of one repair are kept in one system
        once = max(Counter(row.kind for row in rows).values()) == 1
        if case and once and any(row.kind == "repair.requested" for row in rows) and all(map(_plain, rows)):
            for row in rows:
                row.file = f"exports/{_KINDS[row.kind]}"


def _plain(row: Row) -> bool:
    """Whether an export holds everything of a row."""
    if row.bad or row.at_text or row.kind not in _KINDS:
        return False
    if row.kind == "dunning.contact":
        return row.cell("channel") in _WAYS and row.cells.keys() == {"target", "fee", "channel"}
    return row.cells.keys() <= {"target", "case"}


def write(log: Log, world: World, out: Path) -> None:
    """Writes the exports, and the tables by which the estate knows their numbers."""
    rooms = {unit: f"75202007{n:010d}" for n, unit in enumerate(dict.fromkeys(_units(world)), start=101)}
    _csv(out / "lookups" / "units.csv", [{"theirs": room, "ours": unit} for unit, room in rooms.items()])
    _csv(out / "lookups" / "fees.csv", [{"theirs": theirs, "ours": ours} for ours, theirs in _FEES.items()])
    folder = out / "exports"
    _daily(folder / DAILY, log.of_file(f"exports/{DAILY}"))
    _patrols(folder / PATROLS, log.of_file(f"exports/{PATROLS}"))
    _csv(folder / REMINDERS, _reminders(log.of_file(f"exports/{REMINDERS}"), rooms))
    _csv(folder / POOL, _pool(log.of_file(f"exports/{POOL}"), rooms))
    _csv(folder / USERS, _users(log.of_file(f"exports/{USERS}")))
    _csv(folder / RETURNS, _returns(log.of_file(f"exports/{RETURNS}")))


def _units(world: World) -> Iterable[str]:
    return (row[0] for row in world.unit_rows)


# --- DingTalk


def _daily(path: Path, rows: Sequence[Row]) -> None:
    """每日统计: two titles, the header in the third row, a row for each person and day."""
    titles = [*_STAFF, *(f"{slot}打卡{what}" for slot in _SLOTS for what in ("时间", "结果")), "关联的审批单"]
    punches = {(row.person, row.at.date(), row.kind): row.at for row in rows}
    above = [["每日统计表 统计日期:2026-10-01 至 2026-10-31"], ["报表生成时间:2026-11-01 09:00"]]
    lines = [
        _day(person, day, punches)
        for day in span(FIRST, LAST)
        for person in ("pm", "dir", "lead", *BUTLERS)
        if post_of(person, day)
    ]
    _workbook(path, "每日统计", [*above, titles, *([line.get(title, "") for title in titles] for line in lines)])


def _day(person: str, day: date, punches: Mapping[tuple[str, date, str], datetime]) -> dict[str, str]:
    post = post_of(person, day)
    area = PATCH[post.patch].area if post and post.patch else ""
    line = {
        "姓名": staff_name(person),
        "考勤组": "管家组" if area else "未加入考勤组",
        "部门": f"客服部-{area}" if area else "项目部",
        "工号": staff_id(person),
        "职位": "管家" if area else staff_name(person),
        "UserId": f"u{staff_id(person)}",
        "日期": f"{day:%y-%m-%d} 星期{_WEEKDAYS[day.weekday()]}",
    }
    if not area:
        return line
    approved = [leave for leave in LEAVE if leave.person == person and leave.approved and _touches(leave, day)]
    line["关联的审批单"] = "\n".join(
        f"{leave.kind}{leave.start:%m-%d %H:%M}到{leave.until:%m-%d %H:%M}" for leave in approved
    )
    away = day in ABSENT.get(person, ())
    on_duty = works(person, day) or (away and statutory(day))
    line["班次"] = "管家班 07:50-17:30" if on_duty else "休息"
    if not on_duty:
        return line
    came, went = punches.get((person, day, "meeting.project")), punches.get((person, day, "clock.out"))
    late = "正常" if came and f"{came:%H:%M}" <= "07:55" else "迟到"
    for slot, at, result in (("上班1", came, late), ("下班1", went, "外勤" if (person, day) in _OUTSIDE else "正常")):
        line[f"{slot}打卡时间"] = f"{at:%H:%M}" if at else ""
        line[f"{slot}打卡结果"] = result if at else "请假" if away else "缺卡"
    return line


def _touches(leave: Leave, day: date) -> bool:
    return leave.start.date() <= day <= (leave.until - timedelta(seconds=1)).date()


# --- MicroCommunity


def _patrols(path: Path, rows: Sequence[Row]) -> None:
    """员工巡楼: one sheet, the titles in the first row, text cells."""
    lines = []
    for number, row in enumerate(rows, start=1):
        wrong = number % 17 == 0
        found = ("有", "楼道堆放杂物，已拍照") if wrong else ("无", "巡查正常")
        who = staff_id(row.person), staff_name(row.person)
        at = f"{row.at:%Y-%m-%d %H:%M:%S}"
        lines.append([f"1020261001{number:06d}", "日常巡楼", *who, row.target, *found, at])
    _workbook(path, "员工巡楼", [_PATROL_TITLES, *lines])


def _reminders(rows: Sequence[Row], rooms: Mapping[str, str]) -> Iterable[dict[str, str]]:
    """Table owe_fee_callable; a few messages failed and were sent again."""
    for number, row in enumerate(rows, start=1):
        line = {
            "ofc_id": f"1120261001{number:06d}",
            "staff_id": staff_id(row.person),
            "staff_name": staff_name(row.person),
            "room_id": rooms[row.target],
            "fee_type_cd": _FEES[row.cell("fee")],
            "callable_way": _WAYS[row.cell("channel")],
            "state": "C",
            "create_time": _time(row.at),
            "remark": _NULL,
            "status_cd": "0",
        }
        if number % 60 == 0:
            before = _time(row.at - timedelta(minutes=1))
            yield line | {
                "ofc_id": f"1120261002{number:06d}",
                "state": "F",
                "create_time": before,
                "remark": "发送失败",
            }
        yield line


def _pool(rows: Sequence[Row], rooms: Mapping[str, str]) -> Iterable[dict[str, str]]:
    """Table r_repair_pool: a row for each repair; one was deleted by the desk."""
    closed = {row.cell("case"): row for row in rows if row.kind == "repair.closed"}
    asked = [row for row in rows if row.kind == "repair.requested"]
    for number, row in enumerate(asked, start=1):
        done = closed.get(row.cell("case"))
        line = {
            "repair_id": row.cell("case"),
            "repair_type": "1002",
            "repair_obj_type": "004",
            "repair_obj_id": rooms[row.target],
            "repair_obj_name": row.target,
            "create_time": _time(row.at),
            "timeout": _time(row.at + timedelta(days=2)),
            "finish_time": _time(done.at) if done else _NULL,
            "state": "1900" if done else "1100",
            "status_cd": "0",
        }
        yield line
        if number == 20:
            yield line | {"repair_id": f"{row.cell('case')}-2", "finish_time": _NULL, "state": "1000", "status_cd": "1"}


def _users(rows: Sequence[Row]) -> Iterable[dict[str, str]]:
    """Table r_repair_user: who asked, and who passed the repair on."""
    for number, row in enumerate(rows, start=1):
        passed = {
            "ru_id": f"2020261001{number:06d}",
            "repair_id": row.cell("case"),
            "staff_id": staff_id(row.person),
            "staff_name": staff_name(row.person),
            "state": "10002",
            "repair_event": "startRepair",
            "create_time": _time(row.at - timedelta(minutes=3)),
            "end_time": _time(row.at),
            "status_cd": "0",
        }
        owner = {"staff_id": f"302026{number:06d}", "staff_name": "业主", "repair_event": "startUser"}
        yield passed | owner | {"ru_id": f"2020261002{number:06d}", "end_time": passed["create_time"]}
        yield passed


def _returns(rows: Sequence[Row]) -> Iterable[dict[str, str]]:
    """Table r_repair_return_visit: the owners who were called back."""
    for number, row in enumerate(rows, start=1):
        yield {
            "visit_id": f"2120261001{number:06d}",
            "repair_id": row.cell("case"),
            "visit_person_id": staff_id(row.person),
            "visit_person_name": staff_name(row.person),
            "visit_type": "1001",
            "context": "满意" if number % 9 else "一般",
            "create_time": _time(row.at),
            "status_cd": "0",
        }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


# --- Files


def _workbook(path: Path, name: str, rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2026, 11, 1, 9)})
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                if text:
                    sheet.write_string(number, column, text)


def _csv(path: Path, lines: Iterable[Mapping[str, str]]) -> None:
    lines = list(lines)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode())
