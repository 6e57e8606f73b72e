"""Runs the tests that a book brings along: each is a small estate with a small log, scored by the real engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from re import fullmatch

from dutyrules.book import Book, Scorecard, load_book, overlapping
from dutyrules.diagnostics import Diagnostic, InputError, Span
from dutyrules.estate import Estate
from dutyrules.obligation import State
from dutyrules.scoring import Result, Sheet, score
from dutyrules.workshop.boundaries import Edge, Probe, Side, probes
from dutyrules.workshop.coverage import Coverage, coverage
from dutyrules.workshop.entries import Entry, read_entries
from dutyrules.workshop.forms import BreachForm
from dutyrules.workshop.scene import Scene, main_role, stage
from dutyrules.workshop.sightings import shown


@dataclass(frozen=True)
class Outcome:
    """What became of one test.

    Attributes:
        span: Where the test is written.
        failures: Every expectation that was not met, at its line, with what was expected and what came.
        states: Duty that the test names → the states in which its obligations were.
        executed: Clauses that the test exercised; see `Coverage`.
        shown: Sides of edges that its verdicts show; see `boundaries`.
    """

    name: str
    clause: tuple[str, ...]
    span: Span
    failures: tuple[Diagnostic, ...]
    states: Mapping[str, frozenset[str]]
    executed: frozenset[str]
    shown: frozenset[tuple[Edge, Side]] = frozenset()

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.failures

    def as_json(self) -> dict[str, object]:
        """The outcome as plain values."""
        return {
            "name": self.name,
            "clause": list(self.clause),
            "passed": self.passed,
            "failures": [failure.as_json() for failure in self.failures],
        }


@dataclass(frozen=True)
class BookReport:
    """The tests of a book and what they cover."""

    book: str
    outcomes: tuple[Outcome, ...]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        """Whether every test passed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The tests that did not pass."""
        return tuple(outcome for outcome in self.outcomes if not outcome.passed)

    def as_text(self) -> str:
        """The report as lines of text: failures first, then the counts, then what is not covered."""
        failures = [str(failure) for outcome in self.failed for failure in outcome.failures]
        passed, total = len(self.outcomes) - len(self.failed), len(self.outcomes)
        return "\n".join([*failures, f"{self.book}: {passed} of {total} tests passed", *self.coverage.lines()]) + "\n"

    def as_json(self) -> dict[str, object]:
        """The report as plain values."""
        return {
            "book": self.book,
            "passed": self.passed,
            "tests": [outcome.as_json() for outcome in self.outcomes],
            "coverage": self.coverage.as_json(),
        }


def run_book_tests(path: Path) -> BookReport:
    """Runs the tests of a book.

    Args:
        path: The book; what it extends is read too, but only its own tests are run.

    Raises:
        InputError: The book or a test is malformed, or there is no test (`test.none`).
    """
    book = load_book(path)
    edges = probes(book)
    outcomes = tuple(perform(scene, edges=edges) for scene in read_scenes(book))
    return BookReport(book.head.book, outcomes, coverage(book, edges, outcomes))


def read_scenes(book: Book) -> tuple[Scene, ...]:
    """The tests of a book, ready to be run.

    Raises:
        InputError: everything that is wrong with them.
    """
    problems: list[Diagnostic] = []
    staged = [stage(book, entry, problems) for entry in read_entries(book, problems)]
    if problems:
        raise InputError(problems)
    return tuple(scene for scene in staged if scene is not None)


def perform(scene: Scene, book: Book | None = None, *, edges: Sequence[Probe] = ()) -> Outcome:
    """Scores one test and compares.

    Args:
        book: Another version of the book, with the same names.
        edges: The boundaries to look for.
    """
    entry = scene.entry
    estate = scene.under(book or scene.estate.book)
    role = entry.given.person.role or main_role(estate.book)
    result = score(_narrowed(estate, entry), scene.log, entry.given.month.label, entry.given.as_of)
    own = [sheet for sheet in _sheets(result, entry.given.person.id) if sheet.role == role]
    failures = [*_duty_failures(result, entry), *_sum_failures(own, entry)]
    person = entry.given.person.id
    states = {name: frozenset(state for state, _ in _verdicts(result, person, name)) for name in entry.duties}
    return Outcome(
        entry.name,
        entry.clause,
        entry.span("name"),
        tuple(failures),
        states,
        _executed(estate.book, entry, states, own),
        shown(result, person, [*entry.duties], edges) if edges and not failures else frozenset(),
    )


def _narrowed(estate: Estate, entry: Entry) -> Estate:
    """The estate with only what the expectations look at; the rest would only cost time."""
    book = estate.book
    cards = {name: _card(card, entry) for name, card in book.scorecards.items()} if entry.sums.on_card else {}
    fines = book.fines if entry.sums.fines else {}
    lines = [*fines.values(), *(line for card in cards.values() for line in card.lines.values())]
    needed = {*entry.duties, *(name for line in lines for name in line.reads)}
    duties = {name: duty for name, duty in book.duties.items() if name in needed}
    return replace(estate, book=replace(book, duties=duties, scorecards=cards, fines=fines))


def _card(card: Scorecard, entry: Entry) -> Scorecard:
    """The items that a test looks at, and those that share breaches with them."""
    if entry.sums.score is not None:
        return card
    wanted = {item for item in card.items if item in entry.sums.items}
    wanted |= {item for (item, _), line in card.lines.items() if set(line.clause) & entry.lines.keys()}
    for group in overlapping(card.lines):
        sharing = {item for item, _ in group}
        wanted |= sharing if sharing & wanted else set()
    return card.model_copy(update={"items": {item: form for item, form in card.items.items() if item in wanted}})


def _sheets(result: Result, person: str) -> Sequence[Sheet]:
    try:
        return result.of(person)
    except InputError:  # no post in the period: then there is no sheet
        return ()


# ---------------------------------------------------------------- duties


def _verdicts(result: Result, person: str, duty: str) -> list[tuple[str, int]]:
    """(state, row) of every verdict on the test's person."""
    verdicts, presence = result.judgement.verdicts[duty], result.judgement.ground.presence
    owners = [presence.persons[code] for code in presence.person[verdicts.obligations.post]]
    states = [State(int(code)).name.lower() for code in verdicts.state]
    return [(state, row) for row, (state, owner) in enumerate(zip(states, owners, strict=True)) if owner == person]


