"""The JSON of a plan: the public interface for other systems (`schema_version` 1)."""

import json
from typing import Any

from dutyrules.plan import Balance, Gaps, Load, Measure, Move, Plan, Relaxation, Shortfall, Task
from dutyrules.plan.waivers import proven
from dutyrules.report.document import SCHEMA_VERSION


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as plain values; fractions are strings."""
    return {
        "schema_version": SCHEMA_VERSION,
        "plan": plan.name,
        "period": plan.period,
        "estate": plan.estate,
        "start": plan.start.isoformat(),
        "status": plan.status.value,
        "complete": plan.complete,
        "provenance": dict(plan.provenance),
        "duties": list(plan.duties),
        "shortfall": plan.shortfall,
        "least_shortfall": plan.least_shortfall,
        "measures": [_measure(one) for one in plan.measures],
        "gaps": None if plan.gaps is None else _gaps(plan.gaps),
        "shortfalls": [_shortfall(plan, one) for one in plan.shortfalls],
        "relaxations": [_relaxation(one) for one in plan.relaxations],
        "balance": None if plan.balance is None else _balance(plan.balance),
        "unplanned": [{"who": one.who, "reason": one.reason} for one in plan.unplanned],
        "moves": [move_document(one) for one in plan.moves],
        "tasks": [task_document(task) for task in plan.tasks],
    }


def plan_json(plan: Plan) -> str:
    """The plan as JSON text, the same on every run."""
    return json.dumps(plan_document(plan), ensure_ascii=False, indent=2) + "\n"


def _measure(one: Measure) -> dict[str, Any]:
    return {
        "measure": one.name,
        "unit": one.unit,
        "value": one.value,
        "bound": one.bound,
        "gap": None if one.gap is None else str(one.gap),
    }


def _gaps(one: Gaps) -> dict[str, Any]:
    histogram = [{"days": days, "times": times} for days, times in one.times]
    return {"mean": None if one.mean is None else str(one.mean), "histogram": histogram}


def _shortfall(plan: Plan, one: Shortfall) -> dict[str, Any]:
    causes = [{"message": cause.message, "numbers": dict(cause.numbers)} for cause in one.causes]
    found = shortfall_document(one)
    missing = found.pop("missing")
    return found | {"proven": proven(plan, one), "causes": causes, "missing": missing}


def _relaxation(one: Relaxation) -> dict[str, Any]:
    changes = [
        {
            "lever": change.lever.value,
            "number": change.number,
            "price": change.price,
            "person": change.person,
            "kind": change.kind,
            "day": None if change.day is None else change.day.isoformat(),
            "unit": change.unit,
            "breach_id": change.breach_id,
            "duty": change.duty,
            "post": change.post,
            "period": change.period,
            "expected": change.expected,
            "less": change.less,
        }
        for change in one.changes
    ]
    return {
        "persons": list(one.persons),
        "breach_ids": list(one.breach_ids),
        "price": one.price,
        "least": one.least,
        "changes": changes,
    }


def _balance(one: Balance) -> dict[str, Any]:
    handovers = [
        {
            "building": each.building,
            "before": each.before,
            "after": each.after,
            "households": each.households,
            "minutes": each.minutes,
        }
        for each in one.handovers
    ]
    loads = {name: [_load(load) for load in found] for name, found in (("before", one.before), ("after", one.after))}
    return {"even": one.even, "proven": one.proven, "handovers": handovers, **loads}


def _load(one: Load) -> dict[str, Any]:
    return {"person": one.person, "visits": one.visits, "minutes": one.minutes, "workdays": one.workdays}


def shortfall_document(one: Shortfall) -> dict[str, Any]:
    """What is missed, without what is known about why."""
    return {
        "breach_id": one.breach_id,
        "duty": one.duty,
        "clause": list(one.clause),
        "post": one.post,
        "period": one.period,
        "day": one.day.isoformat(),
        "reason": one.reason,
        "expected": one.expected,
        "actual": one.actual,
        "number": one.number,
        "missing": list(one.missing),
    }


def move_document(move: Move) -> dict[str, Any]:
    """What became of a task."""
    return {
        "change": move.change,
        "reason": move.reason,
        "before": None if move.before is None else task_document(move.before),
        "after": None if move.after is None else task_document(move.after),
    }


def task_document(task: Task) -> dict[str, Any]:
    """A task as a row, with what it is for."""
    return {
        "at": task.at.isoformat(sep=" "),
        "until": task.until.isoformat(sep=" "),
        "person": task.person,
        "kind": task.kind,
        "target": task.target,
        "case": task.case,
        "state": "planned",
        "attributes": dict(sorted(task.attributes.items())),
        "order": task.order,
        "duties": list(task.duties),
        "pinned": task.pinned,
    }
