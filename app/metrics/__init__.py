"""Prometheus metrics of one worker: declared in `catalogue`, fed through `Metrics`.

Nothing here decides anything: the agents report to the `Telemetry` contract and know no metric.
"""

from app.metrics.catalogue import CATALOGUE, MetricSpec
from app.metrics.consumer import ConsumerView, ProgressView
from app.metrics.label_cap import OTHER
from app.metrics.metrics import Metrics

__all__ = ["CATALOGUE", "OTHER", "ConsumerView", "MetricSpec", "Metrics", "ProgressView"]
