"""What is known before a log is read: kinds, persons, targets, as lookup arrays; and room for what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity.kinds import TARGETS, TEXT, AttributeType, Kind
from dutyrules.activity.log import JUDGED, KEPT, REQUIRED
from dutyrules.activity.words import EMPTY, Index, Texts

_BITS = {target: 1 << position for position, target in enumerate(TARGETS)}
# A lookup array ends with the answers for UNKNOWN and EMPTY, which index it from behind.
_BEHIND = 2


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of the log that kinds declare.

    Attributes:
        name: Its name.
        type: How its cells are read; text where kinds declare it differently.
        checks: What the cells of some kinds must hold, with the mask of these kinds.
        texts: Numbers its texts.
    """

    name: str
    type: AttributeType
    checks: tuple[tuple[AttributeType, npt.NDArray[np.bool_]], ...]
    texts: Texts = field(default_factory=Texts, compare=False)


class Vocabulary:
    """Kinds, persons and targets by number.

    Attributes:
        kinds: The kinds by number.
        persons: The persons by number.
        targets: The registered targets of every type, by number.
        wanted: The target type that each kind wants, as a bit; 0 none.
        offered: The target types that each target is, as bits; a word that is not registered is text.
        anyone: Whether the person of each kind need not be known.
        case: Whether each kind wants a case.
        value: Whether each kind wants a value.
        attributes: The declared attributes, and `outcome`, `channel` and `participants`.
        cases, free: Number what comes up in the log: its cases, its targets that are not registered.
    """

    def __init__(
        self, kinds: Mapping[str, Kind], persons: Sequence[str], targets: Mapping[str, Sequence[str] | pl.Series]
    ) -> None:
        last = {} if "person" in targets else {"person": persons}
        by_type = {name: pl.Series(ids, dtype=pl.String) for name, ids in {**targets, **last}.items()}
        self.kinds = Index(kinds)
        self.persons = Index(persons)
        self.targets = Index(pl.concat(by_type.values()))
        all_kinds = kinds.values()
        self.wanted = _bits(_BITS[kind.target] if kind.target else 0 for kind in all_kinds)
        self.offered = self._offered(by_type)
        self.anyone = _flags(kind.anyone for kind in all_kinds)
        self.case = _flags(kind.case for kind in all_kinds)
        self.value = _flags(kind.value for kind in all_kinds)
        self.attributes = tuple(_attributes(kinds))
        self.cases, self.free = Texts(), Texts()

    def words(self) -> frozenset[str]:
        """Returns words outside ASCII: they tell one encoding from another."""
        words: set[str] = {*REQUIRED, *JUDGED, *KEPT, *(attribute.name for attribute in self.attributes)}
        for index in (self.kinds, self.persons, self.targets):
            words.update(index.words)
        for attribute in self.attributes:
            words.update(word for check, _ in attribute.checks for word in check.words)
        return frozenset(word for word in words if not word.isascii())

    def _offered(self, by_type: Mapping[str, pl.Series]) -> npt.NDArray[np.uint8]:
        offered = np.full(len(self.targets.words) + _BEHIND, _BITS["text"], np.uint8)
        offered[EMPTY] = 0
        everything = pl.concat(by_type.values())
        # Where no id is of two types, the positions are those of the index.
        distinct = len(everything) == len(self.targets.words)
        codes = np.arange(len(everything)) if distinct else self.targets.codes(everything)
        start = 0
        for target, members in by_type.items():
            offered[codes[start : start + len(members)]] |= _BITS[target]
            start += len(members)
        return offered


def columns_of(kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """Returns the columns that a log of such events may fill, apart from those that are only kept."""
    declared = chain.from_iterable(kind.attributes for kind in kinds.values())
    return tuple(dict.fromkeys([*REQUIRED, *JUDGED, *declared]))


def target_name(bit: int) -> str:
    """Returns the target type that a bit of `Vocabulary.wanted` stands for."""
    return TARGETS[bit.bit_length() - 1]


def _bits(answers: Iterable[int]) -> npt.NDArray[np.uint8]:
    return np.array([*answers, *[0] * _BEHIND], np.uint8)


def _flags(answers: Iterable[bool]) -> npt.NDArray[np.bool_]:
    return np.array([*answers, *[False] * _BEHIND], np.bool_)


def _attributes(kinds: Mapping[str, Kind]) -> Iterator[Attribute]:
    declared: dict[str, dict[AttributeType, list[int]]] = {"outcome": {}, "channel": {}, "participants": {}}
    for number, kind in enumerate(kinds.values()):
        for name, each in kind.attributes.items():
            declared.setdefault(name, {}).setdefault(each, []).append(number)
    for name, types in declared.items():
        forms = {each.form for each in types}
        agreed = next(iter(types)) if len(forms) == 1 else TEXT
        checks = []
        for each, numbers in types.items():
            mask = np.zeros(len(kinds) + _BEHIND, np.bool_)
            mask[numbers] = True
            checks.append((each, mask))
        yield Attribute(name, agreed, tuple(checks))
