"""Nanoseconds per value of the compiled kernels, beside River's one value at a time.

Run it with ``python -m benchmarks.kernels [--columns N] [--values N] [--repeats N]``. A batch has
20 columns of 1,000 values each; every column has its own detector, warm and in the same process.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter_ns
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from river import drift

from benchmarks.watchers import default_monitor
from detectors.algorithms.catalogue import build
from detectors.reference.bins import NumberBins
from detectors.reference.ranks import absorb_ranks
from detectors.warm_up import warm_up
from schemas.tables.columns import Column, Kind, Role

Batch = NDArray[np.float64]
Feed = Callable[[Batch], object]

COLUMNS: Final = 20
VALUES: Final = 1000
REPEATS: Final = 30
_WARM: Final = 5
"""Batches before the first that is timed: windows have grown, references are ready."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Nanoseconds per value; ``river`` is None where River has nothing of the kind."""

    kernel: float
    river: float | None = None


def measure_kernels(
    columns: int = COLUMNS, values: int = VALUES, repeats: int = REPEATS
) -> dict[str, Cost]:
    """Return what each kernel costs, by its name."""
    warm_up()
    river: Any = drift  # it has no types

    def cost(make: Callable[[int], Feed]) -> float:
        return _nanoseconds([make(number) for number in range(columns)], values, repeats)

    return {
        "adwin": Cost(
            cost(lambda _: build("adwin", {}).update), cost(lambda _: _one_by_one(river.ADWIN()))
        ),
        "page_hinkley": Cost(
            cost(lambda _: build("page_hinkley", {}).update),
            cost(lambda _: _one_by_one(river.PageHinkley())),
        ),
        "bins": Cost(cost(lambda _: _bins())),
        "ranks": Cost(cost(_ranks)),
        "column_monitor": Cost(cost(_monitor)),
    }


def _nanoseconds(feeds: Sequence[Feed], values: int, repeats: int) -> float:
    """Return the median over the batches of a value's time."""
    rng = np.random.default_rng(0)
    batches = rng.normal(0.5, 0.15, (_WARM + repeats, len(feeds), values))
    times: list[float] = []
    for batch in batches:
        began = perf_counter_ns()
        for feed, column in zip(feeds, batch, strict=True):
            feed(column)
        times.append((perf_counter_ns() - began) / batch.size)
    return median(times[_WARM:])


def _one_by_one(detector: Any) -> Feed:
    update = detector.update

    def feed(values: Batch) -> None:
        for value in values.tolist():
            update(value)
            if detector.drift_detected:
                pass  # what a user's loop looks at after each value

    return feed


def _bins() -> Feed:
    return NumberBins.of_sample(np.random.default_rng(1).normal(0.5, 0.15, 1000), 64).of


def _ranks(seed: int) -> Feed:
    bins = NumberBins.of_sample(np.random.default_rng(1).normal(0.5, 0.15, 1000), 64)
    counts = np.zeros(bins.size, dtype=np.int64)
    # The bins are measured on their own.
    known: dict[int, NDArray[np.int64]] = {}

    def feed(values: Batch) -> None:
        numbers = known.get(len(values))
        if numbers is None:
            numbers = known[len(values)] = bins.of(values)
        absorb_ranks(numbers, counts, seed)

    return feed


def _monitor(seed: int) -> Feed:
    monitor = default_monitor(seed)
    row = 0

    def feed(values: Batch) -> None:
        nonlocal row
        monitor.update(Column("x", Role.FEATURE, Kind.NUMBER, values), row)
        row += len(values)

    return feed


def kernel_table(costs: dict[str, Cost]) -> str:
    """Return the costs as a Markdown table."""
    lines = ["| ns per value | Driftline | River | times |", "| --- | ---: | ---: | ---: |"]
    for name, cost in costs.items():
        river, times = "", ""
        if cost.river is not None:
            river, times = f"{cost.river:.0f}", f"{cost.river / cost.kernel:.0f}"
        lines.append(f"| {name} | {cost.kernel:.1f} | {river} | {times} |")
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    result.add_argument("--columns", type=int, default=COLUMNS, help="columns of a batch")
    result.add_argument("--values", type=int, default=VALUES, help="values of a column")
    result.add_argument("--repeats", type=int, default=REPEATS, help="batches that are timed")
    return result


def main() -> None:
    """Print the table, and the figures as JSON."""
    costs = measure_kernels(**vars(parser().parse_args()))
    print(kernel_table(costs))
    print("column_monitor is bins, ranks and the four default detectors of a column together.")
    print(json.dumps({name: asdict(cost) for name, cost in costs.items()}))


if __name__ == "__main__":
    main()
