"""Consumers of rows: whatever learns from each row of a model version exactly once."""

from typing import NamedTuple, Protocol

from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.published import PublishedEvent
from schemas.tables.observations import ObservationBatch, Origin


class Found(NamedTuple):
    """An event to publish, such as an alert, and the number of the row at which it was found."""

    row: int
    event: PublishedEvent


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

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Take unseen rows of which no more is known than this; tell whether it is enough.

        To single out the rows of each of many models costs more than to count them. Where it is not
        enough nothing is taken, and the same rows come to `consume`.

        Parameters
        ----------
        origin
            What the rows are.
        rows
            How many, at least one.
        oldest, newest
            The earliest and the latest of their event times, milliseconds since the epoch.
        """

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
