"""The gauge of label corrections: how many since the training data's end, of how many labels."""

from typing import Final

import numpy as np

from detectors.retraining.conditions import Corrections
from detectors.retraining.gauges import Reading
from detectors.retraining.row_count import RowCount
from detectors.rows.label_counts import corrected_in
from detectors.snapshots.tree import State
from schemas.tables.observations import ObservationBatch, Origin

FEWEST_LABELS: Final = 100
"""Labels before a share of them is asked for."""


class CorrectionsGauge:
    """Meets its condition with so many corrected labels, and with each further so many.

    A share is of all labels of the version that have come by then, those that it was trained on
    included.

    Parameters
    ----------
    condition
        How many, or which share.
    """

    def __init__(self, condition: Corrections) -> None:
        self._condition = condition
        self._labels = 0
        self._count = RowCount()
        self._met = 0
        """Corrections with which it was met last; 0 where it was not since the last training."""

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Tell whether rows meet nothing, as `detectors.retraining.gauges.Gauge`."""
        del rows, oldest, newest
        return origin is not Origin.REPEATS and self._count.since >= 0

    def pass_over(self, origin: Origin, rows: int) -> None:
        """Count rows that meet nothing."""
        if origin is Origin.LABELS:
            self._labels += rows

    def update(self, rows: ObservationBatch) -> list[Reading]:
        """Learn from rows; return with which corrections there are enough."""
        if self._count.since < 0:
            self._count.since = int(rows.times[0])
        if rows.origin is Origin.LABELS:
            self._labels += len(rows)
        if rows.origin is not Origin.REPEATS:
            return []
        places = np.flatnonzero(corrected_in(rows))
        if len(places) == 0:
            return []
        before = self._count.rows
        self._count.add(rows.times[places])
        found: list[Reading] = []
        for number, row in enumerate(places.tolist(), start=before + 1):
            if number - self._met >= self._wanted:
                self._met = number
                found.append(Reading(row, number, self._count.since, int(rows.times[row])))
        return found

    def retrained(self, until: int) -> None:
        """Count the corrections that are later than what a training has seen."""
        self._count.retrained(until)
        self._met = 0

    def state(self) -> State:
        """Return the whole state."""
        return {"labels": self._labels, "count": self._count.state(), "met": self._met}

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._labels, self._met = state["labels"], state["met"]
        self._count.restore(state["count"])

    @property
    def _wanted(self) -> float:
        """How many further corrections meet the condition."""
        if self._condition.labels is not None:
            return self._condition.labels
        share = self._condition.share or 0.0
        return max(share * max(self._labels, FEWEST_LABELS), 1.0)
