"""When somebody can do something: spans of whole minutes after a day's midnight."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

import numpy as np

from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, date_of

Span = tuple[int, int]
"""First minute, and the minute after the last."""

_MIDNIGHT = DAY // 60


def at_work(presence: Presence, person: int, day: int, granularity: int, post: int | None = None) -> list[Span]:
    """A person's hours on a day: of the shift that begins then, without leave, before the next midnight.

    What a shift of the day before still holds is left out: an event then would belong to that day.

    Args:
        post: For this post of the person: an acting one has no hours before it was accepted.
    """
    column = day - presence.first
    opens, closes = int(presence.shift_start[person, column]), int(presence.shift_end[person, column])
    overhang = int(presence.overhang[person, column])
    if overhang >= 0:
        opens = max(opens, overhang // granularity * granularity + granularity)
    leave, whose = (presence.leave, person) if post is None else (presence.unbound, post)
    mine = np.flatnonzero(leave.person == whose)
    away = [(int(leave.start[row]) - day * DAY, int(leave.end[row]) - day * DAY) for row in mine]
    return without(
        [(-(-opens // 60), min(closes // 60, _MIDNIGHT))], [(start // 60, -(-end // 60)) for start, end in away]
    )


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of some spans."""
    left = [span for span in spans if span[0] < span[1]]
    for start, end in taken:
        left = (
            [
                piece
                for first, last in left
                for piece in ((first, min(last, start)), (max(first, end), last))
                if piece[0] < piece[1]
            ]
            if start < end
            else left
        )
    return sorted(set(left))


def common(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """What two lists of spans have in common."""
    both = [(max(first, start), min(last, end)) for first, last in spans for start, end in others]
    return sorted({span for span in both if span[0] < span[1]})


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch or overlap as one."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def inside(windows: Sequence[Span], minute: int) -> bool:
    """Whether a minute lies in a window; where there are none, every minute does."""
    return not windows or any(first <= minute < last for first, last in windows)


def nearest_minute(spans: Iterable[Span], wanted: int) -> int | None:
    """The minute of some spans that is nearest to a wanted one, the earlier on a tie; None if there is none."""
    found = [min(max(wanted, first), last - 1) for first, last in spans]
    return min(found, key=lambda minute: (abs(minute - wanted), minute), default=None)


def instant(day: int, minute: int) -> datetime:
    """A minute of a day as a local instant."""
    return datetime.combine(date_of(day), time()) + timedelta(minutes=minute)
