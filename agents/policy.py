"""Policy: alerts and model events in, retrain requests out; partitioned by model."""

from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Final

from agents.dead_letters import DeadLetters
from agents.delivery import Delivery
from agents.publisher import Publisher
from agents.telemetry import Telemetry
from agents.topics import Topics
from agents.transport import BatchEvent, records_of
from detectors.policy import RetrainPolicy
from schemas.alert import Alert
from schemas.cloudevents import CloudEventType, cloudevent_headers
from schemas.codec import decode_event, decode_object, encode_event
from schemas.invalid import InvalidMessage
from schemas.model_event import ModelEvent
from schemas.retrain_request import RetrainRequest

STAGE: Final = "policy"


class Policy:
    """Handles the batches of alerts and of model events.

    Parameters
    ----------
    topics, publisher, dead_letters, telemetry
        Where and how it sends and reports.
    new_policy
        Makes the retrain policy of one partition.
    """

    def __init__(
        self,
        *,
        topics: Topics,
        publisher: Publisher,
        dead_letters: DeadLetters,
        telemetry: Telemetry,
        new_policy: Callable[[], RetrainPolicy],
    ) -> None:
        self._topics = topics
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._telemetry = telemetry
        self._new_policy = new_policy
        self._policies: dict[int, RetrainPolicy] = {}

    def keep_partitions(self, partitions: Iterable[int]) -> None:
        """Drop the policies of partitions that are no longer assigned."""
        for partition in self._policies.keys() - set(partitions):
            del self._policies[partition]

    async def on_alerts(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of alerts."""
        started = perf_counter()
        policy = self._policy(event.message.partition)
        outputs: list[Awaitable[object]] = []
        for record in records_of(event):
            try:
                alert = decode_event(Alert, decode_object(record.value))
            except InvalidMessage as error:
                outputs.append(await self._dead_letters.send(record, error))
                continue
            request = policy.on_alert(alert)
            if request is not None:
                outputs.append(await self._publish(request))
        self._report(event, started)
        await delivery.submit(event, outputs)

    async def on_lifecycle(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of model events."""
        started = perf_counter()
        policy = self._policy(event.message.partition)
        outputs: list[Awaitable[object]] = []
        for record in records_of(event):
            try:
                policy.on_model_event(decode_event(ModelEvent, decode_object(record.value)))
            except InvalidMessage as error:
                outputs.append(await self._dead_letters.send(record, error))
        self._report(event, started)
        await delivery.submit(event, outputs)

    def _policy(self, partition: int) -> RetrainPolicy:
        policy = self._policies.get(partition)
        if policy is None:
            policy = self._policies[partition] = self._new_policy()
        return policy

    async def _publish(self, request: RetrainRequest) -> Awaitable[object]:
        self._telemetry.retrain_requested(request)
        headers = cloudevent_headers(
            CloudEventType.RETRAIN_REQUEST,
            event_id=request.request_id,
            source=f"/driftline/{request.model}/{request.version}",
            time=request.requested_at,
            subject=request.model,
        )
        return await self._publisher.send(
            self._topics.retrain_requests,
            key=request.model.encode(),
            value=encode_event(request),
            headers=headers,
        )

    def _report(self, event: BatchEvent, started: float) -> None:
        message = event.message
        self._telemetry.records_read(
            message.topic, message.partition, len(records_of(event)), message.offset
        )
        self._telemetry.batch_handled(STAGE, perf_counter() - started)
