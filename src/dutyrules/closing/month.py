"""The steps of a month: draft, published, closed; and what it would come to today."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dutyrules.activity.log import Log
from dutyrules.closing.appeals import Window, read_appeals
from dutyrules.closing.differences import accounts_now, accounts_then, adjustments_told, differences
from dutyrules.closing.grants import Filed, settled
from dutyrules.closing.inputs import audited_log, inputs_of, relative, still_there
from dutyrules.closing.ledger import FOLDER, Entry, Inputs, Ledger, read_ledger
from dutyrules.closing.ready import refuse, refuse_other_than_month, refuse_to_close, refuse_too_early
from dutyrules.closing.snapshot import appeals_told, names, same, sealed
from dutyrules.closing.world import World
from dutyrules.diagnostics import Cell, Diagnostic
from dutyrules.estate import Estate, end_of
from dutyrules.report import as_document
from dutyrules.scoring import Adjustment, Closed, Result, Standing, read_closed


@dataclass(frozen=True)
class Step:
    """A step of a month.

    Attributes:
        result: The month as it is told now.
        path: The snapshot that was written; None where nothing was.
        until: The first second that is too late for an appeal.
        notices: Late rows of closed months that nobody approved; rule books that changed since.
    """

    result: Result
    path: Path | None
    until: datetime | None
    notices: tuple[Diagnostic, ...]


def now_at(estate: Estate) -> datetime:
    """The estate's local time."""
    return datetime.now(ZoneInfo(estate.timezone)).replace(tzinfo=None, microsecond=0)


def closed_months(estate: Estate) -> Closed:
    """What the months came to that are closed.

    Raises:
        InputError: the ledger or a snapshot is not as it was written.
    """
    return _closed(read_ledger(estate.directory, estate.id))


def _closed(ledger: Ledger) -> Closed:
    last = [ledger.of(month)[-1] for month in ledger.closed(purged=True)]
    return read_closed([ledger.folder / entry.file for entry in last], ledger.estate)


def draft_month(
    estate: Estate, logs: Sequence[str | Path], month: str, at: datetime | None = None, *, encoding: str | None = None
) -> Step:
    """A month as it would be published now, or, once it is, as it would be closed with what is decided by now.

    Raises:
        InputError: the month is closed, or appeals are wrong.
    """
    work = _Work(estate, month, at or now_at(estate), encoding)
    work.refuse_if_closed()
    scene = work.scene([Path(path) for path in logs])
    published = work.ledger.last(month, "published")
    standing = work.standing("draft", 0 if published is None else published.revision, scene.adjustments, published)
    if published is None:
        return Step(scene.world.score(standing=standing), None, None, scene.notices)
    result = work.with_appeals(scene, standing, published)
    return Step(result, None, published.until, scene.notices)


def publish_month(
    estate: Estate, logs: Sequence[str | Path], month: str, at: datetime | None = None, *, encoding: str | None = None
) -> Step:
    """Freezes what people see, and opens the window for appeals; once more where something changed since.

    Raises:
        InputError: why the month cannot be published now.
    """
    work = _Work(estate, month, at or now_at(estate), encoding)
    work.refuse_if_closed()
    work.refuse_out_of_order()
    refuse_too_early(estate, month, work.at)
    scene = work.scene([Path(path) for path in logs])
    before = work.ledger.last(month, "published")
    revision = 1 if before is None else before.revision + 1
    standing = work.standing("published", revision, scene.adjustments, before)
    result = scene.world.score(standing=standing)
    refuse_to_close(result)
    until = end_of(estate, work.at.date(), estate.appeal_window)
    if before is not None and before.until is not None and same(work.ledger.document(before), result):
        if not before.inputs.changed(scene.inputs):
            return Step(result, None, before.until, scene.notices)
        until = before.until
    result = replace(result, standing=replace(standing, appeals_until=until))
    return work.write(result, "published", f"published-{revision}.json", scene, until)


def close_month(
    estate: Estate,
    month: str,
    at: datetime | None = None,
    *,
    logs: Sequence[str | Path] | None = None,
    encoding: str | None = None,
) -> Step:
    """Closes a published month once its window is over and every appeal is decided.

    Args:
        logs: Its log; by default the files with which it was published.

    Raises:
        InputError: why the month cannot be closed now.
    """
    work = _Work(estate, month, at or now_at(estate), encoding)
    work.refuse_if_closed()
    published = work.refuse_unpublished()
    paths = [Path(path) for path in logs] if logs else still_there(published.inputs.log, estate, month)
    scene = work.scene(paths)
    work.refuse_changed(published, scene.inputs)
    standing = work.standing("closed", published.revision, scene.adjustments, published)
    result = work.with_appeals(scene, standing, published)
    work.refuse_open(result)
    refuse_to_close(result)
    return work.write(result, "closed", "closed.json", scene, None)


