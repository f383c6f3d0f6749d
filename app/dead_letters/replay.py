"""Sends the records of dead letters back to where they came from."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from agents.transport.sizes import ENVELOPE
from app.dead_letters.judge import Judge
from app.dead_letters.letter import Letter, StrangeLetter, read_letter
from app.dead_letters.scan import Scan
from app.kafka.brokers import TopicRefused
from app.kafka.clients import client_arguments
from app.kafka.reachability import BrokersUnreachable
from app.kafka.whole_topic import WholeTopic, reading
from app.settings import Settings, TopicRole
from app.settings.limits import LARGEST_MESSAGE
from schemas.events.codec import encode_event
from schemas.events.dead_letter import REPLAY_HEADER, ReplayedLetter

_LARGEST_REQUEST: Final = LARGEST_MESSAGE + ENVELOPE
"""Bytes: a record that was too large for a letter is fetched from its source, however large."""


@dataclass(slots=True)
class ReplayReport:
    """What became of the selected letters.

    Attributes
    ----------
    sent
        Sent again; with a dry run, what would be.
    already
        Left out: replayed before.
    refused
        Left out: the present settings would refuse them again.
    failed
        By the letter's id, why it could not be sent.
    """

    sent: int = 0
    already: int = 0
    refused: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "sent": self.sent,
            "already_replayed": self.already,
            "still_refused": self.refused,
            "failed": self.failed,
        }


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """How letters are replayed.

    Attributes
    ----------
    dry_run
        Send nothing.
    again
        Also those that were replayed before.
    only_accepted
        Only those that the present settings would accept.
    limit
        Most letters sent, the oldest ones; None for all.
    """

    dry_run: bool = False
    again: bool = False
    only_accepted: bool = False
    limit: int | None = None

    def due(self, scan: Scan) -> list[Letter]:
        """Return the letters of a scan that are to be sent."""
        letters = scan.letters.values()
        due = (letter for letter in letters if self.again or letter.id not in scan.replayed)
        return list(islice(due, self.limit))


class Replay:
    """Sends letters, each to the partition of its source topic that it came from.

    The record is as it was: key, value, headers and its own time, so that neither its partition nor
    its event time changes; one header more names the letter. After the broker has acknowledged it,
    a mark goes to the letter's own partition of the dead-letter topic. There the mark stands after
    the letter, and is not deleted before it.

    Parameters
    ----------
    settings, options
        What to do.
    reader
        Of the dead-letter topic.
    producer
        A started `AIOKafkaProducer`.
    """

    def __init__(
        self, settings: Settings, options: ReplayOptions, reader: WholeTopic, producer: Any
    ) -> None:
        self._settings = settings
        self._options = options
        self._reader = reader
        self._producer = producer
        self._judge = Judge(settings)
        self._sources: dict[str, WholeTopic] = {}

    async def run(self, scan: Scan) -> ReplayReport:
        """Replay the letters of a scan.

        Raises
        ------
        BrokersUnreachable
            If they are lost on the way; what was sent is marked.
        """
        report = ReplayReport()
        if not self._options.again:
            report.already = sum(identity in scan.replayed for identity in scan.letters)
        async with AsyncExitStack() as stack:
            wanted = {
                (letter.letter_partition, letter.letter_offset): letter.id
                for letter in self._options.due(scan)
            }
            # A second pass brings the content, a batch at a time: all of it may not fit memory.
            async for record in self._reader.records():
                if (record.partition, record.offset) not in wanted:
                    continue
                try:
                    await self._replay(read_letter(record), report, stack)
                except StrangeLetter as error:
                    report.failed[wanted[record.partition, record.offset]] = str(error)
        return report

    async def _replay(self, letter: Letter, report: ReplayReport, stack: AsyncExitStack) -> None:
        impossible = self._impossible(letter)
        if impossible is not None:
            report.failed[letter.id] = impossible
            return
        source = await self._source(letter.topic, stack)
        if source is None or letter.partition not in source.partitions:
            report.failed[letter.id] = f"{letter.topic} has no partition {letter.partition}"
            return
        if letter.truncated:
            whole = await self._whole(letter, source)
            if whole is None:
                report.failed[letter.id] = "the letter is cut, and the whole record is gone"
                return
            letter = whole
        if self._options.only_accepted and not self._judge.judge(letter).accepted:
            report.refused += 1
            return
        if self._options.dry_run:
            report.sent += 1
            return
        try:
            await self._send(letter)
        except KafkaError as error:
            if error.retriable:
                raise BrokersUnreachable(f"{letter.id} was not acknowledged: {error}") from error
            report.failed[letter.id] = str(error)
        else:
            report.sent += 1

    def _impossible(self, letter: Letter) -> str | None:
        """Return why a letter can never be replayed, else None."""
        if self._judge.role_of(letter.topic) is None:
            # Whoever may write letters shall not choose where they go.
            return f"no worker of these settings reads {letter.topic}"
        if letter.last_offset is not None:
            return "the letter is about a whole batch, which nobody has read"
        if letter.key is None and letter.value is None:
            return "the record has neither key nor value, and aiokafka sends none like it"
        return None

    async def _send(self, letter: Letter) -> None:
        headers = [(name, value) for name, value in letter.headers if name != REPLAY_HEADER]
        placed = await self._producer.send_and_wait(
            letter.topic,
            key=letter.key,
            value=letter.value,
            partition=letter.partition,
            # A record without a time counts as one of 1970 (`schemas.events.times.clamped_time`).
            timestamp_ms=max(letter.timestamp, 0),
            headers=[*headers, (REPLAY_HEADER, letter.id.encode())],
        )
        mark = ReplayedLetter(
            letter_id=letter.id,
            topic=placed.topic,
            partition=placed.partition,
            offset=placed.offset,
        )
        await self._producer.send_and_wait(
            self._reader.topic,
            key=letter.id.encode(),
            value=encode_event(mark),
            partition=letter.letter_partition,
            headers=list(mark.headers(letter_time=letter.timestamp).items()),
        )

    async def _source(self, topic: str, stack: AsyncExitStack) -> WholeTopic | None:
        if topic not in self._sources:
            try:
                self._sources[topic] = await stack.enter_async_context(
                    reading(self._settings, topic)
                )
            except TopicRefused:
                return None
        return self._sources[topic]

    async def _whole(self, letter: Letter, source: WholeTopic) -> Letter | None:
        """Return a letter with its record as it stands at its source; None where it is gone."""
        record = await source.at(letter.partition, letter.offset)
        if record is None or record.timestamp != letter.timestamp:
            return None
        # Another record, where the topic was deleted and created again.
        if (record.value is None) != (letter.value is None):
            return None
        if len(record.value or b"") != max(letter.size, 0):
            return None
        if not (record.value or b"").startswith(letter.value or b""):
            return None
        return replace(
            letter,
            key=record.key,
            value=record.value,
            headers=list(record.headers),
            truncated=False,
        )


@asynccontextmanager
async def producing(settings: Settings) -> AsyncIterator[Any]:
    """Connect a producer for the length of the block."""
    producer = AIOKafkaProducer(
        **client_arguments(settings.kafka),
        acks="all",
        enable_idempotence=True,
        max_request_size=_LARGEST_REQUEST,
    )
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


def dead_letter_topic(settings: Settings) -> str:
    """Return the full name of the dead-letter topic."""
    return settings.topics.full_name(TopicRole.DEAD_LETTERS)
