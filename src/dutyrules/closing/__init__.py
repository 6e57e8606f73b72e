"""The close of a month: published, appealed against, closed for good; what comes to light later is carried on."""

from dutyrules.closing.ledger import Entry, Ledger, read_ledger
from dutyrules.closing.month import (
    Step,
    close_month,
    closed_months,
    draft_month,
    month_differences,
    now_at,
    publish_month,
)
from dutyrules.closing.purge import Removal, purge, removals

__all__ = [
    "Entry",
    "Ledger",
    "Removal",
    "Step",
    "close_month",
    "closed_months",
    "draft_month",
    "month_differences",
    "now_at",
    "publish_month",
    "purge",
    "read_ledger",
    "removals",
]
