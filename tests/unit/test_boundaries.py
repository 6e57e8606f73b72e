# ruff: noqa: E501  # books, and the tests in them, have long lines
"""Which tests hold a case exactly at the edge of a figure, and which one just beyond."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dutyrules.workshop import run_book_tests

BOOK = """\
book: tiny
source: {id: T}
roles: {guard: {}}
parameters:
  rounds: {type: integer, default: 3, clause: 2}
  answer_within: {type: duration, suggest: 1 days, clause: 3}
events:
  gate.opened: {}
  round.made: {target: building}
  alarm.rung: {case: true, person: any, attributes: {due_at: instant}}
  alarm.answered: {case: true}
  book.filled: {attributes: {blank_cells: integer, lines: integer}}
  report.sent: {}
  call.made: {}
  drill.marked: {case: true, value: mark}
populations: {buildings: {table: buildings}}
duties:
  DUTY
tests:
"""

DAY = "month: 2026-10, person: {id: wu, area: A, from: 2026-10-30, to: 2026-10-30}, populations: {buildings: [b1..b9]}"
MONTH = "month: 2026-10, person: {id: wu, area: A}"

Look = Callable[..., dict[str, str]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Field and value of each edge → what the tests show of it."""

    def look_at(duty: str, *tests: str, given: str = DAY) -> dict[str, str]:
        lines = [
            f"  - {{name: t{number}, clause: 1, given: {{{given}, {test.partition(' => ')[0]}}}, expect: {{d: {test.partition(' => ')[2]}}}}}\n"
            for number, test in enumerate(tests)
        ]
        path = tmp_path / "tiny.yaml"
        path.write_text(BOOK.replace("DUTY", f"d: {{clause: 1, {duty}}}") + "".join(lines), "utf-8")
        report = run_book_tests(path)
        assert report.passed, report.as_text()
        return {f"{one.edge.field} {one.edge.value}": one.state for one in report.coverage.boundaries}

    return look_at


def at(*instants: str, kind: str = "gate.opened", more: str = "") -> str:
    """Rows of a log on the 30th, or on a day of October that is named."""
    rows = [f"{{at: 2026-{one if '-' in one else f'10-30 {one}'}, kind: {kind}{more}}}" for one in instants]
    return f"events: [{', '.join(rows)}]"


LATE, EARLY, MISSING, SHORT = (f"{{breached: {{reason: {word}}}}}" for word in ("late", "early", "missing", "short"))
GATE = "check: attendance, event: gate.opened"


def test_a_time_is_met_in_its_minute_and_breached_in_the_next(look: Look) -> None:
    duty = f"{GATE}, by: 07:55"
    assert look(duty, f"{at('07:55:59')} => met", f"{at('07:56')} => {LATE}") == {"by 07:55": "covered"}
    assert look(duty, f"{at('07:54:59')} => met", f"{at('07:56:59')} => {LATE}") == {"by 07:55": "breached only"}
    assert look(duty, f"{at('07:55')} => met", f"{at('07:57')} => {LATE}") == {"by 07:55": "met only"}
    assert look(duty, f"{at('07:00')} => met", f"{at('09:00')} => {LATE}") == {"by 07:55": "not shown"}


def test_strictly_before_a_time(look: Look) -> None:
    duty = f"{GATE}, before: 08:00"
    assert look(duty, f"{at('07:59:59')} => met", f"{at('08:00')} => {LATE}") == {"before 08:00": "covered"}


def test_the_edges_of_the_shift_and_of_being_late(look: Look) -> None:
    duty = f"{GATE}, from: 'shift.start - 15 minutes', by: shift.start, late_until: 12:00"
    given = DAY.replace("to: 2026-10-30", "to: 2026-10-30, shift: [08:00, 17:00]")
    tests = (
        f"{at('07:45')} => met",
        f"{at('07:44:59')} => {EARLY}",
        f"{at('08:00')} => met",
        f"{at('08:01')} => {LATE}",
    )
    found = look(duty, *tests, f"{at('12:00:59')} => {LATE}", f"{at('12:01')} => {MISSING}", given=given)
    edges = ["from shift.start - 15 minutes", "by shift.start", "late_until 12:00"]
    assert found == dict.fromkeys(edges, "covered")


