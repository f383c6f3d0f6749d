"""What a worker tells of a model whose labels come late, beside the queries of the dashboard."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import pytest

from agents.dead_letters.sender import DeadLetters
from agents.stages.detection import Detection
from agents.work_thread import WorkThread
from app.metrics import Metrics
from app.options import new_fleet
from app.settings import load_settings
from detectors.requests.answers import AnswerOutcome
from schemas.documents import cdevent_examples, examples
from schemas.events.cdevents import IncidentDetected
from schemas.events.codec import decode_event, encode_event
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import ModelEvent
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal
from schemas.tables.columns import Column, Kind, Role, column_of
from schemas.tables.frames import encode_frame
from schemas.tables.observations import ObservationBatch, ObservationTable, Origin, Source
from tests.agents.fakes import FakeDelivery, FakePublisher, batch
from tests.deploy.promql import without_data
from tests.deploy.test_dashboard import DRAWN
from tests.detectors.performance.labelled import labelled_columns
from tests.topics import TOPICS

OF_MODELS: Final = {8, 14, 23, 40, 41, *range(43, 51), *range(54, 58)}
"""The panels of labels, performance, maturity, versions, comparisons, thresholds, retrain requests
and CDEvents.
"""

DAY: Final = 86_400_000
START: Final = 1_772_323_200_000
AT: Final = "2026-03-01T00:00:00.000Z"
DAYS, ROWS = 12, 4000
SETTINGS: Final = {
    "kafka.bootstrap_servers": "kafka:9092",
    "monitor.burn_in": 200,
    "models.fraud.task": "classification",
    "models.fraud.thresholds": '["accuracy >= 0.6", "accuracy >= previous - 0.02"]',
    "models.fraud.rates": '{"escalation": {"field": "escalated"}}',
    "models.prices.task": "regression",
}


def observations(
    model: str, origin: Origin, times: Any, columns: Sequence[Column], first: int = 0
) -> bytes:
    count = len(times)
    rows = ObservationBatch(
        model=model,
        version="7",
        origin=origin,
        sources=(Source(f"{model} {origin}", 0),),
        source_of=np.zeros(count, dtype=np.int64),
        offsets=np.arange(first, first + count),
        times=np.asarray(times, dtype=np.int64),
        columns=tuple(columns),
    )
    return encode_frame([ObservationTable.of(rows)])


def fraud() -> list[bytes]:
    """Twelve days of predictions with scores, day by day, and labels up to two days late."""
    random = np.random.default_rng(5)
    made = START + np.sort(random.random(ROWS) * DAYS * DAY).astype(np.int64)
    likely = random.random(ROWS)
    said = (likely > 0.5).astype(int)
    true = (random.random(ROWS) < likely).astype(int)
    scores = np.where(said == 1, likely, 1 - likely)
    delays = (random.random(ROWS) * 2 * DAY).astype(np.int64)
    order = np.argsort(made + delays)
    sent = []
    for day in range(DAYS + 2):
        now = np.flatnonzero((made - START) // DAY == day)
        if len(now):
            columns = labelled_columns(said[now].tolist(), [0] * len(now), scores[now].tolist())
            predicted = [each for each in columns if each.role is not Role.LABEL]
            predicted.append(column_of("amount", Role.FEATURE, likely[now].tolist()))
            at = int(now[0])
            sent.append(observations("fraud", Origin.PREDICTIONS, made[now], predicted, at))
        places = np.flatnonzero(((made + delays)[order] - START) // DAY == day)
        come = order[places]
        escalated = [None if row % 10 == 0 else bool(true[row]) for row in come]
        labelled = [
            *labelled_columns(said[come].tolist(), true[come].tolist(), scores[come].tolist()),
            Column("delay", Role.DELAY, Kind.NUMBER, delays[come].astype(np.float64)),
            column_of("escalated", Role.FEATURE, escalated),
        ]
        times = (made + delays)[come]
        sent.append(observations("fraud", Origin.LABELS, times, labelled, int(places[0])))
    return sent


def prices() -> bytes:
    random = np.random.default_rng(6)
    said = random.normal(50, 9, 2000)
    columns = labelled_columns(said.tolist(), (said + random.normal(0, 2, 2000)).tolist())
    return observations("prices", Origin.LABELS, START + np.arange(2000) * 60_000, columns)


@pytest.fixture(scope="module")
def scraped() -> dict[str, list[dict[str, str]]]:
    """The labels of all samples of a worker, by the names of their metrics."""
    metrics, publisher = Metrics(), FakePublisher()
    settings = load_settings(None, {key: str(each) for key, each in SETTINGS.items()}, {})
    detection = Detection(
        topics=TOPICS,
        publisher=publisher.real,
        dead_letters=DeadLetters(publisher.real, TOPICS.dead_letters, metrics),
        telemetry=metrics,
        thread=WorkThread("stage"),
        new_state=partial(new_fleet, settings),
    )
    deployed = {"type": "version_deployed", "model": "fraud", "version": "7", "timestamp": AT}
    event = encode_event(ModelEvent.model_validate(deployed))
    taken = batch(TOPICS.observations, [event, *fraud(), prices()])
    asyncio.run(detection.on_observations(taken, FakeDelivery().real))
    asyncio.run(detection.report())
    # What another stage tells, which has tests of its own.
    metrics.retrain_requested(decode_event(RetrainRequest, examples.RETRAIN_REQUEST))
    metrics.trigger_met(decode_event(RetrainSignal, examples.RETRAIN_SIGNAL))
    metrics.request_answered(AnswerOutcome.ENDED)
    metrics.versions_compared(decode_event(ModelComparison, examples.MODEL_COMPARISON))
    metrics.cdevent_told(decode_event(IncidentDetected, cdevent_examples.INCIDENT_DETECTED))
    metrics.model_event_seen(decode_event(ModelEvent, examples.MODEL_EVENT))
    found: dict[str, list[dict[str, str]]] = {}
    for family in metrics.registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


@pytest.mark.parametrize(
    "panel",
    [pytest.param(each, id=each["title"]) for each in DRAWN if each["id"] in OF_MODELS],
)
def test_a_panel_about_models_has_data_for_each_of_its_queries(
    panel: dict[str, Any], scraped: dict[str, list[dict[str, str]]]
) -> None:
    missing = [
        each for target in panel["targets"] for each in without_data(target["expr"], scraped)
    ]

    # Orphans are told by intake, once there are any.
    assert [each for each in missing if "labels_orphaned" not in each] == []


def test_all_of_these_panels_are_there() -> None:
    assert {panel["id"] for panel in DRAWN} >= OF_MODELS
