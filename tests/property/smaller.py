"""Makes a world on which engine and reference differ smaller, line by line, for a person to read."""

import time
from collections.abc import Callable

from tests.property.strategies import WorldFiles


def smaller(world: WorldFiles, differs: Callable[[WorldFiles], bool], seconds: float = 60) -> WorldFiles:
    """Leaves out lines of the files, many and then few at a time, as long as the difference remains."""
    stop = time.monotonic() + seconds
    size = 32
    while size and time.monotonic() < stop:
        found = False
        for name in world.files:
            start = 1  # the first line is a header
            while start < len(world.files[name].splitlines()) and time.monotonic() < stop:
                candidate = without(world, name, start, size)
                if still(candidate, differs):
                    world, found = candidate, True
                else:
                    start += size
        size = size if found and size == 1 else size // 2
    return world


def without(world: WorldFiles, name: str, start: int, count: int) -> WorldFiles:
    lines = world.files[name].splitlines(keepends=True)
    files = world.files | {name: "".join(lines[:start] + lines[start + count :])}
    return WorldFiles(world.period, world.as_of, files, world.logs)


def still(world: WorldFiles, differs: Callable[[WorldFiles], bool]) -> bool:
    """A world that one of the two cannot read at all is no example."""
    try:
        return differs(world)
    except Exception:
        return False
