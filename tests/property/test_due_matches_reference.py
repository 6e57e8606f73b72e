"""What is open on whole drawn worlds, and what missing it would cost: the engine and the reference agree."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.report.numbers import plain
from dutyrules.scoring import Agenda, Cost, Due, Open, Unassessed
from tests.property.smaller import smaller
from tests.property.strategies import SeededDraw, WorldFiles, drawn_world, shipped_world
from tests.reference import reference_due

KEY = ("person", "role", "duty", "post", "period", "discriminator")
CLOCKS = ("00:00:00", "07:55:59", "07:56:00", "09:30:00", "12:00:00", "16:59:59", "23:59:59")


def instant_in(world: WorldFiles, seed: int) -> tuple[str, int]:
    """An instant in the world's month, and how many days ahead to look."""
    draw = SeededDraw(seed)
    day = date.fromisoformat(f"{world.period}-01") + timedelta(days=draw.whole(0, 27))
    return f"{day} {draw.pick(*CLOCKS)}", draw.pick(0, 0, 1, 5)


def both(world: WorldFiles, as_of: str, ahead: int) -> tuple[dict[Any, Any], dict[Any, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world.write(folder)
        wanted = reference_due(folder, world.log_paths(folder), as_of, ahead)
        estate = dr.load_estate(folder)
        log = dr.read_log(world.log_paths(folder), estate, period=as_of[:7])
        found = rows_of(dr.due(estate, log, datetime.fromisoformat(as_of), ahead=ahead))
    return {tuple(row[name] for name in KEY): row for row in wanted}, {
        tuple(row[name] for name in KEY): row for row in found
    }


def rows_of(listed: Due) -> list[dict[str, Any]]:
    return [
        *(row(agenda, one) for agenda in listed.people for one in agenda.open),
        *(row(agenda, one) for agenda in listed.people for one in agenda.not_assessed),
    ]


def row(agenda: Agenda, one: Open | Unassessed) -> dict[str, Any]:
    common = {"person": agenda.person, "role": agenda.role}
    common |= {name: getattr(one, name) for name in ("duty", "post", "period", "discriminator")}
    if isinstance(one, Unassessed):
        return common | {"state": "not_assessed", "due": str(one.due) if one.due else None}
    return common | {
        "state": one.state,
        "due": str(one.due),
        "late_until": str(one.late_until) if one.late_until else None,
        "reason": one.reason,
        "excused": one.excused,
        "cost": money(one.cost),
        "cost_late": money(one.cost_late),
    }


def money(cost: Cost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    return {"points": plain(cost.points), "fines": {name: plain(sum_) for name, sum_ in sorted(cost.fines.items())}}


def difference(world: WorldFiles, as_of: str, ahead: int) -> str | None:
    wanted, found = both(world, as_of, ahead)
    for key in sorted(wanted.keys() | found.keys()):
        if wanted.get(key) != found.get(key):
            return f"{key}\n  reference: {wanted.get(key)}\n  engine:    {found.get(key)}"
    return None


def agree_on(worlds: Any, seeds: range) -> None:
    for seed in seeds:
        world = worlds(SeededDraw(seed))
        as_of, ahead = instant_in(world, seed)
        if difference(world, as_of, ahead) is not None:
            small = smaller(world, lambda one, at=as_of, days=ahead: difference(one, at, days) is not None)  # type: ignore[misc]
            texts = [f"--- {name}\n{text}" for name, text in small.files.items()]
            pytest.fail(
                f"seed {seed}, as of {as_of}, ahead {ahead}: {difference(small, as_of, ahead)}\n" + "\n".join(texts)
            )


def test_seeded_books() -> None:
    agree_on(drawn_world, range(10))


@pytest.mark.slow
def test_many_seeded_books() -> None:
    agree_on(drawn_world, range(10, 1000))


@pytest.mark.slow
def test_many_seeded_shipped_books() -> None:
    agree_on(shipped_world, range(200))
