from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from time import process_time

import pytest
from faust.types import TP
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from agents.join.telemetry import LabelOutcomes, PendingStatus
from agents.stages.telemetry import ModelStatus, Telemetry, ThresholdStatus
from agents.transport.progress import PartitionProgress
from app.metrics import CATALOGUE, Metrics, ProgressView
from detectors.monitors.column_figures import Figures
from detectors.monitors.column_monitor import Doubt
from detectors.performance.error import Task
from detectors.rows.label_counts import LabelCounts
from schemas.events.alert import AlertKind, Severity
from schemas.events.detector_report import DetectorReport, Stream
from schemas.events.drift_alert import DriftAlert
from schemas.events.invalid import Reason
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.quality_alert import Quality, QualityAlert
from schemas.events.retrain_request import AlertReference, RetrainRequest, Trigger
from schemas.events.version_status import VersionStatus
from schemas.tables.columns import Kind, Role
from schemas.tables.observations import Origin

OTHER_MODEL = {"model": "other", "version": "other"}


def alert(model: str = "fraud", feature: str = "amount") -> DriftAlert:
    return DriftAlert.model_construct(
        model=model,
        version="1",
        feature=feature,
        kind=AlertKind.FEATURE,
        severity=Severity.WARNING,
        detector=DetectorReport(
            kind="adwin", stream=Stream.LOCATION, parameters={}, statistic=2.0, threshold=1.0
        ),
    )


def quality_alert(quality: Quality, model: str = "fraud") -> QualityAlert:
    return QualityAlert.model_construct(
        model=model,
        version="1",
        feature="amount",
        kind=AlertKind.QUALITY,
        severity=Severity.WARNING,
        quality=quality,
        detector=alert().detector,
    )


def request(model: str = "fraud") -> RetrainRequest:
    reference = AlertReference(
        alert_id="a", kind=AlertKind.FEATURE, severity=Severity.WARNING, feature="x", time="t"
    )
    return RetrainRequest.model_construct(
        model=model, version="1", trigger=Trigger.FEATURES, alerts=[reference]
    )


def status(
    model: str = "fraud", rows: int = 10, features: tuple[str, ...] = ("amount",)
) -> ModelStatus:
    return ModelStatus(
        model=model,
        version="1",
        rows=rows,
        labelled_rows=1,
        replayed_rows=2,
        refused_columns=3,
        newest=1.7e9,
        task=Task.REGRESSION,
        status=VersionStatus.CHAMPION,
        open_alerts=2,
        labels=LabelCounts(2, 1, 3),
        columns={
            (Role.FEATURE, name): Figures(
                ready=True,
                rows=5,
                mean=0.5,
                problems=(rows, 0, 0, 0, 0, 0),
                kind=Kind.NUMBER,
                discarded=rows // 2,
                budget=1e6,
                doubt=Doubt.UNREST,
                season="daily",
            )
            for name in features
        },
        thresholds={
            "mae <= 3": ThresholdStatus(losses=7, is_breached=True),
            "mae <= previous + 1": ThresholdStatus(7, is_breached=False, uncompared="unlabelled"),
        },
    )


class Samples:
    """What one scrape gives."""

    def __init__(self, metrics: Metrics) -> None:
        self.names: dict[str, str] = {}
        self._samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
        for family in text_string_to_metric_families(generate_latest(metrics.registry).decode()):
            self.names[family.name] = family.type
            for sample in family.samples:
                self._samples[sample.name, frozenset(sample.labels.items())] = sample.value

    def value(self, name: str, labels: Mapping[str, str] | None = None) -> float | None:
        return self._samples.get((f"driftline_{name}", frozenset((labels or {}).items())))

    def count(self, name: str) -> int:
        return sum(sample == f"driftline_{name}" for sample, _ in self._samples)


class FakeConsumer:
    def __init__(self, progress: Mapping[TP, ProgressView]) -> None:
        self.progress = progress

    def lag(self, tp: TP) -> int | None:
        return None if tp.partition else 7


