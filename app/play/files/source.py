"""Sources of rows: an open file, of which form, encoding and dialect are known."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from os import fstat
from pathlib import Path
from typing import Any, Final

from app.play.files import dialect as dialects
from app.play.files import encoding, json_rows
from app.play.files.bounded_lines import BoundedLines
from app.play.files.delimited import rows as delimited_rows
from app.play.files.header import header_of
from app.play.files.json_rows import Document, Form
from app.play.files.line import BadRow, Line
from app.play.files.packing import ERRORS, Headed, unpacked
from app.play.files.parquet import MAGIC, ParquetFile
from app.regular_file import UnreadableFile, UnusableFile, opened

STDIN: Final = "-"

_CHUNK: Final = 1 << 20
_MOST_OF_ONE: Final = 64
"""Chunks from which the encoding of a file without lines is told."""

_IN_ONE: Final = {Form.ARRAY, Form.STREAM}
"""Forms of which all may stand in one line."""


@dataclass(frozen=True, slots=True)
class NamedForm:
    """What of a file's form the user names; None for what is to be told.

    Attributes
    ----------
    encoding
        Its name.
    dialect
        Of a delimited file.
    no_header
        Whether a delimited file begins with a row.
    member
        The file in a zip archive.
    """

    encoding: str | None = None
    dialect: dialects.NamedDialect = field(default_factory=dialects.NamedDialect)
    no_header: bool = False
    member: str | None = None


class Source:
    """An open file.

    Attributes
    ----------
    typed
        Whether values have types of their own (JSON, Parquet) or are text.
    columns
        Names of the columns; empty for JSON, whose rows name their own.
    delimiter
        What stands between cells; None where values have types of their own.
    form
        What the file is, in words.
    notes
        What is odd about it.
    again
        Whether it can be read more than once.
    """

    def __init__(
        self, name: str, opened: Callable[[], Any], size: int | None, named: NamedForm
    ) -> None:
        self.name = name
        self._opened = opened
        self._size = size
        self._named = named
        self.again = size is not None
        self.typed = False
        self.columns: tuple[str, ...] = ()
        self.delimiter: str | None = None
        self.notes: tuple[str, ...] = ()
        self._documents: Callable[[], Iterator[Document | BadRow]] | None = None
        self._head: tuple[str, Form] | None = None
        self._open()
        self.form = ", ".join(self._recognise())

    def _open(self) -> None:
        self._raw = self._opened()
        self._stream, self._packing = unpacked(self._raw, self._named.member)
        self._fresh = True

    def _reopened(self) -> Headed:
        """Return the unpacked bytes from the first on."""
        if not self._fresh:
            if not self.again:
                raise UnreadableFile("standard input can be read once only")
            self._raw.close()
            self._open()
        self._fresh = False
        return self._stream

    def _recognise(self) -> list[str]:
        packing = [self._packing] if self._packing else []
        head = self._stream.head
        if not head.strip():
            raise UnreadableFile("the file is empty: no header, no row")
        if head.startswith(MAGIC):
            self.typed = True
            whole = self._reopened() if self._packing or not self.again else self._raw
            self._parquet = ParquetFile(_seekable(whole, self._raw))
            self.columns = self._parquet.columns
            self._lines = self._parquet.rows
            return ["Parquet", *packing]
        in_lines = self._form(encoding.of_head(head, self._named.encoding)) not in _IN_ONE
        known = (
            encoding.named(self._named.encoding)
            if self._named.encoding
            else encoding.told(head, self._chunks(in_lines=in_lines))
        )
        text = head.decode(known.name, errors="replace")
        form = self._form(text)
        words = [f"{known.name.removesuffix('-sig').upper()} ({known.why})", *packing]
        if form is not None:
            self.typed = True
            self._head = text, form
            in_lines = form not in _IN_ONE
            self._documents = lambda: json_rows.documents(
                self._text(known, in_lines=in_lines), form
            )
            self._lines = lambda: json_rows.rows(self.documents())
            return [form.value, *words]
        told = dialects.told(text, self._named.dialect)
        absent = self._named.no_header
        header = header_of(dialects.sample_records(told, text), absent=absent)
        self.columns, self.notes = header.columns, header.notes
        self.delimiter = told.delimiter
        name = known.name.removesuffix("-sig").upper()
        self._lines = lambda: delimited_rows(
            self._text(known, in_lines=True), told, header, absent=absent, encoding=name
        )
        return [told.words(), *words]

    def _form(self, text: str) -> Form | None:
        return None if self._named.dialect.delimiter else json_rows.form_of(text)

    def _chunks(self, *, in_lines: bool) -> Iterator[bytes]:
        """Yield the file's bytes; the first of them where they come only once, or are one line."""
        if not self.again:
            yield self._stream.head
            return
        stream = self._bytes(in_lines=in_lines)
        chunks = iter(partial(stream.read, _CHUNK), b"")
        try:
            yield from chunks if in_lines else islice(chunks, _MOST_OF_ONE)
        except ERRORS:
            return  # told when the rows are read, with the line

    def _bytes(self, *, in_lines: bool) -> io.RawIOBase:
        stream = self._reopened()
        return BoundedLines(stream) if in_lines else stream

    def _text(self, known: encoding.Encoding, *, in_lines: bool) -> io.TextIOWrapper:
        stream = io.BufferedReader(self._bytes(in_lines=in_lines), _CHUNK)
        return io.TextIOWrapper(stream, encoding=known.name, errors=known.errors, newline="")

    def documents(self) -> Iterator[Document | BadRow]:
        """Yield the documents of a JSON file; nothing of other forms."""
        return iter(()) if self._documents is None else self._documents()

    def first_documents(self) -> Iterator[Document]:
        """Yield the first documents of a JSON file, without reading on; nothing of other forms."""
        if self._head is None:
            return
        text, form = self._head
        try:
            found = json_rows.documents(io.StringIO(text, newline=""), form)
            yield from (each for each in found if isinstance(each, Document))
        except UnreadableFile:
            return  # the last one is cut

    def __iter__(self) -> Iterator[Line]:
        yield from self.guarded(self._lines())

    def guarded(self, lines: Iterator[Any]) -> Iterator[Any]:
        """Yield what an iterator of this file yields, and say where it cannot be read on.

        Raises
        ------
        UnreadableFile
            Then.
        """
        line = 0
        try:
            for row in lines:
                line = row.line
                yield row
        except ERRORS as error:
            raise UnreadableFile(f"after line {line}: {_words(error)}") from error
        except UnicodeError as error:
            raise UnreadableFile(f"after line {line}: not of the encoding: {error}") from error

    @property
    def fraction(self) -> float | None:
        """How much of the file is read, from 0 to 1; None where its size is unknown."""
        if not self._size or self._raw.closed:
            return None
        return min(float(self._raw.tell()) / self._size, 1.0)

    def close(self) -> None:
        """Close the file."""
        if self.again:
            self._raw.close()


