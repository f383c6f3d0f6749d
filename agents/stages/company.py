"""The other workers of the group, as far as what is written for them depends on their releases."""

import logging

from schemas.formats import FRAMES, FRAMES_BEFORE, WIRE, OtherFormat

logger = logging.getLogger(__name__)


class Company:
    """Whether all workers of the group read what this release writes.

    Attributes
    ----------
    has_older
        Whether a worker of the release before is in the group: what it may get is written as it
        reads it.
    """

    def __init__(self) -> None:
        self.has_older = False

    def meet(self, oldest: int) -> None:
        """Take note of the lowest version of `schemas.formats.WIRE` in the group.

        Raises
        ------
        OtherFormat
            If it is older than the one before this release's.
        """
        if oldest < WIRE - 1:
            raise OtherFormat(
                f"a worker in the group reads version {oldest} of what workers write for one "
                f"another, and this release writes {WIRE} and {WIRE - 1}: end the workers of that "
                "release first, or upgrade them to the one between the two"
            )
        has_older = oldest < WIRE
        if has_older and not self.has_older:
            logger.warning(
                "workers of the release before are in the group: observations are written in their "
                "format, without scores, segments and delays of labels, until the last has gone"
            )
        if self.has_older and not has_older:
            logger.info("all workers of the group are of this release, or of a later one")
        self.has_older = has_older

    @property
    def frames(self) -> int:
        """The version of the frames that all workers read."""
        return FRAMES_BEFORE if self.has_older else FRAMES.writes
