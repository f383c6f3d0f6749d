"""Comparisons of model versions as metrics, made at the scrape from what was told last."""

from collections.abc import Collection
from typing import Final

from prometheus_client import Counter
from prometheus_client.registry import Collector

from app.metrics import catalogue
from app.metrics.label_cap import Identity, LabelCap
from app.metrics.models import Family, family
from schemas.events.model_comparison import ExposureFault, ModelComparison
from schemas.tables.model_version import ModelVersion

SPECS: Final = (
    catalogue.COMPARISON_DIFFERENCE,
    catalogue.COMPARISON_BOUND,
    catalogue.COMPARISON_EVIDENCE,
    catalogue.COMPARISON_ROWS,
    catalogue.COMPARISON_STANDING,
    catalogue.COMPARISON_FAULTS,
)


class ComparisonCollector(Collector):
    """Keeps the latest look at each pair of versions.

    Parameters
    ----------
    limit
        Pairs that are shown.
    told
        Counts the looks, by what was decided.
    """

    def __init__(self, limit: int, told: Counter) -> None:
        self._told = told
        self._latest: dict[Identity, ModelComparison] = {}
        self._cap = LabelCap(limit)

    def keep(self, comparison: ModelComparison) -> None:
        """Take a look at two versions."""
        self._told.labels(str(comparison.decision)).inc()
        identity = (comparison.model, comparison.version, comparison.baseline)
        if self._cap.admits(identity):
            self._latest[identity] = comparison

    def forget(self, gone: Collection[ModelVersion]) -> None:
        """Forget candidates that are watched no longer."""
        self._latest = {key: told for key, told in self._latest.items() if key[:2] not in gone}
        self._cap.release(lambda identity: identity[:2] in gone)

    def describe(self) -> list[Family]:
        """Return the families without samples."""
        return [family(spec) for spec in SPECS]

    def collect(self) -> list[Family]:
        """Return the families of all pairs."""
        families = {spec.name: family(spec) for spec in SPECS}
        for identity, told in list(self._latest.items()):
            _add(families, identity, told)
        return list(families.values())


def _add(families: dict[str, Family], identity: Identity, told: ModelComparison) -> None:
    standing = (str(told.decision), str(told.verdict), str(told.reason))
    families[catalogue.COMPARISON_STANDING.name].add_metric((*identity, *standing), 1)
    for fault in ExposureFault:
        faults = families[catalogue.COMPARISON_FAULTS.name]
        faults.add_metric((*identity, str(fault)), fault in told.exposure.faults)
    for each in told.metrics:
        labels = (*identity, each.metric)
        if each.difference is not None:
            families[catalogue.COMPARISON_DIFFERENCE.name].add_metric(labels, each.difference)
        for bound, value in (("low", each.low), ("high", each.high)):
            if value is not None:
                families[catalogue.COMPARISON_BOUND.name].add_metric((*labels, bound), value)
        for side, evidence in (("better", each.better), ("worse", each.worse)):
            share = evidence / each.threshold
            families[catalogue.COMPARISON_EVIDENCE.name].add_metric((*labels, side), share)
        for arm, rows in (("baseline", each.baseline.rows), ("candidate", each.candidate.rows)):
            families[catalogue.COMPARISON_ROWS.name].add_metric((*labels, arm), rows)
