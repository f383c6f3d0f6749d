"""E-detectors as alerts name them: kernels do their work, by a limit that is all they are told."""

import math
from collections.abc import Mapping
from typing import ClassVar

from detectors.algorithms.contract import Detection


class EDetector:
    """An e-detector of one column; a kind has a kernel of its own.

    Parameters
    ----------
    limit
        Values of a column from one false alarm to the next, at least; 0 for no alarm at all.
    """

    kind: ClassVar[str]

    def __init__(self, limit: float) -> None:
        self.limit = limit

    @property
    def parameters(self) -> Mapping[str, float | int | str | bool]:
        """The parameter in force."""
        return {"limit": self.limit}

    def detection(
        self, index: float, statistic: float, _bet: float, _none: float, rows: float
    ) -> Detection:
        """Return what the kernel of the kind has found; it knows of no means."""
        return Detection(int(index), statistic, self.limit, math.nan, math.nan, int(rows))
