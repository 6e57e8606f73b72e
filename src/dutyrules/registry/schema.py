"""The tables of an estate: their columns, what a cell may hold, and the titles under which exports know them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

__all__ = ["COLUMNS", "TABLES", "Column", "Kind", "canonical_title", "known_titles"]


class Kind(Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    TIME = "time"
    END_TIME = "end time"  # may also be 24:00
    BOOLEAN = "boolean"
    AMOUNT = "amount"
    COUNT = "count"
    DECIMAL = "decimal"
    SHARE = "share"
    WORD = "word"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: The title in English; also the name of the column in the frame.
        kind: What its cells hold.
        required: Whether the column must be there and every cell filled.
        words: The words allowed, for `Kind.WORD`.
        default: The text that an empty cell stands for.
        aliases: Other titles that mean this column.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    words: tuple[str, ...] = ()
    default: str | None = None
    aliases: tuple[str, ...] = ()


_ALIASES = {
    "person": ("人员", "人員", "人员编号", "人員編號", "员工编号", "員工編號", "工号", "工號"),
    "name": ("姓名",),
    "role": ("岗位", "崗位", "职务", "職務"),
    "area": ("区域", "區域", "片区", "片區"),
    "building": ("楼栋", "樓棟", "楼栋编号", "樓棟編號", "楼号", "樓號"),
    "unit": ("房屋", "房屋编号", "房屋編號", "房号", "房號", "户", "戶"),
    "state": ("状态", "狀態", "房屋状态", "房屋狀態", "入住状态", "入住狀態"),
    "from": ("起", "自", "开始日期", "開始日期", "起始日期", "生效日期"),
    "to": ("止", "至", "结束日期", "結束日期", "截止日期", "失效日期"),
    "fte": ("用工比例", "全职比例", "全職比例"),
    "manager": ("上级", "上級", "主管", "直属上级", "直屬上級"),
    "primary": ("主岗", "主崗", "主要岗位", "主要崗位"),
    "inspect_minutes": ("巡查分钟", "巡查分鐘", "巡楼分钟", "巡樓分鐘"),
    "contact": ("联系方式", "聯繫方式", "聯絡方式"),
    "prefer": ("方便时段", "方便時段"),
    "persons": ("上门人数", "上門人數"),
    "priority": ("优先", "優先", "优先拜访", "優先拜訪"),
    "fee": ("费用", "費用", "费用类型", "費用類型", "费项", "費項"),
    "age": ("账龄", "賬齡", "帳齡", "欠费账龄", "欠費賬齡", "欠費帳齡"),
    "amount": ("金额", "金額", "欠费金额", "欠費金額"),
    "date": ("日期", "排班日期"),
    "start": ("上班", "上班时间", "上班時間"),
    "shift": ("班次",),
    "wish": ("意愿", "意願"),
    "weight": ("权重", "權重"),
    "end": ("下班", "下班时间", "下班時間"),
    "approved": ("批准", "是否批准", "已批准"),
    "kind": ("类型", "類型", "假别", "假別", "请假类型", "請假類型"),
    "substitute": ("代班人", "替班人", "代理人"),
    "accepted_at": ("接受时间", "接受時間"),
    "source": ("来源", "來源", "数据来源", "數據來源", "資料來源"),
    "kinds": ("事件类型", "事件類型"),
    "areas": ("区域", "區域", "片区", "片區"),
    "status": ("状态", "狀態"),
    "period": ("期间", "期間", "考核期"),
    "item": ("考核项", "考核項"),
    "decision": ("决定", "決定", "处理", "處理"),
    "decided_by": ("决定人", "決定人"),
    "decided_at": ("决定时间", "決定時間"),
    "breach_id": ("违规编号", "違規編號"),
    "approver": ("批准人", "审批人", "審批人"),
    "reason": ("原因", "理由"),
    "target": ("对象", "對象"),
    "filed_at": ("申诉时间", "申訴時間"),
    "filed_by": ("申诉人", "申訴人"),
    "points": ("返还分数", "返還分數", "返还分值", "返還分值"),
}

# The end of a leave is exclusive, an ordinary 结束日期 is not: only titles that say 不含 (excluded) mean `until`.
_LEAVE_ALIASES = {
    "from": ("起", "自", "开始时间", "開始時間", "开始日期", "開始日期"),
    "until": ("止(不含)", "至(不含)", "结束时间(不含)", "結束時間(不含)", "结束日期(不含)", "結束日期(不含)"),
}

# Where a way begins and ends, not from when to when.
_WAY_ALIASES = {
    "from": ("起点", "起點", "从", "從"),
    "to": ("终点", "終點", "到"),
    "minutes": ("分钟", "分鐘", "步行分钟", "步行分鐘"),
}

# The name of a spell is no person's.
_SPELL_ALIASES = {"name": ("名称", "名稱", "事项", "事項")}


def _column(
    name: str,
    kind: Kind = Kind.TEXT,
    *,
    required: bool = False,
    words: str = "",
    default: str | None = None,
    aliases: Mapping[str, tuple[str, ...]] = _ALIASES,
) -> Column:
    return Column(name, kind, required, tuple(words.split()), default, aliases.get(name, ()))


def _key(name: str) -> Column:
    return _column(name, required=True)


_FROM = _column("from", Kind.DATE)
_TO = _column("to", Kind.DATE)

#: The columns of each table, in the order of the documentation.
TABLES: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "people": (
            _key("person"),
            _column("name"),
            _key("role"),
            _column("area"),
            _FROM,
            _TO,
            _column("fte", Kind.SHARE, default="1"),
            _column("manager"),
            _column("primary", Kind.BOOLEAN, default="no"),
        ),
        "buildings": (
            _key("building"),
            _key("area"),
            _FROM,
            _TO,
            _column("x", Kind.DECIMAL),
            _column("y", Kind.DECIMAL),
            _column("inspect_minutes", Kind.COUNT),
            _column("priority", Kind.BOOLEAN, default="no"),
        ),
        "walking": (
            _column("from", required=True, aliases=_WAY_ALIASES),
            _column("to", required=True, aliases=_WAY_ALIASES),
            _column("minutes", Kind.COUNT, required=True, aliases=_WAY_ALIASES),
        ),
        "units": (
            _key("unit"),
            _key("building"),
            _column("state", Kind.WORD, words="occupied vacant not_moved_in", default="occupied"),
            _FROM,
            _TO,
            _column("contact", Kind.WORD, words="any home phone appointment none", default="any"),
            _column("prefer", Kind.WORD, words="any daytime evening weekend", default="any"),
            _column("priority", Kind.BOOLEAN, default="no"),
            _column("persons", Kind.WORD, words="1 2", default="1"),
        ),
        "blackouts": (_key("unit"), _FROM, _TO, _column("reason")),
        "permits": (_key("unit"), _FROM, _TO),
        "arrears": (
            _key("unit"),
            _column("fee", Kind.WORD, required=True, words="property utility"),
            _column("age", Kind.WORD, required=True, words="current old"),
            _FROM,
            _TO,
            _column("amount", Kind.AMOUNT),
        ),
        "spells": (_column("name", required=True, aliases=_SPELL_ALIASES), _key("target"), _FROM, _TO),
        "roster": (
            _key("person"),
            _column("date", Kind.DATE, required=True),
            _column("start", Kind.TIME),
            _column("end", Kind.END_TIME),
        ),
        "requests": (
            _key("person"),
            _column("date", Kind.DATE, required=True),
            _column("shift"),
            _column("wish", Kind.WORD, words="on off must never", default="on"),
            _column("weight", Kind.COUNT, default="1"),
        ),
        "leave": (
            _key("person"),
            _column("from", Kind.INSTANT, required=True, aliases=_LEAVE_ALIASES),
            _column("until", Kind.INSTANT, required=True, aliases=_LEAVE_ALIASES),
            _column("approved", Kind.BOOLEAN, required=True),
            _column("kind"),
            _column("substitute"),
            _column("accepted_at", Kind.INSTANT),
        ),
        "coverage": (
            _key("source"),
            _column("kinds", Kind.LIST),
            _column("areas", Kind.LIST),
            _FROM,
            _TO,
            _column("status", Kind.WORD, required=True, words="complete partial outage"),
        ),
        "settlements": (
            _key("period"),
            _key("person"),
            _key("item"),
            _column("decision", Kind.WORD, required=True, words="assume_met exclude"),
            _key("decided_by"),
            _column("decided_at", Kind.INSTANT),
        ),
        "waivers": (
            _key("breach_id"),
            _key("approver"),
            _column("reason"),
            _column("decided_at", Kind.INSTANT),
        ),
        "appeals": (
            _key("breach_id"),
            _column("filed_at", Kind.INSTANT, required=True),
            _column("filed_by"),
            _column("decided_by"),
            _column("decided_at", Kind.INSTANT),
            _column("points"),
            _column("reason"),
            _column("approver"),
        ),
    }
)


#: What stands in the same kind of file without being part of the estate: a plan that comes back.
COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        **TABLES,
        "plan": (
            _column("at", Kind.INSTANT, required=True),
            _column("until", Kind.INSTANT),
            _key("person"),
            _key("kind"),
            _column("target"),
            _column("case"),
            _column("state", Kind.WORD, words="planned done", default="planned"),
            _column("order", Kind.COUNT),
            _column("duty", Kind.LIST),
            _column("pinned", Kind.BOOLEAN, default="no"),
        ),
    }
)


def canonical_title(title: str) -> str:
    """Returns a column title as it is compared: lower case, half-width brackets, `_` for inner blanks."""
    half_width = title.strip().lower().replace("（", "(").replace("）", ")")
    return re.sub(r"\s+", "_", half_width)


def known_titles(table: str) -> Mapping[str, Column]:
    """Returns every title, canonical or alias, under which a column of the table may stand."""
    return {title: column for column in COLUMNS[table] for title in (column.name, *column.aliases)}
