"""A record's value to the fields of an event, under their own names; the plain reader's way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from schemas.events.codec import LARGEST_MESSAGE, decode_objects
from schemas.events.digits import whole_digits
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.not_json import REGISTRY_ADVICE
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.captured import out_of_capture
from schemas.payloads.cloud_envelopes import MARKS as CLOUD_MARKS
from schemas.payloads.cloud_envelopes import MEMBERS as CLOUD_MEMBERS
from schemas.payloads.cloud_envelopes import out_of_cloud, refuse_sealed
from schemas.payloads.control_messages import is_control
from schemas.payloads.document_tables import MEMBERS as TABLE_MEMBERS
from schemas.payloads.document_tables import rows_of_table
from schemas.payloads.envelope import (
    MARKS,
    MEMBERS,
    each_row,
    in_connect,
    open_envelope,
    out_of_text,
    refuse_deleted,
)
from schemas.payloads.exchanges import exchanged
from schemas.payloads.flink_changes import changed_rows
from schemas.payloads.lone_answers import answers_alone
from schemas.payloads.mongo_changes import changed_document
from schemas.payloads.replicated_rows import members_of, replicated_rows
from schemas.payloads.rows import FieldMap
from schemas.payloads.shared_members import LONGEST_KEY
from schemas.payloads.withdrawn import OF_PREDICTIONS, is_withdrawn
from schemas.payloads.wrapped_events import wrapped_events

Headers = Sequence[tuple[str, bytes | None]]
"""Names and values of a record's headers."""

_SCHEMA_ID: Final = "__value_schema_id"
_ID: Final = "prediction_id"
_NAMES: Final = (_ID, "model", "version")


def event_fields(
    value: bytes | None, fields: FieldMap, *, headers: Headers = (), largest: int = LARGEST_MESSAGE
) -> list[dict[str, Any]]:
    """Return the fields of each event that a value holds: of one, or of those in an array.

    They are taken out of the envelope of a change feed, where they are in one. Ids and names that
    are numbers are read as they are written, but for the fraction of a whole number that is an id
    (`schemas.events.digits.whole_digits`), and so is all else that has more digits than 64 bits
    hold: a code, and text.

    Parameters
    ----------
    value, headers
        Of a record.
    fields
        Where the fields stand in its documents.
    largest
        Bytes above which it is refused.

    Raises
    ------
    NotTaken
        As `schemas.events.codec.decode_objects`; and where all of it was deleted.

    Examples
    --------
    >>> event_fields(b'{"prediction_id": 1.10, "model": "m"}', FieldMap())
    [{'prediction_id': '1.10', 'model': 'm'}]
    >>> event_fields(b'{"prediction_id": 1000.0}', FieldMap())
    [{'prediction_id': '1000'}]
    >>> event_fields(b'{"features": {"iban": 89370400440532013000}}', FieldMap())
    [{'features': {'iban': '89370400440532013000'}}]
    """
    try:
        documents = _documents(value, fields, largest)
        named = _all_of(documents, lambda document: [_opened(document, fields)])
    except InvalidMessage as error:
        if error.reason is Reason.UNDECODABLE and any(name == _SCHEMA_ID for name, _ in headers):
            detail = f"{error.detail}; the header {_SCHEMA_ID} is there: {REGISTRY_ADVICE}"
            raise InvalidMessage(Reason.BINARY_FORMAT, detail) from None
        raise
    if not any(map(_inexact, named)):
        return named
    documents = _documents(value, fields, largest, as_written=True)
    written = _all_of(documents, lambda document: [_opened(document, fields)])
    if len(written) != len(named):  # by numbers, as those of shapes: here they are texts
        return named
    return [_exact(*each) for each in zip(named, written, strict=True)]


def keys_of(key: bytes | None, events: int) -> list[bytes | None]:
    """Return the key that stands for the id of each event of a record.

    Examples
    --------
    >>> keys_of(b"r1", 1), keys_of(b"r1", 2)
    ([b'r1'], [b'r1/0', b'r1/1'])
    """
    if events == 1 or not key:
        return [key] * events
    if len(key) > LONGEST_KEY:
        return [key[: LONGEST_KEY + 1]] * events  # no id, however many would be made of it
    return [b"%b/%d" % (key, number) for number in range(events)]


def _documents(
    value: bytes | None, fields: FieldMap, largest: int, *, as_written: bool = False
) -> list[dict[str, Any]]:
    """Return the documents of a value, each row of a table one."""
    documents = decode_objects(value, largest=largest, as_written=as_written)
    if fields.leads_into(TABLE_MEMBERS):
        return _all_of(documents, _whole)
    if all(map(_is_event, documents)):
        return documents
    return _all_of(documents, lambda document: _events(document, fields))


