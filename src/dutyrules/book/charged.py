"""What scorecards, fines and outcomes name: duties that can be breached so, roles, clauses that are theirs alone."""

from collections.abc import Mapping

from dutyrules.book.book import Book
from dutyrules.book.names import Names, Path, check_events, check_figure, check_figures
from dutyrules.book.problems import choice, place_of
from dutyrules.book.scorecards import MANAGER, Cause, Counting, Line
from dutyrules.checks import Duty
from dutyrules.diagnostics import Span

MOST_OVERLAPPING = 4
"""Lines that may share breaches; their orders are tried one by one."""


def _line(book: Book, names: Names, line: Counting, path: Path) -> None:
    for index, breach in enumerate(line.breaches):
        here, duty = (*path, "breaches", index), breach.rpartition(".")[0]
        if not names.need("duties", duty, here):
            continue
        if duty in book.duties:
            veto = isinstance(line, Line) and line.veto is not None
            _breach(names, book.duties[duty], breach, names.node(here).span, veto=veto)
    names.need("duties", line.only_if_met, (*path, "only_if_met"))
    if line.aggravated_by:
        _cause(book, names, line.aggravated_by, (*path, "aggravated_by"))
    check_figures(names, line, path)


def _cause(book: Book, names: Names, cause: Cause, path: Path) -> None:
    check_events(book, names, cause, path)
    for inner, fact in cause.breaches():
        names.need("duties", fact.duty, (*path, *inner, "breach"))


def check_scorecards(book: Book, names: Names) -> None:
    """Everything that scorecards name."""
    for name, card in book.scorecards.items():
        path: Path = ("scorecards", name)
        names.need("roles", card.role, (*path, "role"))
        for key, line in card.lines.items():
            _line(book, names, line, _line_path(name, key))
            _consequences(names, line, _line_path(name, key))
        for word in ("bonus_cap", "total_cap"):
            figure = getattr(card, word)
            if figure is not None:
                check_figure(names, figure, (*path, word))
        for extra, bonus in card.bonus.items():
            check_events(book, names, bonus, (*path, "bonus", extra))
            check_figures(names, bonus, (*path, "bonus", extra))
        for group in overlapping(card.lines):
            if len(group) > MOST_OVERLAPPING:
                lines = ", ".join("/".join(key) for key in group)
                where = place_of(names.node(_line_path(name, group[MOST_OVERLAPPING])))
                expected = f"at most {MOST_OVERLAPPING} lines that share breaches, directly or through others"
                names.report("overlap", f"too many lines of {name} share breaches", where, lines, (), expected)


def _breach(names: Names, duty: Duty, breach: str, where: Span, *, veto: bool) -> None:
    """What a line names must be able to cost something; a veto that never fires would be a false comfort."""
    reasons = duty.reasons()
    if breach.rpartition(".")[2] not in reasons:
        code, message = "never-breached", f"{duty.id} is never breached in this way"
        expected = choice([f"{duty.id}.{reason}" for reason in reasons]) if reasons else None
    elif duty.strength != "must":
        code, message, expected = "not-charged", f"{duty.id} is no must: its breaches cost nothing", None
    else:
        return
    if veto:
        names.report("idle-veto", f"this veto never fires: {message}", where, breach, (), expected)
    else:
        names.report(code, message, where, breach, (), expected, severity="warning")


def _consequences(names: Names, line: Line, path: Path) -> None:
    """Who is liable must exist, and a veto must be able to fire."""
    for index, liable in enumerate(line.liable):
        _relation(names, liable.relation, (*path, "liable", index, "relation"))
    if line.veto is not None and not line.breaches and not line.clause:
        span = names.node((*path, "veto")).span
        message = "this veto can never fire: the line names no breach, and without a clause there are no findings"
        names.report("idle-veto", message, span, None, (), "breaches: [...], or clause: ...")


def _relation(names: Names, relation: str, path: Path) -> None:
    if relation != MANAGER:
        names.need("roles", relation, path, (MANAGER,))
    elif MANAGER in names.known("roles"):
        message = "this may be the role, or whom the table of people names as the manager"
        names.report("ambiguous-relation", message, names.node(path).span, MANAGER, (), "another name for the role")


def _line_path(card: str, key: tuple[str, str]) -> Path:
    return ("scorecards", card, "items", key[0], "lines", key[1])


def check_fines(book: Book, names: Names) -> None:
    """Everything that fines name."""
    for name, fine in book.fines.items():
        names.need("roles", fine.role, ("fines", name, "role"))
        _line(book, names, fine, ("fines", name))


def check_outcomes(book: Book, names: Names) -> None:
    """Everything that outcomes name, and that something leads to them."""
    seen: dict[str, str] = {}
    for name, outcome in book.outcomes.items():
        path: Path = ("outcomes", name)
        names.need("roles", outcome.role, (*path, "role"))
        _line(book, names, outcome, path)
        for index, one in enumerate(outcome.also):
            _cause(book, names, one.when, (*path, "also", index, "when"))
        for index, relation in enumerate(outcome.liable):
            _relation(names, relation, (*path, "liable", index))
        if not outcome.breaches and not outcome.clause:
            message = "nothing leads to this outcome: it names no breach, and without a clause there are no findings"
            where = place_of(names.node(path))
            names.report("idle-outcome", message, where, None, (), "breaches: [...], or clause: ...")
        for clause in outcome.clause:
            earlier = seen.setdefault(clause, name)
            if earlier != name:
                where = place_of(names.node((*path, "clause")))
                related = (("first here", place_of(names.node(("outcomes", earlier, "clause")))),)
                names.report(
                    "clause-twice", f"the clause {clause} already names {earlier}", where, clause, related=related
                )


def check_clauses(book: Book, names: Names) -> None:
    """A finding names its line by the clause, so within a scorecard a clause names one line."""
    for name, card in book.scorecards.items():
        seen: dict[str, tuple[str, str]] = {}
        for key, line in card.lines.items():
            where = place_of(names.node((*_line_path(name, key), "clause")))
            for clause in line.clause:
                earlier = seen.setdefault(clause, key)
                if earlier != key:
                    related = (("first here", place_of(names.node((*_line_path(name, earlier), "clause")))),)
                    message = f"the clause {clause} already names line {'/'.join(earlier)}"
                    names.report("clause-twice", message, where, clause, related=related)


def overlapping(lines: Mapping[tuple[str, str], Line]) -> list[list[tuple[str, str]]]:
    """Groups of lines that share a ``duty.reason`` or cases, directly or through others; in printed order."""
    groups: list[list[tuple[str, str]]] = []
    for key, line in lines.items():
        touched = [group for group in groups if any(_share(line, lines[other]) for other in group)]
        merged = [other for group in touched for other in group] + [key]
        groups = [group for group in groups if group not in touched] + [merged]
    return [sorted(group, key=list(lines).index) for group in groups if len(group) > 1]


def _share(one: Line, other: Line) -> bool:
    return bool(set(one.breaches) & set(other.breaches)) or (one.dedupe is not None and one.dedupe == other.dedupe)
