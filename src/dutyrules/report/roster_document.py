"""A roster, the check of one kept elsewhere, and an absence, as plain values for programs (docs/json.md)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dutyrules.diagnostics import place_as_json
from dutyrules.estate.rostering import STATUTES
from dutyrules.report.document import SCHEMA_VERSION
from dutyrules.roster.absence import Mended, Offer
from dutyrules.roster.build import Plot
from dutyrules.roster.judge import Breach
from dutyrules.roster.model import Roster
from dutyrules.roster.rosterfile import Kept
from dutyrules.roster.rosterplan import RosterPlan


def date_at(plot: Plot, day: int) -> datetime:
    """The date of a day, which may lie before the first."""
    return datetime.fromordinal(plot.days[0].toordinal() + day)


def roster_json(plan: RosterPlan) -> str:
    """Everything that is known of a roster that was planned."""
    plot = plan.plot
    clash, given = plan.clash, plan.relaxation
    document = {
        "schema_version": SCHEMA_VERSION,
        "planner": "roster",
        "estate": plan.estate,
        "period": plot.period.label,
        "status": plan.status,
        "complete": plan.complete,
        "shortfall": plan.shortfall,
        "least_shortfall": plan.least_shortfall,
        "cost": plan.cost,
        "bound": plan.bound,
        "roster": _rows(plot, plan.roster),
        "days": [day.isoformat() for day in plot.days],
        "breaches": [_breach(plot, one) for one in plan.breaches],
        "clash": None
        if clash is None
        else {
            "minimal": clash.minimal,
            "rules": [
                {"rule": one.rule, "person": one.person, "what": one.what, "dates": _dates(plot, one.days)}
                for one in clash.rules
            ],
        },
        "relaxation": None
        if given is None
        else {"cost": given.cost, "bound": given.bound, "given_up": [_breach(plot, one) for one in given.given_up]},
        "provenance": dict(plan.provenance),
    }
    return _text(document)


def check_json(plot: Plot, kept: Kept, breaches: Sequence[Breach]) -> str:
    """What a roster that is kept elsewhere breaks, and where in its file; who does not stand in it."""
    rows = []
    for one in breaches:
        cell = kept.cells.get((one.person or "", one.days[-1])) if one.days else None
        rows.append({**_breach(plot, one), "where": None if cell is None else place_as_json(cell)})
    return _text({"schema_version": SCHEMA_VERSION, "breaches": rows, "absent": list(kept.absent)})


def absence_json(plot: Plot, person: str, found: Mended, offers: Sequence[Offer], swaps: Sequence[Offer]) -> str:
    """The roster that changes least, what changes, and who could take over."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "absent": person,
        "status": found.status,
        "missing": found.missing,
        "least_changes": found.least_changes,
        "changes": [
            {
                "date": _date(plot, one.day),
                "person": one.person,
                "before": _shift(plot, one.before),
                "after": _shift(plot, one.after),
            }
            for one in found.changes
        ],
        "roster": _rows(plot, found.roster),
        "substitutes": [_offer(plot, one) for one in offers],
        "swaps": [_offer(plot, one) for one in swaps],
    }
    return _text(document)


def _breach(plot: Plot, one: Breach) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "statute": STATUTES.get(one.rule),
        "person": one.person,
        "what": one.what,
        "dates": _dates(plot, one.days),
        "found": one.found,
        "limit": one.limit,
        "amount": one.amount,
        "price": one.price,
    }


def _offer(plot: Plot, one: Offer) -> dict[str, Any]:
    return {
        "person": one.person,
        "takes": {_date(plot, day): _shift(plot, what) for day, what in one.shifts.items()},
        "back": None if one.back is None else [_date(plot, one.back[0]), _shift(plot, one.back[1])],
        "left": one.left,
        "rules": dict(one.added),
        "broken": one.must,
        "cost": one.cost,
    }


def _rows(plot: Plot, roster: Roster | None) -> dict[str, list[str | None]] | None:
    return None if roster is None else {name: [_shift(plot, one) for one in row] for name, row in roster.items()}


def _shift(plot: Plot, shift: str | None) -> str | None:
    """A shift by the estate's name; None on days off."""
    return None if shift is None else plot.name_of[shift]


def _dates(plot: Plot, days: Sequence[int]) -> list[str]:
    return [_date(plot, day) for day in days]


def _date(plot: Plot, day: int) -> str:
    return f"{date_at(plot, day):%Y-%m-%d}"


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
