"""Formats of the users' topics: what a reader asks of each, whatever its records say."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias, TypeVar

from schemas.payloads.event_fields import Headers
from schemas.payloads.label_scanner import ScannedLabels
from schemas.payloads.rows import LabelRow, PredictionRow
from schemas.payloads.scanned_predictions import ScannedPredictions, Spans

RowT_co = TypeVar("RowT_co", covariant=True)
ScannedT_co = TypeVar("ScannedT_co", covariant=True)


class Format(Protocol[RowT_co, ScannedT_co]):
    """A format: from records to rows, `RowT_co` each, or to a batch of them, `ScannedT_co`.

    `rows` is the judge of what is valid; `scan` is its fast path, and reads nothing differently.
    """

    def scan(self, spans: Spans) -> ScannedT_co | None:
        """Read what is plain of a batch all at once; None where nothing of this format is.

        What a batch gives is valid until the next one.
        """

    def rows(
        self, value: bytes | None, *, key: bytes | None, headers: Headers, time: int
    ) -> Sequence[RowT_co]:
        """Return the rows of one record, at least one.

        Parameters
        ----------
        value, key, headers
            Of the record.
        time
            The record's own, in milliseconds; -1 where the producer gave none.

        Raises
        ------
        NotTaken
            When the record is refused, or says nothing.
        """


PredictionFormat: TypeAlias = Format[PredictionRow, ScannedPredictions]
"""A format of predictions."""

LabelFormat: TypeAlias = Format[LabelRow, ScannedLabels]
"""A format of labels."""
