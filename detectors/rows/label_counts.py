"""How many labels of a model version came otherwise than once, after their predictions."""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State
from schemas.tables.columns import Role
from schemas.tables.observations import ObservationBatch

Times = NDArray[np.int64]
Mask = NDArray[np.bool_]

CLOCKS_AGREE: Final = 1000
"""Milliseconds by which the clocks of who predicts and who labels may differ: a label that is dated
earlier than its prediction by more was known before, or has the time of something else."""


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Labels that came again for predictions which had theirs, and those dated before them.

    Attributes
    ----------
    duplicates
        Those that came again and were the same.
    corrections
        Those that came again and were others.
    backdated
        Those that joined, and are dated before their predictions.
    """

    duplicates: int = 0
    corrections: int = 0
    backdated: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.duplicates + self.corrections + self.backdated

    def plus(self, corrected: Mask) -> Self:
        """Return the counts with further labels, of each of which is told if it was corrected."""
        corrections = int(np.count_nonzero(corrected))
        return replace(
            self,
            duplicates=self.duplicates + len(corrected) - corrections,
            corrections=self.corrections + corrections,
        )

    def plus_backdated(self, labels: int) -> Self:
        """Return the counts with further labels that are dated before their predictions."""
        return replace(self, backdated=self.backdated + labels)

    def state(self) -> State:
        """Return the whole state; nothing where there are none."""
        if not self.total:
            return {}
        # As the releases before wrote it where none is dated before its prediction.
        backdated = {"backdated": self.backdated} if self.backdated else {}
        return {"duplicates": self.duplicates, "corrections": self.corrections, **backdated}

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what a state says, that of an earlier release too, which has less."""
        names = "duplicates", "corrections", "backdated"
        return cls(*(state.get(name, 0) for name in names))


def corrected_in(rows: ObservationBatch) -> Mask:
    """Return which labels that came again are others than before, shape ``(n,)``."""
    column = next(each for each in rows.columns if each.role is Role.CORRECTED)
    is_corrected: Mask = column.values > 0
    return is_corrected


def backdated(predicted_at: Times, labelled_at: Times) -> Mask:
    """Return which labels are dated before their predictions, shape ``(n,)``.

    Parameters
    ----------
    predicted_at, labelled_at
        Shape ``(n,)``, milliseconds since the epoch.

    Examples
    --------
    >>> made = np.array([5000, 5000, 5000])
    >>> backdated(made, np.array([3000, 4500, 6000])).tolist()
    [True, False, False]
    """
    are_before: Mask = labelled_at < predicted_at - CLOCKS_AGREE
    return are_before
