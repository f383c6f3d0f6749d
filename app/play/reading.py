"""Rows of a CSV or JSON-lines file, plain or gzip; what is wrong with a row is told, not raised."""

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, TypeAlias

import orjson

STDIN: Final = "-"
DELIMITERS: Final = ",;\t"

_GZIP: Final = b"\x1f\x8b"
_LONGEST_FIELD: Final = 10_000_000


class UnreadableFile(Exception):
    """The file cannot be read on; the message says where and why."""


class Row(NamedTuple):
    """One row: the line it begins at, from 1, and its values by column."""

    line: int
    values: dict[str, Any]


class BadRow(NamedTuple):
    """A row that cannot be played, and why."""

    line: int
    reason: str


Line: TypeAlias = Row | BadRow


class Source:
    """An open file.

    Attributes
    ----------
    typed
        Whether values have types of their own (JSON) or are text (CSV).
    columns
        Names of a CSV file's columns; empty for JSON lines, whose rows name their own.
    """

    def __init__(self, raw: BinaryIO, size: int | None) -> None:
        self._raw = raw
        self._size = size
        self._stream = _unpacked(raw)
        first = self._stream.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        self.typed = first == b"{"
        self.columns: tuple[str, ...] = ()
        if self.typed:
            self._rows = _json_rows(self._stream)
        else:
            # Kept: its end would close the file, of which the position is still asked.
            self._text = io.TextIOWrapper(
                self._stream, encoding="utf-8-sig", errors="surrogateescape", newline=""
            )
            self.columns, self._rows = _csv_rows(self._text)

    def __iter__(self) -> Iterator[Line]:
        line = 0
        try:
            for row in self._rows:
                line = row.line
                yield row
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableFile(f"after line {line}: {error}") from error

    @property
    def fraction(self) -> float | None:
        """How much of the file is read, from 0 to 1; None where its size is unknown."""
        return min(self._raw.tell() / self._size, 1.0) if self._size else None


@contextmanager
def open_source(name: str) -> Iterator[Source]:
    """Open a file, or standard input for ``-``, for the length of the block.

    Raises
    ------
    UnreadableFile
        If it cannot be opened, is empty, or its header cannot be used.
    """
    if name == STDIN:
        yield _source(name, sys.stdin.buffer, None)
        return
    path = Path(name)
    try:
        raw = path.open("rb", buffering=0)
    except OSError as error:
        raise UnreadableFile(f"{name}: {error.strerror}") from error
    with raw:
        yield _source(name, io.BufferedReader(raw), path.stat().st_size)


def _source(name: str, raw: BinaryIO, size: int | None) -> Source:
    try:
        return Source(raw, size)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{name}: {getattr(error, 'strerror', None) or error}") from error


def _unpacked(raw: BinaryIO) -> Any:
    stream: Any = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)
    if stream.peek(2)[:2] == _GZIP:
        return io.BufferedReader(gzip.GzipFile(fileobj=stream))
    return stream


def _json_rows(stream: Iterable[bytes]) -> Iterator[Line]:
    for line, text in enumerate(stream, start=1):
        stripped = text.removeprefix(b"\xef\xbb\xbf") if line == 1 else text
        if not stripped.strip():
            continue
        try:
            document = orjson.loads(stripped)
        except orjson.JSONDecodeError as error:
            yield BadRow(line, f"not JSON: {error.msg} (column {error.colno})")
            continue
        if isinstance(document, dict):
            yield Row(line, dict(_flat(document)))
        else:
            yield BadRow(line, f"expected a JSON object, found {type(document).__name__}")


def _flat(document: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested objects under dotted names."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _csv_rows(text: io.TextIOWrapper) -> tuple[tuple[str, ...], Iterator[Line]]:
    header = text.readline()
    if not header.strip():
        raise UnreadableFile("no header: the file is empty, or begins with an empty line")
    delimiter = max(DELIMITERS, key=header.count)
    csv.field_size_limit(_LONGEST_FIELD)
    columns = tuple(name.strip() for name in next(csv.reader([header], delimiter=delimiter)))
    repeated = sorted({name or "(no name)" for name in columns if columns.count(name) > 1})
    if repeated:
        raise UnreadableFile(f"the header names columns twice: {', '.join(repeated)}")
    return columns, _csv_lines(text, columns, delimiter)


def _csv_lines(text: Iterable[str], columns: tuple[str, ...], delimiter: str) -> Iterator[Line]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2  # the header is line 1, and is not the reader's
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(line, str(error))
            continue
        if not cells:
            continue
        if len(cells) != len(columns):
            yield BadRow(line, f"{len(cells)} values for {len(columns)} columns")
        elif any("\udc80" <= mark <= "\udcff" for cell in cells for mark in cell):
            yield BadRow(line, "not UTF-8")
        else:
            yield Row(line, dict(zip(columns, cells, strict=True)))
