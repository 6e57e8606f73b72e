"""Tells characters of the two scripts of Chinese apart, as far as their old encodings do."""

import re
from typing import Final

_BOTH: Final = frozenset("万与么于价优体党几划听坏复怀怜惊愿扰据机极构洁确种适里范占后并")
"""In Big5 too, for other, rare words; here they are the simplified forms of 萬, 與, 麼, 於 …"""
_LEFT: Final = frozenset("後於")
"""In GB 2312 too, for names; here they are 后 and 于."""


def simplified(text: str) -> set[str]:
    """Its characters that are not written so in traditional Chinese."""
    return {one for one in re.findall(r"[一-鿿]", text) if one in _BOTH or not _writes("big5", one)}


def traditional(text: str) -> set[str]:
    """Its characters that are not written so in simplified Chinese."""
    return {one for one in re.findall(r"[一-鿿]", text) if one in _LEFT or not _writes("gb2312", one)}


def _writes(encoding: str, character: str) -> bool:
    return bool(character.encode(encoding, "ignore"))
