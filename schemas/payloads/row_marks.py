"""Members by which change feeds mark a row, beside its own columns, as one that is gone.

Debezium's flattened rows, Hudi, Fivetran, the change data feed of Delta Lake (an update is the row
before and the row after) and streams of Snowflake have such marks.
"""

from collections.abc import Mapping
from typing import Any, Final

DELETED: Final = "__deleted"
"""Where Debezium's ``ExtractNewRecordState`` has it."""

_TRUTHS: Final = frozenset({DELETED, "_hoodie_is_deleted", "_fivetran_deleted"})
_SAYS: Final[Mapping[str, frozenset[str]]] = {
    "_change_type": frozenset({"delete", "update_preimage"}),
    "METADATA$ACTION": frozenset({"DELETE"}),
}

ROW_MARKS: Final = _TRUTHS | _SAYS.keys()
"""All of them."""


def is_marked_deleted(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is marked as deleted, or as what it was before an update.

    Examples
    --------
    >>> is_marked_deleted({"x": 1, "__deleted": "true"}), is_marked_deleted({"__deleted": False})
    (True, False)
    >>> is_marked_deleted({"x": 1, "_change_type": "update_preimage"})
    True
    """
    if ROW_MARKS.isdisjoint(row):
        return False
    if any(row.get(name) is True or row.get(name) in ("true", "True") for name in _TRUTHS):
        return True
    return any(type(row.get(name)) is str and row[name] in said for name, said in _SAYS.items())
