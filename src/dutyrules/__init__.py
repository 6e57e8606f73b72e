"""dutyrules: one rule book says who owes what, when, and what a miss costs; this library scores a month and plans it.

>>> import dutyrules as dr
>>> estate = dr.load_estate("estate.yaml")            # doctest: +SKIP
>>> log = dr.read_log(["2026-10.csv"], estate)        # doctest: +SKIP
>>> result = dr.score(estate, log, "2026-10")         # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dutyrules.activity.log import Log
    from dutyrules.book import Book, load_book
    from dutyrules.closing import close_month, closed_months, draft_month, month_differences, publish_month
    from dutyrules.diagnostics import Diagnostic, InputError
    from dutyrules.estate import Estate, load_estate, read_log
    from dutyrules.plan import Plan
    from dutyrules.plan.patrols import plan_patrols
    from dutyrules.plan.visits import plan_visits
    from dutyrules.plan.work import plan_work
    from dutyrules.roster.rosterplan import plan_roster
    from dutyrules.scoring import Due, Result, Sheet, due, read_closed, score

__version__ = "0.1.0"

_HOMES = {
    "Book": "dutyrules.book",
    "Diagnostic": "dutyrules.diagnostics",
    "Due": "dutyrules.scoring",
    "Estate": "dutyrules.estate",
    "InputError": "dutyrules.diagnostics",
    "Log": "dutyrules.activity.log",
    "Plan": "dutyrules.plan",
    "Result": "dutyrules.scoring",
    "Sheet": "dutyrules.scoring",
    "close_month": "dutyrules.closing",
    "closed_months": "dutyrules.closing",
    "draft_month": "dutyrules.closing",
    "due": "dutyrules.scoring",
    "load_book": "dutyrules.book",
    "load_estate": "dutyrules.estate",
    "month_differences": "dutyrules.closing",
    "plan_patrols": "dutyrules.plan.patrols",
    "plan_roster": "dutyrules.roster.rosterplan",
    "plan_visits": "dutyrules.plan.visits",
    "plan_work": "dutyrules.plan.work",
    "publish_month": "dutyrules.closing",
    "read_closed": "dutyrules.scoring",
    "read_log": "dutyrules.estate",
    "score": "dutyrules.scoring",
}

__all__ = [
    "Book",
    "Diagnostic",
    "Due",
    "Estate",
    "InputError",
    "Log",
    "Plan",
    "Result",
    "Sheet",
    "__version__",
    "close_month",
    "closed_months",
    "draft_month",
    "due",
    "load_book",
    "load_estate",
    "month_differences",
    "plan_patrols",
    "plan_roster",
    "plan_visits",
    "plan_work",
    "publish_month",
    "read_closed",
    "read_log",
    "score",
]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first used: `dutyrules --help` needs no data engine."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dutyrules' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