ROUNDS = "check: quota, event: round.made, distinct: target, per: workday"


def rounds(targets: str, time: str = "09:00") -> str:
    return at(time, kind="round.made", more=f", target: {targets}")


def test_a_count_has_an_edge_for_each_of_its_values(look: Look) -> None:
    duty = f"{ROUNDS}, at_least: {{default: 5, areas: {{A: 2}}}}"
    found = look(duty, f"{rounds('[b1, b2]')} => met", f"{rounds('b1')} => {SHORT}")
    assert found == {"at_least 2": "covered", "at_least 5": "not shown"}


def test_a_count_that_is_capped_is_not_the_figure(look: Look) -> None:
    duty = f"{ROUNDS}, at_least: 5, cap: buildings"
    given = DAY.replace("b1..b9", "b1..b3")
    assert look(duty, f"{rounds('b1..b3')} => met", f"{rounds('b1..b2')} => {SHORT}", given=given) == {
        "at_least 5": "not shown"
    }


def test_at_most(look: Look) -> None:
    over = "{breached: {reason: over}}"
    duty = f"{ROUNDS}, at_most: 2"
    assert look(duty, f"{rounds('b1..b2')} => met", f"{rounds('b1..b3')} => {over}") == {"at_most 2": "covered"}
    assert look(duty, f"{rounds('b1')} => met", f"{rounds('b1..b4')} => {over}") == {"at_most 2": "not shown"}


def test_a_default_is_tried_by_tests_that_do_not_bind_it(look: Look) -> None:
    duty = f"{ROUNDS}, at_least: $rounds"
    bound = [f"bind: {{rounds: 2}}, {rounds('b1..b2')} => met", f"bind: {{rounds: 2}}, {rounds('b1')} => {SHORT}"]
    assert look(duty, *bound) == {"at_least 3": "not shown"}
    assert look(duty, *bound, f"{rounds('b1..b3')} => met", f"{rounds('b1..b2')} => {SHORT}") == {
        "at_least 3": "covered"
    }


def test_windows_of_a_quota(look: Look) -> None:
    duty = f"{ROUNDS}, windows: [[09:00, 10:00]]"
    inside = [f"{rounds('b1', '09:00')} => met", f"{rounds('b1', '09:59:59')} => met"]
    outside = [f"{rounds('b1', '08:59:59')} => {MISSING}", f"{rounds('b1', '10:00')} => {MISSING}"]
    assert look(duty, *inside, *outside) == {"windows.1.start 09:00": "covered", "windows.1.end 10:00": "covered"}
    assert look(duty, inside[0], outside[1]) == {
        "windows.1.start 09:00": "met only",
        "windows.1.end 10:00": "breached only",
    }


def test_days_of_a_quota(look: Look) -> None:
    duty = "check: quota, event: gate.opened, per: month, days: [15, 21], prorate: none"
    tests = [
        f"{at('10-15 23:59')} => met",
        f"{at('10-14 23:59')} => {MISSING}",
        f"{at('10-21 00:00')} => met",
        f"{at('10-23 00:00')} => {MISSING}",
    ]
    assert look(duty, *tests, given=MONTH) == {"days.first 15": "covered", "days.last 21": "met only"}


def test_a_due_day_has_the_whole_day_for_an_edge(look: Look) -> None:
    duty = "check: deadline, event: report.sent, per: month, due: {day: 20}"
    tests = [f"{at('10-20 08:00', kind='report.sent')} => met", f"{at('10-21 17:00', kind='report.sent')} => {LATE}"]
    assert look(duty, *tests, given=MONTH) == {"due day 20": "covered"}


