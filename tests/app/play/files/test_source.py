import gzip
import io
import json
import os
import sys
from pathlib import Path
from time import process_time
from typing import BinaryIO

import pytest

from app.play.files.line import Row
from app.play.files.source import NamedForm, open_source
from app.regular_file import UnreadableFile


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b'{"a": "1", "b": "2"}\n'])
def test_packing_and_byte_order_marks_make_no_difference(
    tmp_path: Path, content: bytes, mark: bytes
) -> None:
    found = []
    for name, written in (("plain", mark + content), ("packed", gzip.compress(mark + content))):
        path = tmp_path / name
        path.write_bytes(written)
        with open_source(str(path)) as source:
            found.append([row.values for row in source if isinstance(row, Row)])

    assert found == [[{"a": "1", "b": "2"}]] * 2


def test_a_file_can_be_read_as_often_as_wanted(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n")

    with open_source(str(path)) as source:
        assert source.again
        assert list(source) == list(source) == [Row(2, {"a": "1", "b": "2"})]


def test_a_cut_gzip_file_is_an_error_after_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    rows = "".join(f"{number},{number * 7919 % 1000}\n" for number in range(50_000))
    path.write_bytes(gzip.compress(f"a,b\n{rows}".encode())[:-5000])

    with open_source(str(path)) as source, pytest.raises(UnreadableFile, match="after line"):
        list(source)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match="empty"), open_source(str(path)):
        pass


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    name = str(tmp_path / "absent.csv")
    with pytest.raises(UnreadableFile, match=r"absent\.csv: No such file"), open_source(name):
        pass
    with pytest.raises(UnreadableFile, match="a folder"), open_source(str(tmp_path)):
        pass


def test_the_fraction_read_goes_from_0_to_1(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "1,2\n" * 1_000_000)

    with open_source(str(path)) as source:
        next(iter(source))
        early = source.fraction
        list(source)
        assert early is not None
        assert early < 0.5
        assert source.fraction == 1.0


class _Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer: BinaryIO = io.BytesIO(content)


def test_a_dash_is_standard_input_which_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(b"a,b\n1,2\n"))

    with open_source("-") as source:
        assert not source.again
        assert list(source) == [Row(2, {"a": "1", "b": "2"})]
        assert source.fraction is None


def test_an_encoding_that_is_named_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("a;b\nŁódź;1\n".encode("cp1250"))

    with open_source(str(path), NamedForm(encoding="cp1250")) as source:
        assert list(source) == [Row(2, {"a": "Łódź", "b": "1"})]


@pytest.mark.parametrize(
    "begin", [b"a,b\n1,", b'a,b\n1,"', b'{"a": "', b'[{"a": "', b"a,b\n" + b"\n" * 9]
)
def test_a_small_file_that_unpacks_to_gigabytes_ends_at_once(tmp_path: Path, begin: bytes) -> None:
    path = tmp_path / "bomb.gz"
    part = b"\n" if begin.endswith(b"\n") else b"x"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(begin)
        for _ in range(200):
            file.write(part * (1 << 20))
    begun = process_time()

    with pytest.raises(UnreadableFile, match="16,000,000"), open_source(str(path)) as source:
        list(source)
    assert process_time() - begun < 5


def test_a_pipe_is_refused_with_the_name_of_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with (
        pytest.raises(UnreadableFile, match="a pipe, no regular file; standard input is called -"),
        open_source(str(path)),
    ):
        pass


def test_an_array_in_one_line_may_be_longer_than_a_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    row = json.dumps({"a": "x" * 100_000})
    path.write_text(f"[{', '.join([row] * 200)}]")

    with open_source(str(path)) as source:
        assert len(list(source)) == 200