def report_everything(telemetry: Telemetry) -> None:
    telemetry.records_read("predictions", 0, 5, 41)
    telemetry.rows_accepted(Origin.PREDICTIONS, "fraud", "1", 5)
    telemetry.message_refused("predictions", Reason.UNDECODABLE)
    telemetry.labels_met(LabelOutcomes(joined=2, early=1))
    telemetry.pending_changed(0, PendingStatus(predictions=3, labels=1, expired=2, evicted=0))
    telemetry.records_missed("predictions", 0, 1000)
    telemetry.model_watched(0, status())
    telemetry.models_evicted([("old", "1")])
    telemetry.newcomers_held(0, 2, 1)
    telemetry.alert_raised(alert())
    telemetry.retrain_requested(request())
    telemetry.model_event_seen(ModelEvent(type=ModelEventType.RETRAIN_COMPLETED, model="fraud"))
    telemetry.batch_handled("intake", 0.02)
    telemetry.state_saved("detection", 3, 40_000, 0.05)
    telemetry.state_loaded("detection", 2, 30_000, 0.2)


def test_a_threshold_tells_what_counted_and_whether_it_is_crossed() -> None:
    metrics = Metrics()
    metrics.model_watched(0, status())
    labels = {"model": "fraud", "version": "1", "threshold": "mae <= 3"}
    samples = Samples(metrics)
    assert samples.value("threshold_losses_total", labels) == 7
    assert samples.value("threshold_breached", labels) == 1
    why = {**labels, "threshold": "mae <= previous + 1", "reason": "unlabelled"}
    assert samples.value("threshold_uncompared", why) == 1


def test_what_is_exported_is_what_is_declared() -> None:
    metrics = Metrics()
    report_everything(metrics)
    metrics.observe_consumer(FakeConsumer({TP("predictions", 0): PartitionProgress(0.0)}))
    families = {
        name: kind for name, kind in Samples(metrics).names.items() if name.startswith("driftline_")
    }
    assert families == {spec.name.removesuffix("_total"): spec.type for spec in CATALOGUE}


def test_a_declared_metric_is_named_as_prometheus_wants() -> None:
    for spec in CATALOGUE:
        assert spec.name.startswith("driftline_")
        assert spec.name.endswith("_total") == (spec.type == "counter")
        assert ":" not in spec.name
        assert spec.text.endswith(".")
        assert not {label for label in spec.labels if label.endswith("id")}
    assert len({spec.name for spec in CATALOGUE}) == len(CATALOGUE)


def test_labels_are_those_declared() -> None:
    metrics = Metrics()
    report_everything(metrics)
    declared = {spec.name: set(spec.labels) for spec in CATALOGUE}
    for family in text_string_to_metric_families(generate_latest(metrics.registry).decode()):
        for sample in family.samples:
            if sample.name in declared:
                assert set(sample.labels) == declared[sample.name]


def test_the_process_and_the_build_are_there() -> None:
    samples = Samples(Metrics())
    assert "process_cpu_seconds" in samples.names
    assert samples.count("build_info") == 1
    assert not any(name.endswith("_created") for name in samples.names)


def test_records_and_offsets_are_told_by_partition() -> None:
    metrics = Metrics()
    metrics.records_read("predictions", 0, 5, 41)
    metrics.records_read("predictions", 0, 2, 43)
    labels = {"topic": "predictions", "partition": "0"}
    assert Samples(metrics).value("records_read_total", labels) == 7
    assert Samples(metrics).value("handled_offset", labels) == 43


def test_state_is_told_by_stage_and_its_age_at_the_scrape() -> None:
    metrics = Metrics()
    ages = iter([1.5, 0.0])
    metrics.observe_state({"detection": lambda: next(ages)})
    for _ in range(2):
        metrics.state_saved("detection", 3, 40_000, 0.05)
    stage = {"stage": "detection"}
    assert Samples(metrics).value("state_unsaved_age_seconds", stage) == 1.5
    samples = Samples(metrics)
    assert samples.value("state_unsaved_age_seconds", stage) == 0.0
    assert samples.value("state_snapshots_written_total", stage) == 6
    assert samples.value("state_written_bytes_total", stage) == 80_000
    assert samples.value("state_save_duration_seconds_count", stage) == 2


def test_what_has_not_happened_is_zero() -> None:
    samples = Samples(Metrics())
    assert samples.value("labels_total", {"outcome": "orphaned"}) == 0
    assert samples.value("pending_dropped_total", {"reason": "expired"}) == 0
    assert samples.value("models_evicted_total") == 0


