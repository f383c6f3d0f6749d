"""Counters of retrain requests, of what asks for them, and of their answers."""

from collections.abc import Callable

from prometheus_client import Counter

from app.metrics import catalogue
from app.metrics.catalogue import MetricSpec
from app.metrics.label_cap import CappedCounter
from detectors.requests.answers import AnswerOutcome
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal


class RetrainCounters:
    """What there was of retraining.

    Parameters
    ----------
    counter
        Makes a counter.
    limit
        Model versions that are shown.
    """

    def __init__(self, counter: Callable[[MetricSpec], Counter], limit: int) -> None:
        self._requests = CappedCounter(counter(catalogue.RETRAIN_REQUESTS), limit)
        self._signals = CappedCounter(counter(catalogue.RETRAIN_SIGNALS), limit)
        self._answers = counter(catalogue.RETRAIN_ANSWERS)

    def ask(self, request: RetrainRequest) -> None:
        """Count a request."""
        self._requests.add((request.model, request.version), (str(request.trigger),))

    def meet(self, signal: RetrainSignal) -> None:
        """Count a condition that rows have met."""
        self._signals.add((signal.model, signal.version), (str(signal.signal.kind),))

    def answer(self, outcome: AnswerOutcome) -> None:
        """Count a model event that answers requests, by what became of it."""
        self._answers.labels(str(outcome)).inc()
