"""The tools of the plants: find and change rows, and write down what that is meant to show."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from generator.days import MONTH, clock
from generator.intent import Breach, Finding, Intent
from generator.log import Log, Row
from generator.world import PATCH, World, post_of


@dataclass(slots=True)
class Stage:
    """World, log and intent, and the name of the plant that is being made."""

    world: World
    log: Log
    intent: Intent
    rng: Random
    name: str = ""

    def plant(self, name: str, story: str) -> None:
        """Begins a plant; whatever follows belongs to it."""
        if name in self.intent.stories:
            raise ValueError(f"two plants are called {name}")
        self.name = name
        self.intent.stories[name] = story

    # what is meant to be seen

    def breach(self, person: str, duty: str, day: date, reason: str, *figures: object, **more: Any) -> None:
        """Expects a breach; `figures` are what is expected and what was seen, as far as the definition names them."""
        self.intent.breaches.append(self._breach(person, duty, day, reason, figures, **more))

    def excused(self, why: str, person: str, duty: str, day: date, *seen: object, case: str = "") -> None:
        """Expects a breach that is excused; `seen`: its reason and its figures."""
        reason, *figures = seen
        self.intent.excused.append(self._breach(person, duty, day, str(reason), figures, why=why, case=case))

    def _breach(
        self,
        person: str,
        duty: str,
        day: date,
        reason: str,
        figures: Sequence[object],
        *,
        patch: str = "",
        period: str | None = None,
        should: bool = False,
        target: str = "",
        case: str = "",
        slot: int = 0,
        why: str = "",
    ) -> Breach:
        expected, actual, *_ = (*figures, "", "")
        post = post_of(person, day)
        assert post is not None, (person, day)
        area = PATCH[patch or post.patch].area if patch or post.patch else ""
        triggered = bool(target or case)
        return Breach(
            plant=self.name,
            person=person,
            role=post.role,
            area=area,
            duty=duty,
            day=day,
            period=("" if triggered else day.isoformat()) if period is None else period,
            reason=reason,
            expected=str(expected),
            actual=str(actual),
            target=target,
            case=case,
            slot=slot,
            should=should,
            why=why,
        )

    def finding(self, person: str, clause: str, day: date, value: str = "", *, duty: str = "") -> Row:
        """An inspector's finding; `duty`: the duty that lives on findings of this clause."""
        cells = {"recorded_by": "pm", "note": "现场检查发现"}
        row = self.log.add(clock(day, "10:30"), person, f"finding.{clause}", value=value, **cells)
        self.intent.findings.append(
            Finding(plant=self.name, person=person, clause=clause, day=day, value=Decimal(value or 1))
        )
        if duty:
            self.breach(person, duty, day, "found", "", value or 1, period=MONTH)
        return row

    def waive(self, person: str, duty: str, day: date, reason: str) -> None:
        post = post_of(person, day)
        assert post is not None
        label = f"{person}@{PATCH[post.patch].area}@{post.role}"
        text = f"haitang|{label}|{duty}|{day.isoformat()}|"
        self.intent.waivers.append(
            (hashlib.sha256(text.encode()).hexdigest()[:16], "pm", reason, f"{day + timedelta(days=2)} 09:00")
        )

    # ways to change rows

    def at(self, person: str, kind: str, day: date, time: str) -> Row:
        """Moves the only such row of the day to another time."""
        row = self.log.one(person, kind, day)
        row.at = clock(day, time)
        return row

    def gone(self, person: str, kind: str, day: date, *, within: str = "", leave: int = 0) -> list[Row]:
        """Removes the rows of a kind and day apart from the first few; returns those that are left."""
        rows = self.log.find(person, kind, day, within)
        if len(rows) <= leave:
            raise LookupError(f"{self.name}: only {len(rows)} rows {kind}")
        self.log.drop(rows[leave:])
        return rows[:leave]

    def cell(self, person: str, kind: str, day: date, **cells: str) -> Row:
        """Changes cells of the only such row of the day; "" empties one."""
        row = self.log.one(person, kind, day)
        row.cells = {name: value for name, value in (row.cells | cells).items() if value != ""}
        return row

    def calls(self, person: str, patch: str, book: str, day: date, count: int) -> list[Row]:
        """Leaves exactly so many calls to the households on a list, and returns them."""
        units = set(self.world.debtors(patch, book, day))
        fee = "utility" if book == "utility" else "property"
        rows = [
            row
            for row in self.log.find(person, "dunning.contact", day, patch)
            if row.target in units and row.cells.get("fee") == fee
        ]
        if len(rows) < count:
            raise LookupError(f"{self.name}: only {len(rows)} calls, not {count}")
        self.log.drop(rows[count:])
        return rows[:count]

    def shift_late(self, person: str, kinds: Sequence[str], day: date, until: datetime) -> None:
        """Moves the rows of the kinds that stand before an instant to the half hour after it."""
        for kind in kinds:
            for row in self.log.find(person, kind, day):
                if row.at < until:
                    row.at = until + timedelta(seconds=self.rng.randint(120, 1700))
