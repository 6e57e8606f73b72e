"""What a kind of event declares about its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["words", "integer", "boolean", "instant", "person", "text"]

RESERVED = frozenset(
    ("at", "person", "kind", "target", "case", "value", "event_id", "revision", "voided", "state", "file", "row")
)
"""Columns of the log that are no attributes."""

TARGETS = ("building", "unit", "person", "area", "text")

LOCATED = ("building", "unit", "area")
"""Targets that lie in an area."""


@dataclass(frozen=True, slots=True)
class AttributeType:
    """What the cells of an attribute may hold.

    Attributes:
        form: How a cell is read.
        words: The allowed words; only for the form `words`.
    """

    form: Form
    words: tuple[str, ...] = ()

    @classmethod
    def of_words(cls, *words: str) -> AttributeType:
        """Returns the type of cells that hold one of the words."""
        return cls("words", words)


INTEGER = AttributeType("integer")
BOOLEAN = AttributeType("boolean")
INSTANT = AttributeType("instant")
PERSON = AttributeType("person")
TEXT = AttributeType("text")

_NO_ATTRIBUTES: Mapping[str, AttributeType] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event, as the rule books declare it.

    Attributes:
        name: Its name, as rows write it.
        target: What the rows must name: `building`, `unit`, `person`, `area` (all registered) or `text`.
        case: Rows must carry a case.
        value: Rows must carry a number.
        value_optional: Rows may carry a number: findings and inspections.
        anyone: The person need not be staff and may be empty.
        attributes: The further columns that its rows may fill.
    """

    name: str
    target: str | None = None
    case: bool = False
    value: bool = False
    value_optional: bool = False
    anyone: bool = False
    attributes: Mapping[str, AttributeType] = field(default_factory=lambda: _NO_ATTRIBUTES)

    def __post_init__(self) -> None:
        if self.target is not None and self.target not in TARGETS:
            raise ValueError(f"{self.name}: a target is one of {', '.join(TARGETS)}, not {self.target!r}")
        if taken := RESERVED & self.attributes.keys():
            raise ValueError(f"{self.name}: {', '.join(sorted(taken))} can't be attributes")
