"""What several rows of one record have in common, which each of them gets: bounded in all."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.events.event import LONGEST_NAME
from schemas.events.invalid import InvalidMessage, Reason

MOST_SHARED: Final = 20_000_000
"""Characters of what rows share, times the rows, above which a record is refused."""

LONGEST_KEY: Final = 4 * LONGEST_NAME
"""Bytes of a key, of which no longer one is an id."""


def refuse_swollen(shared: Mapping[str, Any], rows: int) -> None:
    """Refuse rows that share so much that one record would fill the memory.

    Raises
    ------
    InvalidMessage
        Where it is more than `MOST_SHARED`.

    Examples
    --------
    >>> refuse_swollen({"model": "m", "segment": {"channel": "app"}}, 1000)
    >>> refuse_swollen({"note": "x" * 100_000}, 1000)
    Traceback (most recent call last):
        ...
    schemas.events.invalid.InvalidMessage: invalid_value: 1000 rows share 100012 characters each
    """
    size = len(repr(shared)) if rows > 1 else 0
    if rows * size > MOST_SHARED:
        raise InvalidMessage(Reason.INVALID_VALUE, f"{rows} rows share {size} characters each")
