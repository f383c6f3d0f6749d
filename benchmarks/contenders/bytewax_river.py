"""Bytewax and River, a worker with the models' detectors as keyed state."""

from typing import Any

import bytewax.operators as op  # type: ignore[import-not-found] # in an environment of its own
import orjson
from bytewax.connectors.kafka import (  # type: ignore[import-not-found] # the same
    KafkaSinkMessage,
    KafkaSourceMessage,
)
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow  # type: ignore[import-not-found] # the same
from bytewax.run import cli_main  # type: ignore[import-not-found] # the same

from benchmarks.contenders.meter import Meter
from benchmarks.contenders.river_work import RiverWork, encoded
from benchmarks.contenders.task import Task, task_from_arguments


def create(task: Task) -> Any:
    """Return the dataflow."""
    meter = Meter(task.events)

    def decode(message: KafkaSourceMessage) -> tuple[str, dict[str, Any]]:
        meter.begin()
        event = orjson.loads(message.value)
        return event["model"], event

    def detect(
        work: RiverWork | None, event: dict[str, Any]
    ) -> tuple[RiverWork, list[dict[str, Any]]]:
        work = work or RiverWork()
        found = work.take(event)
        meter.alerts += len(found)
        if meter.processed():
            meter.finish()
        return work, found

    def message_of(keyed: tuple[str, dict[str, Any]]) -> KafkaSinkMessage:
        model, alert = keyed
        return KafkaSinkMessage(model.encode(), encoded(alert))

    brokers = [task.bootstrap]
    flow = Dataflow("drift")
    predictions = kop.input("predictions", flow, brokers=brokers, topics=[task.topic])
    keyed = op.map("decode", predictions.oks, decode)
    found = op.stateful_flat_map("detect", keyed, detect)
    messages = op.map("encode", found, message_of)
    kop.output("alerts", messages, brokers=brokers, topic=task.alerts)
    return flow


if __name__ == "__main__":
    cli_main(create(task_from_arguments()))
