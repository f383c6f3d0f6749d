"""Plays a file: rows in, prediction and label records out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from time import monotonic
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaProducer

from app.kafka.brokers import connected
from app.kafka.clients import client_arguments
from app.kafka.permissions import PLAY, needed
from app.kafka.topics import ensure_topics
from app.options import label_fields, prediction_fields
from app.play.delay import LabelDelay
from app.play.events import (
    Clock,
    ColumnRoles,
    EventMaker,
    Played,
    UnknownColumns,
    UnusableRow,
    columns_of,
    label_document,
    placed,
)
from app.play.order import Outgoing, in_order
from app.play.reading import BadRow, Line, Row, Source
from app.play.types import infer_types
from app.settings import Settings, TopicRole

FIRST_ROWS: Final = 1000
"""Rows from which types and columns are told."""

_BREATH: Final = 500
"""Records after which other tasks, such as the sending, get their turn."""


@dataclass(frozen=True, slots=True)
class PlayOptions:
    """What to play and how.

    Attributes
    ----------
    model, version
        Whose predictions the rows are.
    roles
        What the columns are.
    clock
        Event times where no column has them.
    delay
        Of the labels.
    rate
        Predictions a second; None for no limit.
    speed
        Multiples of event time; None for no relation to it.
    limit
        Rows played at most; None for all.
    train
        Rows to train a model on, where no column has predictions; 0 for none.
    """

    model: str
    version: str | None
    roles: ColumnRoles
    clock: Clock
    delay: LabelDelay
    rate: float | None = None
    speed: float | None = None
    limit: int | None = None
    train: int = 0


@dataclass(slots=True)
class Summary:
    """What was played.

    Attributes
    ----------
    rows, labels
        Predictions and labels sent and acknowledged.
    bad_rows
        Rows that could not be played.
    unlike
        Values that are not of their column's type, and were sent as text.
    seconds
        From the first row to the last acknowledgement.
    """

    rows: int = 0
    labels: int = 0
    bad_rows: int = 0
    unlike: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0

    def document(self) -> dict[str, Any]:
        """Return the summary as JSON has it."""
        return {
            "rows": self.rows,
            "labels": self.labels,
            "bad_rows": self.bad_rows,
            "values_unlike_their_column": self.unlike,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rate, 1),
        }


@dataclass(slots=True)
class Reader:
    """Turns a source into played rows, and reports those that cannot be.

    Attributes
    ----------
    source, options
        What is read, and how.
    report
        Gets each bad row.
    bad_rows
        How many there were.
    maker
        Knows the columns once the first rows are read.
    """

    source: Source
    options: PlayOptions
    report: Callable[[BadRow], None]
    bad_rows: int = 0
    maker: EventMaker | None = field(default=None)

    def rows(self) -> Iterator[Played]:
        """Yield the events of the rows, at most as many as the limit.

        Raises
        ------
        UnknownColumns
            If the file lacks columns that the options name.
        UnreadableFile
            If it cannot be read on.
        Untrainable
            If there is nothing to train a model on.
        """
        lines = iter(self.source)
        first = list(islice(lines, max(FIRST_ROWS, self.options.train)))
        maker = self._maker([line.values for line in first if isinstance(line, Row)])
        self.maker = maker
        return islice(self._events(chain(first, lines), maker), self.options.limit)

    def _maker(self, first: list[dict[str, Any]]) -> EventMaker:
        options = self.options
        columns = columns_of(self.source.columns, first)
        if not columns:
            raise UnknownColumns("the file holds no row that can be read")
        options.roles.check(columns)
        arguments: dict[str, Any] = {
            "model": options.model,
            "version": options.version,
            "roles": options.roles,
            "types": {} if self.source.typed else infer_types(first),
            "clock": options.clock,
        }
        maker = EventMaker(**arguments)
        if not options.train:
            return maker
        from app.play.learner import train  # noqa: PLC0415 - River takes a second to import

        values = [maker.values(row) for row in first[: options.train]]
        labels = [row.get(options.roles.label or "") for row in values]
        features = [options.roles.features_of(row) for row in values]
        return EventMaker(**arguments, predict=train(features, labels))

    def _events(self, lines: Iterator[Line], maker: EventMaker) -> Iterator[Played]:
        number = 0
        for line in lines:
            if isinstance(line, BadRow):
                self._bad(line)
                continue
            try:
                yield maker.event(number, maker.values(line.values))
            except UnusableRow as error:
                self._bad(BadRow(line.line, str(error)))
            number += 1

    def _bad(self, row: BadRow) -> None:
        self.bad_rows += 1
        self.report(row)


async def play(
    reader: Reader, settings: Settings, progress: Callable[[int], None] | None = None
) -> Summary:
    """Send the events of a reader's rows, and return when all are acknowledged.

    Parameters
    ----------
    reader
        Gives the rows.
    settings
        The brokers and the topics, which are made as a worker would make them.
    progress
        Gets the number of rows sent so far, now and then.

    Raises
    ------
    aiokafka.errors.KafkaError
        If a record was refused.
    WrongTopics, TopicRefused, NotAuthorized, BrokersUnreachable
        If the topics cannot be used.
    """
    options = reader.options
    rows = reader.rows()
    async with connected(settings.kafka) as brokers:
        await brokers.check_permissions(needed(settings, PLAY))
    await ensure_topics(settings)
    predictions, labels = (
        settings.topics.full_name(role) for role in (TopicRole.PREDICTIONS, TopicRole.LABELS)
    )
    fields = {False: prediction_fields(settings), True: label_fields(settings)}
    summary = Summary()
    pace = _Pace(options)
    began = monotonic()
    async with _producer(settings) as send:
        for count, outgoing in enumerate(in_order(rows, options.delay)):
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
    summary.bad_rows = reader.bad_rows
    summary.unlike = 0 if reader.maker is None else reader.maker.unlike
    if progress is not None:
        progress(summary.rows)
    return summary


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
