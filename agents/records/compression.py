"""The codecs of record batches, each up to a bound: a megabyte can inflate to gigabytes."""

import gzip
import io
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import cramjam
import numpy as np
from aiokafka.codec import _detect_xerial_stream
from aiokafka.record.default_records import DefaultRecordBase

UNDECODABLE: Final = (cramjam.DecompressionError, OSError, EOFError, zlib.error, struct.error)
"""What the codecs raise where bytes are not theirs."""

_XERIAL_HEADER: Final = 16
_FIRST_GUESS: Final = 8
"""Times the size of what is compressed; JSON shrinks to a fifth or a tenth."""


class Inflated(Exception):
    """More than the bound came out."""


def uncompress(codec: int, packed: memoryview, most: int) -> bytes | memoryview:
    """Return what was compressed.

    Parameters
    ----------
    codec
        One of `CODECS`.
    most
        Bytes that may come out; no more memory than about this is taken.

    Raises
    ------
    Inflated
        If more comes out.
    cramjam.DecompressionError, OSError, EOFError, zlib.error, struct.error
        If it cannot be read.
    """
    return _DECODERS[codec](packed, most)


def _gzip(packed: memoryview, most: int) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(packed), mode="r") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Inflated
    return data


def _snappy(packed: memoryview, most: int) -> bytes | memoryview:
    if not _detect_xerial_stream(packed):
        return _snappy_block(packed, most)
    parts = []
    at = _XERIAL_HEADER
    while at < len(packed):
        (size,) = struct.unpack_from("!i", packed, at)
        if size < 0:
            raise struct.error("a block of negative size")
        at += 4
        part = _snappy_block(packed[at : at + size], most)
        most -= len(part)
        parts.append(part)
        at += size
    return b"".join(parts)


def _snappy_block(packed: memoryview, most: int) -> bytes:
    # A block begins with its size, and the codec does not write beyond it.
    if cramjam.snappy.decompress_raw_len(packed) > most:
        raise Inflated
    return bytes(cramjam.snappy.decompress_raw(packed))


def _framed(module: Any) -> Callable[[memoryview, int], memoryview]:
    # These say nothing of their size that could be believed: room is made in steps. The codec's
    # error for want of room is that for bytes that are not its own.
    def decode(packed: memoryview, most: int) -> memoryview:
        room = min(most, _FIRST_GUESS * len(packed) + 1024)
        while True:
            out = np.empty(room, dtype=np.uint8)
            try:
                size = module.decompress_into(packed, out)
            except cramjam.DecompressionError as error:
                if "whole buffer" not in str(error) and "small" not in str(error):
                    raise
                if room >= most:
                    raise Inflated from None
                room = min(most, room * 8)
            else:
                return out.data[:size]

    return decode


_DECODERS: Final[Mapping[int, Callable[[memoryview, int], bytes | memoryview]]] = {
    DefaultRecordBase.CODEC_GZIP: _gzip,
    DefaultRecordBase.CODEC_SNAPPY: _snappy,
    DefaultRecordBase.CODEC_LZ4: _framed(cramjam.lz4),
    DefaultRecordBase.CODEC_ZSTD: _framed(cramjam.zstd),
}
CODECS: Final = frozenset(_DECODERS)
