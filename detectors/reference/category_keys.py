"""Keys of texts: numbers that tell texts apart without keeping them, and order them by length."""

from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

_HALF: Final = 32
_WORD: Final = 2**64 - 1
_HASHES: Final = 2.0**32
# A CRC is linear: the hashes of texts that are counted up would repeat themselves. SplitMix64's
# multipliers (Steele, Lea, Flood, OOPSLA 2014) take that away, for less than a cryptographic hash.
_FIRST: Final = 0x9E3779B97F4A7C15
_SECOND: Final = 0xBF58476D1CE4E5B9


def key_of(text: str) -> float:
    """Return the length of a text plus a fraction in (0, 1) that is a hash of it.

    So an interval of keys holds the texts of some lengths, and of one length a part that nothing
    but the texts themselves decides: not how often they occur. The hash is the same on every
    worker.

    Examples
    --------
    >>> [int(key_of(text)) for text in ("", "a", "Zürich")]
    [0, 1, 6]
    """
    word = _crc(text) * _FIRST & _WORD
    word = (word ^ word >> _HALF) * _SECOND & _WORD
    return len(text) + ((word >> _HALF) + 0.5) / _HASHES


def keys_of(texts: Sequence[str]) -> Numbers:
    """Return the keys of many texts, shape ``(n,)``."""
    half = np.uint64(_HALF)
    words: NDArray[np.uint64] = np.array(list(map(_crc, texts)), dtype=np.uint64)
    words *= np.uint64(_FIRST)
    words = (words ^ (words >> half)) * np.uint64(_SECOND)
    lengths = np.array(list(map(len, texts)), dtype=np.float64)
    keys: Numbers = lengths + ((words >> half).astype(np.float64) + 0.5) / _HASHES
    return keys


def _crc(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))
