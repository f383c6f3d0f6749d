"""Labels as JSON objects: the format that services write unless they are told otherwise."""

from schemas.events.codec import LARGEST_MESSAGE
from schemas.events.left_out import LeftOut, Oddity
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.event_fields import Headers, event_fields, keys_of
from schemas.payloads.record_keys import key_or_event_id
from schemas.payloads.rows import FieldMap, LabelRow, label_row


def label_rows(
    value: bytes | None,
    fields: FieldMap,
    *,
    key: bytes | None,
    time: int,
    headers: Headers = (),
    largest: int = LARGEST_MESSAGE,
) -> list[LabelRow]:
    """Return the labels of one record, at least one.

    Of several in an array, those that are not known yet are left out.

    Parameters
    ----------
    value, key, headers
        Of the record.
    fields
        Where the fields stand in its documents.
    time
        The record's own, in milliseconds; -1 where the producer gave none.
    largest
        Bytes above which it is refused.

    Raises
    ------
    NotTaken
        When the record is refused, or says nothing.
    """
    key = key_or_event_id(key, headers)
    events = event_fields(value, fields, headers=headers, largest=largest)
    if len(events) == 1:
        return [label_row(events[0], key=key, record_time=time)]
    rows, unlabelled = [], 0
    for event, own_key in zip(events, keys_of(key, len(events)), strict=True):
        try:
            rows.append(label_row(event, key=own_key, record_time=time))
        except NothingToSay:
            unlabelled += 1
    if not rows:
        raise NothingToSay(Silence.UNLABELLED)
    if unlabelled:
        odd = [LeftOut("label", Oddity.NULL)] * unlabelled
        rows[0] = rows[0]._replace(left_out=[*rows[0].left_out, *odd])
    return rows
