"""Where records go that cannot be taken, and when there are too many of them."""

from collections.abc import Awaitable, Sequence
from typing import Final

import numpy as np
from faust.types import TP

from agents.dead_letters.limits import Excess, RefusalLimits, Refusals
from agents.dead_letters.telemetry import RefusalTelemetry
from agents.records.block import RecordBlock
from agents.records.record import Record
from agents.records.unread_batch import UnreadBatch
from agents.transport.assignment import Assignment
from agents.transport.publisher import Publisher
from agents.transport.rounds import ReadAgain
from agents.transport.sizes import CARRIED, LETTER_HEADERS, LETTER_KEY
from schemas.events.dead_letter import REPLAY_HEADER, DeadLetter, headers_text
from schemas.events.invalid import InvalidMessage
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay

LONGEST_DETAIL: Final = 1000


class TooManyRefused(ReadAgain):
    """More records of a partition were refused than is borne: the worker stops.

    The stretches are those of this partition and of all others where one is under way. What is
    committed of them would be lost to the worker that is started again.
    """


class DeadLetters:
    """Publishes refused records: original bytes, and why they were refused.

    Parameters
    ----------
    publisher, topic
        How and where they are sent.
    telemetry
        Counts them.
    limits
        How many are borne of one partition.
    """

    def __init__(
        self,
        publisher: Publisher,
        topic: str,
        telemetry: RefusalTelemetry,
        limits: RefusalLimits | None = None,
    ) -> None:
        self._publisher = publisher
        self._topic = topic
        self._telemetry = telemetry
        self._limits = limits or RefusalLimits()
        self._refused: dict[tuple[str, int], dict[int, InvalidMessage]] = {}
        self._skipped: dict[tuple[str, int], set[int]] = {}
        self._counts: dict[tuple[str, int], Refusals] = {}
        self._used: dict[tuple[str, int], float] = {}

    async def put_aside(self, record: Record, why: NotTaken) -> Sequence[Awaitable[object]]:
        """Publish a record that is refused; skip one that says nothing.

        Returns
        -------
        Sequence[Awaitable]
            What is done when the broker has acknowledged the letter; nothing of a skipped record.
        """
        if isinstance(why, InvalidMessage):
            return [await self.send(record, why)]
        if (batch := UnreadBatch.behind(record)) is not None:  # its value is null as well
            return [await self.send(record, InvalidMessage(batch.reason, batch.detail))]
        if not isinstance(why, NothingToSay):
            raise TypeError(f"{type(why).__name__} is no outcome of reading") from why
        self._skipped.setdefault((record.topic, record.partition), set()).add(record.offset)
        self._telemetry.record_skipped(record.topic, why.silence)
        return []

    async def send(self, record: Record, error: InvalidMessage) -> Awaitable[object]:
        """Publish one refused record; the result is done when the broker has acknowledged it.

        Of a record that stands for an unread batch, the letter is about the batch.
        """
        batch = UnreadBatch.behind(record)
        refused = self._refused.setdefault((record.topic, record.partition), {})
        if batch is None:
            offset, headers = record.offset, _headers_text(record)
            refused[offset] = error
        else:
            error = InvalidMessage(batch.reason, batch.detail)
            offset, headers = batch.first, None
            refused.update(dict.fromkeys(batch.offsets(self._limits.telling), error))
        value, key = record.value, record.key
        letter = DeadLetter(
            reason=error.reason,
            detail=error.detail[:LONGEST_DETAIL],
            sourcetopic=record.topic,
            sourcepartition=record.partition,
            sourceoffset=offset,
            sourcelastoffset=None if batch is None else batch.last,
            sourcetimestamp=record.timestamp,
            sourceheaders="[]" if headers is None else headers,
            originalsize=-1 if value is None else len(value),
            truncated=(
                len(value or b"") > CARRIED or len(key or b"") > LETTER_KEY or headers is None
            ),
            replayof=_replayed_letter(record),
        )
        self._telemetry.message_refused(record.topic, error.reason)
        if key is None and value is None:
            # aiokafka sends no record that has neither; `originalsize` says that it was null.
            value = b""
        return await self._publisher.send(
            self._topic,
            key=None if key is None else key[:LETTER_KEY],
            value=None if value is None else value[:CARRIED],
            headers=letter.headers(),
        )

    def handled(self, records: Sequence[Record]) -> None:
        """Count a batch, at least one record, all of whose refused records were sent.

        Call it before the batch is submitted for its ack.

        Raises
        ------
        TooManyRefused
            If they are more than is borne.
        """
        first = records if isinstance(records, RecordBlock) else records[0]
        place = (first.topic, first.partition)
        count = self._counts.get(place)
        if count is None:
            count = self._counts[place] = Refusals(self._limits)
        offsets = _offsets(records)
        refused = self._refused.pop(place, {})
        if refused and max(refused) > offsets[-1]:  # of a batch that is handled together with it
            self._refused[place] = {at: refused.pop(at) for at in [*refused] if at > offsets[-1]}
        if (skipped := self._skipped.get(place)) is not None:
            # Neither good nor bad: a flood of them neither ends a run nor thins out the ratio.
            those = skipped.intersection(offsets)
            offsets = [offset for offset in offsets if offset not in those]
            skipped -= those
        if refused:  # those of an unread batch are not among the records
            offsets = sorted({*offsets, *refused})
        if not offsets:
            return
        excess = count.take(offsets, {offset: error.reason for offset, error in refused.items()})
        used = count.used
        if used != self._used.get(place, 0.0):
            self._used[place] = used
            self._telemetry.refusals_changed(*place, used)
        if excess is not None:
            # The other partitions too: else each start would take a stretch of them to the letters.
            under_way = {at: count.stretch for at, count in self._counts.items()}
            stretches = {TP(*at): offset for at, offset in under_way.items() if offset is not None}
            raise TooManyRefused(
                _said(*place, excess, refused[excess.last].detail, self._limits),
                {**stretches, TP(*place): excess.first},
            )

    def keep(self, assignment: Assignment) -> None:
        """Forget the counts of partitions that are no longer assigned."""
        self._refused.clear()
        self._skipped.clear()
        for place in self._counts.keys() - assignment.partitions:
            del self._counts[place]
            if self._used.pop(place, None) is not None:
                self._telemetry.refusals_changed(*place, None)