def _duty_failures(result: Result, entry: Entry) -> Iterator[Diagnostic]:
    for duty, expected in entry.duties.items():
        verdicts = _verdicts(result, entry.given.person.id, duty)
        breaches = [Breach.of(result, duty, row) for state, row in verdicts if state == "breached"]
        states = [state for state, _ in verdicts]
        if isinstance(expected, str):
            right = set(states) == {expected} if expected != "none" else not states
            wanted = expected
        else:
            right = _match(expected, breaches)
            wanted = _listed([], expected) if expected else "no breach"
        if not right:
            yield _failed(entry, duty, wanted, _listed(states, breaches), "expect", duty)


@dataclass(frozen=True)
class Breach:
    """A breach, in the words in which a test expects it."""

    reason: str | None
    expected: str | None
    actual: str | None
    on: str
    slot: int | None
    target: str | None
    case: str | None

    @classmethod
    def of(cls, result: Result, duty: str, row: int) -> "Breach":
        """One row of a duty's verdicts."""
        finding = result.namer.finding(duty, row, evidence=False)
        log, obligations = result.log, result.judgement.verdicts[duty].obligations
        slot, target, case = (int(column[row]) for column in (obligations.slot, obligations.target, obligations.case))
        return cls(
            reason=finding.reason,
            expected=finding.expected,
            actual=finding.actual,
            on=finding.day,
            slot=slot or None,
            target=log.targets[target] if target >= 0 else None,
            case=log.cases[case] if case >= 0 else None,
        )

    def fits(self, form: BreachForm) -> bool:
        """Whether it is what a test names, in the fields that it names."""
        return all(_same(getattr(self, name), wanted) for name, wanted in form.model_dump(exclude_none=True).items())


