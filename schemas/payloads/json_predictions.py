"""Predictions as JSON objects: the format that services write unless they are told otherwise."""

from collections.abc import Iterator, Sequence
from typing import Any

from schemas.events.codec import LARGEST_MESSAGE
from schemas.events.nesting import refuse_too_deep
from schemas.payloads.batched_rows import batched_rows
from schemas.payloads.event_fields import Headers, event_fields, keys_of
from schemas.payloads.header_marks import refuse_deleted_by
from schemas.payloads.optional_fields import is_nothing, name_of
from schemas.payloads.other_fields import under_other_names
from schemas.payloads.prediction_fields import PredictionFields
from schemas.payloads.prediction_scanner import PredictionScanner
from schemas.payloads.record_keys import key_or_event_id
from schemas.payloads.rows import FieldMap, PredictionRow, prediction_row
from schemas.payloads.scanned_predictions import ScannedPredictions, Spans
from schemas.tables.declared import NO_DECLARATIONS, Declarations


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
    not_features
        Paths of members that are no features though they stand among them.
    declarations
        What the settings say of models.
    """

    def __init__(
        self,
        fields: FieldMap,
        *,
        most_features: int = 2000,
        largest: int = LARGEST_MESSAGE,
        not_features: frozenset[str] = frozenset(),
        declarations: Declarations = NO_DECLARATIONS,
    ) -> None:
        self._fields = PredictionFields(fields.paths, fields.model, not_features=not_features)
        self._others = self._fields.spoken_for
        self._most_features = most_features
        self._largest = largest
        self._scanner = PredictionScanner(
            self._fields, most_features, largest, declarations.spellings
        )
        self._declarations = declarations

    def scan(self, spans: Spans) -> ScannedPredictions | None:
        """Read what is plain of a batch; None where the fields stand in one another."""
        return self._scanner.scan(spans)

    @refuse_too_deep
    def rows(
        self, value: bytes | None, *, key: bytes | None, headers: Headers, time: int
    ) -> Sequence[PredictionRow]:
        """Return the predictions of one record.

        Of several events without ids of their own, each has the record's key and its number as its
        id (``key/0``); of several rows of an event likewise the event's id and their numbers.
        """
        if value is not None:
            refuse_deleted_by(headers)
        key = key_or_event_id(key, headers)
        events = event_fields(value, self._fields, headers=headers, largest=self._largest)
        return [
            row
            for event, own_key in zip(events, keys_of(key, len(events)), strict=True)
            for row in self._rows_of_event(event, own_key, time)
        ]

    def _rows_of_event(
        self, event: dict[str, Any], key: bytes | None, time: int
    ) -> Iterator[PredictionRow]:
        odd = under_other_names(event, self._others)
        for each, row_key in _rows_of(event, key):
            row = prediction_row(
                each,
                key=row_key,
                record_time=time,
                most_features=self._most_features,
                declarations=self._declarations,
            )
            yield row._replace(left_out=[*row.left_out, *odd]) if odd else row


def _rows_of(
    event: dict[str, Any], key: bytes | None
) -> Iterator[tuple[dict[str, Any], bytes | None]]:
    """Yield the rows of an event, each with what stands for its id."""
    rows = batched_rows(event)
    if len(rows) == 1:
        yield rows[0], key
        return
    written = event.get("prediction_id")
    name = None if is_nothing(written) else name_of(written)
    common = key if name is None else name.encode()
    for row, row_key in zip(rows, keys_of(common, len(rows)), strict=True):
        if row.get("prediction_id") is written:
            row["prediction_id"] = None
        yield row, row_key
