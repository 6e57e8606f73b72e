"""The checks: one module each, with the form of its YAML, how it expands and how it judges.

Another check is a new module here and its name in `CHECKS`; nothing else in the engine knows them one by one.
"""

from typing import Final

from dutyrules.checks.attendance import Attendance
from dutyrules.checks.deadline import Deadline
from dutyrules.checks.duty import Duty
from dutyrules.checks.finding import Finding
from dutyrules.checks.forbid import Forbid
from dutyrules.checks.interval import Interval
from dutyrules.checks.metric import Metric
from dutyrules.checks.precedence import Precedence
from dutyrules.checks.quota import Quota
from dutyrules.checks.rate import Rate
from dutyrules.checks.record import Record
from dutyrules.checks.response import Response
from dutyrules.checks.window import Window

CHECKS: Final[dict[str, type[Duty]]] = {
    "attendance": Attendance,
    "quota": Quota,
    "deadline": Deadline,
    "response": Response,
    "precedence": Precedence,
    "interval": Interval,
    "record": Record,
    "window": Window,
    "forbid": Forbid,
    "metric": Metric,
    "rate": Rate,
    "finding": Finding,
}
"""Name in a book's `check:` → the duty it makes."""

__all__ = ["CHECKS", "Duty"]
