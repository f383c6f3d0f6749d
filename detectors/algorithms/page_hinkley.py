"""The Page-Hinkley test as a compiled kernel over columns, detection for detection as River's."""

import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.algorithms.contract import Detection
from detectors.algorithms.parameter import Input, Parameter, Value, checked
from detectors.arrays.column import Numbers, as_column
from detectors.snapshots.tree import State

_MODES = ("both", "up", "down")
_BOTH, _UP, _DOWN = 0.0, 1.0, 2.0  # their numbers

FIELDS = (
    "n",
    "mean",
    "sum_increase",
    "sum_decrease",
    # For each side its extremum: the value, the count and the mean there, the inputs' sum since.
    "min_increase",
    "min_n",
    "min_mean",
    "min_sum_after",
    "max_decrease",
    "max_n",
    "max_mean",
    "max_sum_after",
)
_COUNTS = frozenset({"n", "min_n", "max_n"})


def _fresh() -> NDArray[np.float64]:
    memory = np.zeros(len(FIELDS))
    memory[4] = math.inf
    memory[8] = -1.0  # River's start of the maximum
    return memory


@njit(cache=True, nogil=True, error_model="numpy")
def feed(
    values: Numbers, start: int, memory: NDArray[np.float64], settings: NDArray[np.float64]
) -> tuple[int, float, float, float, float]:
    """Feed values until the first detection: index (-1: none), statistic, means, rows after."""
    min_instances, delta, threshold, alpha, mode = settings
    n, mean, increase, decrease = memory[0], memory[1], memory[2], memory[3]
    low, low_n, low_mean, low_after = memory[4], memory[5], memory[6], memory[7]
    high, high_n, high_mean, high_after = memory[8], memory[9], memory[10], memory[11]
    for index in range(start, len(values)):
        value = values[index]
        n += 1.0
        # stats.Mean multiplies by the reciprocal; a division would round differently.
        mean += (1.0 / n) * (value - mean)
        gap = value - mean
        increase = alpha * increase + gap - delta
        decrease = alpha * decrease + gap + delta
        low_after += value
        high_after += value
        if increase < low:
            low, low_n, low_mean, low_after = increase, n, mean, 0.0
        if decrease > high:
            high, high_n, high_mean, high_after = decrease, n, mean, 0.0
        rise, fall = increase - low, high - decrease
        if n >= min_instances and (
            (mode != _DOWN and rise > threshold) or (mode != _UP and fall > threshold)
        ):
            if mode == _UP or (mode == _BOTH and rise >= fall):
                return index, rise, low_mean, low_after / (n - low_n), n - low_n
            return index, fall, high_mean, high_after / (n - high_n), n - high_n
    memory[0], memory[1], memory[2], memory[3] = n, mean, increase, decrease
    memory[4], memory[5], memory[6], memory[7] = low, low_n, low_mean, low_after
    memory[8], memory[9], memory[10], memory[11] = high, high_n, high_mean, high_after
    return -1, 0.0, 0.0, 0.0, 0.0


@lru_cache(maxsize=1024)
def _settings(*numbers: float) -> NDArray[np.float64]:
    """One array for all detectors of the same parameters."""
    return np.array(numbers, dtype=np.float64)


