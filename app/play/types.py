"""Types of a CSV file's columns, from their first values."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final


class ColumnType(StrEnum):
    """What the values of a column are read as."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"


# A leading zero makes a code, such as a postal one, not a number.
_NUMBER: Final = re.compile(
    r"[+-]?(0|[1-9][0-9]*)?(?P<point>\.[0-9]*)?(?P<power>[eE][+-]?[0-9]+)?", re.ASCII
)
_DIGIT: Final = re.compile(r"[0-9]", re.ASCII)
_BOOLEANS: Final = {"true": True, "false": False}
_NOT_A_NUMBER: Final = "nan"


def infer_type(texts: Iterable[str]) -> ColumnType:
    """Return the narrowest type that fits all values; empty ones fit any.

    Examples
    --------
    >>> infer_type(["1", "2.5", ""]), infer_type(["True", "false"]), infer_type(["007", "1"])
    (<ColumnType.NUMBER: 'number'>, <ColumnType.BOOLEAN: 'boolean'>, <ColumnType.TEXT: 'text'>)
    """
    given = {text.strip() for text in texts} - {""}
    if given and all(text.lower() in _BOOLEANS for text in given):
        return ColumnType.BOOLEAN
    numbers = {text for text in given if text.lower() != _NOT_A_NUMBER}
    if numbers and all(map(_is_number, numbers)):
        return ColumnType.NUMBER
    return ColumnType.TEXT


def infer_types(rows: Sequence[Mapping[str, str]]) -> dict[str, ColumnType]:
    """Return the type of each column of rows that all have the same columns."""
    names = rows[0] if rows else ()
    return {name: infer_type(row[name] for row in rows) for name in names}


def convert(text: str, kind: ColumnType) -> Any:
    """Return the value of a cell: None where it is empty, the text where it is not of the type."""
    stripped = text.strip()
    if not stripped:
        return None
    if kind is ColumnType.BOOLEAN:
        return _BOOLEANS.get(stripped.lower(), text)
    if kind is ColumnType.NUMBER:
        return _number(stripped, text)
    return text


def _number(stripped: str, text: str) -> Any:
    if stripped.lower() == _NOT_A_NUMBER:
        return None
    if not _is_number(stripped):
        return text
    whole = not set(stripped) & set(".eE")
    return int(stripped) if whole and len(stripped) < 19 else float(stripped)


def _is_number(text: str) -> bool:
    match = _NUMBER.fullmatch(text)
    return match is not None and _DIGIT.search(text) is not None and text[0] not in "eE"
