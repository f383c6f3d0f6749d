"""Performance of a version of several classes while its labels are missing, from its lists.

As `detectors.performance.estimated_performance` for two classes: the probability of each class is
calibrated against all others, and those of a prediction are divided by their sum. What is expected
of each prediction is added to a table of classes, true and predicted.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.performance.calibration import Calibration
from detectors.performance.estimates import estimate, expected_mean, none
from detectors.performance.judged_rows import ListRows
from detectors.snapshots.tree import State
from schemas.events.model_performance import Estimate, NoValue

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_CLASSES: Final = 10
"""Of lists with more nothing is estimated: of each class a thousand scores are kept."""

_BOTH: Final = 2
_SUMS: Final = 6
_LEAST: Final = float(np.finfo(np.float64).eps)


class EstimatedListWindow:
    """Sums over the predictions of one window.

    Parameters
    ----------
    classes
        How many there are.
    positive
        The position of the class that is looked for; below 0 where none is.

    Attributes
    ----------
    expected
        Shape ``(k, k)``: how many predictions are expected to be of each class, and predicted so.
    sums
        Shape ``(6,)``: predictions, the variance of how many are right, then log loss and Brier
        score, and the variances of these.
    """

    def __init__(self, classes: int, positive: int) -> None:
        self.expected: Numbers = np.zeros((classes, classes))
        self.sums: Numbers = np.zeros(_SUMS)
        self._positive = positive

    @property
    def rows(self) -> int:
        """How many predictions there were."""
        return int(self.sums[0])

    def metrics(self) -> dict[str, Estimate]:
        """Return the metrics; those that are means over the rows with their intervals."""
        expected, rows = self.expected, float(self.sums[0])
        true, said = expected.sum(axis=1), expected.sum(axis=0)
        hits = np.diag(expected)
        there = (true > 0) | (said > 0)
        shares = {
            "precision": _over(hits, said),
            "recall": _over(hits, true),
            "f1": _over(2 * hits, said + true),
        }
        accuracy = expected_mean(rows, float(hits.sum()), float(self.sums[1]))
        found = {"accuracy": accuracy}
        recalls = shares["recall"][true > 0]
        found["balanced_accuracy"] = (
            none(NoValue.ONE_CLASS) if len(recalls) < _BOTH else estimate(float(recalls.mean()))
        )
        for base, each in shares.items():
            found[f"{base}_macro"] = estimate(float(each[there].mean()))
            found[f"{base}_micro"] = accuracy
            found[f"{base}_weighted"] = estimate(float((each * true).sum()) / float(true.sum()))
        found["log_loss"] = expected_mean(rows, float(self.sums[2]), float(self.sums[3]))
        found["brier"] = expected_mean(rows, float(self.sums[4]), float(self.sums[5]))
        if self._positive >= 0:
            found |= self._of_positive(hits, said, true, rows)
        return found

    def _of_positive(
        self, hits: Numbers, said: Numbers, true: Numbers, rows: float
    ) -> dict[str, Estimate]:
        each = self._positive
        right, own, there = float(hits[each]), float(said[each]), float(true[each])
        others = rows - there
        return {
            "precision": _share(right, own, NoValue.NONE_PREDICTED),
            "recall": _share(right, there, NoValue.NONE_TRUE),
            "specificity": _share(others - own + right, others, NoValue.ONE_CLASS),
            "f1": _share(2 * right, own + there, NoValue.NONE_TRUE),
            "positive_rate": estimate(own / rows),
            "label_rate": estimate(there / rows),
        }


class EstimatedLists:
    """Windows of time of the predictions of one version, with what their labels should say.

    Parameters
    ----------
    window
        Milliseconds of a window.
    kept
        The latest windows that are kept.
    positive
        The position of the class that is looked for; below 0 where none is.

    Attributes
    ----------
    newest
        The latest window; -1 before the first.
    """

    def __init__(self, window: int, kept: int, positive: int) -> None:
        self._window = window
        self._kept = kept
        self._positive = positive
        self._calibrations: list[Calibration] = []
        self._windows: dict[int, EstimatedListWindow] = {}
        self.newest = -1

    @property
    def is_ready(self) -> bool:
        """Whether there were labelled lists enough to calibrate by."""
        return bool(self._calibrations) and self._calibrations[0].is_ready

    @property
    def has_learnt(self) -> bool:
        """Whether any list came with its label."""
        return bool(self._calibrations)

    def learn(self, lists: ListRows) -> None:
        """Learn from labelled lists; those of another length are left out.

        The length is that of the first one that does not have too many classes.
        """
        if not self._calibrations:
            lengths = lists.lengths[(lists.lengths > 0) & (lists.lengths <= MOST_CLASSES)]
            if not len(lengths):
                return
            self._calibrations = [Calibration() for _ in range(int(lengths[0]))]
        those = lists.lengths == len(self._calibrations)
        if not those.any():
            return
        true = lists.true[those]
        for number, calibration in enumerate(self._calibrations):
            calibration.add(lists.scores[those, number], true == number)

    def add(self, lists: ListRows, times: Integers) -> None:
        """Add predictions, in the order of the rows; once scores are calibrated.

        Parameters
        ----------
        lists
            Of ``n`` rows; those without a list, or with one of another length, are left out.
        times
            Shape ``(n,)``: when, milliseconds since the epoch.
        """
        numbers = times // self._window
        self.newest = max(self.newest, int(numbers.max()))
        classes, oldest = len(self._calibrations), self.newest - self._kept
        self._windows = {
            number: window for number, window in self._windows.items() if number > oldest
        }
        those = (lists.lengths == classes) & (numbers > oldest)
        if not those.any():
            return
        scores = np.ascontiguousarray(lists.scores[those][:, :classes])
        chances = self.chances(scores)
        said, numbers = lists.said[those], numbers[those]
        for number in np.unique(numbers).tolist():
            window = self._windows.setdefault(number, self._new_window())
            own = numbers == number
            sum_lists(scores[own], chances[own], said[own], window.expected, window.sums)

    def chances(self, scores: Numbers) -> Numbers:
        """Return the calibrated probabilities of lists, shape ``(n, k)``, each 1 in all."""
        columns = [each.shares(scores[:, at]) for at, each in enumerate(self._calibrations)]
        chances = np.column_stack(columns)
        totals = chances.sum(axis=1, keepdims=True)
        even = np.full_like(chances, 1 / len(columns))
        found: Numbers = np.divide(chances, totals, out=even, where=totals > 0)
        return found

    def of(self, number: int) -> EstimatedListWindow | None:
        """Return what is known of a window; None of one without such a prediction."""
        window = self._windows.get(number)
        return None if window is None or window.rows == 0 else window

    def state(self) -> State:
        """Return the whole state."""
        return {
            "calibrations": [each.state() for each in self._calibrations],
            "newest": self.newest,
            "windows": [
                [number, each.expected.reshape(-1).copy(), each.sums.copy()]
                for number, each in sorted(self._windows.items())
            ],
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same windows."""
        self._calibrations = [Calibration() for _ in state["calibrations"]]
        for calibration, each in zip(self._calibrations, state["calibrations"], strict=True):
            calibration.restore(each)
        self.newest = state["newest"]
        for number, expected, sums in state["windows"]:
            window = self._windows[number] = self._new_window()
            window.expected = np.array(expected, dtype=np.float64).reshape(window.expected.shape)
            window.sums = np.array(sums, dtype=np.float64)

    def _new_window(self) -> EstimatedListWindow:
        classes = len(self._calibrations)
        return EstimatedListWindow(classes, self._positive if self._positive < classes else -1)


