"""Envelopes of change feeds: the row that Debezium, Kafka Connect or others put into a message.

Taken are the JSON converter's ``schema`` and ``payload``, and Debezium's ``before``, ``after`` and
``op``, with or without the former; the ``data`` of Maxwell, Canal and AWS DMS; and the images of
DynamoDB's streams. The row is the document; a row that was deleted says nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from schemas.events.codec import decode_object, json_in_text
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.connect_types import plain_row, usual_row
from schemas.payloads.row_marks import ROW_MARKS, is_marked_deleted
from schemas.payloads.shared_members import refuse_swollen

SCHEMA, PAYLOAD, BEFORE, AFTER, DATA = "schema", "payload", "before", "after", "data"

OPERATIONS: Final = ("op", "op_type")
"""Where Debezium and GoldenGate say what became of a row."""

STREAM: Final = "dynamodb"
"""Where streams of DynamoDB have what became of an item."""

MEMBERS: Final = frozenset({PAYLOAD, BEFORE, AFTER, DATA, STREAM})
"""The members of a document that hold a row: paths that begin with them lead into the envelope."""

METADATA: Final = ("metadata", "operation")
"""Where DMS says what became of the row that is in ``data``."""

DATABASE: Final = "database"
"""A member beside which Maxwell says it by ``type``."""

MARKS: Final = frozenset({SCHEMA, *ROW_MARKS, *OPERATIONS, DATABASE, METADATA[0], STREAM})
"""Members of which every message of a change feed has one: what has none is no envelope."""

_OF_DATA: Final = frozenset({"insert", "update", "delete", "load", "bootstrap-insert"})
"""What Maxwell and DMS say."""

NO_ROWS: Final = frozenset({"d", "t", "m"})
"""Operations that leave no row: delete, truncate, and a message of the log itself."""

_TIMES: Final = frozenset({"ts_ms", "op_ts"})
"""Beside which, or a ``source`` that is an object, an operation is that of Debezium or GoldenGate,
where there are no two rows."""


def open_envelope(document: dict[str, Any], *, mapped: bool = False) -> dict[str, Any]:
    """Return the row that is in a message of a change feed; any other document as it is.

    Parameters
    ----------
    document
        The message.
    mapped
        Whether the settings lead into the envelope themselves: then it is not opened, and only a
        deletion is recognised.

    Raises
    ------
    NothingToSay
        When the message says that a row was deleted.

    Examples
    --------
    >>> open_envelope({"op": "u", "before": {"id": 1}, "after": {"id": 2}})
    {'id': 2}
    """
    row, schema = document, None
    if _is_connect(document):
        row, schema = _row(document[PAYLOAD]), document[SCHEMA]
        if row is None:
            raise NothingToSay(Silence.TOMBSTONE)
        if type(row) is not dict:
            return document
    if type(row.get(STREAM)) is dict and type(row.get("eventName")) is str:
        return _item(row, document, mapped=mapped)
    operation = _operation(row)
    if operation is not None:
        if row.get(AFTER) is None or operation in NO_ROWS:
            raise NothingToSay(Silence.DELETE)
        row, schema = _row(row[AFTER]), _field(schema, AFTER)
    refuse_deleted(row)
    if _data_operation(row) is not None:
        row, schema = row[DATA], None
    if mapped or row is document:
        return document
    return usual_row(plain_row(row, schema))


def each_row(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a message for each row of one that has several in ``data``; any other as it is.

    So has Canal, and a CloudEvent may have.
    """
    rows = document.get(DATA)
    if type(rows) is not list or not rows or not all(type(row) is dict for row in rows):
        return [document]
    is_canal = type(document.get(DATABASE)) is str and type(document.get("table")) is str
    if not is_canal and ("specversion" not in document or "source" not in document):
        return [document]
    refuse_swollen({name: each for name, each in document.items() if name != DATA}, len(rows))
    return [{**document, DATA: row} for row in rows]


def _item(message: Mapping[str, Any], document: dict[str, Any], *, mapped: bool) -> dict[str, Any]:
    """Return the item that a stream of DynamoDB has, with the time of its change."""
    if message["eventName"] == "REMOVE":
        raise NothingToSay(Silence.DELETE)
    image = message[STREAM].get("NewImage")
    if mapped or type(image) is not dict:
        return document
    return {"timestamp": message[STREAM].get("ApproximateCreationDateTime"), **image}


def in_connect(document: dict[str, Any]) -> dict[str, Any]:
    """Return what is in a message of Kafka Connect, any other document as it is.

    Examples
    --------
    >>> in_connect({"schema": {}, "payload": {"ts_ms": 5}}), in_connect({"x": 1})
    ({'ts_ms': 5}, {'x': 1})
    """
    payload = document.get(PAYLOAD)
    return payload if _is_connect(document) and type(payload) is dict else document


def out_of_text(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document that Kafka Connect has as a text, any other document as it is.

    Examples
    --------
    >>> out_of_text({"schema": {"type": "string"}, "payload": '{"operationType": "insert"}'})
    {'operationType': 'insert'}
    """
    if not _is_connect(document) or type(document[PAYLOAD]) is not str:
        return document
    inside = json_in_text(document[PAYLOAD])
    return inside if type(inside) is dict else document


def refuse_deleted(row: Mapping[str, Any]) -> None:
    """Raise `NothingToSay` of a row that is marked as deleted, or that a message holds as such."""
    is_change = AFTER in row or BEFORE in row
    has_gone = not is_change and _operation(row) in NO_ROWS
    if has_gone or is_marked_deleted(row) or _data_operation(row) == "delete":
        raise NothingToSay(Silence.DELETE)


def _data_operation(row: Mapping[str, Any]) -> str | None:
    """Return what became of the row in ``data``, by Maxwell or DMS; None of anything else."""
    if type(row.get(DATA)) is not dict:
        return None
    metadata, name = row.get(METADATA[0]), METADATA[1]
    operation = metadata.get(name) if type(metadata) is dict else None
    if type(row.get(DATABASE)) is str and type(row.get("table")) is str:
        operation = row.get("type")
    operation = operation.lower() if type(operation) is str else None
    return operation if operation in _OF_DATA else None


def _row(value: Any) -> Any:
    """Return a row, which MongoDB and string converters write as JSON in a text."""
    return decode_object(value.encode()) if type(value) is str else value


def _is_connect(document: Mapping[str, Any]) -> bool:
    return len(document) == 2 and SCHEMA in document and PAYLOAD in document


def _operation(row: Mapping[str, Any]) -> str | None:
    """Return what became of a row, by its letter; None of a user's own document."""
    name = next((name for name in OPERATIONS if name in row), None)
    letter = None if name is None else row[name]
    if type(letter) is not str or len(letter) != 1:
        return None
    letter = letter.lower()
    if AFTER not in row and BEFORE not in row:
        is_of_feed = type(row.get("source")) is dict or not _TIMES.isdisjoint(row)
        return letter if letter in NO_ROWS and is_of_feed else None
    rows = (row.get(BEFORE), row.get(AFTER))
    return letter if all(each is None or type(each) in {dict, str} for each in rows) else None


def _field(schema: Any, name: str) -> Any:
    """Return the schema of a field; None where there is none."""
    fields = schema.get("fields") if type(schema) is dict else None
    for each in fields if type(fields) is list else ():
        if type(each) is dict and each.get("field") == name:
            return each
    return None
