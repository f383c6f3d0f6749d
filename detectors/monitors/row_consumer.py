"""Consumers of rows: whatever learns from each row of a model version exactly once."""

from typing import NamedTuple, Protocol

from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.alert import Alert
from schemas.tables.observations import ObservationBatch


class Found(NamedTuple):
    """An alert, and the number of the row at which it was found."""

    row: int
    alert: Alert


class RowConsumer(Protocol):
    """One consumer of the rows of one model version.

    It gets every unseen row once, in the order of the log, in batches of any size: what it knows
    and finds must not depend on where they were cut. Rows come the same way from the compiled path
    for many models as from the plain one for a single model.

    Attributes
    ----------
    name
        The key of its state; unique among the consumers of a version.
    """

    name: str

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Learn from unseen rows; return what was found, in the order of the rows.

        Parameters
        ----------
        rows
            At least one, of either origin; not to be kept beyond the call.
        first
            The number of the first one among the rows of its origin.
        log
            Tells where rows came from, these included; not to be changed.
        """

    def restart(self) -> None:
        """Begin anew what a deployment or a retraining makes void."""

    def state(self) -> State:
        """Return the whole state."""

    def restore(self, state: State) -> None:
        """Restore a state of a consumer of the same model, version and options."""
