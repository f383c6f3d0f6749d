"""Envelopes of change feeds: the row that Debezium or Kafka Connect put into a message of theirs.

Taken are the JSON converter's ``schema`` and ``payload``, and Debezium's ``before``, ``after`` and
``op``, with or without the former. The row is the document; a row that was deleted says nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from schemas.events.codec import decode_object
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.connect_types import plain_row

SCHEMA, PAYLOAD, BEFORE, AFTER, OPERATION = "schema", "payload", "before", "after", "op"

MEMBERS: Final = frozenset({PAYLOAD, BEFORE, AFTER})
"""The members of a document that hold a row: paths that begin with them lead into the envelope."""

_DELETED: Final = "__deleted"
"""A member by which Debezium's ``ExtractNewRecordState`` marks the row that was deleted."""

_NO_ROWS: Final = frozenset({"d", "t", "m"})
"""Operations that leave no row: delete, truncate, and a message of the log itself."""


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
        row, schema = document[PAYLOAD], document[SCHEMA]
        if row is None:
            raise NothingToSay(Silence.TOMBSTONE)
        if type(row) is not dict:
            return document
    if _is_change(row):
        if row.get(AFTER) is None or row.get(OPERATION) in _NO_ROWS:
            raise NothingToSay(Silence.DELETE)
        after, schema = row[AFTER], _field(schema, AFTER)
        # MongoDB's rows are JSON in a text.
        row = decode_object(after.encode()) if type(after) is str else after
    if row.get(_DELETED) in {"true", True}:
        raise NothingToSay(Silence.DELETE)
    return document if mapped else plain_row(row, schema)


def _is_connect(document: Mapping[str, Any]) -> bool:
    return len(document) == 2 and SCHEMA in document and PAYLOAD in document


def _is_change(row: Mapping[str, Any]) -> bool:
    """Tell a change of a row from a user's own document that has a member of such a name."""
    if OPERATION not in row or type(row[OPERATION]) is not str or len(row[OPERATION]) != 1:
        return False
    if AFTER not in row and BEFORE not in row:
        return row[OPERATION] in _NO_ROWS and ("source" in row or "ts_ms" in row)
    return all(row.get(name) is None or type(row[name]) in {dict, str} for name in (BEFORE, AFTER))


def _field(schema: Any, name: str) -> Any:
    """Return the schema of a field; None where there is none."""
    fields = schema.get("fields") if type(schema) is dict else None
    for each in fields if type(fields) is list else ():
        if type(each) is dict and each.get("field") == name:
            return each
    return None
