"""Header of a delimited file: a name for each column, and what was odd about it."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from app.regular_file import UnreadableFile

MOST_COLUMNS: Final = 100_000
"""Columns of a file: five times the features that one event can have."""

_MOST_TOLD: Final = 10
"""Columns that a note lists, and columns without a name that have a note each."""

_NUMBER: Final = re.compile(r"[+-]?\d*[.,]?\d+([eE][+-]?\d+)?", re.ASCII)
_INDEX: Final = re.compile(r"|Unnamed: \d+|_c0|index|row\.?names", re.IGNORECASE)


class Header(NamedTuple):
    """Names of the columns.

    Attributes
    ----------
    columns
        A different name for each.
    width
        Cells of a row: one more than columns where each row ends with a delimiter.
    notes
        What was odd.
    """

    columns: tuple[str, ...]
    width: int
    notes: tuple[str, ...]


def header_of(records: Sequence[Sequence[str]], *, absent: bool) -> Header:
    """Return the header of a file from its first records.

    Parameters
    ----------
    records
        Of the header, if there is one, and of some rows.
    absent
        Whether the first record is a row already.

    Raises
    ------
    UnreadableFile
        If there is none, or it is by its look a row.
    """
    if not records:
        raise UnreadableFile("the file is empty: no header, no row")
    if len(records[0]) > MOST_COLUMNS:
        raise UnreadableFile(f"the header has more than {MOST_COLUMNS:,} columns")
    if absent:
        return Header(tuple(f"column_{n + 1}" for n in range(len(records[0]))), len(records[0]), ())
    first, rows = records[0], records[1:]
    _check(first)
    notes: list[str] = []
    names = [" ".join(name.replace("\ufeff", "").split()) for name in first]
    width = len(names)
    usual = Counter(map(len, rows)).most_common(1)[0][0] if rows else width
    if usual == width + 1:
        longer = [row for row in rows if len(row) == usual]
        if not any(row[-1].strip() for row in longer):
            notes.append("each row ends with a delimiter, the header does not")
        else:
            notes.append("rows have a cell before those that the header names: row names, as R has")
            names.insert(0, "")
        width = usual
    elif not names[-1] and not any(row[-1].strip() for row in rows if len(row) == width) and rows:
        notes.append("each line ends with a delimiter")
        names.pop()
    return Header(_different(names, notes), width, tuple(notes))


def is_index(name: str) -> bool:
    """Tell whether a name is one that pandas, R or Spark give to a column of row numbers."""
    return _INDEX.fullmatch(name) is not None or name.startswith("column_")


def _check(first: Sequence[str]) -> None:
    cells = [cell.strip() for cell in first]
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    years = [cell for cell in numbers if len(cell) == 4]
    looks = any("." in cell or "," in cell for cell in numbers) or len(set(numbers)) < len(numbers)
    if len(numbers) * 2 > len(cells) and looks and len(years) < len(numbers):
        shown = ", ".join(map(repr, cells[:5]))
        raise UnreadableFile(
            f"the first line is a row by its look, no header ({shown}): with --no-header the "
            "columns are column_1, column_2, ..."
        )


def _different(names: Sequence[str], notes: list[str]) -> tuple[str, ...]:
    """Give names to columns without one, and numbers to those that share one."""
    counts = Counter(names)
    taken = set(names)
    found: list[str] = []
    alike: dict[str, list[str]] = {}
    for number, name in enumerate(names, start=1):
        unique = name or f"column_{number}"
        if counts[name] > 1 and name:
            unique = f"{name}.{len(alike.get(name, ())) + 1}"
        while unique != name and unique in taken:
            unique += "_"
        taken.add(unique)
        found.append(unique)
        alike.setdefault(name, []).append(unique)
    for number, unique in enumerate(alike.pop("", [])):
        if number == _MOST_TOLD:
            notes.append(f"{counts['']:,} columns have no name")
            break
        notes.append(f"column {found.index(unique) + 1} has no name: {unique}")
    for name, uniques in alike.items():
        if len(uniques) > 1:
            more = ", ..." if len(uniques) > _MOST_TOLD else ""
            listed = ", ".join(uniques[:_MOST_TOLD])
            notes.append(f"{len(uniques)} columns are named {name!r}: {listed}{more}")
    return tuple(found)
