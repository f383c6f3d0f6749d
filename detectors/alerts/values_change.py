"""A change of a column's usable values that is a fault: one stays, or too many were never seen."""

from dataclasses import dataclass

from detectors.alerts.against import Against
from detectors.algorithms.value_faults import Fault


@dataclass(frozen=True, slots=True)
class ValuesChange:
    """A fault that the latest values of a column show.

    Attributes
    ----------
    row
        Row number at which it was detected.
    change_row
        Row number of the first of the values that tell of it.
    fault
        What they tell.
    independent
        Whether values that are judged are nearly independent.
    against
        Where the reference comes from.
    """

    row: int
    change_row: int
    fault: Fault
    independent: bool
    against: Against

    @property
    def rows_since_change(self) -> int:
        """Rows from the estimated change to the detection, both included."""
        return self.row - self.change_row + 1
