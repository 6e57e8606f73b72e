"""CSV files as columns of text: encodings, ragged rows, headers."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Collection, Iterator

import polars as pl

from dutyrules.activity.texttable import BrokenRow, Table, header_of
from dutyrules.diagnostics import Cell, Diagnostic, InputError
from dutyrules.registry.cells import unescaped

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TOO_LONG = ("more cells than the header", "quote cells that hold a comma")
_CHINESE = ("gb18030", "big5")
# Enough to tell two encodings apart.
_SAMPLE = 65_536
# The lead bytes of the ordinary characters: level one of GB 2312, the frequent ones of Big5.
_COMMON = {"gb18030": ("gb2312", 0xB0, 0xD7), "big5": ("big5", 0xA4, 0xC6)}


def read_csv(name: str, data: bytes, known: Callable[[], Collection[str]], encoding: str | None = None) -> Table:
    """Reads a CSV file without losing a cell.

    Args:
        name: What diagnostics call the file.
        data: Its bytes.
        known: Gives words that the file probably holds; they tell GB18030 from Big5.
        encoding: The encoding, if it is known.

    Raises:
        InputError: The bytes are not text in that encoding, or the text is not CSV.
    """
    text, used = _decode(name, data, known, encoding)
    if not text or text.isspace():
        raise _error("log.empty-file", "the file is empty", name)
    try:
        header = header_of(name, next(csv.reader(io.StringIO(text[:_SAMPLE], newline=""))))
        frame, broken = _cells(text, data if used == "utf-8" else text.encode(), header)
    except csv.Error as error:
        raise _error("log.bad-csv", f"the file is not CSV: {error}", name) from None
    if "'" in text:
        frame = frame.select(unescaped(cells) for cells in frame.get_columns())
    return Table(frame, broken, used)


def read_cells(name: str, data: bytes, known: Callable[[], Collection[str]]) -> Iterator[list[str]]:
    """Reads the rows of a CSV file one by one as they stand, titles above the header included.

    Args:
        name: What diagnostics call the file.
        data: Its bytes.
        known: Gives words that the file probably holds; they tell GB18030 from Big5.

    Raises:
        InputError: The bytes are not text, or the text is not CSV.
    """
    text, _ = _decode(name, data, known, None)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as error:
        raise _error("log.bad-csv", f"the file is not CSV: {error}", name) from None


def _cells(text: str, data: bytes, header: list[str]) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]]:
    try:
        frame = pl.read_csv(data, infer_schema=False)
    except pl.exceptions.PolarsError:
        return _by_row(text, header)  # a ragged row, or worse: csv says which
    if frame.width != len(header):
        return _by_row(text, header)
    frame.columns = header
    return frame, ()


def _by_row(text: str, header: list[str]) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]]:
    width = len(header)
    columns: list[list[str | None]] = [[] for _ in header]
    broken: list[BrokenRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    next(reader)
    for number, cells in enumerate(reader, start=2):
        if any(cells[width:]):
            broken.append(BrokenRow(number, ",".join(cells), *_TOO_LONG))
            # The row keeps its number; the blank that stands for it is no event.
            kept = [""] * width
        else:
            kept = [*cells[:width], *[""] * (width - len(cells))]
        for column, cell in zip(columns, kept, strict=True):
            column.append(cell or None)
    frame = pl.DataFrame(dict(zip(header, columns, strict=True)), schema=dict.fromkeys(header, pl.String))
    return frame, tuple(broken)


def _decode(name: str, data: bytes, known: Callable[[], Collection[str]], encoding: str | None) -> tuple[str, str]:
    if encoding is None:
        encoding = next((codec for bom, codec in _BOMS if data.startswith(bom)), None)
    if encoding is not None:
        text = _strictly(data, encoding)
        if text is None:
            raise _error("log.bad-encoding", f"the file is not {encoding} text", name, "save it as UTF-8")
        return text.removeprefix("\ufeff"), encoding
    text = _strictly(data, "utf-8")
    if text is not None:
        return text, "utf-8"
    readings = [(codec, text) for codec in _CHINESE if (text := _strictly(data, codec)) is not None]
    if not readings:
        raise _error(
            "log.bad-encoding",
            "the file is not text in UTF-8, GB18030 or Big5",
            name,
            "name its encoding, or save it as UTF-8",
        )
    words = known()
    best = max(readings, key=lambda reading: _likelihood(reading[0], reading[1], words))  # the first of equals: GB18030
    return best[1], best[0]


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _likelihood(codec: str, text: str, known: Collection[str]) -> tuple[int, float]:
    """How many known words the text holds, then the share of ordinary characters in it."""
    sample = text[:_SAMPLE]
    words = {word.strip('"') for line in sample.splitlines() for word in line.split(",")}
    foreign = [character for character in sample if not character.isascii()]
    charset, first, last = _COMMON[codec]
    common = sum(first <= character.encode(charset, "ignore")[:1].ljust(1, b"\0")[0] <= last for character in foreign)
    return sum(not word.isascii() and word in known for word in words), common / max(len(foreign), 1)


def _error(code: str, message: str, name: str, hint: str | None = None) -> InputError:
    return InputError([Diagnostic(code, message, Cell(name, 1), hint=hint)])
