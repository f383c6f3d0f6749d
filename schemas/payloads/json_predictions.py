"""Predictions as JSON objects: the format that services write unless they are told otherwise."""

from collections.abc import Sequence

from schemas.events.codec import LARGEST_MESSAGE
from schemas.payloads.event_fields import event_fields
from schemas.payloads.format import Headers
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
        """Return the prediction of one record; its headers say nothing."""
        del headers
        document = event_fields(value, self._fields, largest=self._largest)
        row = prediction_row(document, key=key, record_time=time, most_features=self._most_features)
        return [row]
