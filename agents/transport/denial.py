"""What brokers refuse a worker while it runs: a permission that was taken back, its clock."""

from collections.abc import Iterator
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


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came of: which of several tasks ends an app first is chance."""
    while error is not None:
        yield error
        error = error.__cause__


def denial_of(error: BaseException | None) -> BaseException | None:
    """Return the broker's refusal to let the user do something that an error came of, else None."""
    return next((each for each in causes(error) if isinstance(each, _DENIALS)), None)


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
    refused = any(isinstance(each, InvalidTimestampError) for each in causes(error))
    return ClockRefused() if refused else None
