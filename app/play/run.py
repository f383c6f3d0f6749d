"""Plays a file: rows in, prediction and label records out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaProducer

from app.kafka.brokers import connected
from app.kafka.clients import client_arguments
from app.kafka.permissions import PLAY, needed
from app.kafka.topics import ensure_topics
from app.options import label_fields, prediction_fields
from app.play.events import Played, label_document, placed
from app.play.order import Outgoing, in_order
from app.play.reader import PlayOptions, Reader
from app.play.summary import Summary
from app.play.table import Table
from app.settings import Settings, TopicRole

_BREATH: Final = 500
"""Records after which other tasks, such as the sending, get their turn."""


async def play(
    reader: Reader,
    table: Table,
    settings: Settings,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Send the events of a reader's rows, and return when all are acknowledged.

    Parameters
    ----------
    reader
        Gives the rows.
    table
        What its columns are.
    settings
        The brokers and the topics, which are made as a worker would make them.
    progress
        Gets the number of rows sent so far, now and then.

    Raises
    ------
    aiokafka.errors.KafkaError
        If a record was refused.
    NothingToPlay
        If no row could be played.
    WrongTopics, TopicRefused, NotAuthorized, BrokersUnreachable
        If the topics cannot be used.
    """
    options = reader.options
    async with connected(settings.kafka) as brokers:
        await brokers.check_permissions(needed(settings, PLAY))
    await ensure_topics(settings)
    predictions, labels = (
        settings.topics.full_name(role) for role in (TopicRole.PREDICTIONS, TopicRole.LABELS)
    )
    fields = {False: prediction_fields(settings), True: label_fields(settings)}
    summary = reader.summary
    pace = _Pace(options)
    began = monotonic()
    async with _producer(settings) as send:
        for count, outgoing in enumerate(in_order(reader.rows(table), options.delay)):
            await pace.wait(outgoing, summary.rows)
            played, is_label = outgoing.played, outgoing.is_label
            document = label_document(played, outgoing.time) if is_label else played.prediction
            value = orjson.dumps(placed(document, fields[is_label]))
            await send(labels if is_label else predictions, played.key.encode(), value)
            summary.labels += is_label
            summary.rows += not is_label
            if count % _BREATH == 0:
                await asyncio.sleep(0)
                if progress is not None:
                    progress(summary.rows)
    summary.seconds = monotonic() - began
    if progress is not None:
        progress(summary.rows)
    return summary


def rehearse(rows: Iterable[Played], summary: Summary) -> None:
    """Count what a play of the rows would send, and send nothing."""
    for played in rows:
        summary.rows += 1
        summary.labels += played.label is not None


class _Pace:
    """Holds events back until it is their time."""

    def __init__(self, options: PlayOptions) -> None:
        self._rate = options.rate
        self._speed = options.speed
        self._began = monotonic()
        self._first: int | None = None

    async def wait(self, outgoing: Outgoing, sent: int) -> None:
        """Wait for one event, before which ``sent`` predictions were sent."""
        if self._first is None:
            self._began, self._first = monotonic(), outgoing.time
        due = self._began
        if self._rate is not None:
            due += sent / self._rate
        if self._speed is not None:
            due = max(due, self._began + (outgoing.time - self._first) / 1000 / self._speed)
        remaining = due - monotonic()
        if remaining > 0:
            await asyncio.sleep(remaining)


@asynccontextmanager
async def _producer(settings: Settings) -> AsyncIterator[Callable[..., Any]]:
    """Give a function that sends; at the end of the block all is acknowledged."""
    producer: Any = AIOKafkaProducer(
        **client_arguments(settings.kafka), acks="all", compression_type="lz4", linger_ms=5
    )
    failures: list[BaseException] = []

    def settled(sent: "asyncio.Future[Any]") -> None:
        error = None if sent.cancelled() else sent.exception()
        if error is not None:
            failures.append(error)

    async def send(topic: str, key: bytes, value: bytes) -> None:
        if failures:
            raise failures[0]
        (await producer.send(topic, key=key, value=value)).add_done_callback(settled)

    await producer.start()
    try:
        yield send
        await producer.flush()
    finally:
        await producer.stop()
    if failures:
        raise failures[0]
