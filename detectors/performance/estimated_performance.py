"""Performance of a model version while its labels are missing, estimated from its scores.

Confidence-based: where a calibrated score says that nine in ten such predictions are frauds, one in
ten that is called a fraud is wrong. It sees what a change of the inputs does to the model, and is
blind to a change of what the inputs mean: as long as no label says so, scores are believed.
"""

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.performance import intervals
from detectors.performance.calibration import Calibration
from detectors.performance.estimates import estimate, expected_mean, none
from detectors.performance.expected_ranking import ExpectedRanking
from detectors.snapshots.tree import State
from schemas.events.model_performance import Estimate, NoValue

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

ESTIMATED: Final = (
    *("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1"),
    *("roc_auc", "log_loss", "brier", "positive_rate", "label_rate"),
)
"""The metrics that are estimated; all of them of two classes."""

_SUMS: Final = 10
_AREA: Final = 4
_LEAST: Final = float(np.finfo(np.float64).eps)


class EstimatedWindow:
    """Sums over the predictions of one window.

    Attributes
    ----------
    sums
        Shape ``(14,)``: predictions of the positive class, how many of them are expected to be
        right, and the variance of that; of the others likewise how many are positives all the same;
        then log loss and Brier score, and the variances of these; and last the numbers of `area`.
    """

    __slots__ = ("_reason", "sums")

    def __init__(self) -> None:
        # In one array, for it is kept for weeks: an event takes ten times as much.
        self.sums: Numbers = np.zeros(_SUMS + _AREA)
        self._reason: NoValue | None = NoValue.NO_ROWS

    @property
    def area(self) -> Estimate:
        """The expected area under the ROC curve."""
        numbers = [None if math.isnan(each) else each for each in self.sums[_SUMS:].tolist()]
        value, low, high, error = numbers if self._reason is None else [None] * _AREA
        return Estimate(value=value, low=low, high=high, error=error, reason=self._reason)

    @area.setter
    def area(self, area: Estimate) -> None:
        # None becomes NaN, and no metric is NaN.
        self.sums[_SUMS:] = np.array(
            [area.value, area.low, area.high, area.error], dtype=np.float64
        )
        self._reason = area.reason

    @property
    def rows(self) -> int:
        """How many predictions there were."""
        return int(self.sums[0] + self.sums[3])

    def metrics(self) -> dict[str, Estimate]:
        """Return the metrics with the interval that so many rows have, were scores calibrated."""
        said, hits, spread, others, missed, spread_missed = self.sums[:6].tolist()
        rows, true = said + others, hits + missed
        false = rows - true
        both = spread + spread_missed
        found = {
            "accuracy": _share(hits + others - missed, rows, both / rows**2),
            "positive_rate": _share(said, rows, 0.0),
            "label_rate": _share(true, rows, both / rows**2),
            "precision": none(NoValue.NONE_PREDICTED)
            if said == 0
            else _share(hits, said, spread / said**2),
            "recall": none(NoValue.NONE_TRUE)
            if true == 0
            else _share(hits, true, (missed**2 * spread + hits**2 * spread_missed) / true**4),
            "specificity": none(NoValue.ONE_CLASS)
            if false == 0
            else _share(
                others - missed,
                false,
                ((said - hits) ** 2 * spread_missed + (others - missed) ** 2 * spread) / false**4,
            ),
            "f1": none(NoValue.NONE_TRUE)
            if said + true == 0
            else _share(
                2 * hits,
                said + true,
                4 * ((said + missed) ** 2 * spread + hits**2 * spread_missed) / (said + true) ** 4,
            ),
            "roc_auc": self.area,
            "log_loss": expected_mean(rows, float(self.sums[6]), float(self.sums[8])),
            "brier": expected_mean(rows, float(self.sums[7]), float(self.sums[9])),
        }
        recall, specificity = found["recall"].value, found["specificity"].value
        found["balanced_accuracy"] = (
            none(NoValue.ONE_CLASS)
            if recall is None or specificity is None
            else estimate((recall + specificity) / 2)
        )
        return {name: found[name] for name in ESTIMATED}


