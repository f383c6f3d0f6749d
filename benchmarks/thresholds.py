"""Thresholds of a model's performance: false alarms, and labels until a bad model is found.

Run it with ``python -m benchmarks.thresholds [--runs N] [--seed N]``. Beside ours stand two others
on the same errors: the mean of all labels so far, which alarms once it lies beyond the threshold by
an interval that holds at all times (Robbins' normal mixture, as a monitor of the running mean has
it), and a window of 1,000 labels that is compared with the threshold as it is.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.mean_threshold import MeanThreshold
from detectors.monitors.options import MonitorOptions

Errors: TypeAlias = NDArray[np.float64]
Watcher: TypeAlias = Callable[[Errors, float], list[int]]

USUAL: Final = MonitorOptions().threshold_alarms.amount
"""Losses to a false alarm by the default budget."""

BEFORE: Final = 20_000
AFTER: Final = 30_000
WINDOW: Final = 1000
AT_THE_THRESHOLD: Final = 1_000_000
"""Labels of each run of a model that is exactly as bad as it may be."""

CASES: Final = (
    (0.06, 0.05, 0.08),
    (0.06, 0.05, 0.1),
    (0.2, 0.15, 0.25),
    (0.5, 0.4, 0.6),
    (0.01, 0.005, 0.02),
)
"""The rate of errors that is allowed, that before the change, and after it."""


def e_detector(limit: float) -> Watcher:
    """Return ours, with one false alarm in so many labels."""

    def watch(errors: Errors, threshold: float) -> list[int]:
        found: list[int] = []
        watched = MeanThreshold(threshold, limit)
        rows, begin = np.arange(len(errors)), 0
        while (crossing := watched.update(errors[begin:], rows[begin:])) is not None:
            begin += crossing[0] + 1
            found.append(begin - 1)
        return found

    return watch


def running_mean(errors: Errors, threshold: float) -> list[int]:
    """Return where the mean of all labels so far is surely beyond the threshold, once."""
    count = np.arange(1, len(errors) + 1)
    variance, level, best_at = 0.25, 0.05, 10_000.0
    margin = np.sqrt(
        2 * variance * (count + best_at) / count**2 * np.log(np.sqrt(1 + count / best_at) / level)
    )
    beyond = np.flatnonzero(np.cumsum(errors) / count - margin > threshold)
    return [int(row) for row in beyond[:1]]


def window(errors: Errors, threshold: float) -> list[int]:
    """Return where a window of the latest labels has a mean beyond the threshold, as it begins."""
    sums = np.concatenate([[0.0], np.cumsum(errors)])
    beyond = (sums[WINDOW:] - sums[:-WINDOW]) / WINDOW > threshold
    begins = beyond & ~np.concatenate([[False], beyond[:-1]])
    rows: list[int] = (np.flatnonzero(begins) + WINDOW - 1).tolist()
    return rows


WATCHERS: Final[dict[str, Watcher]] = {
    "ours, 1 in 100,000": e_detector(100_000.0),
    f"ours, 1 in {USUAL:,.0f} (as it is set)": e_detector(USUAL),
    "running mean": running_mean,
    f"window of {WINDOW:,}": window,
}


def _drawn(rng: np.random.Generator, rate: float, rows: int) -> Errors:
    return (rng.random(rows) < rate).astype(np.float64)


def delays_of(
    watcher: Watcher, case: tuple[float, float, float], seeds: Sequence[int]
) -> list[float]:
    """Return the labels until a change is found, a seed each; infinite where it is not."""
    return [delay for delay, _ in _watched(watcher, case, seeds)]


def labels_to_alarm(
    watcher: Watcher, case: tuple[float, float, float], seeds: Sequence[int]
) -> tuple[float, int]:
    """Return the median of the labels until a change is found, and the alarms before it."""
    found = list(_watched(watcher, case, seeds))
    return float(np.median([delay for delay, _ in found])), sum(false for _, false in found)


def _watched(
    watcher: Watcher, case: tuple[float, float, float], seeds: Sequence[int]
) -> Iterator[tuple[float, int]]:
    threshold, before, after = case
    for seed in seeds:
        rng = np.random.default_rng(seed)
        errors = np.concatenate([_drawn(rng, before, BEFORE), _drawn(rng, after, AFTER)])
        rows = watcher(errors, threshold)
        false = sum(row < BEFORE for row in rows)
        yield next((row - BEFORE + 1.0 for row in rows if row >= BEFORE), np.inf), false


def at_the_threshold(watcher: Watcher, threshold: float, seeds: Sequence[int]) -> float:
    """Return the alarms in 100,000 labels of a model that is exactly as bad as it may be."""
    alarms = sum(
        len(watcher(_drawn(np.random.default_rng(seed), threshold, AT_THE_THRESHOLD), threshold))
        for seed in seeds
    )
    return alarms / (len(seeds) * AT_THE_THRESHOLD) * 1e5


def table(seeds: Sequence[int]) -> Iterator[str]:
    """Yield the lines of both tables."""
    yield f"\nSeeds: {seeds[0]} to {seeds[-1]}."
    yield f"\n| labels to the alarm (alarms before) | {' | '.join(WATCHERS)} |"
    yield "| --- |" + " --- |" * len(WATCHERS)
    for case in CASES:
        cells = []
        for watcher in WATCHERS.values():
            delay, false = labels_to_alarm(watcher, case, seeds)
            cells.append(f"{'missed' if np.isinf(delay) else f'{delay:,.0f}'} ({false})")
        yield f"| {case[1]} to {case[2]}, {case[0]} allowed | {' | '.join(cells)} |"
    yield f"\n| alarms in 100,000 at the threshold | {' | '.join(WATCHERS)} |"
    yield "| --- |" + " --- |" * len(WATCHERS)
    for threshold in (0.01, 0.06, 0.2, 0.5):
        rates = [at_the_threshold(each, threshold, seeds[:10]) for each in WATCHERS.values()]
        yield f"| {threshold} allowed | {' | '.join(f'{rate:.2f}' for rate in rates)} |"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="seeds a cell")
    parser.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    arguments = parser.parse_args()
    for line in table(range(arguments.seed, arguments.seed + arguments.runs)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
