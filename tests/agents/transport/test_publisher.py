import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import AppT

from agents.transport.publisher import Publisher, RecordTooLarge, partition_of, record_size


class FakeProducer:
    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []

    async def send(self, *record: Any) -> asyncio.Future[str]:
        self.sent.append(record)
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.set_result("metadata")
        return future


def publisher(producer: FakeProducer, **settings: Any) -> Publisher:
    return Publisher(cast("AppT", SimpleNamespace(producer=producer)), **settings)


async def test_a_record_goes_to_the_producer_as_it_is() -> None:
    producer = FakeProducer()
    future = await publisher(producer).send(
        "alerts", key=b"k", value=b"v", headers={"ce_id": b"1"}, timestamp=1.5, partition=2
    )
    assert producer.sent == [("alerts", b"k", b"v", 2, 1.5, {"ce_id": b"1"})]
    assert await cast("asyncio.Future[Any]", future) == "metadata"


async def test_a_record_without_key_value_or_headers_can_be_sent() -> None:
    producer = FakeProducer()
    await publisher(producer).send("alerts", key=None, value=None)
    assert producer.sent == [("alerts", None, None, None, None, None)]


@pytest.mark.parametrize(
    "record",
    [
        {"key": b"", "value": b"x" * 1_000},
        {"key": b"x" * 1_000, "value": None},
        {"key": None, "value": b"", "headers": {"h": b"x" * 1_000}},
    ],
)
async def test_too_large_a_record_never_reaches_the_producer(record: dict[str, Any]) -> None:
    producer = FakeProducer()
    with pytest.raises(RecordTooLarge, match=r"record for alerts has 1\d{3} bytes"):
        await publisher(producer, max_record_bytes=1_000).send("alerts", **record)
    assert producer.sent == []


def test_a_records_size_is_more_than_its_parts() -> None:
    assert record_size(b"12", b"345", {"name": b"6789"}) > 2 + 3 + 4 + 4


async def test_a_key_stays_where_it_was_however_many_partitions_there_are_by_now() -> None:
    producer = FakeProducer()
    sender = publisher(producer, widths={"alerts": 4})
    assert await sender.partitions("alerts") == 4
    await sender.send("alerts", key=b"fraud", value=b"v")
    await sender.send("alerts", key=b"fraud", value=b"v", partition=3)
    await sender.send("others", key=b"fraud", value=b"v")
    assert [sent[3] for sent in producer.sent] == [partition_of(b"fraud", 4), 3, None]