def test_predictions_given_up_are_counted_once_and_survive_their_partition() -> None:
    metrics = Metrics()
    for expired in (2, 2, 5):
        metrics.pending_changed(
            0, PendingStatus(predictions=1, labels=0, expired=expired, evicted=0)
        )
    metrics.pending_changed(0, None)
    metrics.pending_changed(0, None)
    samples = Samples(metrics)
    assert samples.value("pending_dropped_total", {"reason": "expired"}) == 5
    assert samples.count("pending_entries") == 0
    metrics.pending_changed(0, PendingStatus(predictions=1, labels=0, expired=1, evicted=1))
    samples = Samples(metrics)
    assert samples.value("pending_dropped_total", {"reason": "expired"}) == 6
    assert samples.value("pending_entries", {"partition": "0", "kind": "predictions"}) == 1


def test_a_watched_model_shows_its_last_status() -> None:
    metrics = Metrics()
    metrics.model_watched(0, status(rows=10))
    metrics.model_watched(0, status(rows=20))
    samples = Samples(metrics)
    model = {"model": "fraud", "version": "1"}
    feature = {**model, "role": "feature", "feature": "amount"}
    assert samples.value("model_rows_total", model) == 20
    assert samples.value("model_last_event_timestamp_seconds", model) == 1.7e9
    assert samples.value("model_task", {**model, "task": "regression"}) == 1
    assert samples.value("feature_ready", feature) == 1
    assert samples.value("feature_values_total", {**feature, "quality": "ok"}) == 20
    assert samples.value("feature_values_total", {**feature, "quality": "nan"}) == 0


@pytest.mark.parametrize("quality", Quality)
def test_a_quality_alert_counts_by_what_is_wrong(quality: Quality) -> None:
    metrics = Metrics()
    metrics.model_watched(0, status())
    metrics.alert_raised(quality_alert(quality))
    metrics.alert_raised(alert())
    name = {"model": "fraud", "version": "1", "feature": "amount", "severity": "warning"}
    samples = Samples(metrics)
    assert samples.value("quality_alerts_total", {**name, "quality": str(quality)}) == 1
    assert samples.count("quality_alerts_total") == 1
    assert samples.count("alerts_total") == 2
    metrics.models_dropped(0)
    assert Samples(metrics).count("quality_alerts_total") == 0


def test_the_series_of_a_partition_go_with_it() -> None:
    metrics = Metrics()
    for partition, model in ((0, "gone"), (1, "kept")):
        metrics.model_watched(partition, status(model))
        metrics.alert_raised(alert(model))
    metrics.models_dropped(0)
    text = generate_latest(metrics.registry).decode()
    assert 'model="gone"' not in text
    assert 'driftline_alerts_total{detector="adwin"' in text
    assert Samples(metrics).value("model_rows_total", {"model": "kept", "version": "1"}) == 10


def test_the_series_of_an_evicted_model_go_and_it_is_counted() -> None:
    metrics = Metrics(label_values=2)
    for model in ("gone", "kept"):
        metrics.model_watched(0, status(model))
        metrics.alert_raised(alert(model))
    Samples(metrics)
    metrics.models_evicted([("gone", "1")])
    metrics.model_watched(0, status("next"))
    assert 'model="gone"' not in generate_latest(metrics.registry).decode()
    samples = Samples(metrics)
    assert samples.value("models_evicted_total") == 1
    for model in ("kept", "next"):
        assert samples.value("model_rows_total", {"model": model, "version": "1"}) == 10


def test_rows_beyond_the_cap_are_counted_as_other() -> None:
    metrics = Metrics(label_values=2)
    for model in ("a", "b", "c", "d", "a"):
        metrics.rows_accepted(Origin.PREDICTIONS, model, "1", 1)
    samples = Samples(metrics)
    origin = {"origin": "predictions"}
    assert samples.value("rows_accepted_total", {"model": "a", "version": "1", **origin}) == 2
    assert samples.value("rows_accepted_total", {**OTHER_MODEL, **origin}) == 2
    assert samples.count("rows_accepted_total") == 3


def test_a_thousand_unknown_models_leave_a_bounded_number_of_series() -> None:
    metrics = Metrics(label_values=10)
    for number in range(1000):
        metrics.rows_accepted(Origin.PREDICTIONS, f"m{number}", "1", 1)
        metrics.alert_raised(alert(f"m{number}"))
        metrics.retrain_requested(request(f"m{number}"))
        metrics.model_watched(0, status(f"m{number}", features=("x", "y")))
    samples = Samples(metrics)
    for name in ("rows_accepted_total", "alerts_total", "retrain_requests_total"):
        assert samples.count(name) == 11
    assert samples.count("model_rows_total") == 11
    assert samples.count("feature_ready") == 10
    assert samples.value("folded_label_values", {"scope": "models"}) == 990
    assert len(metrics._rows._children) == 10


