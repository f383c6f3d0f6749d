"""The only wiring: settings in, a Faust app with all of its agents out."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NoReturn, cast

from faust.types import TP

from agents.dead_letters.sender import DeadLetters, TooManyRefused
from agents.join.changelog import Changelog
from agents.join.stores import PendingStores
from agents.stages.detection import Detection
from agents.stages.intake import Intake
from agents.stages.policy import Policy
from agents.stages.stateful_stage import Stage
from agents.stages.telemetry import Telemetry
from agents.state.checkpoints import CheckpointOptions, Checkpoints
from agents.state.loader import StateLoader, StateRecipe
from agents.state.reader import StateReader
from agents.transport.app import (
    BatchApp,
    batch_agent,
    enlarge_rounds_where,
    make_faust_app,
    on_drain,
    on_missed,
)
from agents.transport.consumer import BatchedConsumer
from agents.transport.delivery import Delivery
from agents.transport.publisher import Publisher
from agents.transport.rounds import BatchEvent
from agents.transport.topic_reader import open_topic
from app import options
from app.kafka.clients import client_arguments, transport_options
from app.metrics import MODEL_SPECS, PENDING_SPECS, Metrics
from app.settings import Settings
from app.web.health import WorkerHealth
from app.web.server import HttpServer
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.retraining.policy_snapshot import PolicySnapshots

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
    checkpoints: dict[str, Checkpoints[Any]] = {}
    metrics = None
    if telemetry is None:
        telemetry = metrics = _serve_metrics(app, settings, checkpoints)
    publisher = Publisher(app, max_record_bytes=LARGEST_RECORD)
    limits = options.refusal_limits(settings)
    dead_letters = DeadLetters(publisher, topics.dead_letters, telemetry, limits)
    pending = PendingStores(
        options.pending_options(settings),
        telemetry,
        Changelog(
            topic=topics.pending,
            publisher=publisher,
            open=partial(open_topic, client_arguments(kafka), topics.pending),
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
    on_missed(app, lambda missed: telemetry.records_missed(*missed.tp, missed.records))
    enlarge_rounds_where(
        app,
        lambda tp: (
            tp.topic == topics.observations and detection.prefers_larger_rounds(tp.partition)
        ),
    )
    policy = Policy(
        topics=topics,
        publisher=publisher,
        dead_letters=dead_letters,
        telemetry=telemetry,
        new_state=partial(options.new_policy, settings),
    )
    if metrics is not None:
        metrics.refreshed_by(detection.report, MODEL_SPECS)
        metrics.refreshed_by(intake.report, PENDING_SPECS)
    if settings.state.enabled:
        recipes = _keep_state(app, settings, detection, policy)
        checkpoints |= {recipe.stage.name: recipe.checkpoints for recipe in recipes}
        if metrics is not None:
            metrics.observe_state({name: each.unsaved_age for name, each in checkpoints.items()})
    # One agent a stage: what it reads comes in one sequence, so the same backlog gives the same.
    agents: dict[str, dict[str, Handler]] = {
        "intake": dict.fromkeys(topics.sources, intake.on_round),
        "detection": {topics.observations: detection.on_observations},
        "policy": {topics.alerts: policy.on_alerts, topics.lifecycle: policy.on_lifecycle},
    }
    for name, handlers in agents.items():
        _register(app, name, handlers, checkpoints.get(name))
    keepers = {
        (topics.predictions, topics.labels): intake.keep_partitions,
        (topics.observations,): _keeper(detection, checkpoints),
        (topics.alerts, topics.lifecycle): _keeper(policy, checkpoints),
    }
    _keep_assigned(app, keepers)
    app.on_partitions_assigned.connect(_counting(dead_letters), weak=False)
    _restore_assigned(app, topics.predictions, pending)
    return app


def _counting(dead_letters: DeadLetters) -> Callable[..., Awaitable[None]]:
    async def keep(*arguments: Any, **_: Any) -> None:
        assigned: set[TP] = arguments[1]  # as in `_keep_assigned`
        dead_letters.keep_partitions((tp.topic, tp.partition) for tp in assigned)

    return keep


def _register(
    app: BatchApp,
    name: str,
    handlers: Mapping[str, Handler],
    checkpoints: Checkpoints[Any] | None,
) -> None:
    delivery = Delivery(app, settled=None if checkpoints is None else checkpoints.settled)

    async def handle(event: BatchEvent) -> None:
        handler = handlers[event.message.topic]
        try:
            if checkpoints is None:
                await handler(event, delivery)
            else:
                await checkpoints.take(event, handler, delivery)
        except TooManyRefused as error:
            # What is committed of the stretches would be lost to the worker that is started again.
            consumer = cast("BatchedConsumer", app.consumer)
            await consumer.rewind({TP(*place): at for place, at in error.stretches.items()})
            raise

    batch_agent(app, name=name, topics=list(handlers), handler=handle)


def _keep_state(
    app: BatchApp, settings: Settings, detection: Detection, policy: Policy
) -> tuple[StateRecipe[Any], ...]:
    """Have the state of both stages written, and loaded with their partitions."""
    topics = detection.topics
    when = CheckpointOptions(
        interval=settings.state.interval_seconds, batches=settings.state.interval_batches
    )
    recipes: tuple[StateRecipe[Any], ...] = (
        StateRecipe(
            stage=detection,
            checkpoints=Checkpoints(app, detection, when),
            topic=topics.state,
            logs=(topics.observations,),
            durable=FleetSnapshots,
        ),
        StateRecipe(
            stage=policy,
            checkpoints=Checkpoints(app, policy, when),
            topic=topics.policy_state,
            logs=(topics.alerts, topics.lifecycle),
            durable=PolicySnapshots,
        ),
    )
    reader = StateReader(client_arguments(settings.kafka))
    loader = StateLoader(app, reader, detection.publisher.send, group=settings.kafka.group_id)

    async def load(*_: Any, **__: Any) -> None:
        await asyncio.gather(*(loader.load(recipe) for recipe in recipes))

    app.on_rebalance_complete.connect(load, weak=False)
    for recipe in recipes:
        on_drain(app, recipe.checkpoints.drain)
    return recipes


def _keeper(
    stage: Stage[Any], checkpoints: Mapping[str, Checkpoints[Any]]
) -> Callable[[Iterable[int]], None]:
    kept = checkpoints.get(stage.name)
    if kept is None:
        return stage.keep_partitions

    def drop(_: Iterable[int]) -> None:
        kept.drop()

    return drop


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


def _serve_metrics(
    app: BatchApp, settings: Settings, checkpoints: Mapping[str, Checkpoints[Any]]
) -> Metrics:
    def is_loaded() -> bool:
        return all(each.has_begun for each in checkpoints.values())

    metrics = Metrics(label_values=settings.limits.metric_label_values)
    server = HttpServer(settings.http, metrics=metrics, health=WorkerHealth(app, is_loaded))
    app.add_dependency(server)

    async def observe(*_: Any, **__: Any) -> None:
        metrics.observe_consumer(cast("BatchedConsumer", app.consumer))

    app.on_rebalance_complete.connect(observe, weak=False)
    return metrics