def test_what_the_horizon_hides_is_read_in_the_log(look: Look) -> None:
    duty = "check: deadline, event: report.sent, per: month, due: {day: 31}, roll: none"
    tests = [f"{at('10-31 08:00', kind='report.sent')} => met", f"{at('11-01 17:00', kind='report.sent')} => {MISSING}"]
    assert look(duty, *tests, given=MONTH) == {"due day 31": "covered"}


def alarm(rung: str, answered: str) -> str:
    case = f"{{at: 2026-10-{rung}, kind: alarm.rung, case: C}}"
    return f"events: [{case}, {{at: 2026-10-{answered}, kind: alarm.answered, case: C}}]"


RESPONSE = "check: response, trigger: alarm.rung, follow_up: alarm.answered, owed_by: role"


def test_a_stretch_of_hours_ends_in_a_minute_one_of_days_with_a_day(look: Look) -> None:
    tests = [f"{alarm('12 10:00', '13 10:00:59')} => met", f"{alarm('12 10:00', '13 10:01')} => {LATE}"]
    assert look(f"{RESPONSE}, within: 24 hours", *tests, given=MONTH) == {"within.0 24 hours": "covered"}
    tests = [f"{alarm('12 10:00', '14 09:00')} => met", f"{alarm('12 10:00', '15 20:00')} => {LATE}"]
    assert look(f"{RESPONSE}, within: 2 days", *tests, given=MONTH) == {"within.0 2 days": "covered"}


def test_a_figure_without_a_value_is_tried_under_any(look: Look) -> None:
    tests = [f"bind: {{answer_within: 2 days}}, {alarm('12 10:00', '14 09:00')} => met"]
    late = f"bind: {{answer_within: same_day}}, {alarm('12 10:00', '13 20:00')} => {LATE}"
    duty = f"{RESPONSE}, within: $answer_within"
    assert look(duty, *tests, given=MONTH) == {"within.0 $answer_within": "met only"}
    assert look(duty, *tests, late, given=MONTH) == {"within.0 $answer_within": "covered"}


def test_of_several_limits_the_one_that_holds_is_tried(look: Look) -> None:
    duty = f"{RESPONSE}, within: [case.due_at, {{same_day: 17:00}}]"
    due = alarm("12 10:00", "12 17:00").replace("case: C}", "case: C, due_at: 2026-10-12 17:00}", 1)
    assert look(duty, f"{alarm('12 10:00', '12 17:00')} => met", given=MONTH) == {"within.1.same_day 17:00": "met only"}
    assert look(duty, f"{due} => met", given=MONTH) == {"within.1.same_day 17:00": "not shown"}


RECORD = "check: record, of: book.filled"
INCOMPLETE = "{breached: {reason: incomplete}}"


def filled(more: str) -> str:
    return at("10:00", kind="book.filled", more=f", {more}")


def test_what_a_record_holds(look: Look) -> None:
    tests = [f"{filled('blank_cells: 1')} => met", f"{filled('blank_cells: 2')} => {INCOMPLETE}"]
    assert look(f"{RECORD}, blanks: 1", *tests) == {"blanks 1": "covered"}
    tests = [f"{filled('lines: 14')} => met", f"{filled('lines: 12')} => {INCOMPLETE}"]
    least = "{share: 2/3, of: 20}"
    found = look(f"{RECORD}, filled: {{field: lines, at_least: {least}}}", *tests)
    assert found == {"filled.at_least.share 2/3": "met only", "filled.at_least.of 20": "met only"}


OUTSIDE = "{breached: {reason: outside}}"


def calls(*instants: str) -> str:
    return at(*instants, kind="call.made")


