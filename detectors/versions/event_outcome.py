"""What becomes of the model events that a registry is given."""

from enum import StrEnum
from typing import Final

from detectors.versions.lifecycle import Remark


class EventOutcome(StrEnum):
    """What became of a model event that may be about a version."""

    TAKEN = "taken"
    UNSEEN = "unseen"
    NEVER_SERVED = "never_served"
    CONTESTED = "contested"
    REPEATED = "repeated"
    """It was noticed before."""
    TOO_OLD = "too_old"
    """It is earlier than `detectors.versions.lifecycle.MOST_CHANGES` others of its model."""


OUTCOME_OF: Final = {
    Remark.NONE: EventOutcome.TAKEN,
    Remark.UNSEEN: EventOutcome.UNSEEN,
    Remark.NEVER_SERVED: EventOutcome.NEVER_SERVED,
    Remark.CONTESTED: EventOutcome.CONTESTED,
}
"""By what is odd about an event that is believed."""