def month_differences(
    estate: Estate, month: str, *, logs: Sequence[str | Path] = (), encoding: str | None = None
) -> list[Adjustment]:
    """What a closed month comes to differently when it is scored again with what is known today.

    Args:
        logs: Further files of the log; those with which it was closed are read anyway.

    Raises:
        InputError: the month is not closed.
    """
    work = _Work(estate, month, now_at(estate), encoding)
    entry = work.ledger.last(month)
    if entry is None or entry.step != "closed":
        raise refuse("not-closed", f"{month} is not closed", entry.step if entry else None, "a closed month")
    again, _ = work.again(entry, [Path(path) for path in logs])
    return differences(month, accounts_then(work.ledger.document(entry)), accounts_now(again))


@dataclass(frozen=True)
class _Scene:
    """What a step looks at."""

    world: World
    adjustments: tuple[Adjustment, ...]
    inputs: Inputs
    notices: tuple[Diagnostic, ...]


class _Work:
    """A step of one month."""

    def __init__(self, estate: Estate, month: str, at: datetime, encoding: str | None) -> None:
        refuse_other_than_month(month)
        self.estate, self.month, self.at, self._encoding = estate, month, at, encoding
        self.ledger = read_ledger(estate.directory, estate.id)

    # ------------------------------------------------------------ what is refused

    def refuse_if_closed(self) -> None:
        """A closed month stays what it is."""
        entry = self.ledger.last(self.month)
        if entry is not None and entry.step != "published":
            message = f"{self.month} is {entry.step} since {entry.at}; it never changes again"
            hint = "what comes to light later becomes an adjustment on the next sheet"
            raise refuse("closed", message, entry.step, "a month that is open", hint)
        if self.ledger.entries and self.at < self.ledger.entries[-1].at:
            message, last = "the last step was later", self.ledger.entries[-1].at
            raise refuse("backwards", message, str(self.at), f"{last} or later")

    def refuse_out_of_order(self) -> None:
        """Months follow each other, so that what is carried on is carried once."""
        for month in self.ledger.months:
            step = self.ledger.of(month)[-1].step
            if month > self.month:
                raise refuse("order", f"{month} is {step} already", self.month, f"a month after {month}")
            if month < self.month and step == "published":
                hint = f"dutyrules close finish --month {month}"
                raise refuse("order", f"{month} is published and not closed", self.month, month, hint)

    def refuse_unpublished(self) -> Entry:
        """Only what people saw, and could appeal against, is closed."""
        entry = self.ledger.last(self.month, "published")
        if entry is None or entry.until is None:
            hint = f"dutyrules close publish --month {self.month}"
            raise refuse("unpublished", f"{self.month} is not published", None, "a published month", hint)
        if self.at < entry.until:
            raise refuse(
                "window-open", f"appeals may be filed until {entry.until}", str(self.at), f"{entry.until} or later"
            )
        return entry

    def refuse_changed(self, published: Entry, inputs: Inputs) -> None:
        """What people saw came from other files than these."""
        if changed := published.inputs.changed(inputs):
            message = f"not what {self.month} was published from: {', '.join(changed)}"
            hint = "publish again; where no sheet changes by it, the window for appeals stays as it is"
            raise refuse("inputs-changed", message, None, "the same files, byte by byte", hint)

    def refuse_open(self, result: Result) -> None:
        """Nothing is closed over somebody's head."""
        standing = result.standing
        open_ = [one.breach_id for one in (standing.appeals if standing else ()) if one.decision == "open"]
        if open_:
            hint = "fill in decided_by, decided_at and points (0 refuses)"
            raise refuse("open-appeals", "some appeals are not decided", ", ".join(open_), "a decision for each", hint)

    # ------------------------------------------------------------ what is scored

    def scene(self, paths: Sequence[Path]) -> _Scene:
        """The month's log, and what earlier months bring to it."""
        ready = [self.ledger.of(month)[-1] for month in self.ledger.closed() if month < self.month]
        world = World(self.estate, self._log(paths, self.month), self.month, _closed(self.ledger))
        documents = {entry.month: self.ledger.document(entry) for entry in ready}
        carried = [one for document in documents.values() for one in adjustments_told(document)]
        adjustments: list[Adjustment] = []
        earlier: dict[str, str] = {}
        notices: list[Diagnostic] = []
        inputs = inputs_of(self.estate, world.log)
        for entry in ready:
            again, log = self.again(entry, paths)
            earlier |= {file.name: file.sha256 for file in log.files}
            then, now = accounts_then(documents[entry.month]), accounts_now(again)
            adjustments += differences(entry.month, then, now, carried)
            notices += [*_unapproved(log, entry.month), *_other_books(entry, inputs)]
        others = {name: digest for name, digest in sorted(earlier.items()) if name not in inputs.log}
        return _Scene(world, tuple(adjustments), replace(inputs, earlier=others), tuple(notices))

    def again(self, entry: Entry, paths: Sequence[Path]) -> tuple[Result, Log]:
        """A closed month scored again with what is known now, late rows that were approved included; and its log."""
        known = {relative(path, self.estate) for path in paths}
        since = [self.ledger.of(month)[-1] for month in self.ledger.closed() if month >= entry.month]
        more = sorted({name for one in since for name in one.inputs.log} - known)  # what was carried stays known
        every = [*still_there(more, self.estate, entry.month), *paths]
        log = self._log(every, entry.month, late_approved=True)
        world = World(self.estate, log, entry.month, Closed({}))
        without, given = settled(world, [(None, one) for one in appeals_told(self.ledger.document(entry))])
        return world.score(without, Standing("closed", entry.revision, given=given)), log

    def _log(self, paths: Sequence[Path], month: str, *, late_approved: bool = False) -> Log:
        ordered = sorted(paths, key=lambda path: relative(path, self.estate))
        return audited_log(ordered, self.estate, month, late_approved=late_approved, encoding=self._encoding)

    def standing(
        self, state: Any, revision: int, adjustments: tuple[Adjustment, ...], published: Entry | None
    ) -> Standing:
        """Where the month stands with this step."""
        first = next((entry.at for entry in self.ledger.of(self.month)), self.at if state == "published" else None)
        return Standing(state, revision, first, None if published is None else published.until, adjustments=adjustments)

    def with_appeals(self, scene: _Scene, standing: Standing, published: Entry) -> Result:
        """The month with what was decided about it."""
        if published.until is None or standing.published_at is None:
            raise ValueError(published)
        seen = scene.world.score(standing=standing)
        if standing.state == "closed" and not same(self.ledger.document(published), seen):
            hint = "another version of dutyrules may read the rules otherwise; publish again"
            raise refuse("result-changed", f"{self.month} comes to something else than was published", None, None, hint)
        window = Window(standing.published_at, published.until, self.at)
        found: list[Filed] = [*read_appeals(scene.world, seen, window, self._elsewhere())]
        if not found:
            return seen
        without, given = settled(scene.world, found)
        appeals = tuple(one for _, one in found)
        return scene.world.score(without, replace(standing, appeals=appeals, given=given))

    def _elsewhere(self) -> frozenset[str]:
        """What may be appealed against in other months."""
        others = [month for month in self.ledger.months if month != self.month]
        last = [self.ledger.of(month)[-1] for month in others]
        documents = [self.ledger.document(entry) for entry in last if entry.step != "purged"]
        return frozenset(name for document in documents for name in names(document))

    # ------------------------------------------------------------ what is written

    def write(self, result: Result, step: str, name: str, scene: _Scene, until: datetime | None) -> Step:
        """The snapshot, and its line in the ledger."""
        standing = result.standing
        data = sealed(as_document(result, result.people))
        entry = Entry(
            month=self.month,
            step=step,
            revision=standing.revision if standing else 0,
            at=self.at,
            until=until,
            file=f"{self.month}/{name}",
            sha256=sha256(data).hexdigest(),
            inputs=scene.inputs,
        )
        self.ledger.write(entry, data)
        return Step(result, self.estate.directory / FOLDER / entry.file, until, scene.notices)


def _other_books(entry: Entry, inputs: Inputs) -> list[Diagnostic]:
    """Rule books that say something else than when a month was closed: what they change is carried on as well."""
    names = sorted({*entry.inputs.books, *inputs.books})
    changed = [name for name in names if entry.inputs.books.get(name) != inputs.books.get(name)]
    if not changed:
        return []
    message = f"the rule books are not those with which {entry.month} was closed; look at its adjustments"
    hint = "values that hold from a day on leave earlier months alone: {from: 2026-11-01, value: …}"
    return [Diagnostic("close.other-books", message, None, ", ".join(changed), None, hint, severity="warning")]


def _unapproved(log: Log, month: str) -> list[Diagnostic]:
    """Rows of a closed month that were recorded late and that nobody approved: they are told, and not counted."""
    if log.late.is_empty():
        return []
    first, *others = (Cell(file, row) for file, row in log.late.iter_rows())
    message = f"{log.late.height} rows of {month} were recorded after its cut-off and nobody else approved them"
    related = tuple(("also here", place) for place in others[:20])
    expected = "approved_by: somebody who neither did it nor wrote it down"
    return [Diagnostic("close.late-unapproved", message, first, None, expected, related=related, severity="warning")]
