"""A change of a column's quality: the share of its rows without a usable value has risen."""

from dataclasses import dataclass

from detectors.algorithms.share_cusum import Rise


@dataclass(frozen=True, slots=True)
class QualityChange:
    """A rise of the share of rows that are not ok.

    Attributes
    ----------
    row
        Row number at which it was detected.
    rise
        What has risen, in counts of `schemas.tables.columns.Flag`.
    """

    row: int
    rise: Rise

    @property
    def rows_since_change(self) -> int:
        """Rows from the estimated change to the detection, both included."""
        return int(self.rise.after.sum())

    @property
    def change_row(self) -> int:
        """Row number of the first row after the estimated change."""
        return self.row - self.rows_since_change + 1