def test_other_counts_all_that_is_folded_and_never_falls() -> None:
    metrics = Metrics(label_values=1)
    metrics.model_watched(0, status("shown", 1))
    metrics.model_watched(1, status("folded", 10))
    metrics.model_watched(1, status("also", 5))
    assert Samples(metrics).value("model_rows_total", OTHER_MODEL) == 15
    metrics.model_watched(1, status("folded", 30))
    assert Samples(metrics).value("model_rows_total", OTHER_MODEL) == 35
    metrics.models_dropped(1)
    assert Samples(metrics).value("model_rows_total", OTHER_MODEL) == 35


def test_a_dropped_model_leaves_its_place_to_another() -> None:
    metrics = Metrics(label_values=1)
    metrics.model_watched(0, status("first"))
    Samples(metrics)
    metrics.models_dropped(0)
    metrics.model_watched(1, status("second"))
    labels = {"model": "second", "version": "1"}
    assert Samples(metrics).value("model_rows_total", labels) == 10


def test_the_consumer_is_read_at_the_scrape() -> None:
    now = 100.0
    metrics = Metrics(clock=lambda: now)
    progress = PartitionProgress(90.0)
    progress.deliver(4, 95.0)
    partitions = {TP("predictions", 0): progress, TP("predictions", 1): PartitionProgress(99.0)}
    metrics.observe_consumer(FakeConsumer(partitions))
    samples = Samples(metrics)
    first = {"topic": "predictions", "partition": "0"}
    second = {"topic": "predictions", "partition": "1"}
    assert samples.value("consumer_lag_records", first) == 7
    assert samples.value("consumer_lag_records", second) is None
    assert samples.value("commit_age_seconds", first) == 10
    assert samples.value("outstanding_batches", first) == 1
    now = 110.0
    assert Samples(metrics).value("commit_age_seconds", second) == 11
    metrics.observe_consumer(None)
    assert Samples(metrics).count("commit_age_seconds") == 0


def test_a_scrape_in_a_thread_does_not_mind_models_that_come_and_go() -> None:
    metrics = Metrics(label_values=5)
    with ThreadPoolExecutor(max_workers=2) as pool:
        scrapes = [pool.submit(generate_latest, metrics.registry) for _ in range(20)]
        number = 0
        while not all(scrape.done() for scrape in scrapes):
            number += 1
            metrics.model_watched(number % 7, status(f"m{number}"))
            metrics.alert_raised(alert(f"m{number}"))
            metrics.models_dropped((number + 1) % 7)
        for scrape in scrapes:
            assert b"driftline_build_info" in scrape.result()


def test_odd_names_are_escaped() -> None:
    metrics = Metrics()
    odd = 'a"b\\c\nd'
    metrics.rows_accepted(Origin.PREDICTIONS, odd, "1", 1)
    labels = {"model": odd, "version": "1", "origin": "predictions"}
    assert Samples(metrics).value("rows_accepted_total", labels) == 1


def test_a_report_costs_next_to_nothing() -> None:
    metrics = Metrics()
    wide = status(features=tuple(f"f{number}" for number in range(1000)))
    report_everything(metrics)
    began = process_time()
    for _ in range(1000):
        metrics.records_read("predictions", 0, 5, 41)
        metrics.rows_accepted(Origin.PREDICTIONS, "fraud", "1", 5)
        metrics.model_watched(0, wide)
        metrics.batch_handled("intake", 0.02)
    # About 10 microseconds a round here; a batch takes milliseconds.
    assert process_time() - began < 0.5


def test_what_is_used_of_the_limit_of_dead_letters_goes_with_its_partition() -> None:
    metrics = Metrics()
    labels = {"topic": "predictions", "partition": "2"}
    metrics.refusals_changed("predictions", 2, 0.25)
    assert Samples(metrics).value("dead_letter_limit_ratio", labels) == 0.25
    metrics.refusals_changed("predictions", 2, None)
    assert Samples(metrics).count("dead_letter_limit_ratio") == 0


def test_metrics_of_models_can_be_asked_for_by_name() -> None:
    metrics = Metrics()
    metrics.model_watched(0, status())
    wanted = metrics.registry.restricted_registry(["driftline_model_rows_total"])
    samples = [sample for family in wanted.collect() for sample in family.samples]
    assert [(sample.name, sample.value) for sample in samples] == [
        ("driftline_model_rows_total", 10)
    ]
