"""A model's input as one row without names: a list of scalars, or a line of CSV."""

import csv
import re
from typing import Any, Final

from schemas.values.numbers import number_of

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_LONGEST: Final = 100_000
_OTHER_MARKS: Final = frozenset(";\t")
_QUOTED: Final = re.compile(r'"[^"]*"')


def by_position(name: str, values: list[Any]) -> dict[str, Any] | None:
    """Return the values of a list by their positions; None where there is no text among them.

    A list of numbers alone may be an embedding, `schemas.payloads.positions.positions`.

    Examples
    --------
    >>> by_position("features", [12.5, "CH", None]), by_position("features", [1, 2])
    ({'features[0]': 12.5, 'features[1]': 'CH', 'features[2]': None}, None)
    """
    if len(values) < 2 or not all(type(value) in _SCALARS for value in values):
        return None
    if not any(type(value) is str for value in values):
        return None
    return {f"{name}[{place}]": value for place, value in enumerate(values)}


def delimited(text: str) -> list[Any] | None:
    """Return the values of one line of CSV, at least two, and numbers among them; else None.

    None, too, where fields outside quotation marks have semicolons or tabs: these may be what
    parts the fields, and commas decimal ones.

    Examples
    --------
    >>> delimited("12.5,CH,,3"), delimited("a text, no more"), delimited("7")
    ([12.5, 'CH', None, 3.0], None, None)
    >>> delimited("1,5;2,5;CH"), delimited('1,"a;b"')
    (None, [1.0, 'a;b'])
    """
    line = text.strip()
    if len(line) > _LONGEST or "," not in line or "\n" in line:
        return None
    if not _OTHER_MARKS.isdisjoint(line) and not _OTHER_MARKS.isdisjoint(_QUOTED.sub("", line)):
        return None
    try:
        (fields,) = csv.reader([line])
    except (csv.Error, ValueError):
        return None
    values = [_value(field) for field in fields]
    return values if any(type(value) is float for value in values) else None


def _value(field: str) -> Any:
    number = number_of(field, exact=True)
    return (field or None) if number is None else number
