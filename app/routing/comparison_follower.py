"""Comparisons that a worker knows: the latest look at each two versions, of all models."""

from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import Any, Final

from agents.records.record import Record
from app.kafka.topic_follower import Open, TopicFollower
from schemas.events.codec import decode_event, decode_object
from schemas.events.model_comparison import ModelComparison
from schemas.events.not_taken import NotTaken

KEPT_MS: Final = 30 * 86_400_000
"""Looks that were written longer ago are not read: who asks for a verdict has just rolled out."""

MOST_PAIRS: Final = 10_000
"""Pairs of versions whose latest look is kept, some kilobytes each."""

LARGEST_LOOK: Final = 100_000
"""Bytes of a record: a look at the most metrics, with the longest names, has fewer."""


@dataclass(frozen=True, slots=True)
class _Look:
    comparison: ModelComparison
    place: tuple[int, int]
    written: tuple[int, int, int]

    def is_after(self, other: "_Look") -> bool:
        """Whether it counts more: a topic that was given partitions has a pair in two of them.

        Within one by the order of the log, not of time: late labels have early event times.
        """
        if self.place[0] == other.place[0]:
            return self.place > other.place
        return self.written > other.written


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
        self._latest: dict[tuple[str, str, str], _Look] = {}

    def looks_at(self, model: str) -> list[ModelComparison]:
        """Return the latest look at each two versions of a model, the one written last first."""
        looks = [each for each in self._latest.values() if each.comparison.model == model]
        looks.sort(key=lambda each: each.written, reverse=True)
        return [each.comparison for each in looks]

    def take(self, record: Record) -> None:
        """Take the next record of the topic; what is no comparison says nothing."""
        if len(record.value or b"") > LARGEST_LOOK:
            return
        try:
            found = decode_event(ModelComparison, decode_object(record.value))
        except NotTaken:
            return
        pair = (found.model, found.version, found.baseline)
        place = (record.partition, record.offset)
        look = _Look(found, place, (record.timestamp, *place))
        known = self._latest.get(pair)
        if known is not None and not look.is_after(known):
            return
        self._latest.pop(pair, None)
        if len(self._latest) >= MOST_PAIRS:
            del self._latest[next(iter(self._latest))]
        self._latest[pair] = look