def _offsets(records: Sequence[Record]) -> list[int]:
    if isinstance(records, RecordBlock):
        offsets: list[int] = np.asarray(records.offsets).tolist()
        return offsets
    return [record.offset for record in records]


def _headers_text(record: Record) -> str | None:
    """Return the headers as a letter has them; None where there is no room for them."""
    # As they are written they take more: what is that large is not written to be measured.
    if sum(len(name) + len(value or b"") for name, value in record.headers) > LETTER_HEADERS:
        return None
    text = headers_text(record.headers)
    return text if len(text) <= LETTER_HEADERS else None


def _replayed_letter(record: Record) -> str:
    """Return the id of the letter that a record was replayed from; empty where it was not."""
    found = next((value for name, value in record.headers if name == REPLAY_HEADER), None)
    return (found or b"").decode("utf-8", "replace")[:100]


def _said(topic: str, partition: int, excess: Excess, detail: str, limits: RefusalLimits) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(excess.reasons.items()))
    if excess.limit == "max_run":
        how_many = f"{excess.refused} records in a row"
        allowed = f"dead_letters.max_run is {limits.max_run}"
    else:
        how_many = f"{excess.refused} of the latest {excess.records} records"
        allowed = f"dead_letters.max_ratio is {limits.max_ratio:g}"
    return (
        f"{how_many} of {topic}, partition {partition}, were refused ({allowed}): offsets "
        f"{excess.first} to {excess.last}; {reasons}; the last one: {detail}. Nothing of the "
        f"partition from offset {excess.first} on is committed. Mend what writes the records, or "
        "the settings that read them: `driftline dead-letters explain` tells what the present "
        "settings make of them. Then start the worker again: it reads them again. To give them up "
        "to the dead letters, start it once with dead_letters.max_run and dead_letters.max_ratio "
        "set to null"
    )
