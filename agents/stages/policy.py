"""Policy: alerts, signals and model events in, retrain requests out; partitioned by model."""

from collections.abc import Awaitable, Mapping
from time import perf_counter

from agents.stages.stateful_stage import Stage
from agents.state.checkpoints import Handler
from agents.transport.delivery import Delivery
from agents.transport.rounds import BatchEvent, records_of
from detectors.retraining.policy import RetrainPolicy
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_object
from schemas.events.lifecycle import decode_lifecycle
from schemas.events.model_event import ModelEvent
from schemas.events.not_taken import NotTaken


class Policy(Stage[RetrainPolicy]):
    """Handles the batches of alerts, and of model events and signals."""

    name = "policy"

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What takes the batches of each topic that the stage reads."""
        return {self.topics.alerts: self.on_alerts, self.topics.lifecycle: self.on_lifecycle}

    async def on_alerts(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of alerts."""
        started = perf_counter()
        policy = self._state(event.message.partition)
        outputs: list[Awaitable[object]] = []
        for record in records_of(event):
            try:
                alert = decode_alert(decode_object(record.value))
            except NotTaken as why:
                outputs += await self.dead_letters.put_aside(record, why)
                continue
            request = policy.on_alert(alert)
            if request is not None:
                outputs.append(await self.outputs.publish(request))
        self._report(event, started)
        await delivery.submit(event, outputs)

    async def on_lifecycle(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of model events, and of what rows have met."""
        started = perf_counter()
        policy = self._state(event.message.partition)
        outputs: list[Awaitable[object]] = []
        for record in records_of(event):
            try:
                happened = decode_lifecycle(decode_object(record.value))
            except NotTaken as why:
                outputs += await self.dead_letters.put_aside(record, why)
                continue
            if isinstance(happened, ModelEvent):
                outcome = policy.on_model_event(happened)
                if outcome is not None:
                    self.telemetry.request_answered(outcome)
                for request in policy.released(happened):
                    outputs.append(await self.outputs.publish(request))
            elif (asked := policy.on_signal(happened)) is not None:
                outputs.append(await self.outputs.publish(asked))
        self._report(event, started)
        await delivery.submit(event, outputs)
