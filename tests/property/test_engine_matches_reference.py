"""The engine and the reference scorer agree on whole drawn worlds: every verdict, every sheet."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.strategies import WorldFiles, shipped_worlds, worlds
from tests.reference import reference_score

dr = pytest.importorskip("dutyrules")

QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
LONG = settings(QUICK, max_examples=2000, derandomize=False)


def compare(world: WorldFiles) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world.write(folder)
        wanted = reference_score(folder, world.log_paths(folder), world.period, world.as_of)
        estate = dr.load_estate(folder / "estate.yaml")
        log = dr.read_log(world.log_paths(folder), estate)
        options = {"as_of": world.as_of} if world.as_of else {}
        found = dr.score(estate, log, world.period, **options).comparison()
    difference = first_difference(wanted, found)
    assert difference is None, f"{difference}\n\n{show(world)}"


def first_difference(wanted: dict[str, Any], found: dict[str, Any]) -> str | None:
    """The first verdict on which the two differ; if all verdicts agree, the first person."""
    keys = {
        "verdicts": ("person", "role", "duty", "post", "period", "discriminator"),
        "people": ("person", "role"),
    }
    for table, names in keys.items():
        ours = {tuple(row[name] for name in names): row for row in wanted[table]}
        theirs = {tuple(row[name] for name in names): row for row in found[table]}
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                return f"{table} {key}\n  reference: {line(ours.get(key))}\n  engine:    {line(theirs.get(key))}"
        if wanted[table] != found[table]:
            return f"{table}: the same rows in another order, or rows with the same key"
    return None


def line(row: dict[str, Any] | None) -> str:
    return "nothing" if row is None else json.dumps(row, ensure_ascii=False)


def show(world: WorldFiles) -> str:
    """Everything needed to see it again."""
    texts = [f"--- {name}\n{text}" for name, text in world.files.items()]
    return "\n".join([f"period {world.period}, as of {world.as_of}", *texts])


@QUICK
@given(worlds())
def test_drawn_books(world: WorldFiles) -> None:
    compare(world)


@QUICK
@given(shipped_worlds())
def test_shipped_books(world: WorldFiles) -> None:
    compare(world)


@pytest.mark.slow
@LONG
@given(worlds())
def test_many_drawn_books(world: WorldFiles) -> None:
    compare(world)


@pytest.mark.slow
@LONG
@given(shipped_worlds())
def test_many_shipped_books(world: WorldFiles) -> None:
    compare(world)
