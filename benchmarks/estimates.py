"""Performance that is estimated without labels, against what the labels say, where these are known.

Scores of a made-up model are too sure of themselves, and its inputs change: most predictions become
hard ones, or few do. What is estimated of 5,000 predictions without labels is compared with what
they are worth, beside the figure of the labels before the change.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.performance.estimated_performance import EstimatedPerformance, EstimatedWindow

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

CASES: Final = {"as before": (1.0, 3.0), "harder": (2.0, 3.0), "easier": (0.4, 2.0)}
"""Parameters of the beta distribution of the chances of positives, after the change."""

BEFORE: Final = (1.0, 3.0)
LABELLED: Final = 3000
ROWS: Final = 5000
METRICS: Final = ("accuracy", "precision", "recall", "f1")
_DAY: Final = 86_400_000


class _Rows(NamedTuple):
    scores: Numbers
    said: Mask
    true: Mask


def _drawn(random: np.random.Generator, shape: tuple[float, float], rows: int) -> _Rows:
    chances = random.beta(*shape, rows)
    true = random.random(rows) < chances
    odds = np.log(chances + 1e-9) - np.log1p(-chances + 1e-9)
    # Twice as sure as it should be.
    scores = 1.0 / (1.0 + np.exp(-2.0 * odds))
    return _Rows(scores, scores >= 0.5, true)


def _figures(rows: _Rows) -> dict[str, float]:
    hits = float((rows.said & rows.true).sum())
    return {
        "accuracy": float((rows.said == rows.true).mean()),
        "precision": hits / rows.said.sum(),
        "recall": hits / rows.true.sum(),
        "f1": 2 * hits / (rows.said.sum() + rows.true.sum()),
    }


def errors_of(shape: tuple[float, float], seeds: Sequence[int]) -> tuple[float, float]:
    """Return the mean errors of estimates, and of the figures before the change."""
    estimated, before = [], []
    for seed in seeds:
        random = np.random.default_rng(seed)
        labelled, rows = _drawn(random, BEFORE, LABELLED), _drawn(random, shape, ROWS)
        performance = EstimatedPerformance(_DAY, 1)
        performance.calibration.add(labelled.scores, labelled.true)
        performance.add(rows.scores, rows.said, np.zeros(ROWS, dtype=np.int64))
        window = performance.of(0) or EstimatedWindow()
        told, truth, known = window.metrics(), _figures(rows), _figures(labelled)
        for name in METRICS:
            estimated.append(abs((told[name].value or 0.0) - truth[name]))
            before.append(abs(known[name] - truth[name]))
    return float(np.mean(estimated)), float(np.mean(before))


def study(runs: int, seed: int) -> tuple[float, list[str]]:
    """Return the mean error of estimates in the worst case, and a table."""
    lines = [
        "| inputs | error of estimates | of the figures before |",
        "|" + " --- |" * 3,
    ]
    worst = 0.0
    for name, shape in CASES.items():
        estimated, before = errors_of(shape, range(seed, seed + 10 * runs))
        lines.append(f"| {name} | {estimated:.4f} | {before:.4f} |")
        worst = max(worst, estimated)
    return worst, lines
