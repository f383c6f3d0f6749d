import io
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play.files.bounded_lines import BoundedLines
from app.regular_file import UnreadableFile


class _InParts(io.RawIOBase):
    """A stream that gives its bytes in parts of so many."""

    def __init__(self, content: bytes, part: int) -> None:
        self._left = io.BytesIO(content)
        self._part = part

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # narrower
        part = self._left.read(min(self._part, len(buffer)))
        buffer[: len(part)] = part
        return len(part)


def _read(content: bytes, part: int, longest: int) -> bytes:
    return io.BufferedReader(BoundedLines(_InParts(content, part), longest)).read()


@given(
    lines=st.lists(st.integers(0, 10), max_size=40),
    end=st.sampled_from([b"\n", b"\r", b"\r\n"]),
    part=st.integers(1, 50),
)
def test_text_whose_lines_end_is_passed_on_as_it_is(
    lines: list[int], end: bytes, part: int
) -> None:
    content = end.join(b"x" * length for length in lines)
    blank = max(accumulate(lines, lambda run, length: 0 if length else run + 2, initial=0))
    if blank <= 20:
        assert _read(content, part, longest=30) == content


@given(before=st.integers(0, 20), length=st.integers(31, 200), part=st.integers(1, 50))
def test_a_line_without_end_is_an_error_that_names_it(before: int, length: int, part: int) -> None:
    content = b"ab\n" * before + b"x" * length
    with pytest.raises(UnreadableFile, match=f"line {before + 1} has more than 30 bytes"):
        _read(content, part, longest=30)


def test_bytes_that_are_nothing_but_line_ends_come_to_an_end() -> None:
    with pytest.raises(UnreadableFile, match="line ends and space"):
        _read(b"a,b\n" + b"\n" * 100, part=10, longest=30)


def test_lines_of_wide_encodings_end_too() -> None:
    content = ("ab\n" * 100).encode("utf-16")
    assert _read(content, part=7, longest=30) == content
