"""What has been found about a version, apart from its evidence."""

from enum import StrEnum
from typing import NamedTuple

from schemas.events.position import Position
from schemas.events.rollback_request import RollbackCause
from schemas.events.times import parse_time


class Cause(NamedTuple):
    """Why a version should go.

    Attributes
    ----------
    kind
        What is found.
    key
        What tells the finding from others, at whichever row it is looked at.
    model, version
        Which version of which model.
    against
        The version that it is known to be worse than; None where it is known by itself.
    at
        The row that has decided it.
    """

    kind: RollbackCause
    key: str
    model: str
    version: str
    against: str | None
    at: Position

    @property
    def time(self) -> int:
        """Event time of the row, milliseconds since the epoch."""
        return parse_time(self.at.time)


class CauseOutcome(StrEnum):
    """What has become of a cause; a label of a metric."""

    REQUESTED = "requested"
    OPEN = "open"
    """A request of the model waits for its answer already."""

    COOLDOWN = "cooldown"
    """The latest request about the version was made not long ago."""

    REFUSED = "refused"
    """A request for the same was refused: it is not made again."""

    NO_TARGET = "no_target"
    """There is no good version to go back to."""

    LONG_SERVED = "long_served"
    """The version has served for so long that a threshold which it crosses is a change of the
    world."""
