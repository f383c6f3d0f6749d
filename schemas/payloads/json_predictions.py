"""Predictions as JSON objects: the format that services write unless they are told otherwise."""

from collections.abc import Sequence

from schemas.events.codec import LARGEST_MESSAGE
from schemas.payloads.event_fields import Headers, event_fields, keys_of
from schemas.payloads.prediction_scanner import PredictionScanner
from schemas.payloads.rows import FieldMap, PredictionRow, prediction_row
from schemas.payloads.scanned_predictions import ScannedPredictions, Spans


class JsonPredictions:
    """Reads JSON: a `schemas.payloads.format.PredictionFormat` of one topic and one thread.

    Parameters
    ----------
    fields
        Where the fields of an event stand.
    most_features
        Features of an event above which it is refused.
    largest
        Bytes of a message above which it is refused.
    """

    def __init__(
        self, fields: FieldMap, *, most_features: int = 2000, largest: int = LARGEST_MESSAGE
    ) -> None:
        self._fields = fields
        self._most_features = most_features
        self._largest = largest
        self._scanner = PredictionScanner(fields, most_features, largest)

    def scan(self, spans: Spans) -> ScannedPredictions | None:
        """Read what is plain of a batch; None where the fields stand in one another."""
        return self._scanner.scan(spans)

    def rows(
        self, value: bytes | None, *, key: bytes | None, headers: Headers, time: int
    ) -> Sequence[PredictionRow]:
        """Return the predictions of one record.

        Of several without ids of their own, each has the record's key and its number as its id.
        """
        events = event_fields(value, self._fields, headers=headers, largest=self._largest)
        if len(events) == 1:
            most = self._most_features
            return [prediction_row(events[0], key=key, record_time=time, most_features=most)]
        return [
            prediction_row(event, key=own_key, record_time=time, most_features=self._most_features)
            for event, own_key in zip(events, keys_of(key, len(events)), strict=True)
        ]
