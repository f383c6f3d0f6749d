"""The only wiring: settings in, a Faust app with all of its agents out."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NoReturn, cast

from aiokafka import AIOKafkaConsumer
from faust.types import TP

from agents.consumer import BatchedConsumer
from agents.dead_letters import DeadLetters
from agents.delivery import Delivery
from agents.detection import Detection
from agents.faust_app import BatchApp, batch_agent, make_faust_app
from agents.intake import Intake
from agents.pending_changelog import open_changelog
from agents.pending_stores import Changelog, PendingStores
from agents.policy import Policy
from agents.publisher import Publisher
from agents.telemetry import Telemetry
from agents.transport import BatchEvent
from app import options
from app.http import HttpServer, WorkerHealth
from app.kafka_clients import client_arguments, transport_options
from app.metrics import Metrics
from app.settings import KafkaSettings, Settings

LARGEST_RECORD: Final = 1_900_000
"""Bytes of a record that is published: an observation batch or a dead letter at their largest."""

Handler = Callable[[BatchEvent, Delivery], Awaitable[None]]


def create_app(settings: Settings, *, telemetry: Telemetry | None = None) -> BatchApp:
    """Return the Faust app of one worker; nothing connects before it is started.

    Parameters
    ----------
    settings
        The whole configuration, valid.
    telemetry
        What the agents report to; Prometheus metrics, served over HTTP, where None is given.
    """
    kafka = settings.kafka
    topics = options.agent_topics(settings)
    app = make_faust_app(
        name=kafka.group_id,
        bootstrap=kafka.bootstrap_servers,
        options=replace(transport_options(kafka), aligned_topics=topics.sources),
    )
    if telemetry is None:
        telemetry = _serve_metrics(app, settings)
    publisher = Publisher(app, max_record_bytes=LARGEST_RECORD)
    dead_letters = DeadLetters(publisher, topics.dead_letters, telemetry)
    pending = PendingStores(
        options.pending_options(settings),
        telemetry,
        Changelog(
            topic=topics.pending,
            publisher=publisher,
            open=partial(open_changelog, topics.pending, partial(_new_consumer, kafka)),
            owner=kafka.group_id,
        ),
    )
    intake = Intake(
        options=options.intake_options(settings),
        topics=topics,
        publisher=publisher,
        dead_letters=dead_letters,
        telemetry=telemetry,
        kinds_of=partial(options.declared_kinds, settings),
        task_of=partial(options.task_of, settings),
        pending=pending,
    )
    detection = Detection(
        topics=topics,
        publisher=publisher,
        dead_letters=dead_letters,
        telemetry=telemetry,
        new_state=partial(options.new_fleet, settings),
    )
    policy = Policy(
        topics=topics,
        publisher=publisher,
        dead_letters=dead_letters,
        telemetry=telemetry,
        new_state=partial(options.new_policy, settings),
    )
    # One agent a stage: what it reads comes in one sequence, so the same backlog gives the same.
    agents: dict[str, dict[str, Handler]] = {
        "intake": {
            topics.predictions: intake.on_predictions,
            topics.labels: intake.on_labels,
            topics.model_events: intake.on_model_events,
        },
        "detection": {topics.observations: detection.on_observations},
        "policy": {topics.alerts: policy.on_alerts, topics.lifecycle: policy.on_lifecycle},
    }
    for name, handlers in agents.items():
        _register(app, name, handlers)
    keepers = {
        (topics.predictions, topics.labels): intake.keep_partitions,
        (topics.observations,): detection.keep_partitions,
        (topics.alerts, topics.lifecycle): policy.keep_partitions,
    }
    _keep_assigned(app, keepers)
    _restore_assigned(app, topics.predictions, pending)
    return app


def _register(app: BatchApp, name: str, handlers: Mapping[str, Handler]) -> None:
    delivery = Delivery(app)

    async def handle(event: BatchEvent) -> None:
        await handlers[event.message.topic](event, delivery)

    batch_agent(app, name=name, topics=list(handlers), handler=handle)


def _keep_assigned(
    app: BatchApp, keepers: Mapping[tuple[str, ...], Callable[[Iterable[int]], None]]
) -> None:
    """Have state dropped with its partitions, and refuse to run where a join cannot work."""

    async def on_assigned(*arguments: Any, **_: Any) -> None:
        assigned: set[TP] = arguments[1]  # after the app: a signal's arguments have no names
        for names, keep in keepers.items():
            partitions = [{tp.partition for tp in assigned if tp.topic == name} for name in names]
            if any(partitions[0] != other for other in partitions[1:]):
                await _refuse(app, names, partitions)
            keep(partitions[0])

    app.on_partitions_assigned.connect(on_assigned, weak=False)


def _restore_assigned(app: BatchApp, predictions: str, pending: PendingStores) -> None:
    """Have waiting predictions restored before fetching resumes."""

    async def on_complete(*_: Any, **__: Any) -> None:
        generation = app.consumer_generation_id
        assigned = {tp.partition for tp in app.consumer.assignment() if tp.topic == predictions}
        try:
            await pending.restore(
                assigned, is_current=lambda: app.consumer_generation_id == generation
            )
        except Exception as error:
            # Faust would log it, and go on without what was waiting.
            await app.crash(error)
            raise

    app.on_rebalance_complete.connect(on_complete, weak=False)


def _new_consumer(kafka: KafkaSettings) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        **client_arguments(kafka),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=LARGEST_RECORD,
        fetch_max_wait_ms=100,
    )


async def _refuse(app: BatchApp, names: tuple[str, ...], partitions: list[set[int]]) -> NoReturn:
    assigned = ", ".join(
        f"{name} {sorted(numbers)}" for name, numbers in zip(names, partitions, strict=True)
    )
    error = SplitPartitions(
        f"topics that must share their partitions were assigned differently: {assigned}. "
        "They need equal partition counts (`driftline check` compares them), and all members of "
        "the consumer group must be Driftline workers."
    )
    await app.crash(error)
    raise error


class SplitPartitions(RuntimeError):
    """Partitions that belong together went to different workers."""


def _serve_metrics(app: BatchApp, settings: Settings) -> Metrics:
    metrics = Metrics(label_values=settings.limits.metric_label_values)
    server = HttpServer(settings.http, metrics=metrics, health=WorkerHealth(app))
    app.add_dependency(server)

    async def observe(*_: Any, **__: Any) -> None:
        metrics.observe_consumer(cast("BatchedConsumer", app.consumer))

    app.on_rebalance_complete.connect(observe, weak=False)
    return metrics
