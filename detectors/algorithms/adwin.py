"""ADWIN as a compiled kernel over whole columns, detection for detection as River's."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.algorithms.contract import Detection
from detectors.algorithms.parameter import Input, Parameter, Value, checked
from detectors.arrays.column import Numbers, as_column
from detectors.snapshots.tree import State

HEAD: Final = 3
"""Numbers before the buckets: width, total and variance."""

_INT_MAX = 2**31 - 1  # River keeps these in 32 bits
_ROUNDING = 1e-14
SURELY: Final = 1.0 - 1e-12
"""What a bound is multiplied by of which rounding may have made too much."""
_LEAST = 1e-280

# River deletes buckets when it fires, and throws the whole window away with the next value. What
# it reports needs only the first check that fires, so nothing is ever deleted here, and the layout
# is that of a binary counter: with m = max_buckets and p = width + m - 1, row r (its buckets hold
# 2**r values each) has received (p >> r) - (m - 1) buckets so far and holds them all up to m,
# afterwards m - 1 or m by the parity of p >> r. So neither counts are stored nor the buckets'
# variances, which River needs to delete only.


@njit(cache=True, nogil=True, error_model="numpy")
def _insert(value: float, width: int, buckets: int, window: NDArray[np.float64]) -> None:
    """Put a value into row 0; two oldest buckets of a full row become one of the next."""
    place = width + buckets - 1
    base = HEAD
    carry = value
    while place & 1 == 1 and place > 2 * buckets - 2:
        merged = window[base] + window[base + 1]
        for slot in range(base, base + buckets - 2):
            window[slot] = window[slot + 2]
        window[base + buckets - 2] = carry
        carry = merged
        place >>= 1
        base += buckets
    window[base + min(place - (buckets - 1), buckets - 1)] = carry


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _is_near(n0: float, n1: float, u0: float, u1: float, shortest: float, scale: float) -> bool:
    """Tell whether the means are certainly closer than the bound, without a root or a division.

    Nearly all cuts are far from their bound, and its exact value is most of what a check costs.
    The root's part alone is compared, squared and multiplied by all denominators; what rounding
    may have taken from the difference is added to it.
    """
    one, other = u0 * n1, u1 * n0
    apart = abs(one - other) + _ROUNDING * (abs(one) + abs(other))
    a, b = n0 - shortest + 1.0, n1 - shortest + 1.0
    product = n0 * n1
    left, right = apart * apart * a * b, scale * (a + b) * product * product
    # Below the least left side digits get lost; what overflows is not smaller.
    return bool(_LEAST < left < right)


@njit(cache=True, nogil=True, error_model="numpy")
def cut(
    width: int,
    total: float,
    variance: float,
    window: NDArray[np.float64],
    settings: NDArray[np.float64],
) -> tuple[float, float, float, float]:
    """Find the strongest cut: length after it, means before and after, bound; zeros for none.

    The order of every sum and product is River's, so that the same comparisons hold.
    """
    delta, buckets, shortest = settings[0], int(settings[2]), settings[3]
    log_term = math.log(2.0 * math.log(width) / delta)
    linear = 2.0 / 3.0 * log_term
    spread = variance / width
    scale = SURELY * 2.0 * spread * log_term
    n0, n1, u0, u1 = 0.0, float(width), 0.0, total
    found, strongest = (0.0, 0.0, 0.0, 0.0), 0.0
    place = width + buckets - 1
    row = 0
    while place >> row >= 2 * buckets:
        row += 1
    while row >= 0:
        size = float(1 << row)
        entered = place >> row
        count = entered - (buckets - 1)
        if count >= buckets:
            count = buckets - 1 + (entered & 1)
        base = HEAD + row * buckets
        for slot in range(base, base + count):
            n0 += size
            n1 -= size
            u0 += window[slot]
            u1 -= window[slot]
            if n1 < shortest:
                break
            if n0 >= shortest and not _is_near(n0, n1, u0, u1, shortest, scale):
                before, after = u0 / n0, u1 / n1
                inverse = 1.0 / (n0 - shortest + 1.0) + 1.0 / (n1 - shortest + 1.0)
                bound = math.sqrt(2.0 * inverse * spread * log_term) + linear * inverse
                apart = abs(before - after)
                if apart > bound and apart / bound > strongest:
                    strongest = apart / bound
                    found = (n1, before, after, bound)
        row -= 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def feed(
    values: Numbers, start: int, window: NDArray[np.float64], settings: NDArray[np.float64]
) -> tuple[int, float, float, float, float]:
    """Feed values until the first detection: index (-1: none), length, means and bound."""
    clock, buckets, grace = int(settings[1]), int(settings[2]), settings[4]
    width, total, variance = int(window[0]), window[1], window[2]
    # A countdown, because a division of integers costs as much as all the rest of an update.
    countdown = clock - width % clock
    for index in range(start, len(values)):
        value = values[index]
        _insert(value, width, buckets, window)
        if width > 0:
            n = float(width)
            gap = value - total / n
            variance += n * gap * gap / (n + 1.0)
        total += value
        width += 1
        countdown -= 1
        if countdown == 0:
            countdown = clock
            if width > grace:
                n1, before, after, bound = cut(width, total, variance, window, settings)
                if n1 > 0.0:
                    window[:HEAD] = 0.0
                    return index, n1, before, after, bound
    window[0] = width
    window[1] = total
    window[2] = variance
    return -1, 0.0, 0.0, 0.0, 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def is_room(window: NDArray[np.float64], more: int, settings: NDArray[np.float64]) -> bool:
    """Tell whether a window has room for so many more values, as ``_reserve`` reckons."""
    buckets = int(settings[2])
    filled = (int(window[0]) + more + buckets - 1) // buckets
    rows = 0
    while filled > 0:
        filled >>= 1
        rows += 1
    return HEAD + rows * buckets <= len(window)


@njit(cache=True, nogil=True, error_model="numpy")
def _places(width: int, buckets: int, rows: int) -> NDArray[np.int64]:
    """Return where the buckets of a window of this length stand, oldest first, as in ``cut``."""
    places = np.empty(rows * buckets, dtype=np.int64)
    held = 0
    for row in range(rows - 1, -1, -1):
        entered = (width + buckets - 1) >> row
        for slot in range(min(entered - (buckets - 1), buckets - 1 + (entered & 1))):
            places[held] = HEAD + row * buckets + slot
            held += 1
    return places[:held]


@lru_cache(maxsize=1024)
def _settings(*numbers: float) -> NDArray[np.float64]:
    """One array for all detectors of the same parameters."""
    return np.array(numbers, dtype=np.float64)


class Adwin:
    r"""ADaptive WINdowing: watches the mean of a window that grows while nothing changes.

    The same detections at the same rows as ``river.drift.ADWIN``, at a tenth of its cost. The bound
    assumes values in [0, 1], such as errors or ranks; on another scale the detector is blind or
    restless. It sees a change of the mean only.

    Memory: 230 bytes an instance, and 8 for each of the ``max_buckets`` places of each row of
    buckets. Rows grow with the logarithm of the window: by default 510 bytes in all at 1,000
    values, 950 at a million. The array keeps its size after a detection.

    Parameters
    ----------
    delta
        Confidence, in (0, 1]: the smaller, the rarer the false alarms.
    clock
        How many values lie between two checks; a detection's row is a multiple of it since the
        last reset.
    max_buckets
        Buckets of one size, at least 2: more is finer and slower.
    min_window_length
        The fewest values on either side of a cut, at least 1.
    grace_period
        No check until the window is longer than this.

    Raises
    ------
    InvalidDetector
        When a parameter has a wrong type or is out of range.

    Notes
    -----
    A detection describes the cut at which the difference of the means exceeds its bound by the
    largest factor. River stops at the first such cut in the window's order, which lies up to half
    the window too early: on ranks shifted by 2 sd, first and last cuts miss the change by 90 and
    12 rows in the median, the strongest by 3.

    References
    ----------
    A. Bifet, R. Gavalda, "Learning from time-changing data with adaptive windowing", SDM 2007.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.repeat([0.2, 0.8], 200)
    >>> [(found.index, found.rows_after) for found in Adwin().update(values)]
    [(223, 24)]
    """

    kind: str = "adwin"
    input: Input = "real"
    durable: bool = True
    PARAMETERS: Mapping[str, Parameter] = {
        "delta": Parameter(float, 0.002, "Confidence: smaller is quieter.", 0, 1, open_low=True),
        "clock": Parameter(int, 32, "Values between two checks.", 1, _INT_MAX),
        "max_buckets": Parameter(int, 5, "Buckets of one size.", 2, 1000),
        "min_window_length": Parameter(int, 5, "Fewest values beside a cut.", 1, _INT_MAX),
        "grace_period": Parameter(int, 10, "No check up to this length.", 0, _INT_MAX),
    }
    __slots__ = ("_settings", "_window")

    def __init__(
        self,
        *,
        delta: float = 0.002,
        clock: int = 32,
        max_buckets: int = 5,
        min_window_length: int = 5,
        grace_period: int = 10,
    ) -> None:
        given = {
            "delta": delta,
            "clock": clock,
            "max_buckets": max_buckets,
            "min_window_length": min_window_length,
            "grace_period": grace_period,
        }
        in_force = checked(self.kind, self.PARAMETERS, given)
        self._settings = _settings(*(float(value) for value in in_force.values()))
        self._window = np.zeros(HEAD)

    @property
    def parameters(self) -> Mapping[str, Value]:
        """All parameters in force."""
        numbers = zip(self.PARAMETERS.items(), self._settings.tolist(), strict=True)
        return {name: parameter.type(number) for (name, parameter), number in numbers}

    @property
    def width(self) -> int:
        """How many values the window holds."""
        return int(self._window[0])

    def update(self, values: Numbers) -> list[Detection]:
        """Feed finite values, shape ``(n,)``; return the detections in order of their rows.

        Raises
        ------
        ValueError
            When the values do not have the shape ``(n,)``.
        """
        values = as_column(values)
        self._reserve(self.width + len(values))
        detections: list[Detection] = []
        start = 0
        while True:
            found = feed(values, start, self._window, self._settings)
            if found[0] < 0:
                return detections
            detections.append(self.detection(*found))
            start = found[0] + 1

    @property
    def settings(self) -> NDArray[np.float64]:
        """The parameters in the kernel's form."""
        return self._settings

    @property
    def window(self) -> NDArray[np.float64]:
        """The state in the kernel's form; another array after any method that changes it."""
        return self._window

    def with_delta(self, delta: float) -> "Adwin":
        """Return a fresh detector of the same parameters but for the confidence."""
        other = Adwin.__new__(Adwin)
        other._settings = _settings(delta, *self._settings[1:].tolist())  # noqa: SLF001 - of this class
        other._window = np.zeros(HEAD)  # noqa: SLF001 - likewise
        return other

    def at(self, window: NDArray[np.float64]) -> "Adwin":
        """Return a detector of the same parameters whose state is the given array, and stays there.

        Parameters
        ----------
        window
            As `window`; where it gets too short another one takes its place.
        """
        other = Adwin.__new__(Adwin)
        other._settings, other._window = self._settings, window  # noqa: SLF001 - of this class
        return other

    def detection(
        self, index: float, length: float, before: float, after: float, bound: float
    ) -> Detection:
        """Return what the kernel has found as a detection."""
        return Detection(int(index), abs(before - after), bound, before, after, int(length))

    def state(self) -> State:
        """Return ``width``, ``total``, ``variance`` and ``buckets``: their sums, oldest first."""
        return {
            "width": self.width,
            "total": float(self._window[1]),
            "variance": float(self._window[2]),
            "buckets": self._window[self._places(self.width)],
        }

    def restore(self, state: State) -> None:
        """Take over a state.

        Raises
        ------
        ValueError
            When the number of buckets is not that of the window's length.
        """
        width, buckets = int(state["width"]), np.asarray(state["buckets"], dtype=np.float64)
        places = self._places(width)
        if width < 0 or buckets.shape != places.shape:
            raise ValueError(f"a window of {width} has {len(places)} buckets, not {buckets.size}")
        self._window = np.zeros(HEAD)
        self._reserve(width)
        self._window[:HEAD] = width, state["total"], state["variance"]
        self._window[places] = buckets

    def reset(self) -> None:
        """Forget all values."""
        self._window = np.zeros(HEAD)

    def _rows(self, width: int) -> int:
        buckets = int(self._settings[2])
        return ((width + buckets - 1) // buckets).bit_length()

    def _reserve(self, width: int) -> None:
        """Make room for a window of this length; the kernel itself never allocates."""
        size = HEAD + self._rows(width) * int(self._settings[2])
        if size > len(self._window):
            grown = np.zeros(size)
            grown[: len(self._window)] = self._window
            self._window = grown

    def _places(self, width: int) -> NDArray[np.int64]:
        return _places(width, int(self._settings[2]), self._rows(width))
