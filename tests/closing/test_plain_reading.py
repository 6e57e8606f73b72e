"""Appeals and adjustments once more, by a plain reading of docs/month-close.md that shares nothing with the engine."""

import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.closing.yard import DECIDED, FILED, Yard, sheet

DAYS = ("2026-10-29", "2026-10-30")
COST = {"late": Decimal(10), "missing": Decimal(20)}
TIMES = {"on time": "07:00", "late": "07:30"}
APPEALS = st.sampled_from(["none", "0", "all", "0.25", "4", "9.9999", "10"])


def came_to(days: list[str], appeals: list[str], untidy: int) -> Decimal:
    """October: items of 30 and 40 marks; an appeal gives points of the line back, or takes all of the breach away."""
    taken = Decimal(0)
    for day, appeal in zip(days, appeals, strict=True):
        if day != "on time" and appeal != "all":
            taken += COST[day] - (Decimal(appeal) if appeal not in ("none", "0") else 0)
    return max(Decimal(0), 30 - taken) + max(Decimal(0), Decimal(40) - 5 * untidy)


@settings(max_examples=8, deadline=None)
@given(
    days=st.lists(st.sampled_from(["on time", "late", "missing"]), min_size=2, max_size=2),
    appeals=st.lists(APPEALS, min_size=2, max_size=2),
    untidy=st.integers(0, 9),
    late=st.lists(st.sampled_from(["nothing", "approved", "not approved"]), min_size=2, max_size=2),
    more=st.integers(0, 2),
)
def test_october_and_what_it_carries_to_november(
    days: list[str], appeals: list[str], untidy: int, late: list[str], more: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        yard = Yard(Path(folder) / "yard")
        opened = [f"{date} {TIMES[day]},wu,gate.opened" for date, day in zip(DAYS, days, strict=True) if day in TIMES]
        found = [f"{DAYS[0]} 15:{minute:02},wu,finding.G-9.2.1,hu" for minute in range(untidy)]
        looked = [f"{DAYS[0]} 15:00,{who}" for who in ("wu,inspection.2", "xu,inspection.1")]
        yard.log("2026-10", *opened, *found, *looked)
        step = yard.publish()
        assert sheet(step).score == came_to(days, ["none", "none"], untidy)

        ids = {one.day: one.breach_id for one in sheet(step).breaches}
        asked = [
            (ids[date], appeal) for date, appeal in zip(DAYS, appeals, strict=True) if date in ids and appeal != "none"
        ]
        yard.appeals(*(f"{name},{FILED},wu,hr,{DECIDED},{appeal},so,boss" for name, appeal in asked))
        closed = came_to(days, appeals, untidy)
        assert sheet(yard.finish()).score == closed

        for date, row in zip(DAYS, late, strict=True):
            if row != "nothing":
                yard.late("2026-10", f"{date} 06:58,wu,gate.opened,,2026-11-20,{'hu' if row == 'approved' else ''}")
        yard.late("2026-10", *(f"{DAYS[0]} 16:{n:02},wu,finding.G-9.2.1,hu,2026-11-20,boss" for n in range(more)))
        since = ["on time" if row == "approved" else day for day, row in zip(days, late, strict=True)]
        carried = came_to(since, appeals, untidy + more) - closed
        november = sheet(yard.november())
        assert (november.adjusted, november.score) == (carried, 60 + carried)

        yard.publish("2026-12", "2027-01-08 10:00")
        assert sheet(yard.finish("2026-12", "2027-01-20")).score == 70
