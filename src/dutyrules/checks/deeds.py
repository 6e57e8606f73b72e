"""What must be done: an event, one of several, all of them, or one after the other; the lists may nest."""

from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator

from dutyrules.checks.duty import EventPattern, Pattern, tagged
from dutyrules.figure import Form, wrong
from dutyrules.obligation import Ints


def _deed_form(value: object) -> str:
    nested = isinstance(value, DeedsForm) or (isinstance(value, dict) and "event" not in value)
    return "several" if nested else "event"


class DeedsForm(Form):
    """Events of which one must be there, or all, or all in this order."""

    any_of: tuple[tagged(_deed_form, event=EventPattern, several="DeedsForm"), ...] = ()  # type: ignore[valid-type]
    all_of: tuple[tagged(_deed_form, event=EventPattern, several="DeedsForm"), ...] = ()  # type: ignore[valid-type]
    in_order: tuple[tagged(_deed_form, event=EventPattern, several="DeedsForm"), ...] = ()  # type: ignore[valid-type]

    def model_post_init(self, _: object) -> None:
        """One of the three lists."""
        said = [name for name in ("any_of", "all_of", "in_order") if getattr(self, name)]
        if len(said) != 1:
            raise wrong("deeds", ", ".join(said) or "none", "one of any_of, all_of, in_order")

    @property
    def _parts(self) -> tuple["DeedsForm | Pattern", ...]:
        return (*self.any_of, *self.all_of, *self.in_order)

    @property
    def ordered(self) -> bool:
        """Whether an order is asked for anywhere in it."""
        return bool(self.in_order) or any(isinstance(part, DeedsForm) and part.ordered for part in self._parts)

    @property
    def single(self) -> Pattern | None:
        """The one event, if it is no more than that."""
        parts = self._parts
        return parts[0] if len(parts) == 1 and isinstance(parts[0], Pattern) else None

    def patterns(self) -> Iterator[Pattern]:
        """Every event in it."""
        for part in self._parts:
            yield from part.patterns() if isinstance(part, DeedsForm) else (part,)

    def done(self, first: Callable[[Pattern, Ints], Ints], since: Ints) -> Ints:
        """When it is done, given when each event first was from an instant on; absent events are late beyond all."""
        if self.in_order:
            for part in self.in_order:
                since = _forward(part, first, since)
            return since
        parts = np.stack([_forward(part, first, since) for part in self._parts])
        return parts.min(axis=0) if self.any_of else parts.max(axis=0)

    def begun(self, last: Callable[[Pattern, Ints], Ints], until: Ints) -> Ints:
        """When it began at the latest, given when each event last was; absent events are early beyond all."""
        if self.in_order:
            for part in reversed(self.in_order):
                until = _backward(part, last, until)
            return until
        parts = np.stack([_backward(part, last, until) for part in self._parts])
        return parts.max(axis=0) if self.any_of else parts.min(axis=0)


def _forward(part: DeedsForm | Pattern, first: Callable[[Pattern, Ints], Ints], since: Ints) -> Ints:
    return part.done(first, since) if isinstance(part, DeedsForm) else first(part, since)


def _backward(part: DeedsForm | Pattern, last: Callable[[Pattern, Ints], Ints], until: Ints) -> Ints:
    return part.begun(last, until) if isinstance(part, DeedsForm) else last(part, until)


def _deeds(value: object) -> object:
    if isinstance(value, str) or (isinstance(value, dict) and "event" in value):
        return {"any_of": (value,)}
    return value


Deeds = Annotated[DeedsForm, BeforeValidator(_deeds)]
"""A single event may be written without a list."""
