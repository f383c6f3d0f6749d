import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from app.play.files.packing import HEAD_BYTES, LONGEST_HEAD, Headed, unpacked
from app.regular_file import UnreadableFile

CONTENT = b"a,b\n" + b"1,2\n" * 100_000


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("pack", "packing"),
    [
        (bytes, None),
        (gzip.compress, "gzip"),
        (bz2.compress, "bzip2"),
        (lzma.compress, "xz"),
        (lambda content: _zip({"rows.csv": content}), "zip"),
    ],
)
def test_a_packed_file_gives_the_bytes_that_were_packed(
    pack: Callable[[bytes], bytes], packing: str | None
) -> None:
    found = unpacked(io.BytesIO(pack(CONTENT)))

    assert found.packing == packing
    assert found.stream.head == CONTENT[:HEAD_BYTES]
    assert io.BufferedReader(found.stream).read() == CONTENT


def test_the_one_table_of_an_archive_is_taken_and_the_system_s_own_files_are_not() -> None:
    members = {"d/rows.csv": b"a\n1\n", "d/names.txt": b"what", "__MACOSX/rows.csv": b"x"}

    assert unpacked(io.BytesIO(_zip(members))).stream.head == b"a\n1\n"


def test_of_several_tables_one_is_to_be_named() -> None:
    packed = _zip({"one.csv": b"1", "two.csv": b"2"})

    with pytest.raises(UnreadableFile, match=r"--member: one\.csv, two\.csv"):
        unpacked(io.BytesIO(packed))
    assert unpacked(io.BytesIO(packed), "two.csv").stream.head == b"2"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x28\xb5\x2f\xfd....", "zstd"),
        (b"\xd0\xcf\x11\xe0....", "Excel workbook"),
        (b"Obj\x01....", "Avro"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"\x80\x04\x95....", "pickle"),
        (b"\0" * 257 + b"ustar" + b"\0" * 300, "tar"),
        (gzip.compress(b"RDX3\nX\n", mtime=0), "R data"),
        (_zip({"[Content_Types].xml": b"", "xl/sheet1.xml": b""}), "save the sheet as CSV"),
    ],
)
def test_a_form_that_is_not_read_is_named(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        unpacked(io.BytesIO(content))


def test_a_head_is_read_whole_from_a_stream_that_gives_little_at_a_time() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 7))

    stream: Any = Headed(Slow(b"0123456789" * 10))

    assert stream.head == b"0123456789" * 10
    assert io.BufferedReader(stream).read() == b"0123456789" * 10


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(bz2.compress(CONTENT), mtime=0), "packed twice"),
        (_zip({"rows.csv": _zip({"rows.csv": CONTENT})}), "packed twice"),
        (_zip({}), "holds no file"),
    ],
    ids=["bzip2 in gzip", "zip in zip", "empty zip"],
)
def test_an_archive_of_archives_and_an_empty_one_are_named(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        unpacked(io.BytesIO(content))


def test_of_many_files_some_are_named() -> None:
    packed = _zip({f"{number}.csv": b"1" for number in range(500)})
    with pytest.raises(UnreadableFile, match=r"19\.csv and 480 more$"):
        unpacked(io.BytesIO(packed))


def test_a_head_holds_all_of_a_long_first_line_and_no_more_than_it_may() -> None:
    header = ",".join(f"column_{number}" for number in range(50_000)).encode()
    assert header in Headed(io.BytesIO(header + b"\n1" + CONTENT)).head
    assert len(Headed(io.BytesIO(b"x" * (LONGEST_HEAD + 9))).head) == LONGEST_HEAD
