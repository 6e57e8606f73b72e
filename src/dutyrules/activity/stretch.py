"""A stretch of one file: which rows are events, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity import encode
from dutyrules.activity.encode import Ints, Rows
from dutyrules.activity.files import ROW, RawFile
from dutyrules.activity.identity import Alike
from dutyrules.activity.kinds import AttributeType
from dutyrules.activity.log import AUDITED, REJECT_SCHEMA
from dutyrules.activity.vocabulary import Attribute, Vocabulary, target_name
from dutyrules.activity.words import EMPTY, UNKNOWN, Index, tidy

_STATES = ("done", "planned")
_READERS: dict[str, Callable[[pl.Series], tuple[pl.Series, Rows]]] = {
    "integer": encode.integers,
    "boolean": encode.booleans,
}
_MEASURED = (*_READERS, "instant")
_REASONS = {
    "integer": "not a whole number",
    "boolean": "not one of yes, no, true, false, 1, 0",
    "instant": "not an instant",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the caller wants of every file.

    Attributes:
        zone: The time zone of the estate.
        forecast: Whether planned rows are events.
        recorded_before: Rows recorded at this local second or later do not count.
        audited: Whether the frame keeps who recorded and who approved a row.
        late_approved: Whether rows recorded later count where somebody else approved them.
    """

    zone: str
    forecast: bool
    recorded_before: int | None
    audited: bool = False
    late_approved: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a stretch holds; rows have the numbers of the file.

    Attributes:
        frame: The accepted rows: the columns of `Log.frame` apart from `file`, with `case` and free-text targets
            numbered as they turned up (the latter behind the registered ones), and `event_id`, `revision`, `voided`
            where the file has them.
        alike: Which of them may be equal.
        rejects: One line per bad cell, as yet without the hints that take a look at what is known.
        known: What is known, by column and reason of these lines.
        late: Rows recorded too late.
        undated: Rows whose `recorded_at` cannot be read.
        rows: How many rows are not blank.
        planned: How many rows are plans.
        planned_kinds: Codes of their kinds.
    """

    frame: pl.DataFrame
    alike: Alike
    rejects: pl.DataFrame
    known: Mapping[tuple[str, str], Index]
    late: Rows
    undated: Rows
    rows: int
    planned: int
    planned_kinds: frozenset[int]


def judge(raw: RawFile, start: int, cells: pl.DataFrame, known: Vocabulary, terms: Terms) -> Accepted:
    """Judges the rows of a stretch that begins `start` rows behind the first one of the file."""
    return _Sheet(raw, start, cells, known, terms).read()


@dataclass(slots=True)
class _Sheet:
    raw: RawFile
    start: int
    cells: pl.DataFrame
    known: Vocabulary
    terms: Terms
    columns: dict[str, pl.Series] = field(default_factory=dict)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    hints: dict[tuple[str, str], Index] = field(default_factory=dict)
    kind: Ints = field(init=False)
    out: npt.NDArray[np.bool_] = field(init=False)
    blank: npt.NDArray[np.bool_] = field(init=False)

    def read(self) -> Accepted:
        self.out = np.zeros(self.cells.height, np.bool_)
        self.blank = np.zeros(self.cells.height, np.bool_)
        self._who_what_when()
        self._target()
        self._case()
        self._value()
        for attribute in self.known.attributes:
            if attribute.name in self.cells.columns:
                self._attribute(attribute)
        self._identity()
        if self.terms.audited:
            self.columns |= {name: self._audited(name) for name in AUDITED}
        planned = self._planned()
        late, undated = self._late()
        frame = pl.DataFrame(self.columns)
        frame = frame.filter(pl.Series(~self.out)) if self.out.any() else frame
        return Accepted(
            frame,
            Alike.of(frame),
            pl.concat([pl.DataFrame(schema=REJECT_SCHEMA), *self.rejects]).sort("row", maintain_order=True),
            self.hints,
            late,
            undated,
            int(len(self.blank) - self.blank.sum()),
            *planned,
        )

    def _who_what_when(self) -> None:
        at, _ = encode.instants(self.cells["at"], self.terms.zone)
        person = self._codes("person", self.known.persons)
        self.kind = self._codes("kind", self.known.kinds)
        self._set_blanks_aside(at, person)
        if at.null_count():
            self._reject(at.is_null().arg_true().to_numpy(), "at", "not an instant", "write 2026-10-08 07:55")
        nobody = person < 0
        if nobody.any():
            nobody &= ~self.known.anyone.take(self.kind)
            self._reject(nobody & (person == EMPTY), "person", "no person")
            self._reject(nobody & (person == UNKNOWN), "person", "unknown person", self.known.persons)
            np.maximum(person, EMPTY, out=person)
        self._reject(self.kind == EMPTY, "kind", "no kind")
        self._reject(self.kind == UNKNOWN, "kind", "unknown kind", self.known.kinds)
        self.columns |= {
            "at": at,
            "person": pl.Series(person),
            "kind": pl.Series(self.kind.astype(np.int16)),
        }

    def _target(self) -> None:
        target = self._codes("target", self.known.targets)
        wanted = self.known.wanted.take(self.kind)
        wrong = (wanted & self.known.offered.take(target)) < wanted
        if wrong.any():
            self._reject(wrong & (target == EMPTY), "target", "no target")
            for bit in np.unique(wanted[wrong]):
                name = target_name(int(bit))
                strangers = wrong & (wanted == bit) & (target != EMPTY)
                self._reject(strangers, "target", f"not a registered {name}", self.known.targets)
        free = np.flatnonzero((target == UNKNOWN) & ~self.out)
        if len(free):
            texts = self.known.free.numbers(encode.pick(self._text("target"), free))
            target[free] = texts + np.int32(len(self.known.targets.words))
        self.columns["target"] = pl.Series(target)

    def _case(self) -> None:
        case = self.known.cases.numbers(self._cells("case"))
        wanted = self.known.case.take(self.kind)
        if wanted.any():
            self._reject(wanted & (case == EMPTY), "case", "no case")
        self.columns["case"] = pl.Series(case)

    def _value(self) -> None:
        value, bad = encode.numbers(self._cells("value"))
        self._reject(bad, "value", "not a number of at most four decimals")
        wanted = self.known.value.take(self.kind)
        if wanted.any():
            missing = np.flatnonzero(wanted & value.is_null().to_numpy())
            self._reject(np.setdiff1d(missing, bad), "value", "no value")
        self.columns["value"] = value

    def _attribute(self, attribute: Attribute) -> None:
        values, unreadable = self._read(attribute, attribute.type)
        for each, kinds in attribute.checks:
            read, bad = (values, unreadable) if each == attribute.type else self._read(attribute, each)
            if len(bad):
                reason = _REASONS.get(each.form) or f"not one of {', '.join(each.words)}"
                hint = Index(each.words) if each.words else None
                self._reject(bad[kinds[self.kind[bad]]], attribute.name, reason, hint)
            if each.form in _MEASURED and each.form != attribute.type.form:
                # text to other kinds: yes, Yes and 1 are still one and the same to this one
                told, _ = attribute.texts.read(read.cast(pl.String))
                values = told.zip_with(pl.Series(kinds.take(self.kind)), values)
        self.columns[attribute.name] = values

    def _read(self, attribute: Attribute, each: AttributeType) -> tuple[pl.Series, Rows]:
        """Returns the values of an attribute, read as one of the types that kinds give it, and what is none."""
        cells = self.cells[attribute.name]
        if each.form == "instant":
            return encode.instants(cells, self.terms.zone)
        if reader := _READERS.get(each.form):
            return reader(cells)
        return attribute.texts.read(cells, each.words)

    def _identity(self) -> None:
        present = self.cells.columns
        if "event_id" in present:
            self.columns["event_id"] = tidy(self.cells["event_id"])
        if "revision" in present:
            revision, bad = encode.integers(self.cells["revision"])
            self._reject(bad, "revision", _REASONS["integer"])
            self.columns["revision"] = revision.fill_null(0)
        if "voided" in present:
            voided, bad = encode.booleans(self.cells["voided"])
            self._reject(bad, "voided", _REASONS["boolean"])
            self.columns["voided"] = voided.fill_null(False)
        first = self.start + self.raw.first_row
        self.columns["row"] = pl.arange(first, first + len(self.out), dtype=pl.Int32, eager=True)

    def _planned(self) -> tuple[int, frozenset[int]]:
        """How many rows are plans, and of which kinds."""
        if "state" not in self.cells.columns:
            return 0, frozenset()
        words = Index(_STATES)
        states = words.codes(self._text("state"))
        self._reject(states == UNKNOWN, "state", f"not one of {', '.join(_STATES)}", words)
        plans = states == _STATES.index("planned")
        if not self.terms.forecast:
            self.out |= plans
        return int(plans.sum()), frozenset(np.unique(self.kind[plans & (self.kind >= 0)]).tolist())

    def _late(self) -> tuple[Rows, Rows]:
        cut_off = self.terms.recorded_before
        if cut_off is None or "recorded_at" not in self.cells.columns:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        recorded, bad = encode.instants(self.cells["recorded_at"], self.terms.zone, dates=True)
        late = (recorded >= cut_off).fill_null(False).to_numpy() & ~self.out
        if self.terms.late_approved:
            late &= ~self._approved()
        self.out |= late
        return self._numbers(np.flatnonzero(late)), self._numbers(bad)

    def _approved(self) -> npt.NDArray[np.bool_]:
        """Whether somebody approved a row who neither did it nor wrote it down."""
        by = self._audited("approved_by")
        own = [(by == other).fill_null(False) for other in (self._audited("person"), self._audited("recorded_by"))]
        approved: npt.NDArray[np.bool_] = (by.is_not_null() & ~own[0] & ~own[1]).to_numpy()
        return approved

    def _audited(self, name: str) -> pl.Series:
        """Who recorded or approved each row; null where nobody is named."""
        return tidy(self._text(name)).cast(pl.String).alias(name)

    def _set_blanks_aside(self, at: pl.Series, person: Ints) -> None:
        nameless = (self.kind == EMPTY) & (person == EMPTY)
        if not nameless.any():
            return
        rows = np.flatnonzero(nameless & at.is_null().to_numpy())
        others = self.raw.others_between(self.start, self.cells.height)
        cells = pl.concat([self.cells[rows], others[rows]], how="horizontal")
        used = cells.select(pl.any_horizontal(pl.exclude(ROW).cast(pl.String).str.strip_chars().fill_null("") != ""))
        self.blank[rows[~used.to_series().to_numpy()]] = True
        self.out |= self.blank

    def _reject(
        self, which: npt.NDArray[np.bool_] | Rows, column: str, reason: str, hint: Index | str | None = None
    ) -> None:
        every: Rows = np.flatnonzero(which) if which.dtype == np.bool_ else which.astype(np.int64)
        rows = every[~self.blank[every]]
        if not len(rows):
            return
        self.out[rows] = True
        cells = encode.pick(self._text(column), rows) if column in self.cells.columns else None
        lines = pl.DataFrame({"row": self._numbers(rows)}).select(
            pl.lit(self.raw.name).alias("file"),
            pl.col("row"),
            pl.lit(column).alias("column"),
            pl.lit(cells, dtype=pl.String).alias("value"),
            pl.lit(reason).alias("reason"),
            pl.lit(hint if isinstance(hint, str) else None, dtype=pl.String).alias("hint"),
        )
        if isinstance(hint, Index):
            self.hints[column, reason] = hint
        self.rejects.append(lines)

    def _numbers(self, rows: Rows) -> Rows:
        """The numbers in the file of some rows of the stretch."""
        return rows + (self.start + self.raw.first_row)

    def _cells(self, column: str) -> pl.Series:
        cells = self.cells
        return cells[column] if column in cells.columns else pl.repeat(None, cells.height, dtype=pl.Int64, eager=True)

    def _codes(self, column: str, index: Index) -> Ints:
        if column in self.cells.columns:
            return index.codes(self._text(column))
        return np.full(self.cells.height, EMPTY, np.int32)

    def _text(self, column: str) -> pl.Series:
        return self._cells(column).cast(pl.String)
