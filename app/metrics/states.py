"""Metrics of the state of stages: how it is saved and loaded."""

from collections.abc import Callable, Mapping

from prometheus_client import Counter, Gauge, Histogram

from app.metrics import catalogue
from app.metrics.catalogue import MetricSpec


class StateMetrics:
    """What is saved and loaded, by stage.

    Parameters
    ----------
    counter, gauge, histogram
        Make metrics.
    """

    def __init__(
        self,
        counter: Callable[[MetricSpec], Counter],
        gauge: Callable[[MetricSpec], Gauge],
        histogram: Callable[[MetricSpec], Histogram],
    ) -> None:
        self._saves = counter(catalogue.STATE_SAVES)
        self._snapshots = counter(catalogue.STATE_SNAPSHOTS)
        self._saved_bytes = counter(catalogue.STATE_BYTES)
        self._save_duration = histogram(catalogue.STATE_SAVE_DURATION)
        self._unsaved = gauge(catalogue.STATE_UNSAVED_AGE)
        self._loaded = gauge(catalogue.STATE_LOADED)
        self._loaded_bytes = gauge(catalogue.STATE_LOADED_BYTES)
        self._load_duration = gauge(catalogue.STATE_LOAD_DURATION)

    def save(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        """Take note of a partition's state that is safe."""
        self._saves.labels(stage).inc()
        self._snapshots.labels(stage).inc(snapshots)
        self._saved_bytes.labels(stage).inc(size)
        self._save_duration.labels(stage).observe(seconds)

    def load(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        """Take note of the states that were loaded with an assignment."""
        self._loaded.labels(stage).set(snapshots)
        self._loaded_bytes.labels(stage).set(size)
        self._load_duration.labels(stage).set(seconds)

    def observe(self, stages: Mapping[str, Callable[[], float]]) -> None:
        """Have the age of unsaved state read at each scrape, in seconds by stage."""
        for stage, age in stages.items():
            self._unsaved.labels(stage).set_function(age)
