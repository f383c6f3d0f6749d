"""A version against what the one before it was: how often it is called worse by chance, how soon.

Run it with ``python -m benchmarks.comparing.own_history [--runs N] [--seed N]``. The one before has
2,000 labelled rows, the version up to 4,000, in the order in which their labels come, with a look
after each fifty. Half of the rows that are wrong have their labels within a minute, as chargebacks
and complaints do, all others after a day or more: the labels of a young version look bad.
"""

import argparse
import json
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.history import History
from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.performance.threshold import ThresholdMetric
from schemas.events.position import Position

BEFORE, AFTER, CHUNK = 2000, 4000, 50
RATE: Final = 0.1
"""Of wrong rows of the one before."""

_SECOND, _DAY = 1000, 86_400_000
_AT: Final = Position(topic="labels", partition=0, offset=0, time="2026-03-01T12:00:00.000Z")
OPTIONS: Final = ComparisonOptions(
    metrics=(ComparedMetric(metric=ThresholdMetric.ACCURACY, smallest_effect=0.03),)
)

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


class Outcome(NamedTuple):
    """What came of versions that are all alike.

    Attributes
    ----------
    found
        Share of them that was called worse.
    labels
        Mean of the labels until then; NaN where none was.
    """

    found: float
    labels: float


def outcome_of(
    rate: float, runs: int, random: np.random.Generator, *, by_age: bool = True
) -> Outcome:
    """Return what comes of versions that are wrong at a rate.

    Parameters
    ----------
    rate
        Of wrong rows.
    runs
        How many versions.
    random
        What draws them.
    by_age
        Whether labels are held against those that took as long; else against all.
    """
    stops = np.array([_stop(rate, random, by_age=by_age) for _ in range(runs)])
    found = stops[np.isfinite(stops)]
    return Outcome(len(found) / runs, float(found.mean()) if len(found) else float("nan"))


def _stop(rate: float, random: np.random.Generator, *, by_age: bool) -> float:
    """Return after how many labels a version is called worse; infinity where it never is."""
    first = History("1", 0, OPTIONS)
    delays, wrong, _ = _rows(RATE, BEFORE, random)
    first.add(delays if by_age else delays * 0, wrong[None])
    second = History("2", 0, OPTIONS, first)
    delays, wrong, order = _rows(rate, AFTER, random)
    for begin in range(0, AFTER, CHUNK):
        part = order[begin : begin + CHUNK]
        second.add(delays[part] if by_age else delays[part] * 0, wrong[None, part])
        if second.harms(_AT):
            return begin + CHUNK
    return float("inf")


def _rows(
    rate: float, rows: int, random: np.random.Generator
) -> tuple[Integers, Numbers, Integers]:
    """Return delays, losses, and the order of labels, of a prediction each ten minutes."""
    wrong = random.random(rows) < rate
    is_soon = wrong & (random.random(rows) < 0.5)
    late = _DAY + random.integers(0, 6 * _DAY, rows)
    delays = np.where(is_soon, random.integers(0, 60 * _SECOND, rows), late)
    made = 600 * _SECOND * np.arange(rows)
    return delays, wrong.astype(np.float64), np.argsort(made + delays, kind="stable")


def main() -> None:
    """Simulate it, and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(json.dumps(figures_of(arguments.runs, np.random.default_rng(arguments.seed))))


def figures_of(runs: int, random: np.random.Generator) -> dict[str, float | None]:
    """Return what is told: of versions as good as the one before, and of worse ones."""
    alike = outcome_of(RATE, runs, random)
    ageless = outcome_of(RATE, runs, random, by_age=False)
    worse = outcome_of(RATE + 0.06, runs, random)
    return {
        "history_false": alike.found,
        "history_false_without_ages": ageless.found,
        "history_found": worse.found,
        "history_labels": None if np.isnan(worse.labels) else round(worse.labels),
    }


if __name__ == "__main__":
    main()
