"""What an inspector may find: deduction lines, and what else a finding feeds, person by person."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from dutyrules.book import Book
from dutyrules.checks import Duty
from dutyrules.diagnostics import Diagnostic, InputError, did_you_mean
from dutyrules.estate.estate import Estate
from dutyrules.figure import Form
from dutyrules.timegrid import Period


@dataclass(frozen=True)
class Spot:
    """Something in a book that findings feed.

    Attributes:
        role: Whose it is.
        name: Where it stands: scorecard, item and line; or the section and its id.
        form: As the book has it.
        clause: By which findings name it.
        looked: What says that it was looked at: an item, or the clause of a duty; None for fines and outcomes.
        unseen: Whether no log tells of it: only who looks can say that nothing was wrong.
    """

    role: str
    name: tuple[str, ...]
    form: Form = field(compare=False)
    clause: str
    looked: str | None
    unseen: bool


@dataclass(frozen=True)
class Entry:
    """A spot of one person.

    Attributes:
        held: First and last day of each post in a role that the spot is about; None where it is open.
    """

    person: str
    role: str
    spot: Spot
    held: tuple[tuple[date | None, date | None], ...]

    @property
    def key(self) -> str:
        """Tells it from all others, in any form of the estate."""
        return sha256(f"{self.person}|{self.spot.clause}".encode()).hexdigest()[:12]

    def holds(self, day: date) -> bool:
        """Whether the person has such a post on a day."""
        return any((first or day) <= day <= (last or day) for first, last in self.held)


def entries(
    estate: Estate, period: Period, *, roles: Collection[str] = (), persons: Collection[str] = ()
) -> list[Entry]:
    """What may be found of whom in a period: people in the order of the table, spots in that of the books.

    Args:
        roles: Only people in these roles; all if there is none.
        persons: Only these people.

    Raises:
        InputError: There is no such role or person.
    """
    _known(roles, estate.book.roles, "role")
    _known(persons, estate.persons, "person")
    posts = _posts(estate, period)
    spots, found = list(_spots(estate.book)), []
    for person, held in posts.items():
        if persons and person not in persons:
            continue
        seen = set()
        for spot in spots:
            stands = estate.book.stands_for(spot.role)
            mine = [post for post in held if post[0] in stands and (not roles or post[0] in roles)]
            if mine and spot.clause not in seen:  # of two sheets by one scorecard, a finding stands on the first
                seen.add(spot.clause)
                found.append(Entry(person, mine[0][0], spot, tuple(post[1:] for post in mine)))
    return found


def _known(names: Collection[str], known: Collection[str], what: str) -> None:
    problems = [
        Diagnostic(f"form.unknown-{what}", f"there is no {what} {name}", None, name, hint=did_you_mean(name, known))
        for name in names
        if name not in known
    ]
    if problems:
        raise InputError(problems)


def _posts(estate: Estate, period: Period) -> dict[str, list[tuple[str, date | None, date | None]]]:
    """Person → role, first and last day of every post that touches the period."""
    posts: dict[str, list[tuple[str, date | None, date | None]]] = {}
    for person, role, first, last in estate.tables.people.select("person", "role", "from", "to").iter_rows():
        if (first or period.first) <= period.last and (last or period.last) >= period.first:
            posts.setdefault(person, []).append((role, first, last))
    return posts


def _spots(book: Book) -> Iterator[Spot]:
    for card_id, card in book.scorecards.items():
        for item_id, item in card.items.items():
            for line_id, line in item.lines.items():
                unseen = not line.breaches or item.inspect == "required"
                for clause in line.clause[:1]:
                    yield Spot(card.role, (card_id, item_id, line_id), line, clause, item_id, unseen)
    for duty in book.duties.values():
        if duty.check == "finding":
            yield from _duty(duty)
    for section, charged in (("fines", book.fines), ("outcomes", book.outcomes)):
        for name, form in charged.items():
            for clause in form.clause[:1]:
                yield Spot(form.role, (section, name), form, clause, None, unseen=False)


def _duty(duty: Duty) -> Iterator[Spot]:
    """A duty that only an inspection judges; one that costs nothing is on no form unless it is asked for."""
    for clause in duty.clause[:1]:
        yield Spot(duty.role, ("duties", duty.id), duty, clause, clause, duty.strength == "must")
