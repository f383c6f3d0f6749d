"""The gauge of a volume: rows since the training data's end."""

from detectors.retraining.conditions import Volume
from detectors.retraining.gauges import Reading
from detectors.retraining.row_count import RowCount
from detectors.snapshots.tree import State
from schemas.tables.observations import ObservationBatch, Origin


class VolumeGauge:
    """Meets its condition with so many rows, and with each further so many.

    Parameters
    ----------
    condition
        How many of which.
    """

    def __init__(self, condition: Volume) -> None:
        self._rows = condition.rows
        self._origin = Origin.LABELS if condition.is_labelled else Origin.PREDICTIONS
        self._count = RowCount()
        self._due = condition.rows

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Tell whether rows meet nothing, as `detectors.retraining.gauges.Gauge`."""
        del oldest
        if origin is not self._origin:
            return True
        return self._count.rows + rows < self._due and self._count.can_skim(newest)

    def pass_over(self, origin: Origin, rows: int) -> None:
        """Count rows that meet nothing."""
        if origin is self._origin:
            self._count.skim(rows)

    def update(self, rows: ObservationBatch) -> list[Reading]:
        """Count rows; return with which ones there are enough."""
        if rows.origin is not self._origin:
            return []
        before = self._count.rows
        self._count.add(rows.times)
        found: list[Reading] = []
        while self._due <= self._count.rows:
            row = self._due - before - 1
            found.append(Reading(row, self._due, self._count.since, int(rows.times[row])))
            self._due = (self._due // self._rows + 1) * self._rows
        return found

    def retrained(self, until: int) -> None:
        """Count from the end of the new training data on; the next row meets what is met by now."""
        self._count.retrained(until)
        self._due = max(self._rows, self._count.rows + 1)

    def state(self) -> State:
        """Return the whole state."""
        return {"count": self._count.state(), "due": self._due}

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._count.restore(state["count"])
        self._due = state["due"]
