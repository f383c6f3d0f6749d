from prometheus_client import CollectorRegistry, Counter

from app.metrics import catalogue
from app.metrics.performances import PerformanceCollector
from schemas.documents import examples
from schemas.events.codec import decode_event
from schemas.events.model_performance import ModelPerformance

TOLD = decode_event(ModelPerformance, examples.MODEL_PERFORMANCE)
LABELS = {"model": "fraud", "version": "3", "window": "time"}


class World:
    """A collector in a registry of its own."""

    def __init__(self, limit: int = 10) -> None:
        self.registry = CollectorRegistry()
        spec = catalogue.PERFORMANCES_TOLD
        told = Counter(spec.name, spec.text, spec.labels, registry=self.registry)
        self.collector = PerformanceCollector(limit, told)
        self.registry.register(self.collector)

    def value(self, name: str, **more: str) -> float | None:
        return self.registry.get_sample_value(name, {**LABELS, **more})


def window(number: int) -> ModelPerformance:
    return TOLD.model_copy(update={"window": TOLD.window.model_copy(update={"number": number})})


def test_the_latest_window_is_shown_with_its_interval() -> None:
    world = World()
    world.collector.keep(TOLD)
    recall = TOLD.metrics["recall"]
    name = "driftline_model_performance"
    assert world.value(name, metric="recall") == recall.value
    assert world.value(f"{name}_bound", metric="recall", bound="low") == recall.low
    assert world.value(f"{name}_rows") == TOLD.rows
    assert world.value(f"{name}_labelled_ratio") == TOLD.share_labelled
    assert world.value(f"{name}_window_end_timestamp_seconds") == 1_772_409_600.0


def test_what_is_expected_of_all_labels_is_shown_beside_it() -> None:
    world = World()
    world.collector.keep(TOLD)
    assert TOLD.maturity is not None
    maturity, recall = TOLD.maturity, TOLD.maturity.corrected["recall"]
    assert world.value("driftline_label_maturity_ratio") == maturity.expected
    assert world.value("driftline_model_performance_corrected", metric="recall") == recall.value
    of_class = {"model": "fraud", "version": "3", "class": "1", "prediction": "missed"}
    value = world.registry.get_sample_value
    delay = "driftline_label_delay_seconds"
    assert value(delay, {**of_class, "quantile": "0.5"}) == maturity.delays[0].median_seconds
    assert value(delay, {**of_class, "quantile": "0.9"}) == maturity.delays[0].late_seconds


def test_how_wrong_estimates_were_is_that_of_the_latest_window_whose_labels_have_come() -> None:
    world = World()
    world.collector.keep(window(8).model_copy(update={"estimate_errors": {}}))
    world.collector.keep(window(3))
    world.collector.keep(window(2).model_copy(update={"estimate_errors": {"recall": 0.5}}))
    name, labels = "driftline_model_performance_estimate_error", {"model": "fraud", "version": "3"}
    value = world.registry.get_sample_value(name, {**labels, "metric": "recall"})
    assert value == TOLD.estimate_errors["recall"]
    world.collector.forget({("fraud", "3")})
    assert world.registry.get_sample_value(name, {**labels, "metric": "recall"}) is None


def test_an_older_window_that_is_revised_changes_nothing_but_the_count() -> None:
    world = World()
    world.collector.keep(window(8))
    older = window(7).model_copy(update={"rows": 1})
    world.collector.keep(older)
    assert world.value("driftline_model_performance_rows") == TOLD.rows
    told = "driftline_model_performances_told_total"
    assert world.registry.get_sample_value(told, {"window": "time"}) == 2


def test_a_version_that_goes_leaves_its_place_to_another() -> None:
    world = World(limit=1)
    world.collector.keep(TOLD)
    other = TOLD.model_copy(update={"version": "4"})
    world.collector.keep(other)
    rows = "driftline_model_performance_rows"
    assert world.value(rows, version="4") is None
    world.collector.forget({("fraud", "3")})
    world.collector.keep(other)
    assert (world.value(rows), world.value(rows, version="4")) == (None, TOLD.rows)
