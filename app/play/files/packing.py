"""Packed files: gzip, bzip2, xz and zip, told by their first bytes."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from app.regular_file import UnreadableFile

HEAD_BYTES: Final = 1 << 18
"""Bytes from which the form of a file is told."""

LONGEST_HEAD: Final = 1 << 22
"""Bytes within which the first line, the header, has to end."""

ERRORS: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)
"""What reading a packed file can raise; `zipfile` says by a RuntimeError that it is encrypted."""

_PACKINGS: Final = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",  # an empty one
}
_OTHERS: Final = {
    b"\x28\xb5\x2f\xfd": "packed by zstd: unpack it first",
    b"\x04\x22\x4d\x18": "packed by lz4: unpack it first",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it first",
    b"Rar!": "a rar archive: unpack it first",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save the sheet as CSV",
    b"ARROW1": "an Arrow file: write it as Parquet",
    b"ORC": "an ORC file: write it as Parquet",
    b"Obj\x01": "an Avro file: write it as Parquet or JSON lines",
    b"SQLite format 3": "a SQLite database: export the table as CSV",
    b"\x89HDF": "an HDF5 file: write it as Parquet",
    b"\x80\x04": "a Python pickle, which is not opened: write it as Parquet",
    b"\x80\x05": "a Python pickle, which is not opened: write it as Parquet",
    b"RDX3": "an R data file: write it by write.csv",
    b"X\n\x00\x00": "an R data file: write it by write.csv",
    b"%PDF": "a PDF",
}
_MOST_NAMED: Final = 20
_DATA: Final = {".csv", ".tsv", ".tab", ".psv", ".json", ".jsonl", ".ndjson", ".parquet"}


class Unpacked(NamedTuple):
    """The bytes of a file, and how they were packed."""

    stream: "Headed"
    packing: str | None


class Headed(io.RawIOBase):
    """A stream whose first bytes were read already.

    Attributes
    ----------
    head
        The first `HEAD_BYTES`, more up to `LONGEST_HEAD` where no line ends within them, all of a
        shorter stream.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        parts: list[bytes] = []
        length, wanted = 0, HEAD_BYTES
        while length < wanted and (part := stream.read(min(wanted - length, HEAD_BYTES))):
            parts.append(part)
            length += len(part)
            if length == wanted < LONGEST_HEAD and not any(map(_ends_line, parts)):
                wanted += HEAD_BYTES
        self.head = b"".join(parts)
        self._given = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer: with what is left of the head, then from the stream."""
        left = self.head[self._given : self._given + len(buffer)]
        if left:
            self._given += len(left)
        else:
            left = self._stream.read(len(buffer)) or b""
        buffer[: len(left)] = left
        return len(left)


def unpacked(raw: Any, member: str | None = None) -> Unpacked:
    """Return the bytes of a file as they were before it was packed.

    Parameters
    ----------
    raw
        The file; one in a zip archive needs to be seekable.
    member
        The file within a zip archive.

    Raises
    ------
    UnreadableFile
        If it is of a form that is not read, or the archive holds several files.
    """
    stream = Headed(raw)
    packing = next(
        (name for magic, name in _PACKINGS.items() if stream.head.startswith(magic)), None
    )
    if packing == "zip":
        stream = Headed(_member(raw, member))
    elif packing is not None:
        source: Any = io.BufferedReader(stream)
        opened: dict[str, Any] = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}
        stream = Headed(opened[packing](source))
    if packing is not None and any(map(stream.head.startswith, _PACKINGS)):
        raise UnreadableFile(f"packed twice: what {packing} has packed is packed again")
    for magic, form in _OTHERS.items():
        if stream.head.startswith(magic):
            raise UnreadableFile(f"this is {form}")
    if stream.head[257:262] == b"ustar":
        raise UnreadableFile("this is a tar archive: unpack it first")
    return Unpacked(stream, packing)


def _member(raw: Any, member: str | None) -> Any:
    if not raw.seekable():
        raise UnreadableFile("a zip archive cannot be read from standard input: give its file")
    archive = zipfile.ZipFile(raw)
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise UnreadableFile("this is a spreadsheet or a document: save the sheet as CSV")
    names = [name for name in names if _is_own(PurePosixPath(name))]
    if member is not None:
        wanted = [name for name in names if member in {name, PurePosixPath(name).name}]
    else:
        wanted = [name for name in names if PurePosixPath(name).suffix.lower() in _DATA] or names
    if len(wanted) != 1:
        listed = ", ".join(names[:_MOST_NAMED])
        others = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
        raise UnreadableFile(
            f"name one of the archive's files by --member: {listed}{others}"
            if names
            else "the archive holds no file"
        )
    return archive.open(wanted[0])


def _ends_line(part: bytes) -> bool:
    return b"\n" in part or b"\r" in part


def _is_own(path: PurePosixPath) -> bool:
    """Tell whether a member is a file of the user's, and not of the system that packed it."""
    return path.parts[0] != "__MACOSX" and not path.name.startswith(".")
