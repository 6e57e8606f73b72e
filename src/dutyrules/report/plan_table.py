"""A plan as CSV: a log in the future tense, and the waivers that its shortfalls propose."""

from collections.abc import Iterator, Sequence

from dutyrules.plan import Plan, Task
from dutyrules.plan.waivers import waivable
from dutyrules.registry.schema import TABLES
from dutyrules.report.plan_words import PlanWords
from dutyrules.report.table import csv_bytes
from dutyrules.timegrid import Period

BEFORE = ("at", "until", "person", "kind", "target", "case", "state")
AFTER = ("order", "duty", "pinned")


def columns(plan: Plan) -> list[str]:
    """The columns of a log, the attributes that tasks have, and those of a plan."""
    attributes = sorted({name for task in plan.tasks for name in task.attributes})
    return [*BEFORE, *attributes, *AFTER]


def cells(task: Task) -> dict[str, str]:
    """A task as a row of a plan file."""
    row = {name: value or "" for name, value in task.row().items()}
    return row | {"order": str(task.order), "duty": " ".join(task.duties), "pinned": "yes" if task.pinned else "no"}


def plan_csv(plan: Plan) -> bytes:
    """The tasks, as `read_log` (with `forecast`) and `read_plan` take them back."""
    titles = columns(plan)
    rows = map(cells, plan.tasks)
    return csv_bytes(titles, ([row.get(title, "") for title in titles] for row in rows))


def waivers_csv(words: PlanWords) -> bytes:
    """Proposed waivers in the columns of the estate's table; they say nothing until an approver signs them."""
    return csv_bytes([column.name for column in TABLES["waivers"]], _waivers(words))


def _waivers(words: PlanWords) -> Iterator[Sequence[str]]:
    plan = words.plan
    since = f" from {plan.start}" if plan.start > Period.parse(plan.period).first else ""
    for one in waivable(plan):
        about = f"{one.period} {words.duty(one.duty)} · {one.post}"
        yield one.breach_id, "", f"capacity{since}: {about}: {'; '.join(words.reasons(one))}", ""
