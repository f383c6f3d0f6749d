"""The losses of a version, kept for the one after it, by how old labels and version were.

Labels of a version that has just begun are those that come soon, and what comes soon may be more
often right, or more often wrong, than what comes late. So versions are compared by the labels that
came within some age of the prediction, of the time from that age of the version on: there, a
version has labels of all delays up to that age in the shares in which they come, as long as its
traffic is level: where it grows those that come soon are more. It grows as long as the version
before serves beside it, so its age is counted from the last prediction of that one.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.algorithms.estimated_mean import BETS, RATIOS, EstimatedMean
from detectors.arrays.column import Numbers, as_column
from detectors.performance.pilot import Pilot
from detectors.performance.threshold import Threshold
from detectors.snapshots.tree import State

Times = NDArray[np.int64]

_NEVER: Final = -1
_MINUTE: Final = 60_000
WITHIN: Final = np.array([0, *(_MINUTE * 4**power for power in range(10))], dtype=np.int64)
"""Ages in milliseconds: none, a minute, and four times as much each, up to half a year."""


class LabelTimes(NamedTuple):
    """When the predictions of rows were made, and when their labels came.

    Attributes
    ----------
    predicted, labelled
        Shape ``(n,)``: milliseconds since the epoch. A label that is dated before its prediction
        says nothing of how late it came: it is compared at no age.
    """

    predicted: Times
    labelled: Times

    def take(self, rows: NDArray[np.int64]) -> "LabelTimes":
        """Return those of some rows."""
        return LabelTimes(self.predicted[rows], self.labelled[rows])


class Kept(NamedTuple):
    """What a version leaves to the one after it.

    Attributes
    ----------
    within
        The age, in milliseconds: of the labels at most, of the version at least.
    cap
        At which loss they are cut off.
    known
        Their mean over the cap.
    """

    within: int
    cap: float
    known: EstimatedMean


class KeptLosses:
    """The losses of one metric of a version; the whole state is its own.

    Parameters
    ----------
    threshold
        Whose metric.

    Attributes
    ----------
    beside
        When the version before was last seen to serve, milliseconds since the epoch; below 0 where
        that is not known.
    """

    def __init__(self, threshold: Threshold) -> None:
        self.beside = _NEVER
        self._pilot = Pilot(threshold)
        # The version's age is counted from the first prediction of which a label is known.
        self._begun: int | None = None
        self._counts: Times = np.zeros(len(WITHIN), dtype=np.int64)
        self._sums: Numbers = np.zeros((len(WITHIN), 1 + 2 * BETS))

    def add(self, losses: Numbers, times: LabelTimes) -> None:
        """Add losses, shape ``(n,)``, and the times of their labels."""
        if len(losses) and self._begun is None:
            self._begun = int(times.predicted[0])
        taken = self._pilot.add(losses)
        if self._pilot.cap is None or taken == len(losses) or self._begun is None:
            return
        cap = self._pilot.cap
        _add(
            as_column(np.minimum(losses[taken:], cap) / cap),
            np.ascontiguousarray((times.labelled - times.predicted)[taken:]),
            np.ascontiguousarray(times.labelled[taken:] - max(self._begun, self.beside)),
            WITHIN,
            RATIOS,
            self._counts,
            self._sums,
        )

    def are_of(self, within: int, times: LabelTimes) -> NDArray[np.bool_]:
        """Tell which rows, none of them before those added, are to be compared within an age."""
        begun = max(0 if self._begun is None else self._begun, self.beside)
        delays = times.labelled - times.predicted
        are_of: NDArray[np.bool_] = (delays >= 0) & (delays <= within)
        are_of &= times.labelled - begun >= within
        return are_of

    def are_both(self, within: int, labelled: int) -> bool:
        """Tell whether the version before has served within an age of a label."""
        return self.beside >= 0 and labelled - self.beside < within

    def kept(self) -> Kept | None:
        """Return the losses within the age of which most are known; None where there are none."""
        place = int(np.argmax(self._counts))
        if self._pilot.cap is None or self._counts[place] == 0:
            return None
        total, *sums = self._sums[place].tolist()
        count = int(self._counts[place])
        known = EstimatedMean.of({"count": count, "total": total, "sums": np.array(sums)})
        return Kept(int(WITHIN[place]), self._pilot.cap, known)

    def state(self) -> State:
        """Return the whole state."""
        return {
            **self._pilot.state(),
            "begun": self._begun,
            "counts": self._counts.copy(),
            "sums": self._sums.copy(),
            # As the releases before wrote it where no version was beside this one.
            **({} if self.beside < 0 else {"beside": self.beside}),
        }

    def restore(self, state: State) -> None:
        """Take over a state of the same threshold."""
        self._pilot.restore(state)
        self._begun, self.beside = state["begun"], state.get("beside", _NEVER)
        self._counts[:], self._sums[:] = state["counts"], state["sums"]


@njit(cache=True, nogil=True)
def _add(
    losses: Numbers,
    delays: Times,
    ages: Times,
    within: Times,
    ratios: Numbers,
    counts: Times,
    sums: Numbers,
) -> None:
    """Add each loss to all ages that its label is not beyond, and its version is."""
    terms = np.empty(1 + len(ratios))
    for i in range(len(losses)):
        terms[0] = losses[i]
        for k in range(len(ratios)):
            terms[1 + k] = np.log1p(losses[i] * (ratios[k] - 1.0))
        for j in range(len(within)):
            if 0 <= delays[i] <= within[j] <= ages[i]:
                counts[j] += 1
                for k in range(len(terms)):
                    sums[j, k] += terms[k]
