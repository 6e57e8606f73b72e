"""Writes the example estate: tables, the exports and logs of October 2026, and the truth table.

python examples/haitang/generate.py [--out DIR] [--truth FILE] [--seed 20261001]
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from types import ModuleType

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True  # this folder is shipped with the package

from generator import (  # noqa: E402  (the folder of this script comes first)
    butlers,
    exports,
    files,
    office,
    plants_cases,
    plants_dirt,
    plants_fees,
    plants_office,
    plants_papers,
    plants_presence,
    plants_rounds,
    plants_visits,
    truth,
    visits,
    world,
)
from generator.intent import Intent  # noqa: E402
from generator.log import Log  # noqa: E402
from generator.stage import Stage  # noqa: E402

SEED = 20261001
TRUTH = "haitang-2026-10.yaml"
PLANTS = (
    *(plants_presence, plants_rounds, plants_fees, plants_papers, plants_cases),
    *(plants_visits, plants_office, plants_dirt),
)


def month(seed: int, plants: Sequence[ModuleType] = PLANTS) -> Stage:
    """A diligent month, and then the plants."""
    estate, log = world.build(seed), Log()
    butlers.write(log, estate, seed)
    visits.write(log, estate, seed)
    office.write(log, seed)
    stage = Stage(estate, log, Intent(), Random(f"{seed}:plants"))
    for part in plants:
        part.plant(stage)
    exports.route(log)
    return stage


def main() -> None:
    """Writes everything."""
    parser = argparse.ArgumentParser(description="Writes the example estate 海棠花园.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the estate (default: this one)")
    parser.add_argument("--truth", type=Path, help="the truth table (default: tests/truth of the repository, or OUT)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--diligent", action="store_true", help="without plants: nothing is breached")
    wanted = parser.parse_args()
    out: Path = wanted.out
    stage = month(wanted.seed, () if wanted.diligent else PLANTS)
    files.write_tables(stage.world, stage.intent, out)
    files.write_log(stage.log, out)
    exports.write(stage.log, stage.world, out)
    home = out.resolve() == HERE
    if not home:
        for name in ("estate.yaml", "books/haitang.yaml"):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(HERE / name, out / name)
    table: Path = wanted.truth or (HERE.parents[1] / "tests" / "truth" / TRUTH if home else out / TRUTH)
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_text(truth.as_text(stage.intent, stage.log, wanted.seed), encoding="utf-8", newline="\n")
    intent = stage.intent
    print(f"{len(stage.log.rows)} rows, {len(intent.stories)} plants, {len(intent.breaches)} breaches: {out}")


if __name__ == "__main__":
    main()
