"""Encoding of a file: UTF-8, UTF-16 and UTF-32 are told for certain, Windows-1252 by its look."""

import codecs
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from app.regular_file import UnreadableFile

LEGACY: Final = "cp1252"
"""What a file is taken for that is not UTF-8: Latin-1 with the characters that Windows adds."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPED: Final = re.compile("[\udc80-\udcff]")
_BEYOND: Final = re.compile("[^\x00-\x7f\udc80-\udcff]")
_SAMPLE: Final = 100_000
# No Western word has four accented letters in a row, nor a sign such as a dagger within it: text
# of other alphabets and of DOS and Mac code pages looks so.
_FOREIGN: Final = re.compile(
    r"[\u00a1-\u02ff]{4}|[A-Za-z][\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u2039\u2022"
    r"\u02dc\u2122\u203a\u00a1-\u00bf\u00d7\u00f7][A-Za-z]|[\udc80-\udcff]"
)
_WORDS: Final = (
    re.compile(r"[\w'.-]*[\u00c0-\u017f][\w'.-]*"),
    re.compile(r"\S*[^\x00-\x7f]\S*"),
)


class Encoding(NamedTuple):
    """An encoding, and how it was told."""

    name: str
    why: str

    @property
    def errors(self) -> str:
        """How bytes that are none of it are shown: to be found again in the row."""
        return "surrogateescape" if self.name in {"utf-8", "utf-8-sig", LEGACY} else "replace"


def named(name: str) -> Encoding:
    """Return an encoding by its name.

    Raises
    ------
    ValueError
        If there is none of the name.
    """
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
    except LookupError:
        raise ValueError(f"{name!r} is no text encoding; such are utf-8, utf-16, cp1252") from None
    return Encoding("utf-8-sig" if codec.name == "utf-8" else codec.name, "named")


def told(head: bytes, chunks: Iterable[bytes]) -> Encoding:
    """Return the encoding of bytes.

    Parameters
    ----------
    head
        The first of them.
    chunks
        As many as can be looked at, from the first on.

    Raises
    ------
    UnreadableFile
        If they are no text, or text of which the encoding must be named.
    """
    marked = _marked(head)
    if marked is not None:
        return Encoding(marked, "by its byte order mark")
    wide = _without_mark(head)
    if wide is not None:
        return Encoding(wide, "every other byte is zero")
    valid, invalid, sample = _counted(chunks)
    if not invalid:
        return Encoding("utf-8-sig", "all of it")
    if valid > invalid:
        return Encoding("utf-8-sig", f"all but {invalid:,} bytes")
    text = sample.decode(LEGACY, errors="surrogateescape")
    if _FOREIGN.search(text):
        raise UnreadableFile(
            "neither UTF-8 nor Western European text: name the file's --encoding, such as "
            "cp1250, cp1251, gb18030, shift_jis, cp850 or mac_roman"
        )
    word = next(filter(None, (pattern.search(text) for pattern in _WORDS)), None)
    example = "" if word is None else f", such as {word.group()!r}"
    return Encoding(LEGACY, f"it is not UTF-8, and Western European by its look{example}")


def of_head(head: bytes, name: str | None) -> str:
    """Return the first bytes of a file as text of which the form can be told, not each letter."""
    known = named(name).name if name else _marked(head) or _without_mark(head)
    return head.decode(known or "utf-8", errors="replace")


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _without_mark(head: bytes) -> str | None:
    if b"\x00" not in head:
        return None
    evens, odds = head[::2], head[1::2]
    if odds.count(0) > 0.4 * len(odds) and evens.count(0) < 0.1 * len(evens):
        return "utf-16-le"
    if evens.count(0) > 0.4 * len(evens) and odds.count(0) < 0.1 * len(odds):
        return "utf-16-be"
    if head.count(0) > 0.01 * len(head):
        raise UnreadableFile("this is no text: one byte in a hundred and more is zero")
    return None


def _counted(chunks: Iterable[bytes]) -> tuple[int, int, bytes]:
    """Count characters beyond ASCII and bytes that are no UTF-8, and keep some of the lines."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    valid = invalid = 0
    sample: list[bytes] = []
    for chunk in chunks:
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        valid += len(_BEYOND.findall(text))
        invalid += len(_ESCAPED.findall(text))
        if sum(map(len, sample)) < _SAMPLE:
            sample += [line for line in chunk.splitlines() if not line.isascii()]
    invalid += len(decoder.getstate()[0])
    return valid, invalid, b"\n".join(sample)[:_SAMPLE]
