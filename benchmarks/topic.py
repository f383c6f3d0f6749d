"""Fills a topic before the contenders read it."""

from collections.abc import Callable, Iterable
from typing import Final

from confluent_kafka import Producer

PARTITIONS: Final = 4
_REPORT_EVERY: Final = 10_000


def fill(
    bootstrap: str,
    topic: str,
    events: Iterable[tuple[bytes, bytes]],
    report: Callable[[int], object],
) -> int:
    """Produce events with lz4, partitioned by key; return the bytes of all values.

    Parameters
    ----------
    report
        Called now and then with how many there were since the last call.
    """
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "compression.type": "lz4",
            "queue.buffering.max.messages": 500_000,
        }
    )
    total = unreported = 0
    for key, value in events:
        total += len(value)
        while True:
            try:
                producer.produce(topic, value, key)
            except BufferError:
                producer.poll(0.1)
            else:
                break
        unreported += 1
        if unreported == _REPORT_EVERY:
            producer.poll(0)
            report(unreported)
            unreported = 0
    if producer.flush(60.0):
        raise TimeoutError(f"{topic} could not be filled within a minute")
    report(unreported)
    return total
