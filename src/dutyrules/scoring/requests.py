"""What `score` and `due` refuse alike."""

from collections.abc import Iterable

from dutyrules.activity.log import Log
from dutyrules.diagnostics import Diagnostic, InputError, did_you_mean


def refuse_plans(log: Log, hint: str) -> None:
    """Planned rows are no events.

    Raises:
        InputError: the log holds some.
    """
    if log.planned:
        message = f"the log holds {log.planned} planned rows"
        raise InputError(
            [Diagnostic("score.planned-rows", message, None, "state: planned", "events that happened", hint)]
        )


def unknown_person(person: str, known: Iterable[str], when: str) -> InputError:
    """Nobody of that name has a post then."""
    names = sorted(set(known))
    message, hint = f"{person} has no post in {when}", did_you_mean(person, names)
    return InputError([Diagnostic("score.unknown-person", message, None, person, ", ".join(names[:20]), hint)])
