"""The order in which one fetch's records are handed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import Any, TypeVar

_PartitionT = TypeVar("_PartitionT")


def in_time_order(
    records: Mapping[_PartitionT, list[Any]], most: int
) -> Iterator[tuple[_PartitionT, list[Any]]]:
    """
    Yield slices of the partitions' records, the one that begins earliest first.

    A worker that catches up fetches thousands of records of each partition. Handed on one partition
    after the other they would show a model's past several times over, each time up to the end of
    the fetch, and a change in it as a going back and forth.

    Parameters
    ----------
    records
        Records of each partition in the order of their offsets; they have a ``timestamp``.
    most
        Records in a slice.

    Examples
    --------
    >>> from types import SimpleNamespace as Record
    >>> old, new = Record(timestamp=1), Record(timestamp=2)
    >>> [name for name, _ in in_time_order({"a": [old, new], "b": [old]}, most=1)]
    ['a', 'b', 'a']
    """
    partitions = list(records.items())
    heads = [(batch[0].timestamp, number, 0) for number, (_, batch) in enumerate(partitions)]
    heapify(heads)
    while heads:
        _, number, start = heappop(heads)
        partition, batch = partitions[number]
        end = start + most
        if end < len(batch):
            heappush(heads, (batch[end].timestamp, number, end))
        yield partition, batch if len(batch) <= most else batch[start:end]
