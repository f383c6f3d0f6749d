"""Features of several rows that stand by columns, as the rows that they are."""

from typing import Any, Final

from schemas.payloads.document_tables import by_index, of_columns
from schemas.payloads.positions import unwrapped

_SEVERAL: Final = 2
_OF_ROWS: Final = frozenset({dict, list})


def rows_of_columns(
    features: dict[str, Any], ids: Any, prediction: Any
) -> list[dict[str, Any]] | None:
    """Return the rows of features by columns; None where these may be features themselves.

    They are columns where pandas has numbered the rows, and predictions are several too. Lists are
    columns where predictions are as many, and so are the ids, or some are lists of texts, which as
    features are nothing.

    Examples
    --------
    >>> rows_of_columns({"a": [1, 2], "b": ["x", "y"]}, "id", [0, 1])
    [{'a': 1, 'b': 'x'}, {'a': 2, 'b': 'y'}]
    >>> rows_of_columns({"box": [1, 2]}, "id", [0.25, 0.75])
    """
    rows = by_index(features) if type(prediction) in _OF_ROWS else None
    if rows is not None:
        return rows
    if type(prediction) is not list or len(prediction) < _SEVERAL:
        return None
    size = len(prediction)
    if not all(type(each) is list and len(each) == size for each in features.values()):
        return None
    are_rows = type(ids) is list and len(ids) == size
    if not are_rows and not any(map(_has_text, features.values())):
        return None
    return of_columns(features)


def outcomes_by_row(prediction: dict[str, Any], features: dict[str, Any]) -> Any:
    """Return the predictions of rows that pandas has numbered, as those of features are.

    Examples
    --------
    >>> outcomes_by_row({"0": 1, "1": 0}, {"a": {"0": 1, "1": 2}, "b": {"0": 3, "1": 4}})
    [1, 0]
    """
    names = prediction.keys()
    if not names or not all(name.isdecimal() for name in names):
        return prediction
    columns = features.values()
    by_column = all(type(each) is dict and each.keys() == names for each in columns)
    if features.keys() != names and not by_column:
        return prediction
    values = list(prediction.values())
    return values[0] if len(values) == 1 else values


def _has_text(column: list[Any]) -> bool:
    return any(type(unwrapped(each)) is str for each in column)
