"""A sample of records: the first lines of a file, or the latest records of a topic."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from itertools import islice
from pathlib import Path
from time import time
from typing import BinaryIO, Final, cast

from agents.records.record import Record
from app.kafka.reachability import wait_shortly
from app.kafka.whole_topic import reading
from app.regular_file import LONGEST_LINE, UnreadableFile
from app.settings import Settings

STANDARD_INPUT: Final = "-"

_MOST_BLANK: Final = 1_000_000
"""Empty lines in a row: a small packed file may hold any number of them."""

_GZIP: Final = b"\x1f\x8b"
_SUFFIXES: Final = frozenset({".csv", ".gz", ".json", ".jsonl", ".ndjson", ".txt"})
"""By which a name is taken for a file's though there is none."""


@dataclass(slots=True)
class Line:
    """A line of a file as the record that it might have been; its number is its offset."""

    topic: str
    offset: int
    timestamp: int
    value: bytes | None
    key: bytes | None = None
    partition: int = 0
    timestamp_type: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """Records to look at.

    Attributes
    ----------
    name
        Of the file or topic.
    records
        In the order of their places.
    is_topic
        Whether they stand in a topic; else they are lines, and have neither keys nor times of their
        own but those that were given.
    """

    name: str
    records: tuple[Record, ...]
    is_topic: bool

    def place(self, record: Record) -> str:
        """Return where a record stands, in words."""
        if self.is_topic:
            return f"partition {record.partition}, offset {record.offset}"
        return f"line {record.offset}"


def of_file(
    name: str,
    stream: BinaryIO,
    *,
    count: int,
    separator: str = "",
    longest: int = LONGEST_LINE,
) -> Sample:
    """Read the first lines that are not empty; what gzip has packed is unpacked.

    Parameters
    ----------
    name
        What the file is called.
    stream
        The file, at its beginning.
    count
        How many lines at most.
    longest
        Bytes of a line that are read.
    separator
        What stands between a record's key and its value; empty where lines are values alone.

    Raises
    ------
    OSError, EOFError, zlib.error
        If the file cannot be read or unpacked.
    UnreadableFile
        If a line is longer.
    """
    buffered = BufferedReader(cast("RawIOBase", stream))
    packed = buffered.peek(len(_GZIP)).startswith(_GZIP)
    lines = cast("BinaryIO", gzip.GzipFile(fileobj=buffered) if packed else buffered)
    now = round(time() * 1000)
    try:
        records = [
            Line(name, number, now, *_parted(line, separator.encode()))
            for number, line in islice(_lines(lines, longest), count)
        ]
    finally:
        buffered.detach()  # or it would close what is not its own
    return Sample(name, tuple(records), is_topic=False)


def _parted(line: bytes, separator: bytes) -> tuple[bytes, bytes | None]:
    """Return a line's value and its key; no key where nothing stands between."""
    if not separator or separator not in line:
        return line, None
    key, _, value = line.partition(separator)
    return value, key


def _lines(stream: BinaryIO, longest: int) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty with their numbers, from 1."""
    number = blank = 0
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) > longest and not line.endswith(b"\n"):
            raise UnreadableFile(f"line {number} has more than {longest:,} bytes")
        blank = 0 if line.strip() else blank + 1
        if blank > _MOST_BLANK:
            raise UnreadableFile(f"{_MOST_BLANK:,} lines before line {number:,} are empty")
        if not blank:
            yield number, line.rstrip(b"\r\n")


def path_of(source: str) -> Path | None:
    """Return the file that is meant; None of a topic's name."""
    path = Path(source)
    return path if path.is_file() or "/" in source or path.suffix in _SUFFIXES else None


async def of_topic(settings: Settings, topic: str, *, count: int) -> Sample:
    """Read about so many of the latest records of a topic.

    Raises
    ------
    TopicRefused
        If the topic does not exist, or the user may not read it.
    BrokersUnreachable
        If no broker answers.
    """
    await wait_shortly(settings.kafka)
    async with reading(settings, topic) as reader:
        records = await reader.latest(count)
    return Sample(topic, tuple(records), is_topic=True)
