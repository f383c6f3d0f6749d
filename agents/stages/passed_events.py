"""Model events and routes, which intake passes on: to detection, and model events to policy too."""

from collections.abc import Awaitable, Mapping

from agents.dead_letters.sender import DeadLetters
from agents.observations.event_time import bounded_time
from agents.observations.route_notices import route_notice_of
from agents.records.block import RecordBlock
from agents.records.record import Record
from agents.stages.telemetry import Telemetry
from agents.stages.topics import Topics
from agents.transport.publisher import Publisher
from schemas.events.codec import encode_event
from schemas.events.left_out import LeftOut
from schemas.events.model_event import ModelEvent
from schemas.events.not_taken import NotTaken
from schemas.events.times import format_time
from schemas.payloads.model_events import model_event_of


class PassedEvents:
    """Passes on what users say of their models.

    Parameters
    ----------
    topics
        From and to where.
    publisher, dead_letters, telemetry
        How it sends and reports.
    largest
        Bytes above which a record is refused.
    tolerance
        Milliseconds by which an event may be dated after its record before the record's time
        counts.
    source_names
        Topic to what the positions of its records are told by, where that is not its name.
    """

    def __init__(
        self,
        *,
        topics: Topics,
        publisher: Publisher,
        dead_letters: DeadLetters,
        telemetry: Telemetry,
        largest: int,
        tolerance: int,
        source_names: Mapping[str, str],
    ) -> None:
        self._topics = topics
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._telemetry = telemetry
        self._largest = largest
        self._tolerance = tolerance
        self._source_names = source_names

    async def model_events(self, block: RecordBlock) -> list[Awaitable[object]]:
        """Pass model events to detection and to policy, keyed by model."""
        outputs: list[Awaitable[object]] = []
        skewed = 0
        left_out: list[LeftOut] = []
        for record in block:
            try:
                model_event, is_ahead = self._model_event(record, left_out)
            except NotTaken as why:
                outputs += await self._dead_letters.put_aside(record, why)
                continue
            skewed += is_ahead
            self._telemetry.model_event_seen(model_event)
            key, value = model_event.model.encode(), encode_event(model_event)
            outputs += [
                await self._publisher.send(topic, key=key, value=value)
                for topic in (self._topics.observations, self._topics.lifecycle)
            ]
        self._telemetry.clocks_ahead(block.topic, skewed)
        self._telemetry.fields_left_out(block.topic, left_out)
        return outputs

    async def routes(self, block: RecordBlock) -> list[Awaitable[object]]:
        """Pass routes to detection, keyed by model."""
        outputs: list[Awaitable[object]] = []
        skewed = 0
        left_out: list[LeftOut] = []
        source = self._source_names.get(block.topic, block.topic)
        for record in block:
            try:
                notice, is_ahead = route_notice_of(
                    record, source=source, tolerance=self._tolerance, odd=left_out
                )
            except NotTaken as why:
                outputs += await self._dead_letters.put_aside(record, why)
                continue
            skewed += is_ahead
            outputs.append(
                await self._publisher.send(
                    self._topics.observations,
                    key=notice.model.encode(),
                    value=encode_event(notice),
                )
            )
        self._telemetry.clocks_ahead(block.topic, skewed)
        self._telemetry.fields_left_out(block.topic, left_out)
        return outputs

    def _model_event(self, record: Record, odd: list[LeftOut]) -> tuple[ModelEvent, bool]:
        """Return the model event with its time in RFC 3339, and whether its clock ran ahead."""
        event, time = model_event_of(
            record.value,
            record_time=record.timestamp,
            odd=odd,
            headers=record.headers,
            largest=self._largest,
        )
        time, is_ahead = bounded_time(time, record.timestamp, self._tolerance)
        return event.model_copy(update={"timestamp": format_time(time)}), is_ahead
