"""Taking personal data away once a month is kept for long enough; hashes and totals stay."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta

from dutyrules.closing.ledger import Entry, Ledger, read_ledger
from dutyrules.closing.ready import refuse
from dutyrules.closing.snapshot import sealed
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate, scored_period


@dataclass(frozen=True)
class Removal:
    """What is taken away of a month.

    Attributes:
        files: Path from the estate's folder → SHA-256: what goes.
        kept: (file, why) of what does not, though it belongs to the month: `gone, changed, shared, later_rows, link`.
    """

    month: str
    files: Mapping[str, str]
    kept: tuple[tuple[str, str], ...]


def removals(estate: Estate, at: datetime, *, month: str | None = None, before: date | None = None) -> list[Removal]:
    """What a purge would take away now.

    Args:
        month: One month only.
        before: Only months that ended before this day.

    Raises:
        InputError: the estate says no retention, or the month is not closed, or not kept for long enough.
    """
    if estate.retention is None:
        message, hint = "the estate does not say how long it keeps closed months", "retention: 36 months"
        raise refuse("no-retention", message, None, "retention in estate.yaml", hint)
    ledger = read_ledger(estate.directory, estate.id)
    for open_ in (one for one in ledger.months if ledger.of(one)[-1].step == "published"):
        hint = f"dutyrules close finish --month {open_}"
        raise refuse("order", f"{open_} is published and not closed", None, "only closed months", hint)
    wanted = [month] if month else [one for one in ledger.closed(purged=True) if _last(one) < (before or date.max)]
    problems: list[Diagnostic] = []
    for one in wanted:
        try:
            _refuse(estate, ledger, one, at, month_only=month is not None)
        except InputError as error:
            if month or before:
                problems += error.diagnostics
    if problems:
        raise InputError(problems)
    due = [one for one in wanted if month or before or _kept_until(estate, one) < at.date()]
    found = [_removal(estate, ledger, one, set(due)) for one in due]
    return [one for one in found if one.files or ledger.of(one.month)[-1].step == "closed"]


def purge(estate: Estate, at: datetime, found: Sequence[Removal]) -> None:
    """Takes it away: totals and ledger are written first, so that a run that is cut short can be run again."""
    ledger = read_ledger(estate.directory, estate.id)
    for removal in found:
        entry = ledger.of(removal.month)[-1]
        if entry.step == "closed":
            ledger = _keep_totals(ledger, entry, at, removal)
        for name, digest in removal.files.items():
            path = estate.directory / name
            if _digest(path) == digest:
                path.unlink()


def _last(month: str) -> date:
    return scored_period(month).last


def _kept_until(estate: Estate, month: str) -> date:
    """The last day on which a closed month is kept."""
    return _last(month) + relativedelta(months=estate.retention.amount if estate.retention else 0, day=31)


def _refuse(estate: Estate, ledger: Ledger, month: str, at: datetime, *, month_only: bool) -> None:
    entry = ledger.last(month)
    if entry is None or entry.step == "published":
        raise refuse("not-closed", f"{month} is not closed", entry.step if entry else None, "a closed month")
    for earlier in (one for one in ledger.closed() if one < month and month_only):
        hint = f"dutyrules purge --month {earlier}"
        raise refuse("order", f"{earlier} was closed before and is not purged", month, earlier, hint)
    end = _kept_until(estate, month)
    if at.date() <= end:
        raise refuse("kept", f"{month} is kept until {end}", str(at), f"after {end}")


def _removal(estate: Estate, ledger: Ledger, month: str, due: set[str]) -> Removal:
    """Snapshots, and the files of the log that nobody else needs and that are what they were."""
    files: dict[str, str] = {}
    kept: list[tuple[str, str]] = []
    for entry in ledger.of(month):
        name = f"{ledger.folder.name}/{entry.file}"
        if entry.step != "purged" and _digest(estate.directory / name) == entry.sha256:
            files[name] = entry.sha256
    closed = ledger.last(month, "closed")
    others = [entry for entry in ledger.entries if entry.month not in due and not _purged(ledger, entry.month)]
    shared = {name for entry in others for name in entry.inputs.log}
    for name, one in sorted(closed.inputs.log.items()) if closed else ():
        path = estate.directory / name
        why = _why_kept(path, one.sha256)
        if not why and name in shared:
            why = "shared"
        if not why and one.last_day is not None and date.fromisoformat(one.last_day) > _last(max(due)):
            why = "later_rows"
        if why == "gone" and _purged(ledger, month):
            continue
        if why:
            kept.append((name, why))
        else:
            files[name] = one.sha256
    return Removal(month, files, tuple(kept))


def _purged(ledger: Ledger, month: str) -> bool:
    return ledger.of(month)[-1].step == "purged"


def _why_kept(path: Path, digest: str) -> str:
    if path.is_symlink():
        return "link"
    found = _digest(path)
    return "gone" if found is None else "" if found == digest else "changed"


def _digest(path: Path) -> str | None:
    """The SHA-256 of a file; None if there is no such file."""
    return sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else None


def _keep_totals(ledger: Ledger, entry: Entry, at: datetime, removal: Removal) -> Ledger:
    data = sealed(_totals(ledger.document(entry)))
    purged = Entry(
        month=entry.month,
        step="purged",
        revision=entry.revision,
        at=at,
        until=None,
        file=f"{entry.month}/purged.json",
        sha256=sha256(data).hexdigest(),
        inputs=entry.inputs,
        removed=dict(removal.files),
    )
    return ledger.write(purged, data)


def _totals(document: Mapping[str, Any]) -> dict[str, Any]:
    """What quarters and years are taken from, and the hashes of what it came from; no names, no evidence."""
    keys = ("schema_version", "period", "estate", "closed", "provenance")
    people = [
        {
            **{key: told[key] for key in ("person", "role", "scorecard", "score", "complete")},
            "outcomes": [{"outcome": one["outcome"], "times": one["times"]} for one in told["outcomes"]],
        }
        for told in document["people"]
    ]
    rest = json.loads(json.dumps({key: document[key] for key in keys}))
    return {**rest, "purged": True, "people": people}
