"""What the book asks for beside visits and patrols: meetings, records, deadlines, counted rounds, open cases.

Which obligations are open is read off the verdicts on what is certain; here stands only what would meet each kind.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np

from dutyrules.activity.kinds import Kind
from dutyrules.checks import Duty
from dutyrules.checks.attendance import Attendance
from dutyrules.checks.deadline import Deadline
from dutyrules.checks.duty import Pattern
from dutyrules.checks.quota import Quota
from dutyrules.checks.record import Record
from dutyrules.checks.response import Response
from dutyrules.estate import Estate
from dutyrules.obligation import Reason, State
from dutyrules.plan.hours import Span
from dutyrules.plan.owing import words
from dutyrules.plan.plan import Unplanned
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

Says = Mapping[str, str]


@dataclass(frozen=True)
class Chore:
    """An open obligation that events of one person meet.

    Attributes:
        key: The breach id, which names it.
        post: Of whoever owes it.
        start, limit: First second in which it can be done, and first that is too late.
        kinds: What must be done, each once: (kind, what it must say).
        need: How often; of targets, how many different ones.
        spans: Hours of a day in which it counts; none is at any.
        slot: Its slot of the timetable.
        targets: Candidates, where targets are counted.
        reason: What it is breached as without a plan.
    """

    key: str
    duty: str
    post: int
    person: int
    start: int
    limit: int
    kinds: tuple[tuple[str, Says], ...]
    need: int = 1
    spans: tuple[Span, ...] = ()
    slot: Span | None = None
    counted: bool = False
    targets: tuple[str, ...] = ()
    target: str | None = None
    case: str | None = None
    reason: int = field(default=int(Reason.MISSING), compare=False)

    @property
    def days(self) -> range:
        """Day numbers on which it can be done."""
        return range(self.start // DAY, (self.limit - 1) // DAY + 1)


def chore_duties(estate: Estate, others: Set[str]) -> tuple[dict[str, Duty], list[Unplanned]]:
    """The duties that can be planned here, and those that are left alone, with the reason.

    Args:
        others: Kinds that visits and patrols are planned with.
    """
    planned, left = {}, []
    for name, duty in estate.book.duties.items():
        if duty.strength != "must" or (isinstance(duty, Record) and duty.of):
            continue
        why = _left(estate, duty, others)
        if why:
            left.append(Unplanned(name, why))
        elif why is None:
            planned[name] = duty
    return planned, left


def _left(estate: Estate, duty: Duty, others: Set[str]) -> str | None:
    """Why a duty is not planned here; nothing to say of what visits and patrols may be for."""
    kinds = estate.book.kinds
    match duty:
        case Quota() if duty.at_most is not None:
            return "limit"
        case Quota() if not others.isdisjoint(duty.event):
            return ""
        case Quota() if duty.participants:
            return "participants"
        case Quota() if duty.distinct is not None:
            return _targets(estate, duty)
        case Quota():
            return _bare(kinds[duty.event[0]])
        case Attendance() | Deadline() | Record():
            patterns = list(duty.patterns())
            if any(one.participants for one in patterns):
                return "participants"
            if any(one.event in others for one in patterns):
                return ""
            return next((why for why in (_bare(kinds[one.event]) for one in patterns) if why), None)
        case Response():
            return _follow_up(estate, duty, others)
        case _:
            return "found" if duty.check == "finding" else "not_by_plan"


def _bare(kind: Kind) -> str | None:
    """Why an event cannot be planned without knowing what it is about."""
    if kind.target is not None or kind.case:
        return "about_something"
    return "says_a_number" if kind.value else None


def _targets(estate: Estate, duty: Quota) -> str | None:
    kind = estate.book.kinds[duty.event[0]]
    if not duty.per.daily:
        return "not_daily"
    if duty.event[0] not in estate.planning.work:
        return "no_minutes"
    if kind.case or kind.value or kind.target not in ("unit", "building"):
        return "about_something"
    return None if duty.population or duty.cap else "no_population"


def _follow_up(estate: Estate, duty: Response, others: Set[str]) -> str | None:
    """Open cases are closed by one event that says which case, or what it is about."""
    patterns = [one for one in duty.follow_up.any_of if isinstance(one, Pattern)]
    if any(one.event in others for branch in duty.branches for one in branch.patterns()):
        return ""
    if not patterns or duty.otherwise is not None:
        return "several_follow_ups"
    return None if _closing(estate, duty) else "about_something"


def _closing(estate: Estate, duty: Response) -> Pattern | None:
    """The first event of a follow-up that can be written down knowing only the trigger."""
    kinds = estate.book.kinds
    for one in duty.follow_up.any_of:
        if isinstance(one, Pattern) and not one.participants:
            kind = kinds[one.event]
            case = not kind.case or duty.match_on == "case"
            target = kind.target is None or duty.match_on == "target"
            if case and target and not kind.value:
                return one
    return None


class Chores:
    """Reads what is open of the duties that are planned here."""

    def __init__(self, judgement: Judgement, duties: Mapping[str, Duty]) -> None:
        self._judgement, self._duties = judgement, duties
        self._ground, self._namer = judgement.ground, Namer(judgement)

    @cached_property
    def _records(self) -> Sequence[Record]:
        duties = self._judgement.estate.book.duties.values()
        return [duty for duty in duties if isinstance(duty, Record) and duty.strength == "must"]

    def open(self) -> Iterator[Chore]:
        """Every breach that events may still prevent, in the order of limits."""
        found = chain.from_iterable(self._of(duty) for duty in self._duties.values())
        yield from sorted(found, key=lambda one: (one.limit, one.start, one.duty, one.key))

    def unjudged(self) -> Iterator[Unplanned]:
        """Whom nobody can judge, and why."""
        seen: dict[Unplanned, None] = {}
        for name in self._duties:
            verdicts = self._judgement.verdicts[name]
            for row in np.flatnonzero(verdicts.state == State.NOT_ASSESSED).tolist():
                label = self._ground.presence.label(int(verdicts.obligations.post[row]))
                seen[Unplanned(f"{name} {label}", verdicts.whys[int(verdicts.why[row])])] = None
        yield from seen

    def _of(self, duty: Duty) -> Iterator[Chore]:
        verdicts = self._judgement.verdicts[duty.id]
        for row in verdicts.breached.tolist():
            yield self._chore(duty, row)

    def _chore(self, duty: Duty, row: int) -> Chore:
        verdicts, presence = self._judgement.verdicts[duty.id], self._ground.presence
        owed, log = verdicts.obligations, self._ground.facts.log
        post, target, case = int(owed.post[row]), int(owed.target[row]), int(owed.case[row])
        start, limit = int(owed.start[row]), int(owed.limit[row])
        counted = isinstance(duty, Quota)
        targets = verdicts.judged.missing(row).tolist() if isinstance(duty, Quota) and duty.distinct else []
        event = int(owed.event[row])
        if isinstance(duty, Response) and duty.match_on == "target" and target < 0 <= event:
            target = int(log.frame["target"][event])
        return Chore(
            key=self._namer.breach_id(duty.id, row),
            duty=duty.id,
            post=post,
            person=int(presence.person[post]),
            start=start,
            limit=limit,
            kinds=tuple(self._kinds(duty, post, (limit - 1) // DAY)),
            need=int(owed.expected[row] - verdicts.judged.actual[row]) if counted else 1,
            spans=self._spans(duty, row, post) if isinstance(duty, Quota) else (),
            slot=_minutes(self._ground.slots[duty.slot]) if duty.slot is not None else None,
            counted=counted,
            targets=tuple(str(log.targets[code]) for code in targets),
            target=str(log.targets[target]) if target >= 0 else None,
            case=str(log.cases[case]) if case >= 0 else None,
            reason=int(verdicts.judged.reason[row]),
        )

    def _kinds(self, duty: Duty, post: int, day: int) -> Iterator[tuple[str, Says]]:
        """What would meet the duty: kinds, and what their rows say."""
        estate = self._judgement.estate
        if isinstance(duty, Quota):
            patterns = [Pattern(event=duty.event[0], where=duty.where)]
        elif isinstance(duty, Response):
            patterns = [one for one in (_closing(estate, duty),) if one is not None]
        else:
            patterns = list(duty.patterns())
        for one in patterns:
            yield one.event, {**self._content(one.event, post, day), **dict(words(one.where))}

    # ------------------------------------------------------------ what a record holds

    def _content(self, kind: str, post: int, day: int) -> Says:
        """The least that makes a record of this kind complete for every duty that looks at it."""
        said: dict[str, str] = {}
        for duty in self._records:
            if kind in duty.kinds():
                for name, word in self._filled(duty, kind, post, day):
                    said.setdefault(name, word)
        return said

    def _filled(self, duty: Record, kind: str, post: int, day: int) -> Iterator[tuple[str, str]]:
        estate, presence = self._judgement.estate, self._ground.presence
        for name, allowed in duty.allowed.items():
            yield name, _word(allowed[0])
        if duty.filled is not None:
            least = duty.least(self._ground.terms(np.array([post]), np.array([day])))
            yield duty.filled.field, str(int(least[0]))
        if duty.blanks is not None:
            yield "blank_cells", "0"
        for name in duty.fields:
            yield name, _blank(estate.book.kinds[kind], name, presence.persons[presence.person[post]])
        if duty.signed_by is not None:
            signer = self._signer(duty.signed_by, post, day)
            if signer is not None:
                yield "signed_by", signer

    def _signer(self, role: str, post: int, day: int) -> str | None:
        """The person, or somebody in the role that signs: who is at work that day before others."""
        presence = self._ground.presence
        if role == "self":
            return presence.persons[presence.person[post]]
        column = day - presence.first
        lead = presence.lead(self._ground.roles[role])[:, column]
        there = sorted(np.flatnonzero(lead >= 0).tolist(), key=lambda one: not presence.work[lead[one], column])
        return presence.persons[there[0]] if there else None

    # ------------------------------------------------------------ when

    def _spans(self, duty: Quota, row: int, post: int) -> tuple[Span, ...]:
        """The windows in which events count, or the one that the obligation is about."""
        if duty.windows is None:
            return ()
        owed = self._judgement.verdicts[duty.id].obligations
        day = int(owed.first_day[row])
        index, values = self._ground.terms(np.array([post]), np.array([day])).choose(duty.windows)
        windows = values[int(index[0])]
        assert isinstance(windows, tuple)
        slot = int(owed.slot[row])
        return tuple(_minutes(span) for span in ([windows[slot - 1]] if slot else windows))


def _word(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)


def _blank(kind: Kind, name: str, person: str) -> str:
    """Something for a field that must not be empty; what it really holds stands in the log one day."""
    form = kind.attributes.get(name)
    match form.form if form is not None else "":
        case "boolean":
            return "true"
        case "integer":
            return "1"
        case "person":
            return person
        case "words" if form is not None:
            return form.words[0]
        case "" if name == "outcome":
            return "done"
    return "-"


def _minutes(seconds: tuple[int, int]) -> Span:
    return -(-seconds[0] // 60), seconds[1] // 60
