"""The direction of a drift: where the mean went, and whether errors have become fewer."""

from math import hypot, sqrt

from schemas.events.drift_alert import Direction
from schemas.events.window_summary import CategorySummary, NumberSummary


def direction_of(
    before: NumberSummary | CategorySummary, after: NumberSummary | CategorySummary
) -> Direction | None:
    """Return where the mean went; None where it stayed, is unknown, or there is none."""
    if not isinstance(before, NumberSummary) or not isinstance(after, NumberSummary):
        return None
    if before.mean is None or after.mean is None or before.mean == after.mean:
        return None
    return Direction.UP if after.mean > before.mean else Direction.DOWN


def has_improved(
    before: NumberSummary | CategorySummary, after: NumberSummary | CategorySummary
) -> bool:
    """Tell whether errors have become fewer, or smaller: their mean and their mean square fell.

    Of errors of 0 and 1 the two are the same. Of others the mean alone would not do: it falls too
    where most errors shrink and a few grow large.

    Examples
    --------
    >>> def errors(mean, std):
    ...     return NumberSummary(count=100, mean=mean, std=std, quantiles={})
    >>> has_improved(errors(0.3, 0.46), errors(0.1, 0.3))
    True
    >>> has_improved(errors(2.0, 1.0), errors(1.9, 8.0))
    False
    """
    if not isinstance(before, NumberSummary) or not isinstance(after, NumberSummary):
        return False
    if direction_of(before, after) is not Direction.DOWN:
        return False
    then, now = _root_mean_square(before), _root_mean_square(after)
    return then is not None and now is not None and now < then


def _root_mean_square(summary: NumberSummary) -> float | None:
    """Return it; None where the deviation is beyond float64."""
    if summary.mean is None or summary.count == 0:
        return None
    if summary.count == 1:
        return abs(summary.mean)
    if summary.std is None:
        return None
    # The deviation is the sample's: its square is of n - 1.
    return hypot(summary.mean, summary.std * sqrt(1 - 1 / summary.count))
