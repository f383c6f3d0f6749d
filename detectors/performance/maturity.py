"""Maturity of a window: how much of its labels has come, and its metrics as of all of them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.confusion import AVERAGES
from detectors.performance.delay_curves import DelayCurves
from detectors.performance.estimated_counts import EstimatedCounts
from detectors.performance.estimates import none
from detectors.performance.label_delays import CLASSES_APART, LabelDelays, keys_of
from detectors.performance.options import CLASSIFICATION
from schemas.events.model_performance import (
    AgeCoverage,
    Estimate,
    LabelDelay,
    Maturity,
    NoValue,
)

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]

OF_SCORES: Final = frozenset(
    {
        *("roc_auc", "roc_auc_macro", "roc_auc_weighted"),
        *("average_precision", "average_precision_macro"),
        *("log_loss", "brier", "calibration_error"),
    }
)

OVER_ALL: Final = frozenset(
    {
        *("accuracy", "balanced_accuracy"),
        *(f"{base}_{average}" for base in ("precision", "recall", "f1") for average in AVERAGES),
    }
)

_PARTS: Final = (1 / 24, 1 / 4, 1, 2, 4, 8, 16, 32)
"""Ages of which the coverage is told, in windows."""

_MEDIAN: Final = 0.5
_LATE: Final = 0.9


class WindowMaturity:
    """What of one window is known by now.

    Parameters
    ----------
    delays
        Of the version's labels, those of the window included.
    curves
        Made of them.
    begin, end
        Of the window, milliseconds since the epoch.
    """

    def __init__(self, delays: LabelDelays, curves: DelayCurves, begin: int, end: int) -> None:
        self._delays = delays
        self._curves = curves
        self._length = end - begin
        self._shares, self._errors = curves.maturity(begin, end)

    def of_numbers(self) -> Maturity:
        """Return the maturity of a window of a regression."""
        return self._told((), {})

    def of_classes(
        self,
        pairs: Integers,
        names: Sequence[str],
        wanted: Sequence[str],
        positive: int,
        *,
        are_paired: bool = True,
    ) -> Maturity:
        """Return the maturity of a window of a classification.

        Parameters
        ----------
        pairs
            Shape ``(k, k)``: labelled rows by label and prediction, by the numbers of classes.
        names
            Of the classes, by their numbers, which begin at 1.
        wanted
            The metrics; empty for all.
        positive
            The number of the class that is looked for; below 0 where it has none.
        are_paired
            Whether there are no classes but those of the pairs; what is over all of them is not
            corrected else.
        """
        corrected: dict[str, Estimate] = {}
        count = len(pairs)
        true, said = np.divmod(np.arange(count * count), count)
        groups = self._delays.groups[keys_of(true, said)].reshape(count, count)
        counts = EstimatedCounts(pairs, groups, self._curves, self._shares, self._errors)
        for name in CLASSIFICATION:
            if wanted and name not in wanted:
                continue
            if name in OF_SCORES:
                corrected[name] = none(NoValue.NOT_CORRECTED)
            elif not are_paired and (name in OVER_ALL or positive >= count):
                corrected[name] = none(NoValue.TOO_MANY_CLASSES)
            else:
                corrected[name] = counts.metric(name, positive)
        return self._told(names, corrected)

    def _told(self, names: Sequence[str], corrected: dict[str, Estimate]) -> Maturity:
        curves, groups = self._curves, range(len(self._curves.labels))
        unknown = None if groups else NoValue.DELAYS_UNKNOWN
        for group in groups:
            unknown = unknown or curves.unknown(group)
        keys = {int(group): key for key, group in enumerate(self._delays.groups) if group >= 0}
        ages = self._length * np.array(_PARTS)
        ages = ages[ages <= curves.lookback]
        coverage = sum((curves.mix[each] * curves.share(each, ages) for each in groups), 0.0 * ages)
        return Maturity(
            expected=None if unknown else min(float(curves.mix @ self._shares), 1.0),
            reason=unknown,
            delays=[
                LabelDelay(
                    name=_name(keys[group] // 2, names),
                    is_predicted=bool(keys[group] % 2),
                    labels=int(curves.labels[group]),
                    median_seconds=round(curves.quantile(group, _MEDIAN)) / 1000,
                    late_seconds=round(curves.quantile(group, _LATE)) / 1000,
                    maturity=float(self._shares[group]),
                )
                for group in sorted(groups, key=lambda each: keys[each])
                if names
            ],
            coverage=[
                AgeCoverage(age_seconds=age / 1000, share=min(float(share), 1.0))
                for age, share in zip(ages.tolist(), coverage, strict=True)
            ],
            corrected=corrected,
        )


def _name(number: int, names: Sequence[str]) -> str:
    return names[number - 1] if 0 < number <= CLASSES_APART else "others"
