"""The encoding of a CSV file: byte order mark, UTF-8, then GB18030 or Big5 by the titles the header holds."""

import codecs
import re
from collections.abc import Container
from dataclasses import dataclass

from dutyrules.registry.schema import canonical_title

__all__ = ["Decoded", "decode"]

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# Both character sets put the common characters first: their lead bytes, with the plain name of the set.
_COMMON = {"gb18030": ("gb2312", b"\xb0", b"\xd7"), "big5": ("big5", b"\xa4", b"\xc6")}
_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file.

    Attributes:
        text: The text, without byte order mark.
        encoding: The encoding in which it was read.
        certain: False if the encoding was guessed from the characters alone.
    """

    text: str
    encoding: str
    certain: bool


def decode(data: bytes, titles: Container[str]) -> Decoded | None:
    """Decodes a CSV file.

    Args:
        data: The bytes of the file.
        titles: The column titles that its header may hold.

    Returns:
        The text, or None if no encoding fits.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _attempt(data, encoding)
    return _attempt(data, "utf-8") or _chinese(data, titles)


def _attempt(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), encoding, certain=True)
    except UnicodeDecodeError:
        return None


def _chinese(data: bytes, titles: Container[str]) -> Decoded | None:
    readings = [reading for encoding in _COMMON if (reading := _attempt(data, encoding)) is not None]
    if len(readings) < len(_COMMON):
        return readings[0] if readings else None
    known = [_known_titles(reading.text, titles) for reading in readings]
    if known[0] != known[1]:
        return readings[known.index(max(known))]
    # An English header is the same bytes in both: whichever reading is made of common characters is the right one.
    best = max(readings, key=lambda reading: _commonness(reading.text, reading.encoding))
    return Decoded(best.text, best.encoding, certain=False)


def _known_titles(text: str, titles: Container[str]) -> int:
    header = text.lstrip().partition("\n")[0]
    return sum(canonical_title(cell.strip('"\r ')) in titles for cell in re.split("[,;\t]", header))


def _commonness(text: str, encoding: str) -> float:
    charset, first, last = _COMMON[encoding]
    han = [char for char in text[:_SAMPLE] if not char.isascii()]
    common = sum(first <= char.encode(charset, "ignore")[:1] <= last for char in han)
    return common / max(len(han), 1)
