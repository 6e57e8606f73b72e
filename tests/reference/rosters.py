"""A second reading of what rosters must keep and cost: plain loops over letters, importing nothing from dutyrules.

A case is plain data:

    days, shifts {id: {minutes, serves}}, people {id: {shifts, before}}, rules [{rule, id, who, price, …}]

`units` says for each rule how many units of breach a roster has; `best` tries every roster there is.
"""

from itertools import groupby, product
from typing import Any

Case = dict[str, Any]
Plan = dict[str, tuple[str | None, ...]]

NOBODY_MAY = None


def units(case: Case, plan: Plan) -> list[tuple[str, int, int | None]]:
    """(id of the rule, units of breach, price) of all that is broken, in the order of the rules."""
    found: list[tuple[str, int, int | None]] = []
    for name, row in plan.items():
        strange = [one for one in row if one is not None and one not in case["people"][name]["shifts"]]
        found += [("qualified", 1, NOBODY_MAY)] * len(strange)
    for rule in case["rules"]:
        if rule["rule"] == "cover":
            there = 0
            for row in plan.values():
                shift = row[rule["day"]]
                there += shift is not None and rule["key"] in case["shifts"][shift]["serves"]
            found.append((rule["id"], max(0, rule["need"] - there), rule["price"]))
            if rule["most"] is not None:
                found.append((rule["id"], max(0, there - rule["most"]), rule["over"]))
        elif rule["rule"] == "fair":
            sums = []
            for name in rule["who"]:
                worked = [plan[name][day] for day in rule["days"]]
                sums.append(rule["history"].get(name, 0) + sum(rule["weights"].get(shift, 0) for shift in worked))
            found.append((rule["id"], max(0, max(sums) - min(sums) - rule["most"]), rule["price"]))
        else:
            for name in rule["who"]:
                number = ALONE[rule["rule"]](case, rule, case["people"][name]["before"], plan[name])
                found.append((rule["id"], number, rule["price"]))
    return [one for one in found if one[1]]


def price(case: Case, plan: Plan) -> int | None:
    """What a roster costs; None if it breaks what must be kept."""
    total = 0
    for _, number, each in units(case, plan):
        if each is None:
            return None
        total += number * each
    return total


def best(case: Case) -> int | None:
    """The least that any roster costs; None if none keeps what must be kept."""
    names = list(case["people"])
    rows = [list(product([None, *sorted(case["people"][name]["shifts"])], repeat=case["days"])) for name in names]
    prices = [price(case, dict(zip(names, choice, strict=True))) for choice in product(*rows)]
    return min((one for one in prices if one is not None), default=None)


def _at(before: Any, row: Any, day: int) -> str | None:
    known = {place - len(before): shift for place, shift in enumerate(before)}
    known.update(enumerate(row))
    return known.get(day)


def _count(_case: Case, rule: Any, before: Any, row: Any) -> int:
    total = 0
    for day in range(rule["first"], rule["last"] + 1):
        total += rule["weights"].get(_at(before, row, day), 0)
    over = total - rule["most"] if rule["most"] is not None and total > rule["most"] else 0
    return over + max(0, rule["least"] - total)


def _runs(_case: Case, rule: Any, before: Any, row: Any) -> int:
    letters = "".join("-" if shift is None else "x" for shift in [*before, *row])
    wanted = "-" if rule["off"] else "x"
    total = place = 0
    blocks = [(letter, len(list(group))) for letter, group in groupby(letters)]
    for number, (letter, length) in enumerate(blocks):
        end = place + length
        planned = min(length, end - len(before))
        if letter == wanted:
            if rule["most"] is not None:
                total += max(0, min(planned, length - rule["most"]))
            shut = 0 < number < len(blocks) - 1 and planned >= 0
            if shut and length < rule["least"]:
                total += rule["least"] - length
        place = end
    return total


def _follows(_case: Case, rule: Any, before: Any, row: Any) -> int:
    return sum((_at(before, row, day - 1), row[day]) in rule["pairs"] for day in range(len(row)))


def _weekends(_case: Case, rule: Any, _before: Any, row: Any) -> int:
    worked = 0
    for weekend in rule["weekends"]:
        worked += any(row[day] for day in weekend)
    return max(0, worked - rule["most"])


def _overtime(case: Case, rule: Any, before: Any, row: Any) -> int:
    total = 0
    for week in rule["weeks"]:
        lengths = [case["shifts"][shift]["minutes"] for day in week if (shift := _at(before, row, day))]
        own = [length - rule["day"] for length in lengths if length > rule["day"]]
        rest = sum(lengths) - sum(own) - rule["week"]
        total += sum(own) + (rest if rest > 0 else 0)
    return max(0, total - rule["most"])


def _on_day(_case: Case, rule: Any, _before: Any, row: Any) -> int:
    return int((row[rule["day"]] in rule["shifts"]) != rule["wanted"])


ALONE = {
    "count": _count,
    "runs": _runs,
    "follows": _follows,
    "weekends": _weekends,
    "overtime": _overtime,
    "on_day": _on_day,
}
