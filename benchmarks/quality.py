"""False alarms, delays, real streams and errors under drift, beside peers, as a page.

Run it with ``make quality`` or ``python -m benchmarks.quality [--quick] [--only budget] [--data
DIRECTORY] [--write]``. Every stream is seeded: the same seeds give the same tables. The page is
written where all of its parts were measured; one part alone is printed, and takes its place in the
page where `--write` says so. The last line is JSON.
"""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from benchmarks import guarantee
from benchmarks.detection import (
    budget,
    delays,
    injected,
    models,
    real_streams,
    seasons,
    synthetic,
    young,
)
from benchmarks.detection.section import Measure, Plan
from benchmarks.quality_page import Part, figures_of, last_line, page, with_part

Result = TypeVar("Result")

PAGE: Final = Path(__file__).parents[1] / "docs" / "quality.md"

PARTS: Final[dict[str, Measure]] = {
    "budget": budget.measure,
    "delays": delays.measure,
    "young": young.measure,
    "seasons": seasons.measure,
    "models": models.measure,
    "real": real_streams.measure,
    "thresholds": guarantee.measure,
    "injected": injected.measure,
    "synthetic": synthetic.measure,
}


class Processes:
    """Measurements in processes of their own, as many at a time as there are cores."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def map(self, job: Callable[..., Result], tasks: Iterable[Sequence[object]]) -> list[Result]:
        """Return the results of a job's measurements, in the order of their arguments."""
        given = list(tasks)
        futures = [self._executor.submit(job, *arguments) for arguments in given]
        return [future.result() for future in futures]


def plan_from(arguments: argparse.Namespace) -> Plan:
    """Return how much is measured."""
    if arguments.quick:
        return Plan(range(arguments.seed, arguments.seed + 10), 100_000, 6, arguments.data, 100)
    return Plan(range(arguments.seed, arguments.seed + 20), 1_000_000, 50, arguments.data)


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a first answer in five minutes")
    parser.add_argument("--only", choices=PARTS, help="measure one part alone")
    parser.add_argument("--write", action="store_true", help="put that part into the page as well")
    parser.add_argument("--data", type=Path, help="directory of the real streams' files")
    parser.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    parser.add_argument("--output", type=Path, default=PAGE, help="the page to write")
    arguments = parser.parse_args()
    plan = plan_from(arguments)
    chosen = PARTS if arguments.only is None else {arguments.only: PARTS[arguments.only]}
    parts = []
    # Threads of this process would not be there in its forks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as executor:
        for name, measure in chosen.items():
            part = Part(name, measure(Processes(executor), plan))
            parts.append(part)
            print("\n".join(part.section.lines), end="\n\n", flush=True)
    if arguments.only is None:
        written = page(parts, plan, quick=arguments.quick)
    elif arguments.write:
        before = arguments.output.read_text(encoding="utf-8")
        written = with_part(before, parts[0], plan, quick=arguments.quick)
    else:
        written = None
    if written is not None:
        arguments.output.write_text(written, encoding="utf-8")
        for part in parts:
            for name, picture in part.section.pictures.items():
                target = arguments.output.parent / "quality" / name
                target.parent.mkdir(exist_ok=True)
                target.write_text(picture, encoding="utf-8")
    print(f"Seeds: {plan.seeds.start} to {plan.seeds.stop - 1}.")
    sys.stdout.write(last_line(figures_of(part.section for part in parts)) + "\n")


if __name__ == "__main__":
    main()
