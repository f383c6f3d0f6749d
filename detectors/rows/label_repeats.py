"""How many labels of a model version came again, and how many of them were corrected."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State
from schemas.tables.columns import Role
from schemas.tables.observations import ObservationBatch


@dataclass(frozen=True, slots=True)
class LabelRepeats:
    """Labels that came again for predictions which had theirs.

    Attributes
    ----------
    duplicates
        Those that were the same.
    corrections
        Those that were others.
    """

    duplicates: int = 0
    corrections: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.duplicates + self.corrections

    def plus(self, corrected: NDArray[np.bool_]) -> Self:
        """Return the counts with further labels, of each of which is told if it was corrected."""
        corrections = int(np.count_nonzero(corrected))
        return type(self)(
            self.duplicates + len(corrected) - corrections, self.corrections + corrections
        )

    def state(self) -> State:
        """Return the whole state; nothing where none came again."""
        if not self.total:
            return {}
        return {"duplicates": self.duplicates, "corrections": self.corrections}

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what a state says, that of an earlier release too, which has none."""
        return cls(state.get("duplicates", 0), state.get("corrections", 0))


def corrected_in(rows: ObservationBatch) -> NDArray[np.bool_]:
    """Return which labels that came again are others than before, shape ``(n,)``."""
    column = next(each for each in rows.columns if each.role is Role.CORRECTED)
    is_corrected: NDArray[np.bool_] = column.values > 0
    return is_corrected
