"""What planners may use: when visits are made, how many fit a day, how fast people walk."""

from collections.abc import Mapping, Set
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator

from dutyrules.estate.rostering import Rostering
from dutyrules.figure import Count, Day, Form, Share, Text, Time, Windows, wrong


def _some(value: int) -> int:
    if value < 1:
        raise wrong("capacity", value, "at least 1: leave the kind out if nobody makes such visits")
    return value


Some = Annotated[Count, AfterValidator(_some)]


class VisitCapacity(Form):
    """How one kind of visit is made.

    Attributes:
        channel: What of a unit's contact wishes it meets: a visit at the door, or a call.
        per_day: Most visits of one person in a day.
        minutes: How long one takes, the way to the next door included.
        hours: When they may begin and end, within the shift.
        min_gap: Least number of days from one to the next at the same household.
        companion: The role of whoever comes along where two persons are wished for; any role if it is not said.
    """

    channel: Literal["home", "phone"]
    per_day: Some
    minutes: Some
    hours: Windows
    min_gap: Count = 0
    companion: Text | None = None


class ContactRates(Form):
    """How many of those who are visited or called are reached, by the time at which that is.

    Attributes:
        daytime, evening, weekend: The share; everybody where it is not said.
    """

    daytime: Share = Fraction(1)
    evening: Share = Fraction(1)
    weekend: Share = Fraction(1)

    def of(self, band: str) -> Fraction:
        """The share of those reached in a time band."""
        return {"daytime": self.daytime, "evening": self.evening, "weekend": self.weekend}[band]


class PatrolPace(Form):
    """How patrols of one kind are walked.

    Attributes:
        metres_per_minute: Walking pace, along streets (the sum of both coordinates' differences).
        walk: Whether a walk ends in its last building, or begins and ends at the area's office.
        minutes: Minutes in a building whose table row does not say; how long a round takes that has no buildings.
        hours: When they may begin and end, within the shift, and the duty's slot or windows; at any time if not said.
        longest_gap: Most workdays of the area from one patrol of a building to the next; by default what even rotation
            needs, and one more.
        priority_gap: The same for buildings with priority; by default half of it, rounded up.
        publish_at: When the next workday's list is published, if the book asks for one.
    """

    metres_per_minute: Some = 60
    walk: Literal["open", "closed"] = "open"
    minutes: Some = 5
    hours: Windows | None = None
    longest_gap: Some | None = None
    priority_gap: Some | None = None
    publish_at: Time = 16 * 3600 + 40 * 60


class Occasion(Form):
    """A day on which people have something else to do for a time, such as a festival or an inspection.

    Attributes:
        areas: Where; who holds a post there, or in an area within, is busy. Everybody, if none is named.
        busy: From when to when.
        title: What it is, as shortfalls call it.
    """

    date: Day
    busy: Windows
    title: Text
    areas: tuple[Text, ...] = ()


class WorkTime(Form):
    """How long work of one kind takes that is neither a visit nor a patrol.

    Attributes:
        minutes: Of each; 0 is a moment.
        at: When it is best done, if no slot says.
    """

    minutes: Count = 0
    at: Time | None = None


class Planning(Form):
    """The section ``planning`` of an estate: the kinds of events that planners may place.

    Attributes:
        minutes_per_day: Most minutes that one person spends on visits of all kinds in a day.
        contact_rates: How many of those who are visited are reached; nobody plans for misses where it is not said.
        reserve_attempts: Most further visits to one household in a period, in case that it is not reached.
        occasions: When people have no time for patrols.
        work: How long other work takes; what is counted by targets is planned only if it stands here.
        roster: Who works which windows; nobody plans that where it is not said.
    """

    visits: Mapping[Text, VisitCapacity] = {}
    minutes_per_day: Some | None = None
    contact_rates: ContactRates | None = None
    reserve_attempts: Count = 1
    patrols: Mapping[Text, PatrolPace] = {}
    occasions: tuple[Occasion, ...] = ()
    work: Mapping[Text, WorkTime] = {}
    roster: Rostering | None = None

    def alongside(self, kinds: Set[str]) -> frozenset[str]:
        """Some kinds with those that are planned together with them: a plan without calls has none on purpose."""
        groups = (frozenset(self.visits), frozenset(self.patrols))
        return frozenset(kinds).union(*(group for group in groups if not group.isdisjoint(kinds)))
