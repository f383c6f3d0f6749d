"""Why a message could not be taken."""

from enum import StrEnum

from schemas.events.not_taken import NotTaken


class Reason(StrEnum):
    """Machine-readable reason of a refusal; a header of dead letters and a label of a metric."""

    NULL_VALUE = "null_value"
    """Of letters that earlier versions wrote; `Silence.TOMBSTONE` since."""

    TOO_LARGE = "too_large"
    UNDECODABLE = "undecodable"
    COMPRESSED = "compressed"
    BINARY_FORMAT = "binary_format"
    WRONG_ENCODING = "wrong_encoding"
    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    INVALID_VALUE = "invalid_value"
    TOO_MANY_FEATURES = "too_many_features"
    BATCH_TOO_LARGE = "batch_too_large"
    BATCH_MALFORMED = "batch_malformed"


class InvalidMessage(NotTaken):
    """A message that cannot be taken, with a reason for machines and a detail for people.

    Parameters
    ----------
    reason
        One of the closed set of reasons.
    detail
        What was found and what was expected, without the message's content.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
