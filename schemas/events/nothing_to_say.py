"""Messages that are right and say nothing: no event comes of them, and nothing is wrong."""

from enum import StrEnum

from schemas.events.not_taken import NotTaken


class Silence(StrEnum):
    """Why a message says nothing; a label of a metric."""

    TOMBSTONE = "tombstone"
    """A null value, or the JSON that stands for it: what had this key is deleted."""

    DELETE = "delete"
    """A change feed's message that a row was deleted."""

    CONTROL = "control"
    """A change feed's message about itself: no row, but a heartbeat, or a table's structure."""

    UNLABELLED = "unlabelled"
    """A label event whose label is not known yet: absent, null, empty, or NaN."""

    UNNAMED = "unnamed"
    """A label event without a label that has other members: one of them may be the label."""


class NothingToSay(NotTaken):
    """A message to be skipped and counted: no dead letter, and no part of their limit.

    Parameters
    ----------
    silence
        Why there is nothing to say.
    """

    def __init__(self, silence: Silence) -> None:
        super().__init__(str(silence))
        self.silence = silence
