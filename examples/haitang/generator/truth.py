"""The truth table: what the plants mean to show, priced by hand, as a YAML file."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from generator import prices
from generator.days import MONTH
from generator.intent import Breach, Intent
from generator.log import Log
from generator.world import ACTING, PATCH, POSTS, UNCOVERED

#: Items that nothing assesses: HR forgot b11, and item 7 of the director.
_UNINSPECTED = {("b11", "conduct"), ("dir", "7")}
#: The item with the outage, settled by the project manager in settlements.csv.
SETTLED = {("b08", "patrol"): "assume_met"}
#: Duties that a person never did.
_NEVER_DONE = {"b05": frozenset({"patrol_perimeter"})}
_HEADER = """\
# What examples/haitang shows in October 2026: written by examples/haitang/generate.py from the intent of its plants,
# never from the output of an engine. Do not edit; change the plants and run the generator.
#
# breaches: all of them and no others. `day`: the day on which the obligation falls due. `period`: the label of duties
# per workday, week or month; missing for triggered ones (response, precedence, record of, metric). `expected`,
# `actual`: only where docs/semantics.md says what they are; an expected time is the named instant of the limit, so
# 11:59 for `before: 12:00`.
# `charged`: the lines and fines that name the breach (empty: listed as uncharged); `costs: false`: a should or a may.
# sheets: points by line (lines without points are left out), items, totals. `incomplete_items`: why a range remains.
"""


def as_text(intent: Intent, log: Log, seed: int) -> str:
    """The truth table."""
    parts = [
        _HEADER,
        _block("month", MONTH),
        f"seed: {seed}\n",
        _list("plants", ({"plant": name, "story": story} for name, story in intent.stories.items())),
        _list("breaches", (_shown(each) for each in sorted(intent.breaches, key=_order))),
        _list("excused", (_shown(each) for each in sorted(intent.excused, key=_order))),
        _list("not_assessed", intent.not_assessed),
        _list("uncovered", ({"person": person, "day": day.isoformat()} for person, day in UNCOVERED)),
        _list("acting", (_acting(*who, patch) for who, patch in ACTING.items())),
        _sheets(intent),
        _list("rejects", _rejects(log)),
        f"collapsed_copies: {intent.copies}\n",
        f"equal_rows_within_a_file: {intent.repeats}\n",
        f"revision_conflicts: {intent.conflicts}\n",
        f"rows_recorded_too_late: {intent.late_rows}\n",
        _list("rows", ({"file": _path(file), "rows": len(log.of_file(file))} for file in log.files())),
    ]
    return "".join(parts)


def _acting(person: str, day: date, patch: str) -> Mapping[str, object]:
    return {"person": person, "day": day.isoformat(), "area": PATCH[patch].area}


def _order(breach: Breach) -> tuple[str, ...]:
    where = (breach.area, breach.target, breach.case, str(breach.slot))
    return (breach.person, breach.day.isoformat(), breach.duty, *where)


def _shown(breach: Breach) -> Mapping[str, object]:
    cells: dict[str, object] = {
        "person": breach.person,
        "role": breach.role,
        "area": breach.area,
        "duty": breach.duty,
        "day": breach.day.isoformat(),
        "period": breach.period,
        "reason": breach.reason,
        "expected": _figure(breach, breach.expected, ":00"),
        "actual": _figure(breach, breach.actual, ""),
        "target": breach.target,
        "case": breach.case,
        "slot": breach.slot or "",
        "why": breach.why,
    }
    cells = {name: value for name, value in cells.items() if value != ""}
    if not breach.why:
        cells["charged"] = _charged(breach)
    if breach.should:
        cells["costs"] = False
    return cells | {"plant": breach.plant}


def _figure(breach: Breach, text: str, seconds: str) -> str:
    """Times as instants, other figures as they are."""
    return f"{breach.day} {text}{seconds}" if ":" in text else text


def _charged(breach: Breach) -> list[str]:
    items = prices.SCORECARDS.get(breach.role, ())
    lines = [line for item in items for line in item.lines]
    if breach.role == "area_butler":
        lines += prices.FINES
    return [line.clause for line in lines if f"{breach.duty}.{breach.reason}" in line.charges]


def _sheets(intent: Intent) -> str:
    sheets = []
    for person, role in dict.fromkeys((post.person, post.role) for post in POSTS):
        sheets.append(_sheet(intent, person, role))
    return _list("sheets", sheets)


def _sheet(intent: Intent, person: str, role: str) -> Mapping[str, object]:
    sheet: dict[str, object] = {"person": person, "role": role}
    breaches = [breach for breach in intent.breaches if breach.person == person and breach.role == role]
    findings = [finding for finding in intent.findings if finding.person == person]
    fines = Decimal(0)
    if role == "area_butler":
        # A finding on the clause of a fine feeds it as a breach does.
        fines = sum(prices.charge(prices.FINES, breaches, findings, frozenset()).values(), Decimal(0))
    if role not in prices.SCORECARDS:
        return sheet | {"score": None}
    lines: dict[str, str] = {}
    items: dict[str, object] = {}
    score = score_max = Decimal(0)
    assessed = marks = 0
    unclear = []
    for item in prices.SCORECARDS[role]:
        points = prices.charge(item.lines, breaches, findings, _NEVER_DONE.get(person, frozenset()))
        lines |= {clause: _number(cost) for clause, cost in points.items() if cost}
        deducted = sum(points.values(), Decimal(0))
        left = max(Decimal(0), item.marks - deducted)
        items[item.key] = {"marks": item.marks, "deducted": _number(deducted), "score": _number(left)}
        marks += item.marks
        score_max += left
        if (person, item.key) in _UNINSPECTED:
            unclear.append(item.key)
        else:
            score += left
            assessed += item.marks
    bonus = sum(intent.bonus.values(), Decimal(0)) if person == "dir" else Decimal(0)
    complete = not unclear
    sheet |= {
        "marks": marks,
        "score": _number(score + bonus),
        "assessed_marks": assessed,
        "score_min": _number(score + bonus),
        "score_max": _number(score_max + bonus),
        "complete": complete,
        "incomplete_items": unclear,
        "percent": str(prices.percent(score + bonus, marks)) if complete else None,
        "bonus": _number(bonus),
        "fines": _number(fines),
        "lines": lines,
        "items": items,
    }
    return sheet


def _rejects(log: Log) -> Iterable[Mapping[str, object]]:
    for file in log.files():
        for number, row in enumerate(log.of_file(file), start=2):  # the header is row 1
            if row.bad:
                yield {"file": _path(file), "row": number, "column": row.bad}


def _path(file: str) -> str:
    return file if file.startswith("exports/") else f"logs/{file}.csv"


def _number(value: Decimal) -> str:
    """A decimal without trailing zeros or exponent."""
    return f"{value.normalize():f}"


def _list(name: str, entries: Iterable[Mapping[str, object]]) -> str:
    lines = [f"  - {json.dumps(dict(entry), ensure_ascii=False)}\n" for entry in entries]
    return f"{name}:\n{''.join(lines)}"


def _block(name: str, value: str) -> str:
    return f"{name}: {json.dumps(value)}\n"
