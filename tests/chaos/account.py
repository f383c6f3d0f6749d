"""A second count of what was observed, by a few lines that use nothing of the product.

The oracle reads frames with the product's own code: a fault of reading would be in both, and hide
itself. Here a frame is what `docs/decisions` says of its bytes, and a record is a place in a topic.
"""

import json
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Seen(NamedTuple):
    """A row: of what origin, and the record that it came from."""

    origin: str
    topic: str
    partition: int
    offset: int


def rows_in(value: bytes) -> Iterator[Seen]:
    """Yield the rows of a record of the observations; none of a model event.

    Raises
    ------
    ValueError
        If the bytes are of neither.
    """
    if value[:1] == b"{":
        return
    if value[:3] != b"DLO":
        raise ValueError(f"neither a frame nor an event: {value[:16]!r}")
    (size,) = struct.unpack_from("<I", value, 4)
    at = 8 + size
    head = json.loads(value[8:at])
    for table in head["tables"]:
        count = sum(table["rows"])
        offsets = struct.unpack_from(f"<{count}q", value, at)
        at += 16 * count  # the times, which stand behind them, as well
        sources = struct.unpack_from(f"<{count}i", value, at)
        at += 4 * count
        for source, offset in zip(sources, offsets, strict=True):
            topic, partition = head["sources"][source]
            yield Seen(table["origin"], topic, partition, offset)
        for column in table["columns"]:
            at += count * (4 if column["kind"] == "category" else 8) + count * ("flags" in column)
    if at != len(value):
        raise ValueError(f"{len(value) - at} bytes beyond the last table")


def accounted(values: Iterable[bytes]) -> Counter[Seen]:
    """Return how often each record was observed, by all records of the observations."""
    return Counter(row for value in values for row in rows_in(value))