def _all_of(
    documents: Sequence[dict[str, Any]],
    reads: Callable[[dict[str, Any]], Iterable[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Return what is read of each document, but of those that say nothing beside others."""
    if len(documents) == 1:
        return list(reads(documents[0]))
    found: list[dict[str, Any]] = []
    silent: NothingToSay | None = None
    for document in documents:
        try:
            found += reads(document)
        except NothingToSay as why:
            silent = why
    if silent is not None and not found:
        raise silent
    return found


def _whole(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a document into which the settings lead, where it has not been deleted."""
    _replicated(document)
    changed_rows(document)
    return [document]


def _replicated(document: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows in a message of a replicator; None of anything else.

    Raises
    ------
    NothingToSay
        Where all of them were deleted, or there is none.
    """
    if not _ENOUGH.isdisjoint(document):
        return None
    if is_control(in_connect(document)):
        raise NothingToSay(Silence.CONTROL)
    return replicated_rows(document)


def _is_event(document: dict[str, Any]) -> bool:
    """Tell whether a document is sure to be one event, and by itself."""
    return "features" in document and "data" not in document and type(document.get(_ID)) is str


def _events(document: dict[str, Any], fields: FieldMap) -> Iterator[dict[str, Any]]:
    """Yield the events in a document, out of all that the settings do not lead into."""
    for row in rows_of_table(_bare(document, fields)):
        if (replicated := _replicated(row)) is not None:
            yield from [row] if fields.leads_into(members_of(row)) else replicated
        elif (changed_to := changed_document(row)) is not None:
            yield row if fields.leads_into(_OF_MONGO) else changed_to
        elif not (_ENOUGH.isdisjoint(row) and _ENOUGH.isdisjoint(fields.paths)):
            yield row
        elif not fields.paths and (answers := _answers_in_cloud(row)):
            yield from answers
        elif not (MARKS.isdisjoint(row) and CLOUD_MARKS.isdisjoint(row)):
            yield from _of_feed(row, fields)
        elif (changed := changed_rows(row)) is not None:
            yield from [row] if fields.leads_into(MEMBERS) else changed
        elif fields.paths:
            yield exchanged(row)
        else:
            yield from _by_itself(row)


def _bare(document: dict[str, Any], fields: FieldMap) -> dict[str, Any]:
    """Return a document out of Kafka Connect's text, unless a path leads there."""
    return document if fields.leads_into(MEMBERS) else out_of_text(document)


def _of_feed(row: dict[str, Any], fields: FieldMap) -> list[dict[str, Any]]:
    """Return the messages in a document that has a mark of one, or what else it may hold.

    A ``schema`` or ``metadata`` beside the event makes no change feed of a document.
    """
    rows = each_row(row)
    if rows != [row] or not CLOUD_MARKS.isdisjoint(row) or fields.leads_into(MEMBERS):
        return rows
    if open_envelope(row) is not row:
        return rows
    return [exchanged(row)] if fields.paths else list(_by_itself(row))


def _by_itself(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the events in a document that is no message of a change feed."""
    for event in answers_alone(exchanged(out_of_capture(row))):
        yield from wrapped_events(event)


def _answers_in_cloud(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the predictions in a server's answer in an envelope of the cloud; else none."""
    opened = row if CLOUD_MARKS.isdisjoint(row) else out_of_cloud(row)
    if opened is row or not _ENOUGH.isdisjoint(opened):
        return []
    found = answers_alone(opened)
    return [] if found[0] is opened else found


_OF_MONGO: Final = frozenset({"fullDocument"})
_ENOUGH: Final = frozenset({"features", "prediction", "label"})
"""Members of which a document that is an event by itself has one."""


def _opened(document: dict[str, Any], fields: FieldMap) -> dict[str, Any]:
    """Return a document's fields under their own names, out of its envelope where it has one."""
    named = fields.apply(document)
    if "features" in named and "prediction" in named:
        refuse_deleted(document)
        _refuse_withdrawn(document, fields)
        return named  # an event already, whatever else it has
    if not CLOUD_MARKS.isdisjoint(document) and not fields.leads_into(CLOUD_MEMBERS):
        opened = document if "label" in named else out_of_cloud(document)
        if opened is not document:
            rows = None if fields.paths else _replicated(in_connect(opened))
            return _opened(rows[0] if rows and len(rows) == 1 else opened, fields)
        if not fields.paths and _ENOUGH.isdisjoint(document):
            refuse_sealed(document)
    opened = document
    if not MARKS.isdisjoint(document):
        opened = open_envelope(document, mapped=fields.leads_into(MEMBERS))
    _refuse_withdrawn(opened, fields)
    return named if opened is document else fields.apply(opened)


def _refuse_withdrawn(document: dict[str, Any], fields: FieldMap) -> None:
    """Raise `NothingToSay` of a prediction that is taken back by a member beside its features."""
    if "features" not in document and "features" not in fields.paths:
        return
    if is_withdrawn(document, (*fields.paths.values(), *fields.rates), OF_PREDICTIONS):
        raise NothingToSay(Silence.DELETE)


def _inexact(named: dict[str, Any]) -> list[str]:
    """Return the names that are numbers, of which each digit counts."""
    return [name for name in _NAMES if type(named.get(name)) is float]


def _exact(named: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    texts = {name: written.get(name) for name in _inexact(named)}
    exact = {name: text for name, text in texts.items() if type(text) is str}
    if _ID in exact:
        exact[_ID] = whole_digits(exact[_ID])
    return {**named, **exact}
