"""The engine and the reference scorer agree on whole drawn worlds: every verdict, every sheet."""

import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.engine import engine_score
from tests.property.smaller import smaller
from tests.property.strategies import SeededDraw, WorldFiles, drawn_world, shipped_world, shipped_worlds, worlds
from tests.reference import reference_score

QUICK = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=2000, derandomize=False)
MANY = 2000

KEYS = {
    "verdicts": ("person", "role", "duty", "post", "period", "discriminator"),
    "people": ("person", "role"),
}


def difference(world: WorldFiles) -> str | None:
    """None if both say the same about this world."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world.write(folder)
        closed = sorted(folder.glob("closed-*.json"))
        wanted = reference_score(folder, world.log_paths(folder), world.period, world.as_of, closed=closed)
        as_of = datetime.fromisoformat(world.as_of) if world.as_of else None
        found = engine_score(folder, world.log_paths(folder), world.period, as_of, closed)
    return first_difference(wanted, found)


def first_difference(wanted: dict[str, Any], found: dict[str, Any]) -> str | None:
    """The first verdict on which the two differ; if all verdicts agree, the first person."""
    for table, names in KEYS.items():
        ours = {tuple(row[name] for name in names): row for row in wanted[table]}
        theirs = {tuple(row[name] for name in names): row for row in found[table]}
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                mine, other = unequal_parts(ours.get(key), theirs.get(key))
                return f"{table} {key}\n  reference: {json.dumps(mine)}\n  engine:    {json.dumps(other)}"
        if wanted[table] != found[table]:
            return f"{table}: the same rows in another order, or rows with the same key"
    return None


def unequal_parts(mine: Any, other: Any) -> tuple[Any, Any]:
    """Only what differs, however deep."""
    if isinstance(mine, dict) and isinstance(other, dict):
        parts = {k: unequal_parts(mine.get(k), other.get(k)) for k in mine | other if mine.get(k) != other.get(k)}
        names = {k: v for k, v in mine.items() if k in ("item", "line")}
        return names | {k: a for k, (a, _) in parts.items()}, names | {k: b for k, (_, b) in parts.items()}
    if isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        pairs = [unequal_parts(a, b) for a, b in zip(mine, other, strict=True) if a != b]
        return [a for a, _ in pairs], [b for _, b in pairs]
    return mine, other


def show(world: WorldFiles) -> str:
    """Everything needed to see it again."""
    texts = [f"--- {name}\n{text}" for name, text in world.files.items()]
    return "\n".join([f"period {world.period}, as of {world.as_of}", *texts])


def agree(world: WorldFiles) -> None:
    found = difference(world)
    assert found is None, f"{found}\n\n{show(world)}"


def agree_on_seeds(make: Callable[[SeededDraw], WorldFiles], seeds: range) -> None:
    """Seeds reach more than Hypothesis does in the same time; what they find is made smaller line by line."""
    for seed in seeds:
        world = make(SeededDraw(seed))
        if difference(world) is not None:
            small = smaller(world, lambda one: difference(one) is not None)
            pytest.fail(f"seed {seed}: {difference(small)}\n\n{show(small)}")


@QUICK
@given(worlds())
def test_drawn_books(world: WorldFiles) -> None:
    agree(world)


@settings(QUICK, max_examples=3)
@given(shipped_worlds())
def test_shipped_books(world: WorldFiles) -> None:
    agree(world)


def test_seeded_books() -> None:
    agree_on_seeds(drawn_world, range(20))


@pytest.mark.slow
@LONG
@given(worlds())
def test_many_drawn_books(world: WorldFiles) -> None:
    agree(world)


@pytest.mark.slow
def test_many_seeded_books() -> None:
    agree_on_seeds(drawn_world, range(20, MANY))


@pytest.mark.slow
def test_many_seeded_shipped_books() -> None:
    agree_on_seeds(shipped_world, range(MANY // 4))
