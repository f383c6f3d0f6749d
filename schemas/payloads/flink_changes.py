"""Changes of tables as Flink writes them (``canal-json``, ``maxwell-json``): data and a type alone.

An update is a deletion of the row as it was and an insertion of the row as it is.
"""

from typing import Any, Final

from schemas.events.nothing_to_say import NothingToSay, Silence

MEMBERS: Final = frozenset({"data", "type"})
"""All members of such a message."""

TYPE: Final = ("type",)
"""The path of what became of the rows."""

DELETION: Final = "delete"
_TYPES: Final = frozenset({"insert", "update", DELETION})


def changed_rows(document: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of a message that has them and what became of them alone; else None.

    Raises
    ------
    NothingToSay
        Where they were deleted.

    Examples
    --------
    >>> changed_rows({"data": [{"id": 1}], "type": "INSERT"}), changed_rows({"type": "INSERT"})
    ([{'id': 1}], None)
    """
    if document.keys() != MEMBERS:
        return None
    data, kind = document["data"], document["type"]
    if type(kind) is not str or kind.lower() not in _TYPES:
        return None
    rows = data if type(data) is list else [data]
    if not rows or not all(type(row) is dict for row in rows):
        return None
    if kind.lower() == DELETION:
        raise NothingToSay(Silence.DELETE)
    return rows
