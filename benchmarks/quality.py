"""False alarms, delays, real streams and errors under drift, beside peers, as a page.

Run it with ``make quality`` or ``python -m benchmarks.quality [--quick] [--only budget] [--data
DIRECTORY]``. Every stream is seeded: the same seeds give the same tables. The page is written where
all of its parts were measured; one part alone is printed. The last line is JSON.
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from math import isinf
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
from benchmarks.detection.section import Measure, Plan, Section

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

FIGURES: Final = (
    "budget_worst",
    "budget_least",
    "model_1000",
    "delay_1sd",
    "delay_sd2",
    "ar5_1sd",
    "ar9_1sd",
    "kdd_abrupt",
    "kdd_gradual",
    "threshold_alarms",
    "threshold_delay",
)

_INTRODUCTION: Final = """# Quality of detection

What the default monitor raises where nothing changes, and how long it takes where something does,
beside River's detectors and the two watchers that any figure has to beat: one that always alarms,
and one that never does. Written by `make quality`{arguments}; seeds {seeds}, {rows:,} rows of each
stationary stream and seed. How it works is told by [detection](detection.md).

What this does not show: streams of other shapes than these, labels that come late, the cost (see
[performance](performance.md)), and what an alarm is worth to those who read it. The streams are
synthetic or shuffled but for the real ones, and those are three."""


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


def last_line(sections: Iterable[Section]) -> str:
    """Return the figures of all parts as JSON; null is one that was not measured, or is missed."""
    found: dict[str, float | None] = dict.fromkeys(FIGURES)
    for section in sections:
        found |= section.figures
    return json.dumps(
        {
            name: None if value is None or isinf(value) else round(value, 3)
            for name, value in found.items()
        }
    )


def page(sections: Sequence[Section], plan: Plan, *, quick: bool) -> str:
    """Return the whole page."""
    head = _INTRODUCTION.format(
        arguments=' ARGS="--quick"' if quick else "",
        seeds=f"{plan.seeds.start} to {plan.seeds.stop - 1}",
        rows=plan.rows,
    )
    parts = ["\n".join(section.lines) for section in sections]
    figures = (
        "## Figures\n\n`null` is what was not measured: the `kdd` figures need `--data`.\n\n    "
        + last_line(sections)
    )
    return "\n\n".join([head, *parts, figures]) + "\n"


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a first answer in five minutes")
    parser.add_argument("--only", choices=PARTS, help="print one part alone")
    parser.add_argument("--data", type=Path, help="directory of the real streams' files")
    parser.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    parser.add_argument("--output", type=Path, default=PAGE, help="the page to write")
    arguments = parser.parse_args()
    plan = plan_from(arguments)
    chosen = PARTS if arguments.only is None else {arguments.only: PARTS[arguments.only]}
    sections = []
    # Threads of this process would not be there in its forks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as executor:
        for measure in chosen.values():
            section = measure(Processes(executor), plan)
            sections.append(section)
            print("\n".join(section.lines), end="\n\n", flush=True)
    if arguments.only is None:
        arguments.output.write_text(page(sections, plan, quick=arguments.quick), encoding="utf-8")
        for section in sections:
            for name, picture in section.pictures.items():
                target = arguments.output.parent / "quality" / name
                target.parent.mkdir(exist_ok=True)
                target.write_text(picture, encoding="utf-8")
    print(f"Seeds: {plan.seeds.start} to {plan.seeds.stop - 1}.")
    sys.stdout.write(last_line(sections) + "\n")


if __name__ == "__main__":
    main()
