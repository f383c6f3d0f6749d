"""Rows of a JSON file: a document a line, documents one after the other, or an array of them."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Final, NamedTuple, TextIO

import orjson

from app.play.files.line import BadRow, Line, Row
from app.regular_file import LONGEST_LINE, UnreadableFile

DEEPEST: Final = 64
"""Levels of objects in a document."""

_CHUNK: Final = 1 << 18
# From 20 digits on a whole number may be beyond 64 bits, where it would be rounded.
_LONG: Final = re.compile(r"[0-9]{20}")
_PREFIX: Final = re.compile(r"[^{\[\"]*[\t:|;, ](?=\{)")
_FOREIGN: Final = re.compile("[\udc80-\udcff\ufffd]")
_SPACE: Final = re.compile(r"[\s,\ufeff]*")


class Form(StrEnum):
    """How documents follow one another."""

    LINES = "JSON lines"
    KEYED = "JSON lines with something before each document"
    STREAM = "JSON documents one after the other"
    ARRAY = "a JSON array"


class Document(NamedTuple):
    """A decoded document: the line it begins at, itself, its text, and what stood before it."""

    line: int
    value: Any
    spelling: str
    before: str = ""


def form_of(text: str) -> Form | None:  # noqa: PLR0911 - one for each form
    """Return the form of a file's beginning; None where it is no JSON."""
    start = text.lstrip("\ufeff \t\r\n")
    first = start.partition("\n")[0].strip()
    if start.startswith("["):
        return Form.ARRAY
    if start.startswith('"'):
        # A document in a JSON string; a quoted header of a delimited file is none.
        return Form.LINES if isinstance(_tried(_tried(first)), dict) else None
    if start.startswith("{"):
        if isinstance(_tried(first), dict) or "\n" not in start:
            return Form.LINES
        others = (line for line in start.split("\n", 20)[1:20] if line.startswith("{"))
        if any(isinstance(_tried(line.strip()), dict) for line in others):
            return Form.LINES  # of which the first is bad
        return Form.STREAM if first == "{" or _begins(start) else Form.LINES
    prefix = _PREFIX.match(first)
    if prefix is not None and isinstance(_tried(first[prefix.end() :]), dict):
        return Form.KEYED
    return None


def documents(text: TextIO, form: Form) -> Iterator[Document | BadRow]:
    """Yield the documents of a file, and the lines that are none."""
    if form in {Form.ARRAY, Form.STREAM}:
        yield from _in_stream(text)
    else:
        yield from _in_lines(text, keyed=form is Form.KEYED)


def rows(found: Iterable[Document | BadRow]) -> Iterator[Line]:
    """Yield documents as rows: the values of nested objects by dotted names."""
    for document in found:
        if isinstance(document, BadRow):
            yield document
        elif not isinstance(document.value, dict):
            kind = type(document.value).__name__
            yield BadRow(document.line, f"expected a JSON object, found {kind}")
        else:
            try:
                values = flattened(document.value)
            except RecursionError:
                yield BadRow(document.line, f"objects in objects, more than {DEEPEST} levels")
                continue
            except ValueError as error:
                yield BadRow(document.line, "two values of one name", str(error))
                continue
            yield Row(document.line, values, document.spelling)


def flattened(document: dict[str, Any]) -> dict[str, Any]:
    """Return the values of nested objects by dotted names.

    Raises
    ------
    RecursionError
        If they are nested too deeply.
    ValueError
        If two have the same dotted name: which of them is meant nobody can tell.
    """
    found = list(_flat(document))
    values = dict(found)
    if len(values) < len(found):
        twice = next(
            name for name, count in Counter(name for name, _ in found).items() if count > 1
        )
        raise ValueError(twice)
    return values


def _flat(document: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        raise RecursionError
    for name, value in document.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{name}.", depth + 1)
        else:
            yield prefix + name, value


def decoded(text: str) -> Any:
    """Return the value of JSON text, whole numbers with all their digits.

    NaN and Infinity, which Python's ``json`` writes, are taken.

    Raises
    ------
    ValueError
        If it is no JSON, or no text that Unicode knows.
    """
    if _LONG.search(text) is None:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            first = error
    else:
        first = None
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        foreign = _FOREIGN.search(text)
        raise ValueError("not of the file's encoding" if foreign else "a cut surrogate") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(getattr(first or error, "msg", "nested too deeply")) from None
    return value


def with_digits(text: str) -> Any:
    """Return the value of JSON text, its numbers as text, as they are written."""
    return json.loads(text, parse_float=str, parse_int=str)


def _in_lines(text: Iterable[str], *, keyed: bool) -> Iterator[Document | BadRow]:
    for line, whole in enumerate(text, start=1):
        stripped = whole.removeprefix("\ufeff").strip() if line == 1 else whole.strip()
        if not stripped:
            continue
        before = ""
        if keyed:
            prefix = _PREFIX.match(stripped)
            before = prefix.group() if prefix else ""
            stripped = stripped[len(before) :]
        try:
            value = decoded(stripped)
            if isinstance(value, str):  # a document in a JSON string
                stripped, value = value, decoded(value)
        except ValueError as error:
            yield BadRow(line, "not JSON", str(error))
            continue
        yield Document(line, value, stripped, before.rstrip("\t:|;, "))


def _in_stream(text: TextIO) -> Iterator[Document | BadRow]:
    """Yield documents between which there is nothing but space and commas, in bounded memory."""
    decoder = json.JSONDecoder()
    buffer, position, line, ended = "", 0, 1, False
    inside = False
    while True:
        start = _SPACE.match(buffer, position)
        line += buffer.count("\n", position, start.end() if start else position)
        position = start.end() if start else position
        if not inside and buffer.startswith("[", position):
            inside, position = True, position + 1
            continue
        if inside and buffer.startswith("]", position):
            return
        try:
            _, end = decoder.raw_decode(buffer, position)
        except (ValueError, RecursionError) as error:
            if ended and position == len(buffer) and not inside:
                return
            endless = not ended and len(buffer) - position > LONGEST_LINE
            if ended or endless or isinstance(error, RecursionError):
                raise UnreadableFile(f"from line {line} on: {_why(error, ended=ended)}") from None
            more = text.read(max(_CHUNK, len(buffer) - position))
            ended = not more
            buffer, position = buffer[position:] + more, 0
            continue
        if end == len(buffer) and not ended:
            more = text.read(_CHUNK)  # a number may go on
            ended = not more
            buffer, position = buffer[position:] + more, 0
            continue
        spelling = buffer[position:end]
        yield _document(line, spelling)
        line += spelling.count("\n")
        position = end


def _why(error: ValueError | RecursionError, *, ended: bool) -> str:
    if isinstance(error, RecursionError):
        return "JSON that is nested too deeply"
    if not ended:
        return f"no document, or one of more than {LONGEST_LINE:,} characters"
    return f"not JSON: {error}"


def _document(line: int, spelling: str) -> Document | BadRow:
    try:
        return Document(line, decoded(spelling), spelling)
    except ValueError as error:
        return BadRow(line, "not JSON", str(error))


def _tried(text: Any) -> Any:
    try:
        return decoded(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _begins(text: str) -> bool:
    """Tell whether a whole document, or the beginning of one, goes on past the first line."""
    try:
        json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        return error.pos >= len(text.rstrip()) - 1
    except RecursionError:
        return True  # told when it is read
    return True
