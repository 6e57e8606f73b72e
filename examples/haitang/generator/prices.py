"""What the two scorecards of the estate charge, as a plain table, and the arithmetic on paper that goes with it.

This is written down a second time on purpose: the expected scores must not come from the engine or from its books.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from generator.intent import Breach, Finding


@dataclass(frozen=True, slots=True)
class Line:
    """A deduction line; exactly one of `each`, `once`, `per_missing` and `every` is given.

    Attributes:
        charges: `duty.reason` of the breaches that it charges.
        every: Breaches per step, with `points`.
        none_done: Only if the duty was never done.
        only_if_met: Findings do not count on a day with a breach of this duty.
        per_case: Breaches of one case count once.
        aggravated: Only breaches of these cases.
    """

    clause: str
    charges: tuple[str, ...] = ()
    each: str = ""
    once: str = ""
    per_missing: str = ""
    every: int = 0
    points: str = ""
    none_done: bool = False
    only_if_met: str = ""
    per_case: bool = False
    aggravated: frozenset[str] | None = None

    def cost(self, times: Decimal) -> Decimal:
        if self.every:
            return times // self.every * Decimal(self.points)
        if self.once:
            return Decimal(self.once) if times else Decimal(0)
        return times * Decimal(self.each or self.per_missing)


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    clause: str
    marks: int
    lines: tuple[Line, ...]


def _all(duties: str, reasons: str) -> tuple[str, ...]:
    return tuple(f"{duty}.{reason}" for duty in duties.split() for reason in reasons.split())


_PRESENCE = "attend_project_meeting attend_department_meeting arrive_at_office attend_fee_summary"
_MONTHLY = "hand_in_vacant_record hand_in_renovation_record report_vacant_plan mail_repair_table"
BUTLER_MONTH = (
    Item("attendance", "HT-1", 15, (
        Line("HT-1.1", _all(_PRESENCE, "late"), each="0.5"),
        Line("HT-1.2", _all(_PRESENCE, "missing"), each="2"),
        Line("HT-1.3", _all("report_day_plan", "missing late incomplete"), every=2, points="1"),
    )),
    Item("patrol", "HT-2", 15, (
        Line("HT-2.1", _all("patrol_buildings", "missing short"), per_missing="0.5"),
        Line("HT-2.2", _all("list_tomorrows_buildings", "disordered"), every=2, points="1"),
        Line("HT-2.3", _all("patrol_perimeter", "missing"), once="10", none_done=True),
        Line("HT-2.4", _all("patrol_perimeter", "missing"), each="0.5"),
        Line("HT-2.5", _all("inspect_renovations", "missing short"), per_missing="0.5"),
        Line("HT-2.6", _all("inspect_vacant_units", "missing short"), per_missing="0.5"),
        Line("HT-2.7", each="1"),
    )),
    Item("fees", "HT-3", 15, (
        Line("HT-3.1", _all("chase_current", "missing short"), per_missing="0.2"),
        Line("HT-3.2", _all("chase_old", "missing short"), per_missing="0.5"),
        Line("HT-3.3", _all("chase_utility", "missing short"), per_missing="0.2"),
        Line("HT-3.4", _all("record_legal_cases", "missing late"), once="3"),
        Line("HT-3.5", _all("update_utility_list", "missing late"), each="2"),
        Line("HT-3.6", each="2"),
    )),
    Item("forms", "HT-4", 15, (
        Line("HT-4.1", _all("three_tables_reported", "missing short late"), each="1"),
        Line("HT-4.2", _all(
            "cleaning_record cleaning_record_no_blank cleaning_record_filled repair_table_filled "
            "vacant_record_kept renovation_record_kept", "incomplete"), each="0.5"),
        Line("HT-4.3", _all("tables_signed", "unsigned"), each="1"),
        Line("HT-4.4", _all(_MONTHLY, "missing"), each="2"),
        Line("HT-4.5", _all(_MONTHLY, "late"), each="1"),
        Line("HT-4.6", _all("report_pictures", "missing late")
             + _all("report_recheck_pictures", "missing late incomplete"), each="0.5"),
        Line("HT-4.7", _all("summary_reported", "missing late incomplete"), each="1"),
        Line("HT-4.8", _all("keep_vacant_register keep_renovation_table", "missing late"), each="1"),
    )),
    Item("cases", "HT-5", 15, (
        Line("HT-5.1", _all(
            "settle_morning_problems settle_perimeter_problems record_perimeter_problems", "missing late"), each="1"),
        Line("HT-5.2", _all("rectified_in_time", "missing late") + _all("recheck_morning_problems", "missing late"),
             each="1", per_case=True),
        Line("HT-5.3", _all("process_repairs", "missing late"), each="2"),
        Line("HT-5.4", _all("call_back_owner", "missing late"), each="1"),
        Line("HT-5.5", _all("repair_file_current", "missing late"), once="2"),
    )),
    Item("conduct", "HT-6", 10, (
        Line("HT-6.1", each="2"),
        Line("HT-6.2", each="1"),
        Line("HT-6.3", once="5"),
    )),
    Item("visits", "HT-7", 15, (
        Line("HT-7.1", _all("home_visits_month home_visits_quarter", "missing short"), per_missing="0.2"),
        Line("HT-7.2", _all("contact_households phone_not_moved_in", "missing short"), per_missing="0.2"),
        Line("HT-7.3", _all("write_down_visits", "incomplete"), each="0.5"),
        Line("HT-7.4", _all(
            "call_again_as_agreed call_after_entrusted_matter condole visit_after_complaint", "missing late"),
            each="1"),
        Line("HT-7.5", _all("answer_questions answer_urgent_problems answer_ordinary_problems", "missing late"),
             each="1"),
        Line("HT-7.6", each="0.5"),
    )),
)  # fmt: skip

#: Complaints that got worse.
WORSENED = frozenset({"TS-02", "TS-03"})
DIRECTOR_MONTH = (
    Item("1", "D4-3.1", 6, (Line("D4-3.1.1", each="2"), Line("D4-3.1.2", each="2"), Line("D4-3.1.3", each="1"))),
    Item("2", "D4-3.2", 6, (
        Line("D4-3.2.1", ("check_desks.missing",), once="4"),
        Line("D4-3.2.2", each="1", only_if_met="check_desks"),
    )),
    Item("3", "D4-3.3", 7, (
        Line("D4-3.3.1", ("check_attendance.missing",), once="4"),
        Line("D4-3.3.2", _all("check_attendance", "late early"), each="1"),
        Line("D4-3.3.3", _all("educate_habitual", "missing late"), each="2"),
        Line("D4-3.3.4", _all("sanction_attendance_breach record_staff_breach", "missing"), each="2", per_case=True),
    )),
    Item("4", "D4-3.4", 7, (
        Line("D4-3.4.1", ("read_complaints.missing",), once="4"),
        Line("D4-3.4.2", ("sign_complaint_opinion.unsigned",), each="2"),
        Line("D4-3.4.3", every=2, points="2"),
    )),
    Item("5", "D4-3.5", 8, (
        Line("D4-3.5.1", ("check_posts.missing",), once="6", none_done=True),
        Line("D4-3.5.2", ("check_posts.missing",), each="3"),
        Line("D4-3.5.3", each="2"),
        Line("D4-3.5.4", ("sanction_other_breach.missing",), each="3"),
        Line("D4-3.5.5", each="2"),
    )),
    Item("6", "D4-3.6", 8, (
        Line("D4-3.6.1", _all("handle_escalated", "missing late"), each="2"),
        Line("D4-3.6.2", each="1"),
        Line("D4-3.6.3", _all("report_major", "missing late"), each="2", aggravated=WORSENED),
    )),
    Item("7", "D4-3.7", 7, (Line("D4-3.7.1", each="2"), Line("D4-3.7.2", each="1"), Line("D4-3.7.3", each="1"))),
    Item("8", "D4-3.8", 6, (
        Line("D4-3.8.1", ("do_leader_task.missing",), once="4"),
        Line("D4-3.8.2", ("do_leader_task.late",), each="1"),
        Line("D4-3.8.3", each="1"),
    )),
    Item("9", "D4-3.9", 5, (
        Line("D4-3.9.1", _all("tidy_desk", "missing late"), once="2"),
        Line("D4-3.9.2", each="1", only_if_met="tidy_desk"),
    )),
    Item("10", "D4-3.10", 7, (
        Line("D4-3.10.1", ("meeting_in_its_slot.late",), once="4"),
        Line("D4-3.10.2", ("hold_weekly_meeting.missing",), each="2"),
        Line("D4-3.10.3", once="2"),
    )),
    Item("11", "D4-3.11", 7, (
        Line("D4-3.11.1", ("make_training_plan.missing",), each="2"),
        Line("D4-3.11.2", _all("hold_trainings", "missing short"), per_missing="2"),
        Line("D4-3.11.3", _all("summarise_training", "missing late"), each="1"),
        Line("D4-3.11.4", ("training_average.short",), each="1"),
    )),
    Item("12", "D4-3.12", 6, (
        Line("D4-3.12.1", ("report_indicators.missing",), once="3"),
        Line("D4-3.12.2", ("report_indicators.late",), each="1"),
        Line("D4-3.12.3", ("complete_indicators.incomplete",), each="1"),
    )),
    Item("13", "D4-3.13", 6, (
        Line("D4-3.13.1", ("half_year_plan.missing",), once="2"),
        Line("D4-3.13.2", ("half_year_plan.late", *_all("half_year_summary", "late missing")), each="1"),
    )),
)  # fmt: skip
SCORECARDS = {"area_butler": BUTLER_MONTH, "service_centre_director": DIRECTOR_MONTH}

#: Fines of the butlers, in yuan for each.
FINES = (
    Line("D0-1.K1", _all("attend_project_meeting", "missing late"), each="10"),
    Line("D0-1.K2", ("grooming.found",), each="10"),
)
#: Lines that name the same breaches: the dearer of the two ways of sharing them counts.
_SHARED = (("HT-2.3", "HT-2.4"), ("D4-3.5.1", "D4-3.5.2"))


def charge(
    lines: Iterable[Line], breaches: list[Breach], findings: list[Finding], never_done: frozenset[str]
) -> dict[str, Decimal]:
    """Prices the lines of one sheet.

    Args:
        lines: The lines.
        breaches: Those of the person.
        findings: Those of the person.
        never_done: Duties that the person never did in the month.
    """
    points = {}
    by_clause = {line.clause: line for line in lines}
    for clause, line in by_clause.items():
        mine = [breach for breach in breaches if f"{breach.duty}.{breach.reason}" in line.charges and not breach.should]
        if line.none_done:
            mine = [breach for breach in mine if breach.duty in never_done]
        if line.aggravated is not None:
            mine = [breach for breach in mine if breach.case in line.aggravated]
        points[clause] = line.cost(_times(line, mine, findings, breaches))
    for dear, plain in _SHARED:
        if dear in points and points[dear] and points[plain]:  # all breaches are shared: one of the two counts
            points[plain if points[dear] >= points[plain] else dear] = Decimal(0)
    return points


def _times(line: Line, mine: list[Breach], findings: list[Finding], breaches: list[Breach]) -> Decimal:
    logged: Counter[date] = Counter()
    seen = set()
    for breach in sorted(mine, key=lambda breach: breach.day):
        if line.per_case and breach.case in seen:
            continue
        seen.add(breach.case)
        logged[breach.day] += breach.lacking if line.per_missing else 1
    found: dict[date, Decimal] = defaultdict(Decimal)
    for finding in findings:
        spoilt = any(breach.duty == line.only_if_met and breach.day == finding.day for breach in breaches)
        if finding.clause == line.clause and not spoilt:
            found[finding.day] += finding.value
    days = {*logged, *found}
    return sum((max(Decimal(logged[day]), found[day]) for day in days), Decimal(0))


def percent(score: Decimal, marks: int) -> Decimal:
    return (score / marks * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
