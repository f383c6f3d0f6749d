"""The only wiring: settings in, a Faust app with all of its agents out."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, cast

from agents.dead_letters.sender import DeadLetters
from agents.join.changelog import Changelog
from agents.join.service import PendingService
from agents.join.stores import PendingStores
from agents.observations.tables_before import TablesBefore
from agents.stages.cdevents import CDEvents
from agents.stages.company import Company
from agents.stages.detection import Detection
from agents.stages.intake import Intake
from agents.stages.policy import Policy
from agents.stages.registration import register
from agents.stages.telemetry import Telemetry
from agents.stages.topics import Topics
from agents.state.checkpoints import Checkpoints
from agents.state.loader import StateLoader, StateRecipe
from agents.state.reader import StateReader
from agents.transport.app import (
    BatchApp,
    confirm_by,
    enlarge_rounds_where,
    make_faust_app,
    on_drain,
    on_missed,
)
from agents.transport.assignment import Keeper, keep_assigned
from agents.transport.consumer import BatchedConsumer
from agents.transport.known_topics import KnownTopic
from agents.transport.publisher import Publisher
from agents.transport.topic_reader import open_topic
from app.comparisons.follower import ComparisonFollower
from app.kafka.clients import client_arguments, transport_options
from app.kafka.topic_follower import opener
from app.kafka.topic_watch import watch_topics
from app.metrics import MODEL_SPECS, PENDING_SPECS, Metrics
from app.mlflow.access import mlflow_access
from app.mlflow.assembly import MlflowParts, mlflow_parts
from app.mlflow.ownership import Ownership
from app.options import WorkerOptions
from app.routing.follower import RouteFollower
from app.settings import Settings, TopicRole
from app.web.health import WorkerHealth
from app.web.models import ModelAnswers
from app.web.server import HttpServer
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.retraining.policy_snapshot import PolicySnapshots
from schemas.formats import WIRE


def create_app(
    settings: Settings,
    *,
    telemetry: Telemetry | None = None,
    topics_found: Mapping[str, KnownTopic] | None = None,
) -> BatchApp:
    """Return the Faust app of one worker; nothing connects before it is started.

    Parameters
    ----------
    settings
        The whole configuration, valid.
    telemetry
        What the agents report to; Prometheus metrics, served over HTTP, where None is given.
    topics_found
        Full name to the topic as it was found: where they are given, the worker ends when one is
        not that any more.
    """
    known = topics_found or {}
    options, kafka = WorkerOptions.of(settings), settings.kafka
    topics, group = options.topics, kafka.group_id
    connect = client_arguments(kafka)
    app = make_faust_app(
        name=group,
        bootstrap=kafka.bootstrap_servers,
        options=replace(
            transport_options(kafka), aligned_topics=topics.sources, topics=known, version=WIRE
        ),
    )
    if known:
        watch = watch_topics(app, settings, known)
        app.add_dependency(watch)
        confirm_by(app, watch.confirm)
    metrics = Metrics(label_values=settings.limits.metric_label_values)
    told = metrics if telemetry is None else telemetry
    publisher = Publisher(app, widths={name: each.partitions for name, each in known.items()})
    dead_letters = DeadLetters(publisher, topics.dead_letters, told, options.refusals)
    pending = PendingStores(
        options.pending,
        told,
        app.work_thread("pending"),
        Changelog(
            topic=topics.pending,
            publisher=publisher,
            open=partial(open_topic, connect, topics.pending),
            owner=group,
        ),
    )
    app.add_dependency(PendingService(pending))
    company = Company()
    intake = Intake(
        options=options.intake,
        topics=topics,
        publisher=publisher,
        dead_letters=dead_letters,
        telemetry=told,
        pending=pending,
        company=company,
        source_names={name: each.source_name(name) for name, each in known.items()},
        before=TablesBefore(options.monitor_of),
    )
    detection = Detection(
        topics=topics,
        publisher=publisher,
        dead_letters=dead_letters,
        telemetry=told,
        thread=app.work_thread("detection"),
        new_state=options.new_fleet,
        cdevents=(
            None
            if options.cdevents_environment is None
            else CDEvents(topics.cdevents, options.cdevents_environment, publisher, told)
        ),
    )
    policy = Policy(
        topics=topics,
        publisher=publisher,
        dead_letters=dead_letters,
        telemetry=told,
        thread=app.work_thread("policy"),
        new_state=options.new_policy,
    )
    recipes: tuple[StateRecipe[Any], ...] = ()
    if options.checkpoints is not None:
        recipes = (
            StateRecipe(
                stage=detection,
                checkpoints=Checkpoints(app, detection, options.checkpoints),
                topic=topics.state,
                durable=FleetSnapshots,
            ),
            StateRecipe(
                stage=policy,
                checkpoints=Checkpoints(app, policy, options.checkpoints),
                topic=topics.policy_state,
                durable=PolicySnapshots,
            ),
        )
    checkpoints = {recipe.stage.name: recipe.checkpoints for recipe in recipes}
    for each in checkpoints.values():
        on_drain(app, each.drain)
    on_missed(app, lambda missed: told.records_missed(*missed.tp, missed.records))
    enlarge_rounds_where(
        app,
        lambda tp: (
            tp.topic == topics.observations and detection.prefers_larger_rounds(tp.partition)
        ),
    )
    # One agent a stage: what it reads comes in one sequence, so the same backlog gives the same.
    register(app, intake.name, intake.handlers)
    register(app, detection.name, detection.handlers, checkpoints.get(detection.name))
    register(app, policy.name, policy.handlers, checkpoints.get(policy.name))
    loader = StateLoader(app, StateReader(connect), publisher.send, group=group)
    stages = [loader.keeper(each) for each in recipes] or [detection.keeper(), policy.keeper()]
    keepers = [
        Keeper(keep=lambda _: company.meet(app.members.oldest)),
        Keeper(keep=dead_letters.keep),
        intake.keeper(),
        *stages,
    ]
    if telemetry is None:
        metrics.refreshed_by(detection.report, MODEL_SPECS)
        metrics.refreshed_by(intake.report, PENDING_SPECS)
        metrics.observe_state({name: each.unsaved_age for name, each in checkpoints.items()})
        mlflow = _follow_mlflow(
            settings, metrics, publisher, topics, checkpoints, detection, keepers
        )
        keepers.append(_serve(app, settings, metrics, checkpoints, detection, known, mlflow))
    keep_assigned(app, keepers)
    return app


def _serve(
    app: BatchApp,
    settings: Settings,
    metrics: Metrics,
    checkpoints: Mapping[str, Checkpoints[Any]],
    detection: Detection,
    known: Mapping[str, KnownTopic],
    mlflow: MlflowParts | None,
) -> Keeper:
    """Have the app serve metrics, health and models; return what shows it the consumer.

    Parameters
    ----------
    known
        Full name to the topic as it was found.
    mlflow
        What follows MLflow, where anything does.
    """
    health = WorkerHealth(app, partial(_is_loaded, checkpoints))
    full, width = settings.topics.full_name, settings.topics.partitions
    routing, comparisons = (
        (opener(settings, role), known[name].partitions if (name := full(role)) in known else width)
        for role in (TopicRole.MODEL_ROUTING, TopicRole.MODEL_COMPARISONS)
    )
    routes = RouteFollower(*routing, metrics.route_read)
    metrics.observe_routes(routes.routes)
    looks = ComparisonFollower(*comparisons)
    app.add_dependency(routes)
    app.add_dependency(looks)
    models = ModelAnswers(
        detection, routes, looks, metrics.performances_of, is_of_before=routes.is_of_before
    )
    webhooks = None
    if mlflow is not None:
        webhooks = mlflow.webhooks
        app.add_dependency(mlflow.service)
    app.add_dependency(
        HttpServer(settings.http, metrics=metrics, health=health, models=models, webhooks=webhooks)
    )
    # Not before: there is no consumer until the app has started.
    return Keeper(keep=lambda _: metrics.observe_consumer(cast("BatchedConsumer", app.consumer)))


def _is_loaded(checkpoints: Mapping[str, Checkpoints[Any]]) -> bool:
    return all(each.has_begun for each in checkpoints.values())


def _follow_mlflow(
    settings: Settings,
    metrics: Metrics,
    publisher: Publisher,
    topics: Topics,
    checkpoints: Mapping[str, Checkpoints[Any]],
    detection: Detection,
    keepers: list[Keeper],
) -> MlflowParts | None:
    """Return what follows MLflow, where there is one, and have it know the partitions."""
    access = mlflow_access(settings.mlflow)
    if access is None:
        return None
    is_loaded = partial(_is_loaded, checkpoints)
    ownership = Ownership(topics.observations, publisher.partitions, is_loaded)
    keepers.append(Keeper(keep=ownership.keep))
    return mlflow_parts(
        settings.mlflow,
        access,
        metrics=metrics,
        publisher=publisher,
        model_events=topics.model_events,
        ownership=ownership,
        versions=detection,
    )
