"""One file of the log: which rows are events, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity import encode
from dutyrules.activity.encode import EMPTY, UNKNOWN, Index, Ints, Rows
from dutyrules.activity.files import FIRST_ROW, ROW, RawFile
from dutyrules.activity.kinds import AttributeType
from dutyrules.activity.log import LATE_SCHEMA, REJECT_SCHEMA
from dutyrules.activity.vocabulary import Attribute, Vocabulary, target_name
from dutyrules.diagnostics import Cell, Diagnostic, did_you_mean

# Looking for the nearest word takes a while; a wrong registry must not take the day.
_MOST_KNOWN = 5_000
_MOST_HINTS = 100

FREE = "(free)"
"""The column of `Accepted.frame` with the texts of free-text targets."""

_WORKERS = 2
_STATES = ("done", "planned")
_READERS: dict[str, Callable[[pl.Series], tuple[pl.Series, Rows]]] = {
    "integer": encode.integers,
    "boolean": encode.booleans,
}
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
    """

    zone: str
    forecast: bool
    recorded_before: int | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a file holds.

    Attributes:
        frame: The accepted rows: the columns of `Log.frame`, with `case` as text and free-text targets `UNKNOWN`, and
            `FREE` (their text), `event_id`, `revision`, `voided` where the file has them.
        rejects: One line per bad cell.
        late: Rows recorded too late.
        notices: What a reader should know.
        rows: Rows that are not blank.
        planned: Rows that are plans.
        planned_kinds: Codes of their kinds.
    """

    frame: pl.DataFrame
    rejects: pl.DataFrame
    late: pl.DataFrame
    notices: tuple[Diagnostic, ...]
    rows: int
    planned: int
    planned_kinds: tuple[int, ...]


def accept(raw: RawFile, known: Vocabulary, terms: Terms) -> Accepted:
    """Judges every row of a file."""
    return _Sheet(raw, known, terms).read()


@dataclass(slots=True)
class _Sheet:
    raw: RawFile
    known: Vocabulary
    terms: Terms
    columns: dict[str, pl.Series] = field(default_factory=dict)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    notices: list[Diagnostic] = field(default_factory=list)
    kind: Ints = field(init=False)
    out: npt.NDArray[np.bool_] = field(init=False)
    blank: npt.NDArray[np.bool_] = field(init=False)

    def read(self) -> Accepted:
        self.out = np.zeros(self.raw.frame.height, np.bool_)
        self.blank = np.zeros(self.raw.frame.height, np.bool_)
        # Polars and numpy release the interpreter: columns are read side by side.
        with ThreadPoolExecutor(_WORKERS) as pool:
            target = pool.submit(self._codes, "target", self.known.targets)
            person = pool.submit(self._codes, "person", self.known.persons)
            kind = pool.submit(self._codes, "kind", self.known.kinds)
            value = pool.submit(encode.numbers, self._cells("value"))
            at = pool.submit(encode.instants, self.raw.frame["at"], self.terms.zone)
            case = pool.submit(self._tidy, "case")
            present = [attribute for attribute in self.known.attributes if attribute.name in self.raw.frame.columns]
            attributes = [pool.submit(self._checked, attribute) for attribute in present]
        self.kind = kind.result()
        self._who_what_when(at.result()[0], person.result())
        self._target(target.result())
        self._case(case.result())
        self._value(*value.result())
        for attribute, checked in zip(present, attributes, strict=True):
            self._attribute(attribute, *checked.result())
        self._identity()
        self._ragged()
        planned = self._planned()
        late = self._late()
        frame = pl.DataFrame(self.columns)
        return Accepted(
            frame.filter(pl.Series(~self.out)) if self.out.any() else frame,
            pl.concat(self.rejects).sort("row", maintain_order=True)
            if self.rejects
            else pl.DataFrame(schema=REJECT_SCHEMA),
            late,
            tuple(self.notices),
            int(len(self.blank) - self.blank.sum()) + len(self.raw.ragged),
            *planned,
        )

    def _who_what_when(self, at: pl.Series, person: Ints) -> None:
        self._set_blanks_aside(at, person)
        if at.null_count():
            self._reject(at.is_null().arg_true().to_numpy(), "at", "not an instant", "write 2026-10-08 07:55")
        nobody = person < 0
        if nobody.any():
            nobody &= ~self.known.anyone[self.kind]
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

    def _target(self, target: Ints) -> None:
        wanted = self.known.wanted[self.kind]
        wrong = (wanted & self.known.offered[target]) < wanted
        if wrong.any():
            self._reject(wrong & (target == EMPTY), "target", "no target")
            for bit in np.unique(wanted[wrong]):
                name = target_name(int(bit))
                strangers = wrong & (wanted == bit) & (target != EMPTY)
                self._reject(strangers, "target", f"not a registered {name}", self.known.targets)
        self.columns["target"] = pl.Series(target)
        free = np.flatnonzero(target == UNKNOWN)
        if len(free):
            nothing = pl.repeat(None, len(target), dtype=pl.String, eager=True)
            self.columns[FREE] = nothing.scatter(free, encode.tidy(self._text("target").gather(free)))

    def _case(self, case: pl.Series) -> None:
        wanted = self.known.case[self.kind]
        if wanted.any():
            self._reject(wanted & case.is_null().to_numpy(), "case", "no case")
        self.columns["case"] = case

    def _value(self, value: pl.Series, bad: Rows) -> None:
        self._reject(bad, "value", "not a number of at most four decimals")
        wanted = self.known.value[self.kind]
        if wanted.any():
            missing = np.flatnonzero(wanted & value.is_null().to_numpy())
            self._reject(np.setdiff1d(missing, bad), "value", "no value")
        self.columns["value"] = value

    def _attribute(self, attribute: Attribute, values: pl.Series, wrong: list[Rows]) -> None:
        for (each, kinds), bad in zip(attribute.checks, wrong, strict=True):
            if len(bad):
                reason = _REASONS.get(each.form) or f"not one of {', '.join(each.words)}"
                hint = Index(each.words) if each.words else None
                self._reject(bad[kinds[self.kind[bad]]], attribute.name, reason, hint)
        self.columns[attribute.name] = values

    def _checked(self, attribute: Attribute) -> tuple[pl.Series, list[Rows]]:
        """Returns the values of an attribute, and for each of its checks the positions of the cells that fail."""
        values, bad = self._read(attribute.name, attribute.type)
        return values, [
            bad if each == attribute.type else self._read(attribute.name, each)[1] for each, _ in attribute.checks
        ]

    def _read(self, column: str, each: AttributeType) -> tuple[pl.Series, Rows]:
        if each.words:
            return self._words(column, each.words)
        if each.form == "instant":
            return encode.instants(self.raw.frame[column], self.terms.zone)
        reader = _READERS.get(each.form)
        return reader(self.raw.frame[column]) if reader else (self._tidy(column), np.empty(0, np.int64))

    def _words(self, column: str, words: tuple[str, ...]) -> tuple[pl.Series, Rows]:
        text = self._text(column)
        odd = encode.unlisted(text, words)
        if not len(odd):
            return text, odd
        return encode.tidy(text), odd[Index(words).codes(text.gather(odd)) == UNKNOWN]

    def _identity(self) -> None:
        present = self.raw.frame.columns
        if "event_id" in present:
            self.columns["event_id"] = self._tidy("event_id")
        if "revision" in present:
            revision, bad = encode.integers(self.raw.frame["revision"])
            self._reject(bad, "revision", _REASONS["integer"])
            self.columns["revision"] = revision.fill_null(0)
        if "voided" in present:
            voided, bad = encode.booleans(self.raw.frame["voided"])
            self._reject(bad, "voided", _REASONS["boolean"])
            self.columns["voided"] = voided.fill_null(False)
        self.columns["row"] = pl.arange(FIRST_ROW, FIRST_ROW + len(self.out), dtype=pl.Int32, eager=True)

    def _ragged(self) -> None:
        for row, text in self.raw.ragged:
            line = (self.raw.name, row, None, text, "more cells than the header", "quote cells that hold a comma")
            self.rejects.append(pl.DataFrame([line], schema=REJECT_SCHEMA, orient="row"))

    def _planned(self) -> tuple[int, tuple[int, ...]]:
        """How many rows are plans, and of which kinds."""
        if "state" not in self.raw.frame.columns:
            return 0, ()
        words = Index(_STATES)
        states = words.codes(self._text("state"))
        self._reject(states == UNKNOWN, "state", f"not one of {', '.join(_STATES)}", words)
        plans = states == _STATES.index("planned")
        if not self.terms.forecast:
            self.out |= plans
        return int(plans.sum()), tuple(np.unique(self.kind[plans & (self.kind >= 0)]).tolist())

    def _late(self) -> pl.DataFrame:
        nothing = pl.DataFrame(schema=LATE_SCHEMA)
        cut_off = self.terms.recorded_before
        if cut_off is None or "recorded_at" not in self.raw.frame.columns:
            return nothing
        recorded, bad = encode.instants(self.raw.frame["recorded_at"], self.terms.zone, dates=True)
        if len(bad):
            place = Cell(self.raw.name, int(bad[0]) + FIRST_ROW, "recorded_at")
            message = f"{len(bad)} rows whose recorded_at is not an instant count as recorded in time"
            self.notices.append(Diagnostic("log.unreadable-recorded-at", message, place, severity="warning"))
        late = (recorded >= cut_off).fill_null(False).to_numpy() & ~self.out
        self.out |= late
        rows = np.flatnonzero(late) + FIRST_ROW
        return pl.DataFrame({"file": [self.raw.name] * len(rows), "row": rows}, schema=LATE_SCHEMA)

    def _set_blanks_aside(self, at: pl.Series, person: Ints) -> None:
        rows = np.flatnonzero((self.kind == EMPTY) & (person == EMPTY) & at.is_null().to_numpy())
        if not len(rows):
            return
        cells = pl.concat([self.raw.frame[rows], self.raw.others.collect()[rows]], how="horizontal")
        used = cells.select(pl.any_horizontal(pl.exclude(ROW).cast(pl.String).str.strip_chars().fill_null("") != ""))
        self.blank[rows[~used.to_series().to_numpy()]] = True
        self.out |= self.blank

    def _reject(
        self, which: npt.NDArray[np.bool_] | Rows, column: str, reason: str, hint: Index | str | None = None
    ) -> None:
        rows = np.flatnonzero(which) if which.dtype == np.bool_ else which
        rows = rows[~self.blank[rows]]
        if not len(rows):
            return
        self.out[rows] = True
        cells = self._text(column).gather(rows) if column in self.raw.frame.columns else None
        lines = pl.DataFrame({"row": rows + FIRST_ROW}).select(
            pl.lit(self.raw.name).alias("file"),
            pl.col("row").cast(pl.Int64),
            pl.lit(column).alias("column"),
            pl.lit(cells if cells is not None else None, dtype=pl.String).alias("value"),
            pl.lit(reason).alias("reason"),
            pl.lit(hint if isinstance(hint, str) else None, dtype=pl.String).alias("hint"),
        )
        if isinstance(hint, Index):
            lines = lines.with_columns(_nearest(lines["value"], hint))
        self.rejects.append(lines)

    def _cells(self, column: str) -> pl.Series:
        frame = self.raw.frame
        return frame[column] if column in frame.columns else pl.repeat(None, frame.height, dtype=pl.Int64, eager=True)

    def _codes(self, column: str, index: Index) -> Ints:
        if column in self.raw.frame.columns:
            return index.codes(self._text(column))
        return np.full(self.raw.frame.height, EMPTY, np.int32)

    def _text(self, column: str) -> pl.Series:
        return self._cells(column).cast(pl.String)

    def _tidy(self, column: str) -> pl.Series:
        return encode.tidy(self._text(column))


def _nearest(cells: pl.Series, known: Index) -> pl.Series:
    if len(known.words) > _MOST_KNOWN:
        return pl.repeat(None, len(cells), dtype=pl.String, eager=True).alias("hint")
    words = cells.unique(maintain_order=True).drop_nulls().head(_MOST_HINTS).to_list()
    hints = [did_you_mean(word.strip(), known.words) for word in words]
    return cells.replace_strict(words, hints, default=None, return_dtype=pl.String).alias("hint")
