"""Prometheus metrics of one worker: declared in `catalogue`, fed through `Metrics`.

Nothing here decides anything: the agents report to the `Telemetry` contract and know no metric.
"""

from app.metrics.catalogue import CATALOGUE, MetricSpec
from app.metrics.consumer import ConsumerView, ProgressView
from app.metrics.label_cap import OTHER
from app.metrics.metrics import Metrics
from app.metrics.models import MODEL_SPECS
from app.metrics.pending import PENDING_SPECS
from app.metrics.refusal import Refusal

__all__ = [
    "CATALOGUE",
    "MODEL_SPECS",
    "OTHER",
    "PENDING_SPECS",
    "ConsumerView",
    "MetricSpec",
    "Metrics",
    "ProgressView",
    "Refusal",
]
