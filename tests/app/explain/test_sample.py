import gzip
import io
from pathlib import Path

import pytest

from app.explain.sample import of_file, path_of
from app.regular_file import UnreadableFile
from tests.app.explain.samples import sample_of


def test_lines_are_records_with_their_numbers_and_empty_ones_are_passed_over() -> None:
    sample = sample_of([b'{"a": 1}', b"", b"  ", b'{"a": 2}\r'])
    assert [(sample.place(each), each.value) for each in sample.records] == [
        ("line 1", b'{"a": 1}'),
        ("line 4", b'{"a": 2}'),
    ]
    assert {each.key for each in sample.records} == {None}


def test_no_more_lines_are_read_than_are_asked_for() -> None:
    assert len(sample_of([b"1", b"2", b"3"], count=2).records) == 2
    assert sample_of([]).records == ()


def test_what_stands_before_the_separator_is_the_key() -> None:
    sample = sample_of([b"k1\t{}", b"{}", b"\t{}", b"k\tv\tw"], separator="\t")
    assert [(each.key, each.value) for each in sample.records] == [
        (b"k1", b"{}"),
        (None, b"{}"),
        (b"", b"{}"),
        (b"k", b"v\tw"),
    ]


def test_a_packed_file_is_unpacked_and_the_stream_is_left_open() -> None:
    packed = io.BytesIO(gzip.compress(b'{"a": 1}\n{"a": 2}\n'))
    assert [each.value for each in of_file("x", packed, count=9).records] == [
        b'{"a": 1}',
        b'{"a": 2}',
    ]
    assert not packed.closed


def test_a_file_that_is_cut_cannot_be_read() -> None:
    cut = gzip.compress(bytes(range(256)) * 40)[:-20]
    with pytest.raises(EOFError):
        of_file("x", io.BytesIO(cut), count=1000)


def test_a_line_without_end_is_an_error() -> None:
    with pytest.raises(UnreadableFile, match="line 2 has more than 10 bytes"):
        sample_of([b"y" * 10, b"x" * 100, b"z"], longest=10)


def test_a_file_of_empty_lines_without_end_is_an_error() -> None:
    with pytest.raises(UnreadableFile, match="lines before line 1,000,001 are empty"):
        of_file("x", io.BytesIO(b"\n" * 2_000_000), count=1)


def test_a_name_is_a_files_where_there_is_one_or_it_looks_like_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("predictions").mkdir()
    Path("dump").write_text("{}")
    for name in ("dump", "no/such", "no.jsonl", "./predictions"):
        assert path_of(name) == Path(name)
    for name in ("predictions", "acme.predictions", "labels"):
        assert path_of(name) is None
