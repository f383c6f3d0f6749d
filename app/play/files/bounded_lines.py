"""Bytes of text whose lines end: a small packed file may hold one line of gigabytes."""

import io
from typing import Any

from app.regular_file import LONGEST_LINE, UnreadableFile


class BoundedLines(io.RawIOBase):
    """A stream of bytes that refuses to go on within a line without end.

    Encodings of more than one byte a character have the bytes of a line end too.

    Parameters
    ----------
    stream
        Gives the bytes by ``readinto``.
    longest
        Bytes of a line.
    """

    def __init__(self, stream: Any, longest: int = LONGEST_LINE) -> None:
        self._stream = stream
        self._longest = longest
        self._open = 0  # bytes since the last line end
        self._blank = 0  # bytes since the last part in which something stood
        self._lines = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer.

        Raises
        ------
        UnreadableFile
            If a line is longer than it may be, or as many bytes are all line ends and space.
        """
        count: int = self._stream.readinto(buffer)
        found = bytes(memoryview(buffer)[:count])
        self._blank = self._blank + count if found.isspace() else 0
        if self._blank > self._longest:
            raise UnreadableFile(
                f"{self._longest:,} bytes after line {self._lines:,} are line ends and space"
            )
        end = b"\n" if b"\n" in found else b"\r"
        first = found.find(end)
        if self._open + (count if first < 0 else first) > self._longest:
            line = self._lines + 1
            raise UnreadableFile(f"line {line:,} has more than {self._longest:,} bytes")
        self._lines += found.count(end)
        self._open = self._open + count if first < 0 else count - found.rfind(end) - 1
        return count
