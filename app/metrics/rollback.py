"""Counters of rollback requests, of what asks for them, and of their answers."""

from collections.abc import Callable

from prometheus_client import Counter

from app.metrics import catalogue
from app.metrics.catalogue import MetricSpec
from app.metrics.label_cap import CappedCounter
from detectors.monitors.rollbacks import RollbackNews
from schemas.events.rollback_request import RollbackRequest

BY_ROUTE = "route"
"""What has answered a request where it was no model event."""


class RollbackCounters:
    """What there was of rollbacks.

    Parameters
    ----------
    counter
        Makes a counter.
    limit
        Model versions that are shown.
    """

    def __init__(self, counter: Callable[[MetricSpec], Counter], limit: int) -> None:
        self._requests = CappedCounter(counter(catalogue.ROLLBACK_REQUESTS), limit)
        self._causes = CappedCounter(counter(catalogue.ROLLBACK_CAUSES), limit)
        self._answers = CappedCounter(counter(catalogue.ROLLBACK_ANSWERS), limit)

    def ask(self, request: RollbackRequest) -> None:
        """Count a request."""
        self._requests.add((request.model, request.version), (str(request.cause),))

    def tell(self, news: RollbackNews) -> None:
        """Count what has become of causes and answers."""
        for cause, became in news.causes:
            self._causes.add((cause.model, cause.version), (str(became),))
        for model, kind, outcome in news.answers:
            self._answers.add((model,), (BY_ROUTE if kind is None else str(kind), str(outcome)))
