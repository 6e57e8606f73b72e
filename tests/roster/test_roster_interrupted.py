"""Ctrl-C ends the search; what it has found so far keeps every rule, and is told to be unfinished."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dutyrules.plan.plan import Status
from dutyrules.roster import Count, Cover, Fair, Person, RosterModel, Runs, Shift, solve
from dutyrules.roster.absence import mend
from dutyrules.roster.judge import broken, cost_of

NAMES = tuple(f"p{number}" for number in range(9))
DAYS = 28


def crew() -> RosterModel:
    """Nine people, two of whom are needed early and two late; wants no more than networks know."""
    cover = [
        Cover(id="cover", day=day, key=key, need=3 if day % 5 else 4, most=4, price=100, over=10)
        for day in range(DAYS)
        for key in ("early", "late")
    ]
    return RosterModel(
        DAYS,
        (Shift("E", 480, ("early",)), Shift("L", 480, ("late",))),
        tuple(Person(name, frozenset({"E", "L"})) for name in NAMES),
        (*cover, Runs(id="run", who=NAMES, most=4), Count(id="days", who=NAMES, first=0, last=DAYS - 1, most=19)),
    )


def fair_crew() -> RosterModel:
    """The same, with late shifts shared evenly, which only CP-SAT knows."""
    model = crew()
    fair = Fair(id="fair", who=NAMES, days=tuple(range(DAYS)), weights={"L": 1}, price=3, most=0)
    return replace(model, rules=(*model.rules, fair))


@pytest.fixture(autouse=True)
def a_terminal() -> Iterator[None]:
    """Ctrl-C means what it means to a program that somebody started, also where tests run side by side."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_at(time: int) -> Callable[[int, int, int, int], None]:
    """Presses Ctrl-C when the search tells of something better for so many times."""
    told = 0

    def progress(_done: int, _parts: int, cost: int, _bound: int) -> None:
        nonlocal told
        told += cost > 0
        if told == time:
            signal.raise_signal(signal.SIGINT)

    return progress


@pytest.mark.parametrize("model", [crew(), fair_crew()], ids=["networks", "CP-SAT"])
def test_the_best_roster_so_far_is_returned(model: RosterModel) -> None:
    found = solve(model, progress=interrupt_at(1))
    assert not found.complete
    assert found.status is Status.FEASIBLE
    assert found.roster is not None
    assert broken(model, found.roster) == []
    assert found.bound < found.cost == cost_of(model, found.roster)


def test_what_is_mended_is_told_to_be_unfinished() -> None:
    model = crew()
    kept = solve(model).roster
    assert kept is not None
    first = next(day for day in range(9, DAYS) if kept["p0"][day] is not None)
    found = mend(model, kept, "p0", first, first + 4, progress=interrupt_at(1))
    assert not found.complete
    assert found.roster is not None
    assert all(shift is None for shift in found.roster["p0"][first : first + 5])
    assert found.least_changes <= len(found.changes)
