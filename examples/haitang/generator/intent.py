"""What the plants mean to show: expected breaches, findings, refused rows."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A breach, or an excused one (`why` says by what).

    Attributes:
        day: The day on which the obligation falls due.
        period: The label of the period for duties per workday, week or month; empty for triggered ones.
        expected: What was owed, as far as docs/semantics.md says how it is shown; a time: the last good minute.
        actual: What was seen; times with seconds.
        should: The duty costs nothing, whatever happens (`strength: should` or `may`).
    """

    plant: str
    person: str
    role: str
    area: str
    duty: str
    day: date
    period: str
    reason: str
    expected: str = ""
    actual: str = ""
    target: str = ""
    case: str = ""
    slot: int = 0
    should: bool = False
    why: str = ""

    @property
    def lacking(self) -> int:
        return int(self.expected) - int(self.actual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    plant: str
    person: str
    clause: str
    day: date
    value: Decimal


@dataclass(slots=True)
class Intent:
    """Everything that the plants intend."""

    stories: dict[str, str] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)
    excused: list[Breach] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_assessed: list[dict[str, str]] = field(default_factory=list)
    bonus: dict[str, Decimal] = field(default_factory=dict)
    waivers: list[tuple[str, str, str, str]] = field(default_factory=list)
    copies: int = 0
    repeats: int = 0
    conflicts: int = 0
    late_rows: int = 0
