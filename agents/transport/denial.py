"""Telling whether the brokers have taken a permission from the user while a worker runs."""

from typing import Final

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
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