@contextmanager
def open_source(name: str, named: NamedForm | None = None) -> Iterator[Source]:
    """Open a file, or standard input for ``-``, for the length of the block.

    Raises
    ------
    UnreadableFile
        If it cannot be opened, is empty, or is of no form that is read.
    """
    if name == STDIN:
        yield _source("standard input", lambda: sys.stdin.buffer, None, named)
        return
    path = Path(name)
    try:
        with opened(path) as file:
            size = fstat(file.fileno()).st_size
    except UnusableFile as error:
        raise UnreadableFile(f"{name}: {error.strerror}; standard input is called -") from None
    except OSError as error:
        raise UnreadableFile(f"{name}: {error.strerror}") from error
    source = _source(name, lambda: opened(path), size, named)
    try:
        yield source
    finally:
        source.close()


def _source(
    name: str, opened: Callable[[], Any], size: int | None, named: NamedForm | None
) -> Source:
    try:
        return Source(name, opened, size, named or NamedForm())
    except ERRORS as error:
        raise UnreadableFile(f"{name}: {_words(error)}") from error
    except UnreadableFile as error:
        raise UnreadableFile(f"{name}: {error}") from None


def _seekable(stream: Any, raw: Any) -> Any:
    return raw if stream is raw else io.BytesIO(stream.read())


def _words(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)
