"""Comparisons that a worker knows: the latest look at each two versions, of all models."""

from collections.abc import Callable
from time import time
from typing import Any, Final

from agents.records.record import Record
from app.comparisons.known_comparisons import KnownComparisons
from app.kafka.topic_follower import Open, TopicFollower
from schemas.events.durations import MS_PER_DAY
from schemas.events.model_comparison import ModelComparison

KEPT_MS: Final = 30 * MS_PER_DAY
"""Looks that were written longer ago are not read: who asks for a verdict has just rolled out."""


class ComparisonFollower(TopicFollower):
    """Follows the topic of comparisons.

    Parameters
    ----------
    open_, partitions
        As for `TopicFollower`.
    clock
        Seconds since the epoch.
    """

    def __init__(
        self, open_: Open, partitions: int, *, clock: Callable[[], float] = time, **options: Any
    ) -> None:
        super().__init__(
            open_, partitions, since=lambda: round(clock() * 1000) - KEPT_MS, **options
        )
        self._known = KnownComparisons()

    def looks_at(self, model: str) -> list[ModelComparison]:
        """Return the latest look at each two versions of a model, the one written last first."""
        return self._known.of(model)

    def take(self, record: Record) -> None:
        """Take the next record of the topic; what is no comparison says nothing."""
        self._known.take(record)
