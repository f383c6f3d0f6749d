"""The file in which waiting predictions lie: SQLite, written in whole checkpoints by one thread."""

import fcntl
import logging
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.prediction_log.disk_chunk import FORMAT, Chunk, DamagedStore
from agents.prediction_log.entry import Entry
from schemas.formats import DISK

logger = logging.getLogger(__name__)

_CACHE_KIB: Final = 8192
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (first INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS segments (
    first INTEGER PRIMARY KEY, rows INTEGER NOT NULL, hashes BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS changes (number INTEGER PRIMARY KEY, entry BLOB NOT NULL);
"""


class StoreInUse(RuntimeError):
    """Another process has the file."""


@dataclass(frozen=True, slots=True)
class ChangelogPosition:
    """How far a checkpoint has followed the changelog.

    Attributes
    ----------
    offset
        That of the next record that it does not know.
    checksum
        Of the record before it: tells this changelog from another one.
    """

    offset: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a checkpoint adds to the file.

    Attributes
    ----------
    first
        The lowest number that is still held; what is below goes.
    start, rows, hashes, chunks
        New predictions: the first number, how many, the hashes of the ids, and the chunks by their
        first numbers.
    changes
        Earlier predictions that have changed.
    rest
        What else the store knows.
    """

    first: int
    start: int
    rows: int
    hashes: bytes
    chunks: Sequence[tuple[int, bytes]]
    changes: dict[int, Entry]
    rest: bytes


class ColdFile:
    """One partition's file, locked against other processes.

    Parameters
    ----------
    path
        Where it is; its folder is made.
    identity
        Whose it is: a file of another one is put aside.

    Raises
    ------
    StoreInUse
        If another process has it.
    OSError
        If the folder cannot be used.

    Attributes
    ----------
    seed
        Of the ids' hashes, drawn when the file was made.
    """

    def __init__(self, path: Path, identity: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._identity = identity
        self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise StoreInUse(f"{path} is in use by another process") from error
        try:
            self._open()
        except (sqlite3.Error, DamagedStore, ValueError) as error:
            logger.warning("%s cannot be used, and is made anew: %s", path, error)
            self._close()
            self._delete()
            self._open()

    def clear(self) -> None:
        """Make the file anew, empty."""
        self._close()
        self._delete()
        self._open()

    def close(self) -> None:
        """Close the file and let go of it."""
        self._close()
        os.close(self._lock)

    @property
    def nbytes(self) -> int:
        """Bytes on disk."""
        total = 0
        for path in self._files():
            with suppress(OSError):
                total += path.stat().st_size
        return total

    @property
    def position(self) -> ChangelogPosition | None:
        """How far the last checkpoint has followed the changelog; None without one."""
        offset, checksum = self._meta("offset"), self._meta("checksum")
        if offset is None or checksum is None:
            return None
        return ChangelogPosition(int(offset), int(checksum))

    @property
    def rest(self) -> bytes | None:
        """What else the last checkpoint knew."""
        found = self._meta("rest")
        return found if isinstance(found, bytes) else None

    def segments(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield first number, count and hashes of each stretch of predictions."""
        yield from self._reader.execute("SELECT first, rows, hashes FROM segments ORDER BY first")

    def first(self) -> int:
        """Return the lowest number that is held."""
        return int(self._meta("first") or 0)

    def chunk(self, first: int, end: int) -> Chunk:
        """Return the chunk that begins with a number.

        Raises
        ------
        DamagedStore
            If it is not there, or not what was written.
        """
        try:
            found = self._reader.execute(
                "SELECT data FROM chunks WHERE first = ?", (first,)
            ).fetchone()
            changed = self._reader.execute(
                "SELECT number, entry FROM changes WHERE number >= ? AND number < ?", (first, end)
            ).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error
        if found is None:
            raise self._damaged("predictions are missing")
        try:
            return Chunk(first, found[0], {number: Entry.decode(text) for number, text in changed})
        except (ValueError, DamagedStore) as error:
            raise self._damaged(error) from error

    def write(self, written: Written, position: ChangelogPosition) -> None:
        """Write a checkpoint, whole or not at all. For one thread at a time."""
        writer = self._writer
        with writer:
            writer.execute("BEGIN IMMEDIATE")
            if written.rows:
                writer.executemany("INSERT INTO chunks VALUES (?, ?)", written.chunks)
                writer.execute(
                    "INSERT INTO segments VALUES (?, ?, ?)",
                    (written.start, written.rows, written.hashes),
                )
            writer.executemany(
                "INSERT OR REPLACE INTO changes VALUES (?, ?)",
                ((number, entry.encode()) for number, entry in written.changes.items()),
            )
            # The chunk that holds the first number stays.
            writer.execute(
                "DELETE FROM chunks WHERE first < (SELECT max(first) FROM chunks WHERE first <= ?)",
                (written.first,),
            )
            writer.execute("DELETE FROM segments WHERE first + rows <= ?", (written.first,))
            writer.execute("DELETE FROM changes WHERE number < ?", (written.first,))
            writer.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                [
                    ("first", written.first),
                    ("offset", position.offset),
                    ("checksum", position.checksum),
                    ("rest", written.rest),
                ],
            )

    def _open(self) -> None:
        self._writer = self._connect()
        self._reader = self._connect()
        self._writer.executescript(_SCHEMA)
        known = (self._meta("format"), self._meta("identity"))
        if known == (None, None):
            seed = secrets.randbits(63)
            self._writer.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [("format", FORMAT), ("identity", self._identity), ("seed", seed)],
            )
        elif known[0] not in DISK.reads or known[1] != self._identity:
            raise ValueError(f"it is of format {known[0]!r} and of {known[1]!r}")
        elif known[0] != FORMAT:
            # Each chunk says how it was written; a worker of before reads no later ones.
            self._writer.execute("UPDATE meta SET value = ? WHERE name = 'format'", (FORMAT,))
        found = self._meta("seed")
        if not isinstance(found, int):
            raise ValueError("it has no seed")  # noqa: TRY004 - what is wrong is the file
        self.seed = found

    def _connect(self) -> sqlite3.Connection:
        # One connection writes, in the thread of the checkpoints; the other reads.
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may cost the last checkpoints, never half of one: the changelog has the rest.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        return connection

    def _meta(self, name: str) -> int | str | bytes | None:
        found = self._reader.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        value: int | str | bytes | None = None if found is None else found[0]
        return value

    def _damaged(self, why: object) -> DamagedStore:
        # The next start finds no file, and restores all of it from the changelog.
        self._delete()
        return DamagedStore(
            f"{self._path} is damaged, and deleted: {why}. Start again: the "
            "predictions are restored from the changelog"
        )

    def _close(self) -> None:
        for name in ("_reader", "_writer"):
            connection = getattr(self, name, None)
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()

    def _delete(self) -> None:
        for path in self._files():
            path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return [self._path.with_name(self._path.name + end) for end in ("", "-wal", "-shm")]
