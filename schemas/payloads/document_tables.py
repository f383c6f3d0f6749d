"""Documents that are whole tables, as `pandas.DataFrame.to_json` writes them, as rows."""

from typing import Any, Final

from schemas.events.invalid import InvalidMessage, Reason

MOST_ROWS: Final = 1000
"""Rows of one document above which it is refused."""

MEMBERS: Final = frozenset({"columns", "index", "data"})
"""Of a table that is split: all but the index it has."""

_SCHEMA: Final = frozenset({"schema", "data"})


def rows_of_table(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a table, each an object; any other document as it is.

    Taken are the orientations ``split`` and ``table``.

    Raises
    ------
    InvalidMessage
        Where the rows are too many, or not as wide as the columns are many.

    Examples
    --------
    >>> rows_of_table({"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [3, 4]]})
    [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}]
    """
    data = document.get("data")
    if type(data) is not list or not data:
        return [document]
    rows = _rows(document, data)
    if rows is None:
        return [document]
    if len(rows) > MOST_ROWS:
        detail = f"data: {len(rows)} rows, at most {MOST_ROWS} are taken"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    return rows


def _rows(document: dict[str, Any], data: list[Any]) -> list[dict[str, Any]] | None:
    names = document.get("columns")
    if type(names) is list and document.keys() <= MEMBERS:
        if not all(type(name) is str for name in names):
            return None
        if not all(type(row) is list and len(row) == len(names) for row in data):
            detail = f"data: rows that have not {len(names)} values, as there are columns"
            raise InvalidMessage(Reason.INVALID_VALUE, detail)
        return [dict(zip(names, row, strict=True)) for row in data]
    schema = document.get("schema")
    is_table = document.keys() == _SCHEMA and type(schema) is dict and "fields" in schema
    return data if is_table and all(type(row) is dict for row in data) else None
