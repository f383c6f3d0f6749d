"""Why the worker's port refuses a request, or closes a connection by itself."""

from enum import StrEnum


class Refusal(StrEnum):
    """The reason, as it is counted."""

    CONNECTIONS = "connections"
    """There are as many connections as there may be."""

    HANDSHAKE = "handshake"
    """The connection was no TLS, or was not made in time."""

    SLOW_REQUEST = "slow_request"
    """No request had come to its end in time."""

    SLOW_READER = "slow_reader"
    """The answer was not read in time."""

    MALFORMED = "malformed"
    """What came is no request of HTTP, or one with a line or a header that is too long."""

    HOST = "host"
    """The Host header names another host than this one."""

    NAMES = "names"
    """More, or longer, names of metrics were asked for than may be."""

    BUSY = "busy"
    """As many different renderings as may wait are waiting, or too much of answers is unread."""

    TOKEN = "token"  # noqa: S105 - a word, no secret
    """The bearer token is missing or another one."""
