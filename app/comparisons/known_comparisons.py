"""Comparisons by model and versions, as the records of their topic say."""

from dataclasses import dataclass
from typing import Final

from agents.records.record import Record
from schemas.events.codec import decode_event, decode_object
from schemas.events.model_comparison import ModelComparison
from schemas.events.not_taken import NotTaken
from schemas.events.record_place import RecordPlace

MOST_PAIRS: Final = 10_000
"""Pairs of versions whose latest look is kept, some kilobytes each."""

LARGEST_LOOK: Final = 500_000
"""Bytes of a record: a look at the most metrics and segments, with the longest names, has fewer."""


@dataclass(frozen=True, slots=True)
class _Look:
    comparison: ModelComparison
    place: RecordPlace


class KnownComparisons:
    """The latest look at each two versions, whatever records come again.

    A comparison that began anew counts from its first look on: what stands last in the log is the
    latest, whatever its number, and its event time, which late labels make early.

    Parameters
    ----------
    most
        Pairs of versions that are kept, those whose looks were written last.
    """

    def __init__(self, most: int = MOST_PAIRS) -> None:
        self._most = most
        self._latest: dict[tuple[str, str, str], _Look] = {}
        self.strange = 0
        """Records that are no comparisons."""
        self.left_out = 0
        """Looks that had to make room for later ones."""

    def of(self, model: str) -> list[ModelComparison]:
        """Return the looks at the versions of a model, the one written last first."""
        looks = [each for each in self._latest.values() if each.comparison.model == model]
        looks.sort(key=lambda each: each.place, reverse=True)
        return [each.comparison for each in looks]

    @property
    def all(self) -> list[ModelComparison]:
        """All looks, by model, baseline and version."""
        return [self._latest[pair].comparison for pair in sorted(self._latest)]

    def take(self, record: Record) -> None:
        """Take the next record of the topic."""
        if len(record.value or b"") > LARGEST_LOOK:
            self.strange += 1
            return
        try:
            found = decode_event(ModelComparison, decode_object(record.value))
        except NotTaken:
            self.strange += 1
            return
        pair = (found.model, found.baseline, found.version)
        look = _Look(found, RecordPlace.of(record))
        known = self._latest.get(pair)
        if known is not None and not look.place.is_after(known.place):
            return
        self._latest.pop(pair, None)
        if len(self._latest) >= self._most:
            del self._latest[next(iter(self._latest))]
            self.left_out += 1
        self._latest[pair] = look
