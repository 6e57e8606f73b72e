"""import: turns another system's export into an activity log."""

import argparse
import sys
from pathlib import Path


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Which export, read how, written where."""
    command.add_argument("mapping", help="a mapping file, or the name of a shipped one (microcommunity_patrol)")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("--estate", required=True, type=Path, help="the estate whose people the export names")
    command.add_argument("--out", required=True, type=Path, metavar="LOG", help="the log to write (CSV)")


def run(arguments: argparse.Namespace) -> int:
    """Writes the log and, where rows could not be read, the rejects beside it; 4 in that case."""
    from dutyrules import load_estate
    from dutyrules.activity import mapping
    from dutyrules.activity.rejects import write_rejects
    from dutyrules.estate import lookups

    estate = load_estate(arguments.estate)
    known = Path(arguments.mapping)
    imported = mapping.import_files(
        known if known.suffix else arguments.mapping, arguments.files, lookups=lookups(estate)
    )
    mapping.write_log_csv(imported, arguments.out)
    print(f"{len(imported.rows)} rows written: {arguments.out}", file=sys.stderr)
    if not imported.rejected_rows:
        return 0
    rejects = arguments.out.with_suffix(".rejects.csv")
    write_rejects(imported.rejects, rejects)
    print(f"{imported.rejected_rows} rows could not be read: {rejects}", file=sys.stderr)
    return 4
