"""A diligent month of visits and calls: every household reached, a third and more of them at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from generator.butlers import QUIET
from generator.days import FIRST, LAST, between, clock, span
from generator.log import Log
from generator.world import PATCHES, World, butler_of, next_workday, works

MONDAY = 0
#: When butlers see or call households: between the slots of their day, and in the evening. No call is at a quiet hour.
_TIMES = {
    "daytime": ("15:36:00", "16:06:00"),
    "any": ("17:02:00", "17:28:00"),
    "evening": ("19:04:00", "20:45:00"),
}


@dataclass(frozen=True, slots=True)
class Round:
    """One patch: its log, its chance, and the days on which its butler is at work."""

    log: Log
    world: World
    rng: Random
    patch: str
    days: Sequence[date]

    @property
    def call_days(self) -> list[date]:
        return [day for day in self.days if day.weekday() != MONDAY]

    def person(self, day: date) -> str:
        return butler_of(self.patch, day) or ""

    def at(self, unit: str, day: date) -> datetime:
        wish = self.world.wishes[unit][1]
        return between(self.rng, day, *_TIMES[wish if wish in _TIMES else self.rng.choice(("any", "evening"))])

    def visit(self, unit: str, day: date, *, at: datetime | None = None, outcome: str = "done", case: str = "") -> None:
        cells = {"outcome": outcome, "channel": "home", "case": case}
        self.log.add(at or self.at(unit, day), self.person(day), "visit.home", target=unit, **cells)

    def call(self, unit: str, day: date, *, at: datetime | None = None, outcome: str = "done", **more: object) -> None:
        cells = {"outcome": outcome, "channel": "phone", **more}
        self.log.add(at or self.at(unit, day), self.person(day), "visit.phone", target=unit, **cells)

    def later(self, day: date) -> date | None:
        """The next day on which the same butler may call."""
        return next((one for one in self.call_days if one > day and self.person(one) == self.person(day)), None)


def third(world: World, patch: str) -> int:
    """A third of the households of the first day, rounded up."""
    return -(-len(world.households(patch, FIRST)) // 3)


def write(log: Log, world: World, seed: int) -> None:
    """Adds the visits and calls of all patches, and the cases that call for one."""
    for patch in (one.code for one in PATCHES):
        days = [
            day
            for day in span(FIRST, LAST)
            if (person := butler_of(patch, day)) and works(person, day) and (person, day) not in QUIET
        ]
        going = Round(log, world, Random(f"{seed}:{patch}:visits"), patch, days)
        _contacts(going)
        _cases(going)


def _contacts(going: Round) -> None:
    """Whoever stays the month is reached once, as they wish: at the door or by telephone."""
    homes = going.world.staying(going.patch)
    going.rng.shuffle(homes)
    wish = going.world.wishes
    homes.sort(key=lambda unit: ("home", "appointment", "any", "phone").index(wish[unit][0]))
    doors = max(third(going.world, going.patch) + 4, sum(wish[unit][0] == "home" for unit in homes))
    for number, unit in enumerate(homes[:doors]):
        day = going.days[number % len(going.days)]
        if going.rng.random() < 0.12 and day > going.days[0]:  # nobody opened the first time
            going.visit(unit, going.days[0], outcome="not_home")
        going.visit(unit, day)
        if going.rng.random() < 0.04:
            _question(going, unit, day)
    for number, unit in enumerate(homes[doors:]):
        _by_telephone(going, unit, going.call_days[number % len(going.call_days)])


def _by_telephone(going: Round, unit: str, day: date) -> None:
    """A call; some households are busy and are called again at the time they name, some do not pick up at first."""
    chance, later = going.rng.random(), going.later(day)
    if chance < 0.05 and later:
        due = clock(later, "19:30:00")
        going.call(unit, day, outcome="rescheduled", due_at=due)
        going.call(unit, later, at=due - timedelta(seconds=going.rng.randint(5, 600)))
    else:
        if chance > 0.93 and later:
            going.call(unit, day, outcome="not_home")
        going.call(unit, later if chance > 0.93 and later else day)


def _question(going: Round, unit: str, day: date) -> None:
    rows = going.log.find(going.person(day), "visit.home", day, unit)
    at, case = rows[-1].at + timedelta(minutes=4), f"ZX{day:%m%d}-{unit}"
    going.log.add(at, going.person(day), "question.asked", target=unit, case=case)
    going.log.add(at + timedelta(minutes=1), going.person(day), "question.answered", case=case)


def _cases(going: Round) -> None:
    """An urgent repair, a problem that a resident raises, a complaint and an errand, each followed up in time."""
    log, rng = going.log, going.rng
    homes = rng.sample(going.world.staying(going.patch), 4)
    ready = [day for day in going.days[1:-3] if going.later(day) == next_workday(going.person(day), day)]
    days = rng.sample([day for day in ready if _soon(going, day)], 4)

    day, case = days[0], f"JX{days[0]:%m%d}-{going.patch}"
    asked = between(rng, day, "09:10:00", "10:30:00")
    log.add(asked, "", "repair.requested", target=homes[0], case=case)
    log.add(asked + timedelta(minutes=6), "lead", "repair.dispatched", case=case)
    log.add(between(rng, day, "13:10:00", "14:50:00"), "", "repair.closed", target=homes[0], case=case, urgent=True)
    log.add(between(rng, day, "15:35:00", "15:50:00"), going.person(day), "repair.callback", case=case)
    going.visit(homes[0], day, at=between(rng, day, "15:51:00", "16:06:00"), case=case)

    day, case = days[1], f"WQ{days[1]:%m%d}-{going.patch}"
    urgency = rng.choice(("urgent", "ordinary"))
    raised = between(rng, day, "10:00:00", "11:00:00")
    log.add(raised, "", "request.raised", target=homes[1], case=case, urgency=urgency)
    log.add(between(rng, day, "15:40:00", "16:05:00"), going.person(day), "request.answered", case=case)

    day, case = days[2], f"TJ{days[2]:%m%d}-{going.patch}"
    log.add(between(rng, day, "10:00:00", "16:00:00"), "", "complaint.settled", target=homes[2], case=case)
    going.visit(homes[2], going.later(day) or day, case=case)

    day, case = days[3], f"WS{days[3]:%m%d}-{going.patch}"
    log.add(between(rng, day, "10:00:00", "16:00:00"), going.person(day), "entrusted.done", target=homes[3], case=case)
    going.call(homes[3], going.later(day) or day, case=case)


def _soon(going: Round, day: date) -> bool:
    later = going.later(day)
    return later is not None and (later - day).days == 1
