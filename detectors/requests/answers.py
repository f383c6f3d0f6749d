"""What becomes of the model events that answer requests."""

from enum import StrEnum


class AnswerOutcome(StrEnum):
    """What became of a model event that may answer a request."""

    ENDED = "ended"
    """A request was open, and is no more."""

    EXTENDED = "extended"
    """A request was open, and someone is at it."""

    NOTHING_OPEN = "nothing_open"
    """No request was open that it could be about: none was made, or it had ended or expired."""

    UNKNOWN_REQUEST = "unknown_request"
    """It names a request that is none of the latest of the model's versions."""

    REPEATED = "repeated"
    """It was taken before."""