def test_closed_hours_and_days(look: Look) -> None:
    duty = "check: window, event: call.made, forbidden: [[21:00, 24:00], [00:00, 09:00]]"
    tests = [
        f"{calls('20:59:59', '09:00')} => met",
        f"{calls('21:00')} => {OUTSIDE}",
        f"{calls('08:58:59')} => {OUTSIDE}",
    ]
    # nothing opens or closes at midnight
    assert look(duty, *tests) == {"forbidden.1.start 21:00": "covered", "forbidden.2.end 09:00": "met only"}
    duty = "check: window, event: call.made, forbidden_weekdays: [friday]"
    assert look(duty, f"{calls('10:00')} => {OUTSIDE}") == {"forbidden_weekdays friday": "breached only"}


def test_open_hours(look: Look) -> None:
    duty = "check: window, event: call.made, allowed: [[09:00, 21:00]]"
    tests = [
        f"{calls('09:00', '20:59:59')} => met",
        f"{calls('08:59:59')} => {OUTSIDE}",
        f"{calls('21:00')} => {OUTSIDE}",
    ]
    assert look(duty, *tests) == {"allowed.1.start 09:00": "covered", "allowed.1.end 21:00": "covered"}


def test_a_mark_is_missed_by_a_mark_at_most(look: Look) -> None:
    duty = "check: metric, event: drill.marked, value: mean, of_each: case, at_least: 60"

    def drill(mark: str) -> str:
        return at("10:00", kind="drill.marked", more=f", case: C, value: {mark}")

    assert look(duty, f"{drill('60')} => met", f"{drill('59')} => {SHORT}") == {"at_least 60": "covered"}
    assert look(duty, f"{drill('61')} => met", f"{drill('58.9')} => {SHORT}") == {"at_least 60": "not shown"}


def test_a_rate_is_missed_by_a_percentage_point_at_most(look: Look) -> None:
    duty = "check: rate, num: {event: book.filled, where: {outcome: done}}, den: book.filled, per: month, at_least: 4/5"

    def rate(done: int, of: int) -> str:
        rows = [
            f"{{at: 2026-10-12 10:00:{one:02}, kind: book.filled, outcome: {'done' if one < done else 'refused'}}}"
            for one in range(of)
        ]
        return f"events: [{', '.join(rows)}]"

    assert look(duty, f"{rate(4, 5)} => met", f"{rate(3, 4)} => {SHORT}", given=MONTH) == {"at_least 4/5": "met only"}
    assert look(duty, f"{rate(8, 10)} => met", f"{rate(39, 49)} => {SHORT}", given=MONTH) == {"at_least 4/5": "covered"}


def test_what_no_verdict_shows_is_said_to_be_so(look: Look) -> None:
    duty = f"{RESPONSE.replace('alarm.rung', '{event: alarm.rung, window: [08:00, 12:00]}')}, within: same_day"
    found = look(duty, f"{alarm('12 08:00', '12 12:00')} => met", given=MONTH)
    assert found == {"trigger.window [08:00, 12:00]": "not shown", "within.0 same_day": "met only"}


def test_a_test_that_fails_shows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    book = BOOK.replace("DUTY", f"d: {{clause: 1, {GATE}, by: 07:55}}")
    path.write_text(
        book
        + f"  - {{name: t, clause: 1, given: {{{DAY}, {at('07:55')}}}, expect: {{d: missed}}}}\n".replace(
            "missed", LATE
        ),
        "utf-8",
    )
    report = run_book_tests(path)
    assert not report.passed
    assert [one.state for one in report.coverage.boundaries] == ["not shown"]
    lines = report.as_text().splitlines()
    assert lines[-2:] == [
        "  figures met at their edge and breached just beyond: 0 of 1 (0 %)",
        "    not shown: d by 07:55",
    ]
    found = report.as_json()["coverage"]
    assert isinstance(found, dict)
    edge = {"duty": "d", "field": "by", "value": "07:55", "met": None, "breached": None, "visible": True}
    assert found["boundaries"] == {"hit": 0, "of": 1, "percent": "0", "edges": [edge]}
