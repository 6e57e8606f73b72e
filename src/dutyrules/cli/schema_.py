"""schema: prints the JSON Schema of what other systems read, and of the files that people write."""

import argparse
import sys
from pathlib import Path


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Which document, and where to write its schema."""
    command.add_argument("document", nargs="?", metavar="DOCUMENT", help="without one, the documents are listed")
    command.add_argument("--out", type=Path, metavar="X.json", help="write it to a file")


def run(arguments: argparse.Namespace) -> int:
    """Prints or writes it; 2 if there is no such document."""
    from dutyrules import atomic
    from dutyrules.diagnostics import did_you_mean
    from dutyrules.report.schema import DOCUMENTS, FILES, schema_json, schema_of

    name, known = arguments.document, (*DOCUMENTS, *FILES)
    if name is None:
        for each in known:
            print(f"{each:<14} {schema_of(each)['title']}")
        return 0
    if name not in known:
        hint = did_you_mean(name, known)
        print(f"there is no document {name}: {hint or 'one of ' + ', '.join(known)}", file=sys.stderr)
        return 2
    if arguments.out is None:
        sys.stdout.write(schema_json(name))
    else:
        atomic.write(arguments.out, schema_json(name).encode())
        print(f"written: {arguments.out}", file=sys.stderr)
    return 0
