"""``python -m tests.chaos``: runs scenarios and says what was lost."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.chaos.display import Display
from tests.chaos.suite import ALL, planned, results_of

_EPILOG: Final = """\
families: {names}

  python -m tests.chaos --seed 7                       all of them, once
  python -m tests.chaos --families kills,outages --runs 3

The last line is JSON. Exit code: 0 where nothing was lost or different, and every planted bug was
seen; 1 otherwise.
"""


def main() -> int:
    """Run the scenarios; 1 where something was lost or different."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description="Kill workers and brokers, and compare what comes out with an offline run.",
        epilog=_EPILOG.format(names=", ".join(ALL)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn")
    parser.add_argument("--runs", type=int, default=1, help="how often each family (default: 1)")
    parser.add_argument("--families", default="", help="by name, with commas (default: all)")
    parser.add_argument("--quick", action="store_true", help="short scenarios")
    parser.add_argument("--logs", type=Path, help="a new folder for the logs of failures")
    arguments = parser.parse_args()
    names = [name for name in arguments.families.split(",") if name] or list(ALL)
    if unknown := set(names) - ALL.keys():
        parser.error(f"no such family: {', '.join(unknown)}; there are {', '.join(ALL)}")
    folder = arguments.logs or Path(tempfile.mkdtemp(prefix="driftline-chaos-"))
    plan = planned(names, seed=arguments.seed, runs=arguments.runs)
    with Display(len(plan)) as display:
        results = list(results_of(plan, display, folder, quick=arguments.quick))
    display.table(results)
    real = [result for result in results if not result.is_planted]
    totals = {
        "runs": len(real),
        "kills": sum(result.kills for result in real),
        "lost": sum(result.verdict.lost for result in real),
        "different": sum(result.verdict.different for result in real),
    }
    print(json.dumps(totals))  # noqa: T201 - a command's output
    return int(any(not result.is_right for result in results))


if __name__ == "__main__":
    sys.exit(main())
