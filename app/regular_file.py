"""Regular files: whatever path a user names, opening it never waits and reading it ends."""

import os
import stat
from pathlib import Path
from typing import BinaryIO, Final, cast

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


LONGEST_LINE: Final = 16_000_000
"""Bytes of a line, or of a JSON document, that are read of a file; no topic takes such a record. A
file of a few megabytes may unpack to a line of gigabytes."""


class UnreadableFile(Exception):
    """A file that cannot be read, or read on; the message says where and why."""


class UnusableFile(OSError):
    """A path that names no file which can be read to its end; ``strerror`` says why, in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(0, reason)


def opened(path: Path) -> BinaryIO:
    """Open a regular file for reading, through symbolic links.

    A pipe would wait for whoever writes to it, and a device may never end. What was opened is
    looked at, and not the path before: that may be another file by then.

    Raises
    ------
    OSError
        If there is none, it may not be read, or (`UnusableFile`) it is a folder, a pipe, a socket
        or a device.
    """
    if "\0" in str(path):
        raise UnusableFile("a zero character in its name")
    try:
        # Without O_NONBLOCK opening a pipe waits; of a regular file it changes nothing.
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        _check(
            path.stat().st_mode
        )  # a socket cannot be opened at all: better named than "no such device"
        raise
    try:
        _check(os.fstat(number).st_mode)
        return cast("BinaryIO", os.fdopen(number, "rb"))
    except BaseException:
        os.close(number)
        raise


def contents(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file.

    Parameters
    ----------
    most
        Bytes that it may have.

    Raises
    ------
    OSError
        As for `opened`; also (`UnusableFile`) if it has more bytes.
    """
    with opened(path) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise UnusableFile(f"more than {most:,} bytes")
    return found


def _check(mode: int) -> None:
    for is_kind, name in _KINDS:
        if is_kind(mode):
            raise UnusableFile(f"{name}, no regular file")
