"""How planners tell how far they are."""

from typing import Protocol


class Progress(Protocol):
    """Told how far the planning is."""

    def __call__(self, what: str, done: int, of: int, cost: int = 0, least: int = 0) -> None:
        """What is being done, how much of it, and in a search what the plans cost and what none can cost less than."""


def untold(what: str, done: int, of: int, cost: int = 0, least: int = 0) -> None:
    """Nobody watches."""