@njit(cache=True, nogil=True, error_model="numpy")
def sum_lists(
    scores: Numbers, chances: Numbers, said: Integers, expected: Numbers, sums: Numbers
) -> None:
    """Add predictions, one after the other: how they are cut must not matter.

    Parameters
    ----------
    scores, chances
        Shape ``(n, k)``: probabilities as they were given and as they are calibrated.
    said
        Shape ``(n,)``: the position of the class that is predicted.
    expected, sums
        As of `EstimatedListWindow`.
    """
    classes = scores.shape[1]
    for row in range(len(scores)):
        squared = 0.0
        for each in range(classes):
            squared += scores[row, each] * scores[row, each]
        loss = losses = brier = briers = 0.0
        for each in range(classes):
            score, chance = scores[row, each], chances[row, each]
            expected[each, said[row]] += chance
            one = -np.log(min(max(score, _LEAST), 1.0 - _LEAST))
            other = squared - 2.0 * score + 1.0
            loss += chance * one
            losses += chance * one * one
            brier += chance * other
            briers += chance * other * other
        right = chances[row, said[row]]
        sums[0] += 1.0
        sums[1] += right * (1.0 - right)
        sums[2] += loss
        sums[3] += max(losses - loss * loss, 0.0)
        sums[4] += brier
        sums[5] += max(briers - brier * brier, 0.0)


def _over(above: Numbers, below: Numbers) -> Numbers:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _share(above: float, below: float, reason: NoValue) -> Estimate:
    return none(reason) if below <= 0 else estimate(min(max(above / below, 0.0), 1.0))
