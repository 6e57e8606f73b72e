"""Whether what an estate says of the hours of patrols, and of occasions that take people's time, fits together."""

from dutyrules.book.problems import follow
from dutyrules.diagnostics import Diagnostic, did_you_mean
from dutyrules.estate.planning import Planning
from dutyrules.registry.areas import Areas
from dutyrules.source import Node


def check_patrols(node: Node, planning: Planning, areas: Areas, problems: list[Diagnostic]) -> None:
    """A patrol fits into its hours, and occasions name areas that exist."""
    for name, pace in planning.patrols.items():
        longest = max((stop - start for start, stop in pace.hours or ()), default=0) // 60
        if pace.hours is not None and longest < pace.minutes:
            where = follow(node, ("planning", "patrols", name, "hours"))[0].span
            message = f"no {name} fits into these hours: it takes {pace.minutes} minutes"
            found, expected = f"{longest} minutes at a stretch", f"at least {pace.minutes}"
            problems.append(Diagnostic("estate.no-hours", message, where, found, expected))
    for number, occasion in enumerate(planning.occasions):
        section = ("planning", "occasions", number)
        for name in occasion.areas:
            if name not in areas.within:
                where = follow(node, (*section, "areas"))[0].span
                hint = did_you_mean(name, areas.names)
                problems.append(Diagnostic("estate.unknown-area", f"there is no area {name}", where, name, None, hint))
