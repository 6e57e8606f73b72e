"""``dutyrules``: picks the command, and turns what went wrong into an exit status.

Exit status, the first that applies: 130 interrupted, 3 a fault of dutyrules, 1 errors in the input, 2 wrong usage,
5 a plan with shortfalls, 4 done with rejected rows, 0 done.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

COMMANDS = (
    "demo",
    "check",
    "test",
    "handbook",
    "score",
    "close",
    "purge",
    "explain",
    "due",
    "plan",
    "import",
    "form",
    "schema",
)
INTERRUPTED, FAULT, INPUT_ERROR, DONE = 130, 3, 1, 0


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    arguments = parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - so that the interpreter's last flush finds nobody missing
        return DONE
    except Exception as error:
        return _report(error)
    return status


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; building it imports no data engine."""
    top = argparse.ArgumentParser(
        prog="dutyrules",
        description="From one rule book: scores and closes months of logged activity, plans, and lists what is open.",
    )
    top.add_argument("--version", action="version", version=_version())
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module: ModuleType = import_module(f"dutyrules.cli.{name}_")
        help_text = (module.__doc__ or "").splitlines()[0].partition(": ")[2]
        command = commands.add_parser(name, help=help_text, description=help_text)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return top


def _version() -> str:
    from dutyrules import __version__

    return f"dutyrules {__version__}"


def _report(error: Exception) -> int:
    from dutyrules.diagnostics import InputError

    if isinstance(error, InputError):
        for diagnostic in error.diagnostics:
            print(diagnostic, file=sys.stderr)
        return INPUT_ERROR
    if os.environ.get("DUTYRULES_DEBUG"):
        raise error
    print(
        f"dutyrules failed: {type(error).__name__}: {error}\n"
        "This is a fault of dutyrules, not of your files. With DUTYRULES_DEBUG=1 it shows where.",
        file=sys.stderr,
    )
    return FAULT


if __name__ == "__main__":
    sys.exit(main())
