"""The contents of state topics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.state.stored_state import StoredRecord
from agents.transport.topic_reader import Bounds, open_topic


@dataclass(slots=True)
class Reading:
    """What was read.

    Attributes
    ----------
    records
        By partition and key; without the keys that were deleted.
    bounds
        Of every log that was asked for, by topic and partition.
    size
        Bytes of all values that were read.
    """

    records: dict[int, dict[bytes, StoredRecord]]
    bounds: dict[tuple[str, int], Bounds] = field(default_factory=dict)
    size: int = 0


class StateReader:
    """Reads with a consumer of its own, outside any group.

    Parameters
    ----------
    connect
        How to reach the brokers: arguments of aiokafka's clients.
    """

    def __init__(self, connect: Mapping[str, Any]) -> None:
        self._connect = connect

    async def read(
        self, topic: str, partitions: Iterable[int], *, logs: Iterable[str] = ()
    ) -> Reading:
        """Read partitions from their start to their end as of now.

        Parameters
        ----------
        logs
            Topics whose offsets are wanted, in the same partitions.

        Raises
        ------
        TopicStalled
            If the brokers do not bring all of it.
        """
        numbers = sorted(partitions)
        reading = Reading({number: {} for number in numbers})
        if not numbers:
            return reading
        async with open_topic(self._connect, topic) as reader:
            for log in logs:
                bounds = await reader.bounds(numbers, of=log)
                reading.bounds |= {(log, number): bounds[number] for number in numbers}
            async for record in reader.records(await reader.bounds(numbers)):
                held = reading.records[record.partition]
                key = bytes(record.key or b"")
                if record.value is None:
                    held.pop(key, None)
                else:
                    held[key] = StoredRecord(record.offset, record.timestamp, record.value)
                    reading.size += len(record.value)
        return reading
