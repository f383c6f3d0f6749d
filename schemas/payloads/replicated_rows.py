"""Rows out of the messages of replicators: Qlik, Airbyte, CockroachDB, Striim, wal2json, Couchbase.

What Debezium, Maxwell, Canal and DMS write is in `schemas.payloads.envelope`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from schemas.events.codec import json_in_text
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.named_values import pairs_of

Document = dict[str, Any]

_COCKROACH: Final = frozenset(
    {"after", "before", "updated", "mvcc_timestamp", "key", "topic", "cursor", "transaction"}
)
"""All members that a change of CockroachDB, or Materialize, has in one of their forms."""

_QLIK: Final = frozenset({"data", "headers"})
_AIRBYTE: Final = "_airbyte_data"
_CHANGE: Final = frozenset({"kind", "schema", "table"})
_BATCH: Final = frozenset({"payload", "length"})
_ACTION: Final = "action"
_LOGGED: Final = frozenset(
    {
        *(_ACTION, "schema", "table", "columns", "identity", "pk"),
        *("xid", "timestamp", "lsn", "nextlsn", "origin"),
    }
)
"""All members that a row of wal2json's second format has; of the usual ones it has two."""

_COUCHBASE: Final = frozenset({"event", "key", "cas", "bySeqno", "revSeqno"})
_EXPIRED: Final = ("deletion", "expiration")

_OF_SPANNER: Final = frozenset(
    {"table_name", "tableName", "mods", "keysJson", "newValuesJson", "oldValuesJson"}
)

_CONTENT: Final = "content"
_MEMBERS: Final = frozenset(
    {"after", "payload", "message", "data", _AIRBYTE, "change", "columns", "mods"}
)


def members_of(message: Document) -> frozenset[str]:
    """Return the members that hold rows: paths that begin with them lead into the message.

    Examples
    --------
    >>> "content" in members_of({"after": {"content": "x"}})
    False
    """
    return _MEMBERS | {_CONTENT} if message.keys() >= _COUCHBASE else _MEMBERS


def replicated_rows(document: Document) -> list[Document] | None:
    """Return the rows that a message of a replicator has left; None of what is no such message.

    Raises
    ------
    NothingToSay
        Where all of them were deleted.

    Examples
    --------
    >>> replicated_rows({"after": {"id": 1}, "updated": "1.0"}), replicated_rows({"x": 1})
    ([{'id': 1}], None)
    >>> qlik = {"operation": "INSERT", "changeSequence": "1"}
    >>> replicated_rows({"data": {"id": 1}, "beforeData": None, "headers": qlik})
    [{'id': 1}]
    """
    for reads in _READERS:
        rows = reads(document)
        if rows is not None:
            left = [row for row in rows if row is not None]
            if not left:
                raise NothingToSay(Silence.DELETE)
            return left
    return None


Rows = list[Document | None]
"""Rows as a message has left them, None for each that was deleted."""


def _of_cockroach(document: Document) -> Rows | None:
    if "after" in document and document.keys() <= _COCKROACH:
        return _only(document["after"]) if _only(document.get("before")) else None
    if document.keys() == _BATCH and type(document["payload"]) is list and document["payload"]:
        found = [
            _of_cockroach(each) if type(each) is dict else None for each in document["payload"]
        ]
        return None if None in found else [row for rows in found if rows for row in rows]
    return None


def _of_payload(document: Document) -> Rows | None:
    """Read Debezium's message in a payload that has no schema beside it."""
    inside = document.get("payload")
    if len(document) > 1 or type(inside) is not dict:
        return None
    is_change = type(inside.get("op")) is str and not {"before", "after"}.isdisjoint(inside)
    return [None if inside["op"] == "d" else inside] if is_change else None


def _of_qlik(document: Document) -> Rows | None:
    inside = document.get("message", document)
    if type(inside) is not dict or not inside.keys() >= _QLIK:
        return None
    headers = inside["headers"]
    if type(headers) is not dict or not {"operation", "changeSequence"} <= headers.keys():
        return None
    return _only(None if headers["operation"] == "DELETE" else inside["data"])


def _of_airbyte(document: Document) -> Rows | None:
    row = document.get(_AIRBYTE)
    return _only(json_in_text(row) if type(row) is str else row) if row else None


def _of_striim(document: Document) -> Rows | None:
    about = document.get("metadata")
    operation = about.get("OperationName") if type(about) is dict else None
    if type(operation) is not str or "data" not in document:
        return None
    return _only(None if operation.upper() == "DELETE" else document["data"])


def _of_wal2json(document: Document) -> Rows | None:
    changes = document.get("change")
    if type(changes) is list and changes and all(map(_is_change, changes)):
        return [_row_of_change(change) for change in changes]
    if document.get(_ACTION) not in ("I", "U", "D") or not document.keys() <= _LOGGED:
        return None
    if type(document.get("schema")) is not str or type(document.get("table")) is not str:
        return None
    if document[_ACTION] == "D":
        return [None]
    columns = document.get("columns")
    if type(columns) is not list or not all(type(column) is dict for column in columns):
        return None
    pairs = pairs_of([{name: column.get(name) for name in ("name", "value")} for column in columns])
    return None if pairs is None else [dict(pairs)]


def _is_change(value: Any) -> bool:
    return type(value) is dict and value.keys() >= _CHANGE


def _row_of_change(change: Mapping[str, Any]) -> Document | None:
    names, values = change.get("columnnames"), change.get("columnvalues")
    if change["kind"] == "delete" or type(names) is not list or type(values) is not list:
        return None
    return dict(zip(names, values, strict=False))


def _of_spanner(document: Document) -> Rows | None:
    """Read change records of Spanner: an item each for the rows, or a row each in JSON texts."""
    kind = document.get("mod_type", document.get("modType"))
    mods = document.get("mods", [document])
    if kind not in ("INSERT", "UPDATE", "DELETE") or type(mods) is not list:
        return None
    if _OF_SPANNER.isdisjoint(document):
        return None
    if kind == "DELETE":
        return [None]
    found = [list(_parts(mod)) for mod in mods if type(mod) is dict]
    rows: Rows = [{name: part[name] for part in parts for name in part} for parts in found if parts]
    return rows or None


def _parts(mod: Document) -> Iterator[Document]:
    for name in ("keys", "keysJson", "new_values", "newValues", "newValuesJson"):
        part = mod.get(name)
        part = json_in_text(part) if type(part) is str else part
        if type(part) is dict:
            yield part


def _of_datastream(document: Document) -> Rows | None:
    about = document.get("source_metadata")
    if type(about) is not dict or "payload" not in document or "change_type" not in about:
        return None
    is_gone = about.get("is_deleted") is True or str(about["change_type"]).startswith("DELETE")
    return _only(None if is_gone else document["payload"])


def _of_couchbase(document: Document) -> Rows | None:
    if not document.keys() >= _COUCHBASE:
        return None
    return _only(None if document["event"] in _EXPIRED else document.get(_CONTENT))


def _only(row: Any) -> Rows | None:
    return [row] if row is None or type(row) is dict else None


_READERS: Final[tuple[Callable[[Document], Rows | None], ...]] = (
    _of_cockroach,
    _of_payload,
    _of_qlik,
    _of_airbyte,
    _of_striim,
    _of_wal2json,
    _of_spanner,
    _of_datastream,
    _of_couchbase,
)
