"""What is told of a column's season: which cycles it has, or that they are searched for."""

from enum import StrEnum
from typing import Final

SEARCHED: Final = 0.0
TOLD: Final = 1.0
NEVER: Final = -1.0
"""Whether a cycle is searched for, there, or not there."""


class ToldSeason(StrEnum):
    """Which cycles a column has."""

    AUTO = "auto"
    """Searched for: days and weeks are taken off once they go as those before them."""

    NONE = "none"
    """Neither, and nothing is learned."""

    DAILY = "daily"
    """Days, which are taken off once one has been seen, and no weeks."""

    WEEKLY = "weekly"
    """Weeks, which are taken off once one has been seen, and no days."""

    DAILY_AND_WEEKLY = "daily+weekly"
    """Both."""

    @property
    def days(self) -> float:
        """Whether there are days: `SEARCHED`, `TOLD` or `NEVER`."""
        return self._of(ToldSeason.DAILY)

    @property
    def weeks(self) -> float:
        """Whether there are weeks, likewise."""
        return self._of(ToldSeason.WEEKLY)

    def _of(self, cycle: "ToldSeason") -> float:
        if self is ToldSeason.AUTO:
            return SEARCHED
        return TOLD if self in {cycle, ToldSeason.DAILY_AND_WEEKLY} else NEVER
