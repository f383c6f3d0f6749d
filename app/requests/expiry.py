"""Until when requests are open that nobody answers: in event time, as for whoever makes them."""

from collections.abc import Callable
from typing import TypeAlias

from schemas.events.times import parse_time

NewestOf: TypeAlias = Callable[[str], int | None]
"""Returns how far a model has come: its latest event time, milliseconds since the epoch; None where
that is not known, and nothing has expired."""


def extended(expires: int, lasts: int, taken_on: str) -> int:
    """Return when a request expires that someone has taken on: as if it had been made then.

    Parameters
    ----------
    expires
        When it did before.
    lasts
        How long a request is open.
    taken_on
        When, RFC 3339; once it has expired that changes nothing.

    Examples
    --------
    >>> from schemas.events.times import format_time
    >>> expires, day = parse_time("2026-03-02T00:00:00Z"), 86_400_000
    >>> format_time(extended(expires, day, "2026-03-01T12:00:00Z"))
    '2026-03-02T12:00:00.000Z'
    >>> extended(expires, day, "2026-03-02T12:00:00Z") == expires
    True
    """
    time = parse_time(taken_on)
    return max(expires, time + lasts) if time < expires else expires


def has_expired(expires: int | None, newest: int | None) -> bool:
    """Tell whether a request is open no more, where a model has come so far."""
    return expires is not None and newest is not None and newest >= expires
