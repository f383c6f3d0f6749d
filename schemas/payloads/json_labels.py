"""Labels as JSON objects: the format that services write unless they are told otherwise."""

from collections.abc import Sequence
from typing import Any, Final

from schemas.events.codec import LARGEST_MESSAGE
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.left_out import LeftOut, Oddity
from schemas.events.nesting import refuse_too_deep
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.event_fields import Headers, event_fields, keys_of
from schemas.payloads.header_marks import refuse_deleted_by
from schemas.payloads.label_scanner import LabelScanner, ScannedLabels
from schemas.payloads.optional_fields import says_nothing
from schemas.payloads.other_fields import under_other_names
from schemas.payloads.other_names import other_label
from schemas.payloads.record_keys import key_or_event_id
from schemas.payloads.rows import FieldMap, LabelRow, label_row
from schemas.payloads.scanned_predictions import Spans
from schemas.payloads.withdrawn_labels import FIELDS_OF_LABELS, refuse_withdrawn

_MOST_TELLING: Final = (Silence.UNLABELLED, Silence.DELETE, Silence.UNNAMED)
"""What is said of a record whose labels are none for several reasons: the last of these."""

_LEFT_OUT: Final = {Silence.UNNAMED: Oddity.OTHER_NAME}
"""What is said of those that are none beside others that are."""


class JsonLabels:
    """Reads JSON: a `schemas.payloads.format.LabelFormat` of one topic and one thread.

    Parameters
    ----------
    fields
        Where the fields of a label stand.
    largest
        Bytes of a message above which it is refused.
    """

    def __init__(self, fields: FieldMap, *, largest: int = LARGEST_MESSAGE) -> None:
        self._fields = fields
        self._largest = largest
        self._others = frozenset((*fields.paths.values(), *fields.rates))
        self._scanner = LabelScanner(fields, largest)

    def scan(self, spans: Spans) -> ScannedLabels | None:
        """Read what is plain of a batch; None where none can be plain by what the settings say."""
        return self._scanner.scan(spans)

    @refuse_too_deep
    def rows(
        self, value: bytes | None, *, key: bytes | None, headers: Headers, time: int
    ) -> Sequence[LabelRow]:
        """Return the labels of one record.

        Of several in an array, those that are not known yet are left out.
        """
        if value is not None:
            refuse_deleted_by(headers)
        key = key_or_event_id(key, headers)
        events = event_fields(value, self._fields, headers=headers, largest=self._largest)
        is_rated = bool(self._fields.rates)
        if "label" not in self._fields.paths:
            _refuse_other_names(events, self._fields.rates)
        if len(events) == 1:
            refuse_withdrawn(events[0], self._fields)
            row = label_row(events[0], key=key, record_time=time, is_rated=is_rated)
            return [self._told(row, events[0])]
        rows, silent = [], list[Silence]()
        for event, own_key in zip(events, keys_of(key, len(events)), strict=True):
            try:
                refuse_withdrawn(event, self._fields)
                row = label_row(event, key=own_key, record_time=time, is_rated=is_rated)
            except NothingToSay as why:
                silent.append(why.silence)
            else:
                rows.append(self._told(row, event))
        if not rows:
            raise NothingToSay(max(silent, key=_MOST_TELLING.index))
        if silent:
            odd = [LeftOut("label", _LEFT_OUT.get(each, Oddity.NULL)) for each in silent]
            rows[0] = rows[0]._replace(left_out=[*rows[0].left_out, *odd])
        return rows

    def _told(self, row: LabelRow, event: dict[str, Any]) -> LabelRow:
        """Return a row with the fields that its event has under other names alone."""
        odd = [
            each
            for each in under_other_names(event, self._others)
            if each.field in FIELDS_OF_LABELS
        ]
        return row._replace(left_out=[*row.left_out, *odd]) if odd else row


def _refuse_other_names(events: Sequence[dict[str, Any]], rates: Sequence[str]) -> None:
    """Refuse labels that stand under another name: not known yet, none of them ever would be.

    What is a rate by the settings is no label.
    """
    for event in events:
        if "label" in event:
            continue
        names = (name for name, value in event.items() if not says_nothing(value))
        name = other_label(name for name in names if name not in rates)
        if name is not None:
            detail = f"label: missing, while there is {name!r}: expected a member of this name"
            raise InvalidMessage(Reason.MISSING_FIELD, detail)
