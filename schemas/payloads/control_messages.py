"""Messages of change feeds that are about the feed itself, and hold no row.

Changes of a table's structure, heartbeats, borders of transactions, watermarks and states: they
share the topic with the rows, and where the settings name a model they would be features.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Document = Mapping[str, Any]

_CRDB: Final = "__crdb__"
_TRANSACTION: Final = frozenset({"status", "id", "event_count", "data_collections"})
_SIGNAL: Final = frozenset({"id", "type", "data"})
_SIGNALS: Final = frozenset({"snapshot-window-open", "snapshot-window-close", "execute-snapshot"})
_NOTICE: Final = frozenset({"aggregate_type", "additional_data", "type"})
_MAXWELL: Final = ("table-", "database-", "bootstrap-start", "bootstrap-complete")
_CANAL: Final = frozenset({"isDdl", "database", "data"})
_TICDC: Final = frozenset({"type", "commitTs"})
_OF_TICDC: Final = frozenset({"buildTs", "tableSchema", "sql"})
_ROWS_OF_TICDC: Final = ("INSERT", "UPDATE", "DELETE")
_QLIK: Final = frozenset({"schemaId", "tableStructure"})
_AIRBYTE: Final = {
    **{name.upper(): name for name in ("state", "log", "trace", "catalog", "spec", "control")},
    "CONNECTION_STATUS": "connectionStatus",
}
_SINGER: Final = {
    "SCHEMA": frozenset({"stream", "schema", "key_properties"}),
    "ACTIVATE_VERSION": frozenset({"stream", "version"}),
}
_STATE: Final = frozenset({"type", "value"})
_RESOLVED: Final = re.compile(r"\d{1,20}(?:\.\d{1,20})?\??", re.ASCII)
_LOG: Final = frozenset({"xid", "timestamp", "lsn", "nextlsn", "origin"})
_LOG_ACTIONS: Final = frozenset({"B", "C", "M", "T"})
_MONGO: Final = frozenset(
    {
        *("invalidate", "drop", "rename", "dropDatabase", "create", "createIndexes"),
        *("dropIndexes", "modify", "shardCollection", "reshardCollection"),
        "refineCollectionShardKey",
    }
)


def is_control(document: Document) -> bool:
    """Tell whether a document is a message of a change feed without a row.

    Known are those of Debezium, Maxwell, Canal, TiCDC, AWS DMS, Qlik Replicate, Airbyte, Singer,
    CockroachDB, wal2json and MongoDB.

    Examples
    --------
    >>> is_control({"resolved": "1536168541.0000000000"}), is_control({"resolved": True, "x": 1})
    (True, False)
    >>> is_control({"type": "table-alter", "database": "shop", "table": "p", "def": {}})
    True
    """
    return any(tells(document) for tells in _TELLS)


def _is_debezium(document: Document) -> bool:
    names = document.keys()
    if names == {"ts_ms"}:
        return True
    if names >= _TRANSACTION:
        return document["status"] in ("BEGIN", "END")
    if names == _SIGNAL:
        return _text(document, "type") in _SIGNALS
    if names >= _NOTICE:
        return True
    return "ddl" in names and (type(document.get("source")) is dict or "databaseName" in names)


def _is_table_change(document: Document) -> bool:
    """Tell messages of Maxwell, Canal and TiCDC."""
    names = document.keys()
    if names >= _TICDC and not _OF_TICDC.isdisjoint(names) and "data" not in names:
        return _text(document, "type") not in _ROWS_OF_TICDC
    if type(document.get("database")) is not str:
        return False
    if document.keys() >= _CANAL:
        return document["isDdl"] is True or document["data"] is None
    return _text(document, "type").startswith(_MAXWELL)


def _is_replicated(document: Document) -> bool:
    """Tell messages of DMS and Qlik."""
    about, inside = document.get("metadata"), document.get("message", document)
    if type(about) is dict and about.get("record-type") == "control":
        return True
    return type(inside) is dict and inside.keys() >= _QLIK


def _is_synchronised(document: Document) -> bool:
    """Tell messages of Airbyte and Singer."""
    kind = _text(document, "type")
    own = _AIRBYTE.get(kind)
    if own is not None and document.keys() == {"type", own}:
        return type(document[own]) is dict
    if document.keys() == _STATE:
        return kind == "STATE" and type(document["value"]) is dict
    return kind in _SINGER and document.keys() >= _SINGER[kind] and "record" not in document


def _is_watermark(document: Document) -> bool:
    """Tell those of CockroachDB."""
    inside = document.get(_CRDB, document)
    if len(document) != 1 or type(inside) is not dict or len(inside) != 1:
        return False
    return _RESOLVED.fullmatch(_text(inside, "resolved")) is not None


def _is_of_the_log(document: Document) -> bool:
    """Tell those of wal2json: borders of transactions, and transactions without a change."""
    names = document.keys() - _LOG
    if names == {"change"}:
        return bool(document["change"] == [])
    if _text(document, "action") not in _LOG_ACTIONS:
        return False
    return names <= {"action", "schema", "table", "transactional", "prefix", "content"}


def _is_of_mongo(document: Document) -> bool:
    kind = _text(document, "operationType")
    return kind in _MONGO and not {"ns", "clusterTime"}.isdisjoint(document)


def _text(document: Document, name: str) -> str:
    value = document.get(name)
    return value if type(value) is str else ""


_TELLS: Final[tuple[Callable[[Document], bool], ...]] = (
    _is_debezium,
    _is_table_change,
    _is_replicated,
    _is_synchronised,
    _is_watermark,
    _is_of_the_log,
    _is_of_mongo,
)