def _match(forms: Sequence[BreachForm], breaches: Sequence[Breach]) -> bool:
    """Whether each form has a breach of its own and none is left over; forms that say most choose first."""
    if len(forms) != len(breaches):
        return False
    left = list(breaches)
    for form in sorted(forms, key=lambda form: -len(form.model_dump(exclude_none=True))):
        found = next((breach for breach in left if breach.fits(form)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _same(came: object, wanted: object) -> bool:
    """Whether a text says what a test wrote: numbers by value, instants with or without date and seconds."""
    if came is None:
        return False
    text = str(came)
    if isinstance(wanted, int | Decimal):
        try:
            return Decimal(text) == wanted
        except InvalidOperation:
            return False
    written = str(wanted)
    if fullmatch(r"(.* )?\d{1,2}:\d{2}", written):
        written += ":00"
    return text == written or text[11:] == written.zfill(8)


def _listed(states: Sequence[str], breaches: Sequence[Breach | BreachForm]) -> str:
    """Verdicts as a reader sees them: counted by state, the breaches one by one."""
    others = [f"{states.count(state)} {state}" for state in dict.fromkeys(states) if state != "breached"]
    return "; ".join([*others, *(f"breached: {_written(breach)}" for breach in breaches)]) or "none"


def _written(breach: Breach | BreachForm) -> str:
    fields = {name: value for name, value in vars(breach).items() if value is not None}
    return "{" + ", ".join(f"{name}: {value}" for name, value in fields.items()) + "}"


# ---------------------------------------------------------------- scorecard and fines


def _sum_failures(sheets: Sequence[Sheet], entry: Entry) -> Iterator[Diagnostic]:
    sums = entry.sums
    if sums.score is not None:
        yield from _compared(
            entry, sums.score, [sheet.score for sheet in sheets if sheet.score is not None], "expect", "score"
        )
    for item, points in sums.items.items():
        came = [one.score for sheet in sheets for one in sheet.items if one.item == item]
        yield from _compared(entry, points, came, "expect", "items", item)
    for written, (clause, points) in zip(sums.lines, entry.lines.items(), strict=True):
        came = [line.points for sheet in sheets for item in sheet.items for line in item.lines if clause in line.clause]
        yield from _compared(entry, points, came, "expect", "lines", written)
    for currency, amount in sums.fines.items():
        came = [sheet.fine_totals.get(currency, Decimal(0)) for sheet in sheets]
        yield from _compared(entry, amount, came, "expect", "fines", currency)


def _compared(entry: Entry, wanted: Decimal, came: Sequence[Decimal], *path: str) -> Iterator[Diagnostic]:
    total = sum(came, Decimal(0))
    if not came or total != wanted:
        yield _failed(
            entry, " ".join(path[1:]), f"{wanted.normalize():f}", f"{total.normalize():f}" if came else "none", *path
        )


def _failed(entry: Entry, what: str, wanted: str, came: str, *path: str) -> Diagnostic:
    return Diagnostic("test.failed", f"{entry.name}: {what} came otherwise", entry.span(*path), came, wanted)


# ---------------------------------------------------------------- what was exercised


def _executed(
    book: Book, entry: Entry, states: Mapping[str, frozenset[str]], sheets: Sequence[Sheet]
) -> frozenset[str]:
    judged = [name for name, seen in states.items() if seen - {"no_occasion", "not_assessed"}]
    clauses: set[str] = {clause for name in judged for clause in book.duties[name].clause} | entry.lines.keys()
    for sheet in sheets:
        clauses |= _charged(line.clause for item in sheet.items for line in item.lines if line.points)
        clauses |= _charged(fine.clause for fine in sheet.fines if fine.amount)
        clauses |= _charged(bonus.clause for bonus in sheet.bonuses if bonus.points)
    return frozenset(clauses)


def _charged(clauses: Iterable[tuple[str, ...]]) -> set[str]:
    return {clause for several in clauses for clause in several}
