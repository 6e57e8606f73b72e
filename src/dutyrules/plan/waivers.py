"""Which shortfalls may be waived: nobody is charged for what was proven impossible."""

from collections.abc import Sequence
from typing import Final

from dutyrules.plan.plan import Plan, Shortfall

ALONE: Final = frozenset(
    (
        "few_reachable",
        "few_slots",
        "few_slots_and_reachable",
        "no_contact",
        "no_time_left",
        "few_buildings",
        "slot_too_short",
        "rounds_no_room",
        "rounds_nobody",
        "not_at_work",
    )
)
"""Causes that keep an obligation from being met even if nothing else had to be done."""

OTHERWISE: Final = frozenset(("done_late", "before_start", "not_listed", "no_unit", "log_decides", "frozen"))
"""Causes that are no lack of capacity: what somebody failed to do before the plan, or to write down, or wanted
kept."""


def proven(plan: Plan, one: Shortfall) -> bool:
    """Whether a shortfall could not be helped: by itself, or because no plan misses less in all."""
    messages = {cause.message for cause in one.causes}
    if messages & OTHERWISE:
        return False
    alone = bool(messages & ALONE) and "beside_other_work" not in messages
    return alone or plan.shortfall == plan.least_shortfall


def waivable(plan: Plan) -> Sequence[Shortfall]:
    """The shortfalls for which waivers may be proposed."""
    return [one for one in plan.shortfalls if proven(plan, one)]
