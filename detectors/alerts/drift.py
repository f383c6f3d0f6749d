"""A drift of one column, and what found it."""

from collections.abc import Sequence
from dataclasses import dataclass

from detectors.alerts.against import Against
from detectors.algorithms.contract import Detection, NamedDetector
from detectors.arrays.column import Numbers
from detectors.reference.window import ReferenceWindow
from schemas.events.detector_report import Stream
from schemas.tables.columns import Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """A detector that fired on one of a column's streams."""

    detector: NamedDetector
    stream: Stream
    detection: Detection


@dataclass(frozen=True, slots=True)
class Drift:
    """A drift of one column.

    Attributes
    ----------
    row
        Row number at which it was detected.
    change_row
        Row number of the first value after the estimated change.
    rows_since_change
        Rows from there to the detection, both included.
    rows_observed
        Values judged since the reference began, its burn-in included.
    findings
        What fired at that row, at least one.
    before
        The reference before the change.
    after
        The latest judged values since the change, at most `RECENT`.
    kind
        The kind of the column.
    names
        The categories' names by their numbers, of a reference of categories.
    autocorrelation
        Lag-1 autocorrelation of the burn-in; None for a constant.
    stride
        One in so many values was judged.
    independent
        Whether values that far apart are nearly independent, and none of their days' or weeks'
        course can be what has changed.
    false_alarms
        The budget of false alarms as it is stated.
    budget_rows
        Rows of the column to a false alarm that it comes to.
    without
        Words for the season without which the values are; none for values as they came.
    against
        Where the reference comes from.
    """

    row: int
    change_row: int
    rows_since_change: int
    rows_observed: int
    findings: tuple[Finding, ...]
    before: ReferenceWindow
    after: Numbers
    kind: Kind
    names: Sequence[str]
    autocorrelation: float | None
    stride: int
    independent: bool
    false_alarms: str
    budget_rows: float
    without: str
    against: Against
