"""Rows of the log as a reader of a report sees them: when, what, about what, and what else they say."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import polars as pl

from dutyrules.activity.kinds import RESERVED
from dutyrules.activity.log import VALUE_SCALE
from dutyrules.report.figure_words import FigureWords
from dutyrules.report.language import Speech
from dutyrules.report.numbers import plain
from dutyrules.scoring import Result
from dutyrules.timegrid import instant_text

Source = tuple[str, int]
"""File and row."""

_OTHERS: Final = frozenset({"participants", "recorded_by"})
"""Columns that name people, beside those that their kinds say do."""


class LogRows:
    """Tells rows of the log that was scored."""

    def __init__(self, result: Result, wanted: Collection[Source], speech: Speech, *, own: bool) -> None:
        self._result, self._say, self._own = result, speech, own
        self._words = FigureWords(result.estate.book, speech)
        self._rows = self._found(wanted)

    def _found(self, wanted: Collection[Source]) -> Mapping[Source, Mapping[str, Any]]:
        log = self._result.log
        numbers = {file.name: number for number, file in enumerate(log.files)}
        pairs = pl.DataFrame(
            [(numbers[file], row) for file, row in sorted(wanted)],
            schema={"file": log.frame.schema["file"], "row": log.frame.schema["row"]},
            orient="row",
        )
        found = log.frame.join(pairs, on=["file", "row"], how="semi")
        return {(log.files[row["file"]].name, row["row"]): row for row in found.iter_rows(named=True)}

    def place(self, source: Source) -> str:
        """Where a row stands: its file and number."""
        file, row = source
        return f"{file.rpartition('/')[2]}:{row}"

    def __call__(self, source: Source, person: str) -> str:
        """What a row says, as short as its reader allows.

        Args:
            person: Whose sheet it stands on; of rows of others it says whose they are, but in nobody's own copy.
        """
        row = self._rows.get(source)
        return "" if row is None else " · ".join(self._told(row, person))

    def _told(self, row: Mapping[str, Any], person: str) -> Iterator[str]:
        log = self._result.log
        kind = log.kinds[row["kind"]]
        at = datetime.fromisoformat(instant_text(row["at"]))
        yield f"{at:%m-%d %H:%M:%S}".removesuffix(":00") + f" {self._kind(kind)}"
        whose = log.persons[row["person"]] if row["person"] >= 0 else ""
        if whose and whose != person and not self._own:
            yield self._result.estate.name_of(whose)
        about = [
            log.targets[row["target"]] if row["target"] >= 0 else "",
            log.cases[row["case"]] if row["case"] >= 0 else "",
        ]
        yield from dict.fromkeys(filter(None, about))
        if row["value"] is not None:
            yield plain(Decimal(row["value"]) / VALUE_SCALE)
        yield from self._attributes(kind, row)

    def _kind(self, kind: str) -> str:
        """What happened; findings and inspections by what they are about."""
        form = self._result.estate.book.events.get(kind)
        if title := self._say.title(form.title if form else "", ""):
            return title
        sort, _, about = kind.partition(".")
        return self._say(f"sp_kind_{sort}", about=about) if sort in ("finding", "inspection") else kind

    def _attributes(self, kind: str, row: Mapping[str, Any]) -> Iterator[str]:
        declared = self._result.estate.book.kinds[kind].attributes if kind in self._result.estate.book.kinds else {}
        for name, value in row.items():
            form = declared[name].form if name in declared else "words"
            if name in RESERVED or value is None or (self._own and (name in _OTHERS or form == "person")):
                continue
            told = instant_text(value) if form == "instant" and isinstance(value, int) else value
            said = self._say(f"sp_{'yes' if told else 'no'}") if isinstance(told, bool) else self._word(str(told))
            yield f"{self._word(name)}: {said}"

    def _word(self, word: str) -> str:
        """A word of the log, where there is a plain one."""
        key = f"sp_word_{word}"
        return self._say(key) if self._say.knows(key) else self._words.word(word).replace("_", " ")
