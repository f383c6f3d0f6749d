"""What a model version is to its model."""

from enum import StrEnum
from typing import Final


class VersionStatus(StrEnum):
    """The status of a model version, as model events say it; `OBSERVED` without one."""

    OBSERVED = "observed"
    """It has rows, and no model event has named it."""
    CANDIDATE = "candidate"
    """Announced or trained, and not said to serve."""
    CHALLENGER = "challenger"
    """Serves beside the champion, to be compared with it."""
    CHAMPION = "champion"
    """Serves; a model has one at most."""
    RETIRED = "retired"
    """Serves no longer, and nothing was said against it."""
    ROLLED_BACK = "rolled_back"
    """Was the champion until the model was rolled back to another version, or never became it
    since it was found to be worse."""


GONE: Final = frozenset({VersionStatus.RETIRED, VersionStatus.ROLLED_BACK})
"""A version that is one of these serves no more: nothing is to be done about its alerts."""
