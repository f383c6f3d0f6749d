"""Texts of which few differ, such as names of models and categories, as small numbers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.scan.arrays import as_bytes, as_spans
from schemas.scan.interning import COUNT, NONE, REFUSED, Strings, find_or_add, no_strings, same
from schemas.scan.kernel import kernel
from schemas.scan.words import Bytes, Positions

MOST_TEXTS: Final = 65_536
LONGEST_TEXT: Final = 1024
MOST_BYTES: Final = 1 << 22


class TextTable:
    """Numbers, called codes, for texts, in the order in which they are first met.

    A table belongs to one thread at a time: `intern` adds to it.

    Parameters
    ----------
    most, most_bytes
        Bounds on the texts and on all their bytes.
    longest
        Bytes of a text above which it gets no code.
    """

    def __init__(
        self,
        *,
        most: int = MOST_TEXTS,
        most_bytes: int = MOST_BYTES,
        longest: int = LONGEST_TEXT,
    ) -> None:
        self.strings = no_strings(most, most_bytes)
        self.longest = longest
        self._texts: list[str] = []

    def __len__(self) -> int:
        return int(self.strings.counters[COUNT])

    @property
    def refused(self) -> int:
        """How many times a text found no room."""
        return int(self.strings.counters[REFUSED])

    @property
    def texts(self) -> list[str]:
        """The texts by their codes; bytes that are not UTF-8 are replaced."""
        for known in range(len(self._texts), len(self)):
            start, end = self.strings.bounds[known : known + 2].tolist()
            self._texts.append(self.strings.text[start:end].tobytes().decode(errors="replace"))
        return self._texts


def intern(
    buffer: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    table: TextTable,
) -> NDArray[np.int32]:
    """Return the codes, shape ``(n,)``, of the texts that lie at ``buffer[starts[i]:ends[i]]``.

    The code is -1 where a text is too long, the table is full, or the span is not in the buffer.

    Raises
    ------
    ValueError
        When the shapes do not agree, or the buffer is too long.

    Examples
    --------
    >>> table = TextTable()
    >>> text = np.frombuffer(b"fraud,spam", dtype=np.uint8)
    >>> intern(text, np.array([0, 6, 0]), np.array([5, 10, 5]), table).tolist()
    [0, 1, 0]
    >>> table.texts
    ['fraud', 'spam']
    """
    buffer = as_bytes(buffer)
    starts, ends = as_spans(starts, ends)
    codes = np.empty(len(starts), dtype=np.int32)
    _intern(buffer, starts, ends, table.strings, table.longest, codes)
    return codes


@kernel()
def _intern(
    buffer: Bytes,
    starts: Positions,
    ends: Positions,
    strings: Strings,
    longest: int,
    codes: NDArray[np.int32],
) -> None:
    code = NONE
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        size = end - start
        if start < 0 or size < 0 or end > len(buffer) or size > longest:
            codes[i] = NONE
            continue
        # Rows of the same model, or with the same category, often follow one another.
        if code != NONE:
            begin = strings.bounds[code]
            repeated = strings.bounds[code + 1] - begin == size
            if not repeated or not same(buffer, start, strings.text, begin, size):
                code = NONE
        if code == NONE:
            code = find_or_add(strings, buffer, start, end, NONE)
        codes[i] = code
