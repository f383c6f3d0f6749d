"""Rows of a delimited file: cells as text, none of them typed."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Final

from app.play.files.dialect import Dialect
from app.play.files.header import Header
from app.play.files.line import BadRow, Line, Row

UNCLOSED: Final = "a quotation mark that is not closed"
_ERRORS: Final = {
    "unexpected end of data": UNCLOSED,
    "field larger than field limit": UNCLOSED,
    "expected after": "text after a closing quotation mark",
}
_FOREIGN: Final = re.compile("[\udc80-\udcff\ufffd]")


def rows(
    text: Iterable[str], dialect: Dialect, header: Header, *, absent: bool, encoding: str
) -> Iterator[Line]:
    """Yield the rows of a file.

    Parameters
    ----------
    text
        Its lines, with their ends.
    dialect, header
        How it is written, and its columns.
    absent
        Whether it has no line for the header.
    encoding
        Its name, for rows that are not of it.
    """
    lines = iter(text)
    for _ in range(dialect.skipped):
        next(lines, None)
    records = dialect.records(lines)
    columns, width = header.columns, header.width
    unnamed = width > len(columns)
    heads = not absent
    while True:
        line = dialect.skipped + records.line_num + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            heads = False
            yield BadRow(line, _reason(error), _extent(line, dialect.skipped + records.line_num))
            continue
        if not cells:
            continue
        if heads:
            heads = False
        elif len(cells) != width or (unnamed and cells[-1].strip()):
            yield BadRow(line, f"{len(cells)} values for {len(columns)} columns")
        elif any(map(_is_foreign, cells)):
            yield BadRow(line, f"not {encoding}")
        else:
            yield Row(line, dict(zip(columns, cells, strict=False)))


def _is_foreign(cell: str) -> bool:
    """Tell whether a cell holds bytes that are not of the file's encoding."""
    return not cell.isascii() and _FOREIGN.search(cell) is not None


def _reason(error: csv.Error) -> str:
    said = str(error)
    return next((reason for part, reason in _ERRORS.items() if part in said), said)


def _extent(first: int, last: int) -> str:
    return f"lines {first} to {last} are left out" if last > first else ""
