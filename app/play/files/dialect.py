"""Dialect of a delimited file: delimiter, quotation mark, escapes; the one in which rows agree."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "\x01": "^A"}
"""Delimiters that are tried, the likelier first; any other one can be named."""

LONGEST_FIELD: Final = 1_000_000
"""Characters of a cell: a quotation mark that is never closed makes one of the rest of the file."""

_SINGLE: Final = re.compile(r"^(?:[^'\n]*[,;\t|])?'[^'\n]*'(?=[,;\t|\r\n])", re.MULTILINE)
"""A line with a cell in single quotation marks; those that are apostrophes have no pair."""

_ROWS: Final = 500
_NAMES: Final = {**DELIMITERS, " ": "spaces"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written.

    Attributes
    ----------
    delimiter
        Between cells.
    quote
        Around cells that hold a delimiter or a line break; None where nothing quotes.
    escape
        Before a quotation mark within a cell; None where it is doubled.
    skipped
        Lines above the header.
    """

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    skipped: int = 0

    def records(self, lines: Iterator[str]) -> Any:
        """Return a reader of the cells of lines."""
        csv.field_size_limit(LONGEST_FIELD)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape,
            strict=True,
        )

    def words(self) -> str:
        """Return the dialect as people say it."""
        parts = [f"delimited by {_NAMES.get(self.delimiter, repr(self.delimiter))}"]
        if self.quote != '"':
            parts.append(f"quoted by {self.quote}" if self.quote else "unquoted")
        if self.escape:
            parts.append(f"quotation marks escaped by {self.escape}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class NamedDialect:
    """What of a dialect the user names; None for what is to be told."""

    delimiter: str | None = None
    quote: str | None = None
    skipped: int = 0


def told(text: str, names: NamedDialect) -> Dialect:
    """Return the dialect of a file's beginning.

    Parameters
    ----------
    text
        Its first characters; the last line may be cut.
    names
        What is named.
    """
    lines = text.splitlines(keepends=True)
    skipped = names.skipped
    if not skipped:
        skipped, names = _above(lines, names)
    whole = _whole(lines, skipped)
    quotes = {"none": None, None: _usual_quote(text, len(whole))}
    quote = quotes.get(names.quote, names.quote)
    delimiters = [names.delimiter] if names.delimiter else list(DELIMITERS)
    escapes = (None, "\\") if '\\"' in text and quote else (None,)
    tried = [Dialect(each, quote, escape, skipped) for escape in escapes for each in delimiters]
    best = max(tried, key=lambda dialect: _agreement(dialect, whole))
    if not names.delimiter and _agreement(best, whole)[1] <= 1:
        spaced = replace(best, delimiter=" ")  # as R's write.table has it
        return max(best, spaced, key=lambda dialect: _agreement(dialect, whole))
    return best


def _usual_quote(text: str, lines: int) -> str:
    """Return the quotation mark: a single one where it is around cells of most lines."""
    cells = _SINGLE.findall(text) if '"' not in text else ()
    return "'" if 2 * len(cells) > lines else '"'


def _whole(lines: Sequence[str], skipped: int) -> Sequence[str]:
    """Return the lines without those above the header and the last one, which may be cut."""
    return lines[skipped:-1] if len(lines) > skipped + 1 else lines[skipped:]


def _above(lines: Sequence[str], names: NamedDialect) -> tuple[int, NamedDialect]:
    """Count the lines above the header: empty ones, and Excel's that names the delimiter."""
    for number, line in enumerate(lines):
        if line.lower().startswith("sep=") and len(line.strip("\r\n")) == 5:
            named = names.delimiter or line[4]
            return number + 1, NamedDialect(named, names.quote)
        if line.strip():
            return number, names
    return 0, names


def _agreement(dialect: Dialect, lines: Sequence[str]) -> tuple[float, int]:
    """Return how well rows agree on their width, and the width: 0 where all is one cell."""
    widths: list[int] = []
    errors = 0
    records = dialect.records(iter(lines))
    while len(widths) < _ROWS:
        try:
            record = next(records)
        except StopIteration:
            break
        except csv.Error:
            errors += 1
            continue
        if record:
            widths.append(len(record))
    if not widths:
        return 0.0, 0
    # Of the usual width, beside a header that has it too: one name may lack, that of R's row names.
    width, rows = Counter(widths).most_common(1)[0]
    if width == 1 or abs(widths[0] - width) > 1:
        return 0.0, widths[0] if width > 1 else 0
    return round(rows / (len(widths) + errors), 2), width


def sample_records(dialect: Dialect, text: str, most: int = _ROWS) -> list[list[str]]:
    """Return the first records of a file's beginning, without the last line, which may be cut."""
    lines = text.splitlines(keepends=True)
    whole = _whole(lines, dialect.skipped)
    found: list[list[str]] = []
    records = dialect.records(iter(whole))
    while len(found) < most:
        try:
            record = next(records)
        except StopIteration:
            break
        except csv.Error:  # of a record with line breaks in quotes the sample may end within
            continue
        if record:
            found.append(record)
    return found
