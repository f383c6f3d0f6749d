"""Counters of what was done with MLflow."""

from collections.abc import Callable

from prometheus_client import Counter, Gauge

from app.metrics import catalogue
from app.metrics.catalogue import MetricSpec
from schemas.events.model_event import ModelEvent


class MlflowMetrics:
    """What there was of MLflow; it has no series where none is configured.

    Parameters
    ----------
    counter, gauge
        Make metrics.
    """

    def __init__(
        self, counter: Callable[[MetricSpec], Counter], gauge: Callable[[MetricSpec], Gauge]
    ) -> None:
        self._requests = counter(catalogue.MLFLOW_REQUESTS)
        self._events = counter(catalogue.MLFLOW_EVENTS)
        self._tags = counter(catalogue.MLFLOW_TAGS)
        self._webhooks = counter(catalogue.MLFLOW_WEBHOOKS)
        self._unmatched = gauge(catalogue.MLFLOW_UNMATCHED)
        self._unnamed = counter(catalogue.MLFLOW_UNNAMED)
        self._followed = gauge(catalogue.MLFLOW_FOLLOWED)

    def asked(self, outcome: str) -> None:
        """Take note of how a request ended."""
        self._requests.labels(outcome).inc()

    def event_told(self, event: ModelEvent) -> None:
        """Take note of a model event that was sent."""
        self._events.labels(str(event.type)).inc()

    def tag_written(self) -> None:
        """Take note of a verdict that was written."""
        self._tags.inc()

    def webhook_taken(self, outcome: str) -> None:
        """Take note of what became of a webhook."""
        self._webhooks.labels(outcome).inc()

    def unmatched(self, model: str, versions: int) -> None:
        """Take note of how many versions of a model MLflow does not know."""
        self._unmatched.labels(model).set(versions)

    def unnamed(self, model: str) -> None:
        """Take note of an alias on a version of which nothing says what predictions call it."""
        self._unnamed.labels(model).inc()

    def followed(self, model: str, time: float) -> None:
        """Take note that all of a model is as it should be, at a time in seconds."""
        self._followed.labels(model).set(time)

    def dropped(self, model: str) -> None:
        """Take note that another worker has the model."""
        for gauge in (self._unmatched, self._followed):
            gauge.remove(model)