class PageHinkley:
    """Page-Hinkley: a two-sided CUSUM of the values' distance from their running mean.

    The same detections at the same rows as ``river.drift.PageHinkley``, at a hundredth of its cost.
    ``delta`` and ``threshold`` are in the input's units.

    Memory: 260 bytes an instance, whatever the stream's length.

    Parameters
    ----------
    min_instances
        No detection before this many values, at least 1.
    delta
        The change of the mean that is tolerated, at least 0.
    threshold
        What the cumulated distance from its extremum must exceed, at least 0.
    alpha
        Forgetting factor of the sums, in (0, 1]. River's default below 1 raises false alarms
        after some ten thousand values, whatever the threshold, because the sums fade and their
        extremum does not; 1 makes it a proper CUSUM.
    mode
        ``both``, or ``up`` or ``down`` to see increases or decreases only.

    Raises
    ------
    InvalidDetector
        When a parameter has a wrong type or is out of range.

    Notes
    -----
    The change is estimated at the extremum of the sum that fired: ``rows_after`` counts the values
    since. When both sums exceed the threshold, the larger excess is reported.

    References
    ----------
    E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954.

    Examples
    --------
    >>> import numpy as np
    >>> detector = PageHinkley(delta=0.05, threshold=5.0, alpha=1.0)
    >>> [(found.index, found.rows_after) for found in detector.update(np.repeat([0.2, 0.8], 200))]
    [(209, 10)]
    """

    kind: str = "page_hinkley"
    input: Input = "real"
    durable: bool = True
    PARAMETERS: Mapping[str, Parameter] = {
        "min_instances": Parameter(int, 30, "No detection before this many values.", 1),
        "delta": Parameter(float, 0.005, "Tolerated change of the mean.", 0),
        "threshold": Parameter(float, 50.0, "What the cumulated distance must exceed.", 0),
        "alpha": Parameter(float, 1 - 0.0001, "Forgetting factor.", 0, 1, open_low=True),
        "mode": Parameter(str, "both", "Which changes to see.", choices=_MODES),
    }
    __slots__ = ("_memory", "_settings")

    def __init__(
        self,
        *,
        min_instances: int = 30,
        delta: float = 0.005,
        threshold: float = 50.0,
        alpha: float = 1 - 0.0001,
        mode: str = "both",
    ) -> None:
        given = {
            "min_instances": min_instances,
            "delta": delta,
            "threshold": threshold,
            "alpha": alpha,
            "mode": mode,
        }
        checked(self.kind, self.PARAMETERS, given)
        self._settings = _settings(
            float(min_instances), float(delta), float(threshold), float(alpha), _MODES.index(mode)
        )
        self._memory = _fresh()

    @property
    def parameters(self) -> Mapping[str, Value]:
        """All parameters in force."""
        min_instances, delta, threshold, alpha, mode = self._settings.tolist()
        return {
            "min_instances": int(min_instances),
            "delta": delta,
            "threshold": threshold,
            "alpha": alpha,
            "mode": _MODES[int(mode)],
        }

    def update(self, values: Numbers) -> list[Detection]:
        """Feed finite values, shape ``(n,)``; return the detections in order of their rows.

        Raises
        ------
        ValueError
            When the values do not have the shape ``(n,)``.
        """
        values = as_column(values)
        detections: list[Detection] = []
        start = 0
        while True:
            found = feed(values, start, self._memory, self._settings)
            if found[0] < 0:
                return detections
            detections.append(self.detection(*found))
            self.reset()
            start = found[0] + 1

    @property
    def settings(self) -> NDArray[np.float64]:
        """The parameters in the kernel's form."""
        return self._settings

    @property
    def memory(self) -> NDArray[np.float64]:
        """The state in the kernel's form; another array after a detection, a reset or a restore."""
        return self._memory

    def with_threshold(self, threshold: float) -> "PageHinkley":
        """Return a fresh detector of the same parameters but for the threshold."""
        other = PageHinkley.__new__(PageHinkley)
        first, last = self._settings[:2].tolist(), self._settings[3:].tolist()
        other._settings = _settings(*first, threshold, *last)  # noqa: SLF001 - of this class
        other._memory = _fresh()  # noqa: SLF001 - likewise
        return other

    def at(self, memory: NDArray[np.float64]) -> "PageHinkley":
        """Return a detector of the same parameters whose state is the given array."""
        other = PageHinkley.__new__(PageHinkley)
        other._settings, other._memory = self._settings, memory  # noqa: SLF001 - of this class
        return other

    def detection(
        self, index: float, statistic: float, before: float, after: float, rows: float
    ) -> Detection:
        """Return what the kernel has found as a detection."""
        threshold = float(self._settings[2])
        return Detection(int(index), statistic, threshold, before, after, int(rows))

    def state(self) -> State:
        """Return the running sums by name, as numbers; infinite where there is no extremum yet."""
        numbers = zip(FIELDS, self._memory.tolist(), strict=True)
        return {name: int(number) if name in _COUNTS else number for name, number in numbers}

    def restore(self, state: State) -> None:
        """Take over a state.

        Raises
        ------
        KeyError
            When a sum is missing.
        """
        self._memory = np.array([state[name] for name in FIELDS], dtype=np.float64)

    def reset(self) -> None:
        """Forget all values."""
        self._memory = _fresh()
