"""``python -m tests.chaos``: runs scenarios and says what was lost."""

import argparse
import json
import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.chaos.cluster import chaos_cluster, three_brokers
from tests.chaos.display import Display
from tests.chaos.families import FAMILIES
from tests.chaos.run import Result, run_once
from tests.chaos.world import Broker

EXAMPLES: Final = """\
  python -m tests.chaos --seed 7                      all families
  python -m tests.chaos --families kills,outage --runs 3
"""


def main() -> int:
    """Run the scenarios; 1 where something was lost or different."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description="Kill workers and brokers, and compare what comes out with an offline run.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn")
    parser.add_argument("--runs", type=int, default=1, help="how often each family (default: 1)")
    parser.add_argument("--families", default="", help="by name, with commas (default: all)")
    parser.add_argument("--quick", action="store_true", help="short scenarios")
    parser.add_argument("--logs", type=Path, help="where logs of failures go")
    arguments = parser.parse_args()
    names = [name for name in arguments.families.split(",") if name] or list(FAMILIES)
    if unknown := set(names) - FAMILIES.keys():
        parser.error(f"no such family: {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    folder = arguments.logs or Path(tempfile.mkdtemp(prefix="driftline-chaos-"))
    draw = random.Random(arguments.seed)
    plan = [(name, draw.randrange(10**6)) for _ in range(arguments.runs) for name in names]
    results: list[Result] = []
    with Display(len(plan)) as display, ExitStack() as brokers:
        # Those with three brokers come last: not all four run at the same time.
        plan.sort(key=lambda each: FAMILIES[each[0]].wants_three)
        broker: Broker = brokers.enter_context(chaos_cluster())
        of_three = False
        for number, (name, seed) in enumerate(plan):
            # A run that is repeated by itself has the seed that it says it has.
            chosen = arguments.seed if len(plan) == 1 else seed
            display.begin(FAMILIES[name].title, chosen)
            family = FAMILIES[name](quick=arguments.quick)
            if family.wants_three is not of_three:
                brokers.close()
                broker, of_three = brokers.enter_context(three_brokers()), True
            results.append(run_once(family, broker, chosen, folder / f"{number}-{name}"))
            display.end(results[-1])
    display.table(results)
    totals = {
        "runs": len(results),
        "kills": sum(result.kills for result in results),
        "lost": sum(result.verdict.lost for result in results),
        "different": sum(result.verdict.different for result in results),
    }
    print(json.dumps(totals))  # noqa: T201 - a command's output
    return int(any(not result.verdict.is_clean for result in results))


if __name__ == "__main__":
    sys.exit(main())