class EstimatedPerformance:
    """Windows of time of the predictions of one version, with what their labels should say.

    Parameters
    ----------
    window
        Milliseconds of a window.
    kept
        The latest windows that are kept.

    Attributes
    ----------
    calibration
        Of the scores, by the labels that have come.
    newest
        The latest window; -1 before the first.
    """

    def __init__(self, window: int, kept: int) -> None:
        self.calibration = Calibration()
        self._window = window
        self._kept = kept
        self._windows: dict[int, EstimatedWindow] = {}
        # Of the latest window alone: what it holds is large.
        self._ranking = ExpectedRanking()
        self.newest = -1

    def add(self, scores: Numbers, is_said: Mask, times: Integers) -> None:
        """Add predictions, in the order of the rows; once scores are calibrated.

        Those of a window before the latest one, which comes first where there is a later one, are
        left out of its ROC curve.

        Parameters
        ----------
        scores, is_said, times
            Shape ``(n,)``: the probability of the positive class, NaN where it is not known,
            whether it is predicted, and when, milliseconds since the epoch.
        """
        numbers = times // self._window
        shares = self.calibration.shares(scores)
        self._advance(int(numbers.max()))
        for number in np.unique(numbers).tolist():
            if number <= self.newest - self._kept:
                continue
            window = self._windows.setdefault(number, EstimatedWindow())
            those = numbers == number
            sum_estimates(scores[those], shares[those], is_said[those], window.sums)
            if number == self.newest:
                self._ranking.add(scores[those], shares[those])
        oldest = self.newest - self._kept
        self._windows = {
            number: window for number, window in self._windows.items() if number > oldest
        }

    def of(self, number: int) -> EstimatedWindow | None:
        """Return what is known of a window; None of one without such a prediction."""
        window = self._windows.get(number)
        if window is None or window.rows == 0:
            return None
        if number == self.newest:
            window.area = self._ranking.area()
        return window

    def _advance(self, newest: int) -> None:
        if newest <= self.newest:
            return
        if self.newest in self._windows:
            self._windows[self.newest].area = self._ranking.area()
        self._ranking = ExpectedRanking()
        self.newest = newest

    def state(self) -> State:
        """Return the whole state."""
        return {
            "calibration": self.calibration.state(),
            "newest": self.newest,
            "ranking": self._ranking.state(),
            "areas": [
                [number, each.area.model_dump(mode="json")]
                for number, each in sorted(self._windows.items())
                if number != self.newest
            ],
            "windows": [
                [number, each.sums[:_SUMS].copy()] for number, each in sorted(self._windows.items())
            ],
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same windows."""
        self.calibration.restore(state["calibration"])
        self.newest = state["newest"]
        for number, sums in state["windows"]:
            window = self._windows[number] = EstimatedWindow()
            window.sums[:_SUMS] = sums
        # Releases before knew no areas: these begin with the next prediction.
        if state.get("ranking") is not None:
            self._ranking.restore(state["ranking"])
        for number, area in state.get("areas", ()):
            self._windows[number].area = Estimate.model_validate(area)


@njit(cache=True, nogil=True, error_model="numpy")
def sum_estimates(scores: Numbers, shares: Numbers, is_said: Mask, sums: Numbers) -> None:
    """Add predictions, those without a score left out.

    Parameters
    ----------
    scores, shares, is_said
        Shape ``(n,)``: probabilities as they were given and as they are calibrated, and whether the
        positive class is predicted.
    sums
        As of `EstimatedWindow`.
    """
    for row in range(len(scores)):
        share, score = shares[row], scores[row]
        if np.isnan(score):
            continue
        begin = 0 if is_said[row] else 3
        spread = share * (1.0 - share)
        sums[begin] += 1.0
        sums[begin + 1] += share
        sums[begin + 2] += spread
        inside = min(max(score, _LEAST), 1.0 - _LEAST)
        one, other = -np.log(inside), -np.log(1.0 - inside)
        sums[6] += share * one + (1.0 - share) * other
        sums[8] += spread * (one - other) ** 2
        one, other = (1.0 - score) ** 2, score**2
        sums[7] += share * one + (1.0 - share) * other
        sums[9] += spread * (one - other) ** 2


def _share(hits: float, rows: float, variance: float) -> Estimate:
    value = min(max(hits / rows, 0.0), 1.0)
    half = intervals.QUANTILE * math.sqrt(max(variance, 0.0))
    return estimate(value, (max(0.0, value - half), min(1.0, value + half)))
