"""Everything that a planner of patrols starts from: what is owed, what is fixed, and the rotations to be turned."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from dutyrules.activity.log import Log
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate
from dutyrules.estate.logs import log_from_rows
from dutyrules.plan.beats import Chart, Circuit, Patrol, patrols_of
from dutyrules.plan.forecast import outlook
from dutyrules.plan.kept_rounds import KeptRound, Promises, kept_circuit
from dutyrules.plan.lists import Lists, list_duties, required
from dutyrules.plan.menus import Menu, menu_of
from dutyrules.plan.outing_duties import OutingReader, outing_kinds
from dutyrules.plan.outings import Counting, Outings
from dutyrules.plan.owing import Buildings, Owing, Reader, patrol_duties
from dutyrules.plan.patrol_pins import Kept, check_counted, check_outings, read_pins, too_far
from dutyrules.plan.patrol_rows import RowReader, Rows, read_rows
from dutyrules.plan.plan import Unplanned
from dutyrules.plan.planfile import Placed
from dutyrules.plan.round import Round
from dutyrules.plan.walks import Ints
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY, Period, date_of, day_number

FITTING: Final = 2.0
"""Deterministic time to find out what fits into a round with too many sets to list."""

_EVER: Final = -(10**6)


@dataclass(frozen=True)
class Assignment:
    """What is to be planned.

    Attributes:
        before: The period judged on the log alone.
        first: First day to plan.
        duties: Duties to patrol, then duties to list, then duties of rounds without targets.
        kinds: The kinds of events that the plan may hold.
        owing: Open obligations from the first day on.
        patrols: Who walks when; those with something to see stand in a circuit, too.
        rows: The earlier plan.
        reader: Tells which patrols can be made as they stand.
        promises: What it promised; None without one.
        rounds: With one, what is known of each round of the circuits.
    """

    estate: Estate
    period: Period
    log: Log
    before: Judgement
    first: int
    duties: tuple[str, ...]
    kinds: frozenset[str]
    kept: Kept
    owing: tuple[Owing, ...]
    lists: Lists
    patrols: tuple[Patrol, ...]
    circuits: tuple[Circuit, ...]
    outings: Outings
    unplanned: tuple[Unplanned, ...]
    rows: Rows
    reader: RowReader
    promises: Promises | None = None
    rounds: tuple[Sequence[KeptRound], ...] = ()


def assign(
    estate: Estate,
    period: Period,
    done: Log | None,
    keep: Sequence[Placed],
    start: date | None,
    freeze: date | None = None,
) -> Assignment:
    """Reads the assignment off book, estate, log and an earlier plan.

    Raises:
        InputError: the estate plans no patrols, or pins contradict each other or the estate.
    """
    paces = estate.planning.patrols
    if not paces:
        hint = "write planning: {patrols: {patrol.building: {metres_per_minute: 60}}}"
        message = f"{estate.id} does not say which patrols may be planned"
        raise InputError([Diagnostic("plan.no-patrols", message, None, hint=hint)])
    log = done if done is not None else log_from_rows([], estate)
    walked, otherwise = patrol_duties(estate)
    listed, unlisted = list_duties(estate)
    kinds = frozenset(paces) | {required(duty).event for duty in listed}
    before = outlook(estate, log, period, kinds)
    first, passed = first_day(log, period, start), last_event(log)
    kept = read_pins(
        estate, before.ground.presence, period, date_of(first), keep, kinds - paces.keys(), outing_kinds(estate)
    )
    outings = OutingReader(before, first).outings()
    buildings = Buildings(estate)
    owed = Reader(before, buildings)
    read = [one for duty in walked for one in owed.owing(duty, first)]
    owing = tuple(one for one in read if isinstance(one, Owing))
    check_counted(kept, owing)
    check_outings(kept, outings.asks, Counting(before.ground))
    rounds = patrols_of(owing, buildings, paces, kept.pins, kept.busy, first - 1)
    reader = RowReader(estate, before.ground.presence, owing, buildings, kept, rounds)
    rows = read_rows(estate, period, first, keep, freeze, reader)
    kept = replace(kept, frozen=rows.frozen)
    lists = Lists(before, listed, first, passed, [pin.task for pin in kept.lists])
    patrols = patrols_of(owing, buildings, paces, kept.pins, kept.busy, rows.until)
    menus = Menus(lists, kept)
    chart = Chart([one for one in patrols if one.walked.sites], buildings, paces, before.ground.facts, first)
    task = Assignment(
        estate=estate,
        period=period,
        log=log,
        before=before,
        first=first,
        duties=(*(duty.id for duty in walked), *(duty.id for duty in listed), *outings.duties),
        kinds=kinds,
        kept=kept,
        owing=owing,
        lists=lists,
        patrols=tuple(patrols),
        circuits=tuple(chart.circuits(menus.menu)),
        outings=outings,
        unplanned=(*otherwise, *unlisted, *outings.unplanned, *(one for one in read if isinstance(one, Unplanned))),
        rows=rows,
        reader=reader,
    )
    return _promised(task) if rows.loose or rows.frozen or rows.refused else task


def _promised(task: Assignment) -> Assignment:
    """With the sets only that change fewest of the earlier plan."""
    promises = Promises(task.rows.loose, task.lists.named(), task.kept.persons, task.kept.codes)
    found = [kept_circuit(circuit, promises) for circuit in task.circuits]
    return replace(
        task,
        circuits=tuple(circuit for circuit, _ in found),
        promises=promises,
        rounds=tuple(rounds for _, rounds in found),
    )


def first_day(log: Log, period: Period, start: date | None) -> int:
    """The day that is given; else the one after the last event in the period, or the period's first."""
    if start is not None:
        return max(day_number(start), period.first_day)
    at = log.frame["at"].to_numpy()
    inside = at[(at >= period.first_day * DAY) & (at < period.end)]
    return int(inside.max()) // DAY + 1 if len(inside) else period.first_day


def last_event(log: Log) -> int:
    """The last day of which the log tells."""
    at = log.frame["at"].to_numpy()
    return int(at.max()) // DAY if len(at) else _EVER


class Menus:
    """The sets that patrols may walk; patrols that are alike share one menu."""

    def __init__(self, lists: Lists, kept: Kept) -> None:
        self._lists, self._kept = lists, kept
        self._found: dict[tuple[Round, bytes], Menu | None] = {}

    def menu(self, patrol: Patrol, walk: Round, between: Ints) -> Menu:
        """The menu of a patrol.

        Raises:
            InputError: what is pinned cannot be walked.
        """
        walk = replace(walk, unlisted=self._unlisted(patrol))
        key = (walk, between.tobytes())
        if key not in self._found:
            self._found[key] = menu_of(walk, between, FITTING)
        menu = self._found[key]
        if menu is None:
            raise too_far(self._kept, patrol)
        return menu

    def _unlisted(self, patrol: Patrol) -> tuple[int, ...]:
        """For each duty to list: the stops that are not listed, and can no longer be."""
        late: dict[str, int] = defaultdict(int)
        for stop, (errand, code) in enumerate(patrol.sites):
            for entry in self._lists.entries(patrol.person, patrol.day, code, errand.kind, dict(errand.attributes)):
                late[entry.duty] |= (1 << stop) if entry.late else 0
        return tuple(stops for _, stops in sorted(late.items()) if stops)
