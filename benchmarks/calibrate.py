"""False alarms of the detectors on uniform ranks, from which their parameters follow.

Run it with ``make calibrate`` or ``python -m benchmarks.calibrate [--values N] [--seed N]``: it
writes `detectors.algorithms.calibrated`, with its seed and standard errors. Ranks are uniform
whatever the column, so that this is done once, for all columns and all budgets.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

import detectors.algorithms
from detectors.algorithms.adwin import Adwin
from detectors.algorithms.contract import Detector
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.priming import MOST, prime
from detectors.algorithms.thresholds import wald_exponent
from detectors.arrays.column import Numbers

Watch = Callable[[Numbers], int]
"""Takes ranks; returns how many alarms they raise."""

TARGET: Final = Path(detectors.algorithms.__file__).with_name("calibrated.py")

PART: Final = 1_000_000

DELTAS: Final = {0.003: 10, 0.01: 5, 0.03: 2, 0.1: 1, 0.3: 1, 1.0: 1}
"""Of ADWIN, and how many times as many values as the others they get: the rarer, the more."""

EFFECTS: Final = {0.01: 20.0, 0.02: 12.0, 0.05: 7.0, 0.1: 4.0, 0.2: 2.0}
"""Deltas of Page-Hinkley, and thresholds at which some thousand alarms come."""

_HEAD: Final = '''"""How often detectors alarm on uniform ranks, as ``make calibrate`` measures.

Seed {seed}, {values:,} ranks a line, more of those that alarm seldom.
"""

from typing import Final

'''


def of_detector(make: Callable[[], Detector]) -> Watch:
    """Return how a detector counts its alarms, which begins primed, as behind a burn-in."""
    detector = make()
    prime(detector, MOST)
    return lambda ranks: len(detector.update(ranks))


def counted(watch: Watch, values: int, seed: Sequence[int]) -> int:
    """Return how many alarms so many uniform ranks raise."""
    random = np.random.default_rng(seed)
    return sum(watch(random.random(min(PART, values - first))) for first in range(0, values, PART))


def lines(values: int, seed: int) -> Iterator[str]:
    """Yield the module that is written."""
    yield _HEAD.format(seed=seed, values=values).removesuffix("\n")
    yield "ADWIN: Final = ("
    for number, (delta, more) in enumerate(DELTAS.items()):
        alarms = counted(of_detector(lambda: Adwin(delta=delta)), more * values, (seed, 1, number))  # noqa: B023 - is called at once
        rate = alarms / (more * values)
        yield f"    ({delta}, {rate:.4g}),  # +- {_error(rate, alarms):.2g}"
    yield ')\n"""Deltas, and false alarms a value: of one stream."""\n'
    yield "PAGE_HINKLEY: Final = ("
    for number, (delta, threshold) in enumerate(EFFECTS.items()):
        detector = of_detector(
            lambda: PageHinkley(delta=delta, threshold=threshold, alpha=1.0)  # noqa: B023 - likewise
        )
        alarms = counted(detector, values, (seed, 2, number))
        factor = alarms / values * math.exp(wald_exponent(delta) * threshold)
        yield f"    ({delta}, {factor:.4g}),  # +- {_error(factor, alarms):.2g}"
    yield ')\n"""Deltas, and false alarms a value over exp(-exponent threshold): of one stream."""'


def _error(rate: float, alarms: int) -> float:
    return rate / math.sqrt(max(alarms, 1))


def main() -> None:
    """Measure, and write the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=100_000_000, help="ranks a line")
    parser.add_argument("--seed", type=int, default=20261128)
    arguments = parser.parse_args()
    written = "\n".join(lines(arguments.values, arguments.seed)) + "\n"
    TARGET.write_text(written, encoding="utf-8")
    sys.stdout.write(written)


if __name__ == "__main__":
    main()
