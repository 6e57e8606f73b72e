"""What an absence changes in a roster, in words."""

from collections.abc import Sequence

from dutyrules.report.roster import RosterWords, wall_text
from dutyrules.report.roster_document import date_at
from dutyrules.roster.absence import Mended, Offer

MOST = 12
"""Offers that are shown as text; the JSON has all of them."""


def absence_text(
    words: RosterWords, person: str, found: Mended, offers: Sequence[Offer], swaps: Sequence[Offer]
) -> str:
    """The roster that changes least, what changes, and who could take over."""
    speech = words.speech
    key = f"roster_mended_{found.status}" if found.roster is not None else "roster_mended_none"
    numbers = {"changes": len(found.changes), "least": found.least_changes, "missing": found.missing}
    parts = [words.title, speech("roster_away", person=person), speech(key, **numbers)]
    for one in found.changes:
        before, after = (words.shift(shift) or speech("roster_off") for shift in (one.before, one.after))
        parts.append(f"  {date_at(words.plot, one.day):%m-%d}  {one.person}: {before} → {after}")
    if found.roster is not None:
        parts += ["", wall_text(words, found.roster)]
    for title, some in (("roster_substitutes", offers), ("roster_swaps", swaps)):
        if some:
            parts += ["", speech(title)]
            parts += [f"  {number}. {_offer(words, one)}" for number, one in enumerate(some[:MOST], 1)]
    return "\n".join(parts) + "\n"


def _offer(words: RosterWords, one: Offer) -> str:
    days = ", ".join(f"{date_at(words.plot, day):%m-%d} {words.shift(shift)}" for day, shift in one.shifts.items())
    text = f"{one.person}: {days}"
    if one.back is not None:
        day, shift = one.back
        text += "  " + words.speech("roster_back", day=f"{date_at(words.plot, day):%m-%d}", shift=words.shift(shift))
    if one.left:
        text += "  " + words.speech("roster_left", count=one.left)
    added = ", ".join(f"{words.rule(rule)} {amount:+}" for rule, amount in one.added.items())
    return text + f"  ({one.cost:+})" + (f"  {added}" if added else "")
