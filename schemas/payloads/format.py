"""Formats of the users' topics: what a reader asks of each."""

from collections.abc import Sequence
from typing import Protocol

from schemas.payloads.event_fields import Headers
from schemas.payloads.rows import PredictionRow
from schemas.payloads.scanned_predictions import ScannedPredictions, Spans


class PredictionFormat(Protocol):
    """A format of predictions: from records to rows.

    `rows` is the judge of what is valid; `scan` is its fast path, and reads nothing differently.
    """

    def scan(self, spans: Spans) -> ScannedPredictions | None:
        """Read what is plain of a batch all at once; None where nothing of this format is.

        What a batch gives is valid until the next one.
        """

    def rows(
        self, value: bytes | None, *, key: bytes | None, headers: Headers, time: int
    ) -> Sequence[PredictionRow]:
        """Return the predictions of one record, at least one.

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
