"""What the conditions of rows are measured by: each meets its condition again and again."""

from typing import NamedTuple, Protocol

from detectors.snapshots.tree import State
from schemas.tables.observations import ObservationBatch, Origin


class Reading(NamedTuple):
    """A condition is met.

    Attributes
    ----------
    row
        Of the batch.
    value
        What was reached.
    since, time
        Since when it was counted, and when it was reached, milliseconds since the epoch.
    labelled
        Labelled rows since then; None for all that have come since the last training.
    """

    row: int
    value: float
    since: int
    time: int
    labelled: int | None = None


class Gauge(Protocol):
    """What one condition of the rows of a model version is measured by.

    What it knows and finds does not depend on how rows were cut into batches.
    """

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Tell whether unseen rows of which no more is known cannot meet the condition.

        Nothing is counted: the rows come to `pass_over` where it is so for all gauges.
        """

    def pass_over(self, origin: Origin, rows: int) -> None:
        """Take rows of which `skim` said that they meet nothing."""

    def update(self, rows: ObservationBatch) -> list[Reading]:
        """Learn from unseen rows, at least one; return when they met the condition."""

    def retrained(self, until: int) -> None:
        """Begin anew: a training has seen the rows up to a time."""

    def state(self) -> State:
        """Return the whole state."""

    def restore(self, state: State) -> None:
        """Take over a state."""
