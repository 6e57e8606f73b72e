"""reference_score: from raw files to people and verdicts."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from . import calendar as cal
from .accumulate import Closed, accumulated, read_closed
from .books import Duty
from .estate import Estate, instant, load_estate
from .figures import show
from .judge_daily import judge_attendance, judge_deadline, judge_record
from .judge_lasting import judge_forbid, judge_interval
from .judge_quota import judge_quota
from .judge_rate import judge_rate
from .judge_triggered import judge_finding, judge_metric, judge_precedence, judge_response
from .judge_window import judge_window
from .lines import Sheet
from .log import cutoff_after, planned_kinds, read_log
from .outcomes import outcomes
from .sheet import Card, make_cards, make_sheets, payable, report, sheet_for
from .verdict import Obligation, World, number_alike, settle

JUDGES: dict[str, Callable[[World, Duty], Iterator[Obligation]]] = {
    "attendance": judge_attendance,
    "quota": judge_quota,
    "deadline": judge_deadline,
    "response": judge_response,
    "precedence": judge_precedence,
    "record": judge_record,
    "window": judge_window,
    "interval": judge_interval,
    "forbid": judge_forbid,
    "metric": judge_metric,
    "rate": judge_rate,
    "finding": judge_finding,
}


def reference_score(
    estate_dir: Path,
    logs: list[Path],
    period: str,
    as_of: str | None = None,
    *,
    forecast: bool = False,
    closed: Sequence[Path] = (),
) -> dict[str, Any]:
    """What everyone owed in the period, how it was judged, and what the scorecards make of it."""
    months = read_closed(list(closed))
    estate = load_estate(Path(estate_dir))
    paths = [Path(log) for log in logs]
    world = make_world(estate, paths, period, as_of, planned=planned_kinds(paths, estate) if forecast else None)
    obligations = judge_all(world)
    sheets = make_sheets(world, obligations)
    cards = make_cards(world, sheets)
    people = [
        report(world, sheet, cards)
        | {"payable": payable(world, sheet, sheets), "outcomes": outcomes(world, sheet, sheets, months)}
        for sheet in sheets
    ]
    for one in people:
        one["accumulated"] = taken_together(world, one, cards, months)
    by_key = {(sheet.person, sheet.role): sheet for sheet in sheets}
    verdicts = [show_verdict(ob, sheet_for(by_key, ob.post)) for ob in obligations]
    order = ("person", "role", "duty", "post", "period", "discriminator")
    return {
        "people": sorted(people, key=lambda row: (row["person"], row["role"])),
        "verdicts": sorted(verdicts, key=lambda row: [row[name] for name in order]),
    }


def taken_together(world: World, one: dict[str, Any], cards: list[Card], closed: Closed) -> dict[str, Any] | None:
    """What a sheet comes to with those of earlier months, if its scorecard asks for it."""
    who = (one["person"], one["role"])
    card = next((card for card in cards if (card.sheet.person, card.sheet.role) == who), None)
    if card is None or "accumulate" not in card.raw:
        return None
    name = next(name for name, raw in card.book.sections["scorecards"].items() if raw is card.raw)
    form = card.raw["accumulate"]
    return accumulated(world.scored, form, name, who, one["score"], one["complete"], closed)


def judge_all(world: World) -> list[Obligation]:
    """Every obligation of the scored period, settled."""
    return [ob for duty in world.estate.duties for ob in judged(world, duty)]


def judged(world: World, duty: Duty) -> list[Obligation]:
    """The obligations of one duty, settled."""
    found = [ob for ob in JUDGES[duty.check](world, duty) if ob.binds()]
    number_alike(found)
    for ob in found:
        settle(world, ob)
    return found


def make_world(
    estate: Estate,
    logs: list[Path],
    label: str,
    as_of: str | None,
    cutoff: datetime | None = None,
    *,
    planned: frozenset[str] | None = None,
) -> World:
    """H is the end of the scored period, or one second after `as_of` if that is earlier.

    `planned` makes it a forecast: planned rows are events, and these kinds are as planned where nobody says otherwise.
    """
    scored = cal.parse_period(label)
    horizon = scored.end()
    if as_of is not None:
        horizon = min(horizon, instant(as_of) + cal.SECOND)
    events = read_log(logs, estate, cutoff or cutoff_after(estate, scored.last), forecast=planned is not None)
    return World(estate, scored, horizon, [event for event in events if event.at < horizon], planned or frozenset())


def show_verdict(ob: Obligation, sheet: Sheet | None) -> dict[str, Any]:
    return {
        "person": ob.post.person,
        "role": sheet.role if sheet else ob.post.role,
        "duty": ob.duty.id,
        "post": ob.post.label,
        "period": ob.period,
        "discriminator": ob.discriminator,
        "state": ob.state,
        "reason": ob.reason,
        "expected": show(ob.expected),
        "actual": show(ob.actual),
    }
