"""Documents that are whole tables, as `pandas.DataFrame.to_json` writes them, as rows."""

from typing import Any, Final

from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.named_values import refuse_twice
from schemas.payloads.shared_members import refuse_swollen

MOST_ROWS: Final = 1000
"""Rows of one document above which it is refused."""

MEMBERS: Final = frozenset({"columns", "index", "data"})
"""Of a table that is split: all but the index it has."""

_ID, _FEATURES = "prediction_id", "features"
_SEVERAL: Final = 2
_SCHEMA: Final = frozenset({"schema", "data"})


def rows_of_table(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a table, each an object; any other document as it is.

    Taken are the orientations ``split``, ``table``, ``columns``, ``index`` and, where the ids are a
    list, ``list`` (`of_columns`); what each row has in common stands beside the lists.

    Raises
    ------
    InvalidMessage
        Where the rows are too many, or not as wide as the columns are many.

    Examples
    --------
    >>> rows_of_table({"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [3, 4]]})
    [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}]
    >>> rows_of_table({"a": {"0": 1, "1": 3}, "b": {"0": 2, "1": 4}})
    [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}]
    >>> rows_of_table({"prediction_id": ["a", "b"], "label": 1})
    [{'prediction_id': 'a', 'label': 1}, {'prediction_id': 'b', 'label': 1}]
    """
    data = document.get("data")
    rows = _rows(document, data) if type(data) is list and data else by_index(document)
    if rows is None and type(document.get(_ID)) is list and _FEATURES not in document:
        rows = of_columns(document)
    if rows is None:
        return [document]
    if len(rows) > MOST_ROWS:
        detail = f"data: {len(rows)} rows, at most {MOST_ROWS} are taken"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    return rows


def by_index(table: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of objects in an object, by columns or by rows; None of anything else.

    Which are rows is told by their names, numbers that pandas gave them; one column, or one row by
    a number, is an object like others.

    Examples
    --------
    >>> by_index({"0": {"a": 1, "b": 2}, "1": {"a": 3, "b": 4}})
    [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}]
    """
    if len(table) < _SEVERAL or not all(type(each) is dict for each in table.values()):
        return None
    parts = list(table.values())
    names = parts[0].keys()
    if not names or any(each.keys() != names for each in parts):
        return None
    if all(name.isdecimal() for name in names):
        return [{name: each[row] for name, each in table.items()} for row in names]
    return parts if all(name.isdecimal() for name in table) else None


def of_columns(table: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of columns that are lists of one length; None where there is none.

    Raises
    ------
    InvalidMessage
        Where they have different lengths.
    """
    sizes = {len(each) for each in table.values() if type(each) is list}
    if not sizes:
        return None
    if len(sizes) > 1:
        detail = f"columns of {', '.join(map(str, sorted(sizes)))} rows"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    refuse_swollen({name: each for name, each in table.items() if type(each) is not list}, *sizes)
    return [
        {name: each[row] if type(each) is list else each for name, each in table.items()}
        for row in range(*sizes)
    ] or None


def _rows(document: dict[str, Any], data: list[Any]) -> list[dict[str, Any]] | None:
    names = document.get("columns")
    if type(names) is list and document.keys() <= MEMBERS:
        if not all(type(name) is str for name in names):
            return None
        if not all(type(row) is list and len(row) == len(names) for row in data):
            detail = f"data: rows that have not {len(names)} values, as there are columns"
            raise InvalidMessage(Reason.INVALID_VALUE, detail)
        refuse_twice(names, "columns")
        return [dict(zip(names, row, strict=True)) for row in data]
    schema = document.get("schema")
    is_table = document.keys() == _SCHEMA and type(schema) is dict and "fields" in schema
    return data if is_table and all(type(row) is dict for row in data) else None
