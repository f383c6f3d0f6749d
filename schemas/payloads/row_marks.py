"""Members by which change feeds mark a row, beside its own columns, as one that is gone.

Debezium's flattened rows, Hudi, Fivetran, PeerDB, the change data feed of Delta Lake (an update is
the row before and the row after) and streams of Snowflake have such marks; Airbyte and Stitch have
the time of the deletion, Estuary its letter.
"""

from collections.abc import Mapping
from typing import Any, Final

DELETED: Final = "__deleted"
"""Where Debezium's ``ExtractNewRecordState`` has it."""

_TRUTHS: Final = frozenset(
    {DELETED, "_hoodie_is_deleted", "_fivetran_deleted", "_peerdb_is_deleted"}
)
_TIMES: Final = frozenset({"_ab_cdc_deleted_at", "_sdc_deleted_at"})
_ABOUT: Final = "_meta"
_SAYS: Final[Mapping[str, frozenset[str]]] = {
    "_change_type": frozenset({"delete", "update_preimage"}),
    "METADATA$ACTION": frozenset({"DELETE"}),
}

ROW_MARKS: Final = _TRUTHS | _TIMES | _SAYS.keys() | {_ABOUT}
"""All of them."""

_YES: Final = (True, "true", "True", "1")
_SCALARS: Final = frozenset({bool, int, str})


def is_marked_deleted(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is marked as deleted, or as what it was before an update.

    Examples
    --------
    >>> is_marked_deleted({"x": 1, "__deleted": "true"}), is_marked_deleted({"__deleted": False})
    (True, False)
    >>> is_marked_deleted({"x": 1, "_change_type": "update_preimage"})
    True
    >>> is_marked_deleted({"_ab_cdc_deleted_at": None}), is_marked_deleted({"_sdc_deleted_at": "t"})
    (False, True)
    """
    if ROW_MARKS.isdisjoint(row):
        return False
    if any(row.get(name) in _YES for name in _TRUTHS if type(row.get(name)) in _SCALARS):
        return True
    if any(row.get(name) not in (None, "") for name in _TIMES):
        return True
    about = row.get(_ABOUT)
    if type(about) is dict and about.get("op") == "d":
        return True
    return any(type(row.get(name)) is str and row[name] in said for name, said in _SAYS.items())
