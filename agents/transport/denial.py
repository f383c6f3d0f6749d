"""What brokers refuse a worker while it runs: a permission that was taken back, its clock."""

from typing import Final

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InvalidTimestampError,
    TopicAuthorizationFailedError,
)

_DENIALS: Final = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
)


def denial_of(error: BaseException | None) -> BaseException | None:
    """Return the broker's refusal to let the user do something that an error came of, else None."""
    while error is not None and not isinstance(error, _DENIALS):
        error = error.__cause__
    return error


class ClockRefused(Exception):
    """Brokers take this machine's time, which each record carries as that of sending, as wrong."""

    def __init__(self) -> None:
        super().__init__(
            "the brokers refuse the time of this machine's clock: it is ahead of theirs by more "
            "than message.timestamp.after.max.ms of the topics (an hour from Kafka 4.0 on), or "
            "behind it by more than message.timestamp.before.max.ms: set the clock"
        )


def clock_refusal_of(error: BaseException | None) -> ClockRefused | None:
    """Return that the clock is refused where an error came of it, else None."""
    while error is not None and not isinstance(error, InvalidTimestampError):
        error = error.__cause__
    return None if error is None else ClockRefused()
