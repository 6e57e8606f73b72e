"""What a closed month comes to differently when it is scored again: per sheet, points and money with their sign."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dutyrules.scoring import Adjustment, Change, Finding, Result, Sheet

Holder = tuple[str, str]
"""Person and role."""


@dataclass(frozen=True)
class Account:
    """What a sheet came to.

    Attributes:
        points: Its score without what earlier months added; None without a scorecard, or while it is not complete.
        breaches: By id; inspectors' rows by line and number, wherever they stand in their files.
    """

    points: Decimal | None
    fines: Mapping[str, Decimal]
    payable: Mapping[str, Decimal]
    breaches: Mapping[str, Finding]

    def after(self, carried: Iterable[Adjustment]) -> "Account":
        """The same with what was carried to later months already."""
        points, fines, payable, breaches = self.points, dict(self.fines), dict(self.payable), dict(self.breaches)
        for one in carried:
            points = None if points is None else points + one.points
            for sums, more in ((fines, one.fines), (payable, one.payable)):
                for currency, amount in more.items():
                    sums[currency] = sums.get(currency, Decimal(0)) + amount
            for change in one.changes:
                if change.change == "went":
                    breaches.pop(change.finding.breach_id, None)
                else:
                    breaches[change.finding.breach_id] = change.finding
        return Account(points, fines, payable, breaches)


NOTHING = Account(None, {}, {}, {})


def accounts_now(result: Result) -> dict[Holder, Account]:
    """What every sheet of a result comes to."""
    return {(sheet.person, sheet.role): _account(sheet) for sheet in result.people}


def accounts_then(document: Mapping[str, Any]) -> dict[Holder, Account]:
    """What every sheet of a closed month came to."""
    return {(told["person"], told["role"]): _account_told(told) for told in document["people"]}


def differences(
    month: str, then: Mapping[Holder, Account], now: Mapping[Holder, Account], carried: Sequence[Adjustment] = ()
) -> list[Adjustment]:
    """Whatever is not the same, sheet by sheet, less what was carried to later months already."""
    found = []
    for holder in sorted({*then, *now}):
        mine = [one for one in carried if (one.period, one.person, one.role) == (month, *holder)]
        old, new = then.get(holder, NOTHING).after(mine), now.get(holder, NOTHING)
        points = new.points - old.points if new.points is not None and old.points is not None else Decimal(0)
        fines, payable = _less(new.fines, old.fines), _less(new.payable, old.payable)
        changes = tuple(_changes(old.breaches, new.breaches))
        if points or fines or payable or changes:
            found.append(Adjustment(month, *holder, points, fines, payable, changes))
    return found


def _less(new: Mapping[str, Decimal], old: Mapping[str, Decimal]) -> dict[str, Decimal]:
    sums = {
        currency: new.get(currency, Decimal(0)) - old.get(currency, Decimal(0)) for currency in sorted({*new, *old})
    }
    return {currency: amount for currency, amount in sums.items() if amount}


def _changes(old: Mapping[str, Finding], new: Mapping[str, Finding]) -> Iterable[Change]:
    for name in sorted({*old, *new}, key=lambda name: ((new.get(name) or old[name]).day, name)):
        if name not in new:
            yield Change("went", old[name])
        elif name not in old:
            yield Change("came", new[name])
        elif _told(old[name]) != _told(new[name]):
            yield Change("changed", new[name])


def _told(one: Finding) -> tuple[object, ...]:
    """What makes a breach another one than before; where its rows stand does not."""
    return one.reason, one.expected, one.actual, sorted(one.missing)


# ---------------------------------------------------------------- both ways to an account


def _account(sheet: Sheet) -> Account:
    score = None if sheet.score is None or not sheet.complete else sheet.score - sheet.adjusted
    rows = [
        _row(row, number, item.item, line.line, line.clause)
        for item in sheet.items
        for line in item.lines
        for number, row in enumerate(line.findings, start=1)
    ]
    findings = {one.breach_id: one for one in (*sheet.breaches, *rows)}
    return Account(score, sheet.fine_totals, sheet.payable_totals, findings)


def _account_told(told: Mapping[str, Any]) -> Account:
    added = sum((Decimal(one["points"]) for one in told["adjustments"]), Decimal(0))
    score = None if told["score"] is None or not told["complete"] else Decimal(told["score"]) - added
    rows = [
        _row((row["file"], row["row"]), number, item["item"], line["line"], tuple(line["clause"]))
        for item in told["items"]
        for line in item["lines"]
        for number, row in enumerate(line["findings"], start=1)
    ]
    findings = {one.breach_id: one for one in (*map(finding_of, told["breaches"]), *rows)}
    return Account(score, amounts(told["fines"]), amounts(told["payable"]), findings)


def _row(row: tuple[str, int], number: int, item: str, line: str, clause: tuple[str, ...]) -> Finding:
    """An inspector's row as a breach of its line."""
    return Finding(
        f"{item}/{line}#{number}", f"{item}/{line}", clause, "", "", "", "", "breached", "found", None, None, (row,)
    )


def adjustments_told(document: Mapping[str, Any]) -> list[Adjustment]:
    """The adjustments that a closed month brought to its sheets, and those for whom it had none."""
    every = [one for told in document["people"] for one in told["adjustments"]]
    return [_adjustment(one) for one in (*every, *document["unplaced"])]


def _adjustment(told: Mapping[str, Any]) -> Adjustment:
    return Adjustment(
        told["period"],
        told["person"],
        told["role"],
        Decimal(told["points"]),
        amounts(told["fines"]),
        amounts(told["payable"]),
        tuple(Change(one["change"], finding_of(one)) for one in told["changes"]),
    )


def finding_of(told: Mapping[str, Any]) -> Finding:
    """A breach as a document tells it."""
    return Finding(
        breach_id=told["breach_id"],
        duty=told["duty"],
        clause=tuple(told["clause"]),
        post=told["post"],
        period=told["period"],
        day=told["day"],
        discriminator=told.get("discriminator") or "",
        state="breached",
        reason=told["reason"],
        expected=told["expected"],
        actual=told["actual"],
        evidence=tuple((row["file"], row["row"]) for row in told["evidence"]),
        missing=tuple(told["missing"]),
    )


def amounts(told: Mapping[str, str]) -> dict[str, Decimal]:
    """Sums of money by currency as a document tells them."""
    return {currency: Decimal(amount) for currency, amount in told.items()}
