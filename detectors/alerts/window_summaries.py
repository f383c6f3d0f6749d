"""Summaries of a column before and after a change, as an alert shows them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.window import ReferenceWindow
from schemas.events.window_summary import CategorySummary, NumberSummary

Counts = NDArray[np.int64]

LEVELS: Final = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
MOST_SHARES: Final = 10


def numbers_before(before: ReferenceWindow) -> NumberSummary:
    """Return the summary of a reference of numbers."""
    if before.count == 0:
        return NumberSummary(count=0, mean=None, std=None, quantiles={})
    return NumberSummary(
        count=before.count,
        mean=finite(before.mean),
        std=finite(before.std),
        quantiles={name: clamped(before.quantile(level)) for name, level in LEVELS.items()},
    )


def numbers_after(values: Numbers) -> NumberSummary:
    """Return the summary of the values since a change, shape ``(n,)``, ``n >= 1``."""
    with np.errstate(over="ignore", invalid="ignore"):  # values near the end of float64
        # Halved, since the difference of two values may lie beyond float64.
        quantiles = (2.0 * np.quantile(values / 2.0, list(LEVELS.values()))).tolist()
        mean = float(values.mean())
        std = float(values.std(ddof=1)) if len(values) > 1 else None
    return NumberSummary(
        count=len(values),
        mean=finite(mean),
        std=finite(std),
        quantiles=dict(zip(LEVELS, map(clamped, quantiles), strict=True)),
    )


def clamped(value: float) -> float:
    """Return the nearest finite number, 0 for NaN: JSON has no others."""
    return float(np.nan_to_num(value))


def finite(value: float | None) -> float | None:
    """Return the number, or None where it is none that JSON has."""
    return value if value is not None and np.isfinite(value) else None


def category_summaries(
    counts_before: Counts, counts_after: Counts, names: Sequence[str]
) -> tuple[CategorySummary, CategorySummary]:
    """Return the shares of the categories that are among the most frequent of either window.

    Parameters
    ----------
    counts_before, counts_after
        Values of each category, shape ``(len(names),)``.
    names
        The categories' names; those of the same name, such as all the others, count together.
    """
    number_of: dict[str, int] = {}
    numbers = np.array([number_of.setdefault(name, len(number_of)) for name in names], np.int64)
    counts_before, counts_after = (
        np.bincount(numbers, weights=counts, minlength=len(number_of)).astype(np.int64)
        for counts in (counts_before, counts_after)
    )
    names = list(number_of)
    shown: dict[int, None] = {}
    for counts in (counts_after, counts_before):
        order = np.argsort(-counts, kind="stable")[:MOST_SHARES]
        shown.update((int(number), None) for number in order if counts[number] > 0)
    before, after = (_shares(counts, shown, names) for counts in (counts_before, counts_after))
    return before, after


def _shares(counts: Counts, shown: dict[int, None], names: Sequence[str]) -> CategorySummary:
    total = int(counts.sum())
    shares = {names[number]: float(counts[number]) / max(total, 1) for number in shown}
    return CategorySummary(count=total, shares=shares)
