"""Whether ids are used again: told by how many, once."""

import logging
from typing import Final

logger = logging.getLogger(__name__)

WINDOW: Final = 10_000
"""Predictions that are counted together; with fewer a handful of mended events would tell."""

MOST_SHARE: Final = 0.05
"""Of them may have the id of another one; above it the ids are those of customers or devices."""


class ReuseWatch:
    """Counts predictions whose id, model and version another one had, and warns of many.

    Attributes
    ----------
    has_warned
        Whether it did: it does so once.
    """

    def __init__(self) -> None:
        self.has_warned = False
        self._predictions = self._reused = 0

    def note(self, predictions: int, reused: int) -> None:
        """Take note of predictions, and of how many there was another one already."""
        self._predictions += predictions
        self._reused += reused
        if self._predictions < WINDOW:
            return
        if self._reused > MOST_SHARE * self._predictions and not self.has_warned:
            self.has_warned = True
            logger.warning(
                "%d of %d predictions have the id, model and version of an earlier one, and "
                "another content: ids are used again. By intake.pending.reused_ids their labels "
                "are for the latest one, or for the latest that is not dated after them",
                self._reused,
                self._predictions,
            )
        self._predictions = self._reused = 0
