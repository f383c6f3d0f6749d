"""For how long requests keep the next ones away."""

from dataclasses import dataclass
from typing import Final

SECONDS: Final = 1000
"""Milliseconds in a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOptions:
    """Durations, in seconds of event time.

    Attributes
    ----------
    cooldown
        How long after a request no other is made, answered or not.
    expiry
        How long an unanswered request keeps the next one away.
    """

    cooldown: float = 3600.0
    expiry: float = 7 * 86400.0

    @property
    def horizon(self) -> int:
        """The longest of the durations, in milliseconds."""
        return round(SECONDS * max(self.cooldown, self.expiry))
