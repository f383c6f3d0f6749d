"""The performance of model versions as metrics, made at the scrape from what was told last."""

from collections.abc import Collection
from typing import Final

from prometheus_client import Counter
from prometheus_client.registry import Collector

from app.metrics import catalogue
from app.metrics.label_cap import Identity, LabelCap
from app.metrics.models import Family, family
from schemas.events.model_performance import Maturity, ModelPerformance, WindowKind
from schemas.events.times import parse_time
from schemas.tables.model_version import ModelVersion

SPECS: Final = (
    catalogue.PERFORMANCE,
    catalogue.PERFORMANCE_BOUND,
    catalogue.PERFORMANCE_ROWS,
    catalogue.PERFORMANCE_LABELLED,
    catalogue.PERFORMANCE_CORRECTED,
    catalogue.ESTIMATE_ERROR,
    catalogue.LABEL_MATURITY,
    catalogue.LABEL_DELAY,
    catalogue.PERFORMANCE_END,
    catalogue.PERFORMANCE_UNUSABLE,
)


class PerformanceCollector(Collector):
    """Keeps the latest window of each kind of each model version.

    Parameters
    ----------
    limit
        Model versions that are shown.
    told
        Counts the windows, by their kind.
    """

    def __init__(self, limit: int, told: Counter) -> None:
        self._told = told
        self._latest: dict[Identity, ModelPerformance] = {}
        # Of windows whose labels have come, which are older than the latest ones.
        self._mature: dict[ModelVersion, ModelPerformance] = {}
        self._cap = LabelCap(limit)

    def keep(self, performance: ModelPerformance) -> None:
        """Take what was told of a window; of one before the latest it changes nothing."""
        self._told.labels(str(performance.window.kind)).inc()
        version = performance.model, performance.version
        identity = (*version, str(performance.window.kind))
        if performance.estimate_errors and any(key[:2] == version for key in self._latest):
            mature = self._mature.get(version)
            if mature is None or mature.window.number <= performance.window.number:
                self._mature[version] = performance
        known = self._latest.get(identity)
        if known is not None and known.window.number > performance.window.number:
            return
        if known is not None or self._cap.admits(version):
            self._latest[identity] = performance

    def latest(self, version: ModelVersion) -> ModelPerformance | None:
        """Return the latest window of labelled rows of a version, or of time where none is."""
        for kind in (WindowKind.ROWS, WindowKind.TIME):
            found = self._latest.get((*version, str(kind)))
            if found is not None:
                return found
        return None

    def latest_of_each(self, version: ModelVersion) -> list[ModelPerformance]:
        """Return the latest windows of a version, of each kind that it has."""
        found = (self._latest.get((*version, str(kind))) for kind in WindowKind)
        return [each for each in found if each is not None]

    def forget(self, gone: Collection[ModelVersion]) -> None:
        """Forget model versions."""
        self._latest = {key: told for key, told in self._latest.items() if key[:2] not in gone}
        self._mature = {key: told for key, told in self._mature.items() if key not in gone}
        self._cap.release(lambda identity: identity in gone)

    def describe(self) -> list[Family]:
        """Return the families without samples."""
        return [family(spec) for spec in SPECS]

    def collect(self) -> list[Family]:
        """Return the families of all model versions."""
        families = {spec.name: family(spec) for spec in SPECS}
        for identity, told in list(self._latest.items()):
            _add_window(families, identity, told)
        for version, told in list(self._mature.items()):
            for name, error in told.estimate_errors.items():
                families[catalogue.ESTIMATE_ERROR.name].add_metric((*version, name), error)
        return list(families.values())


def _add_window(families: dict[str, Family], identity: Identity, told: ModelPerformance) -> None:
    for name, estimate in told.metrics.items():
        if estimate.value is None:
            continue
        labels = (*identity, name)
        families[catalogue.PERFORMANCE.name].add_metric(labels, estimate.value)
        bounds = families[catalogue.PERFORMANCE_BOUND.name]
        for bound, value in (("low", estimate.low), ("high", estimate.high)):
            if value is not None:
                bounds.add_metric((*labels, bound), value)
    families[catalogue.PERFORMANCE_ROWS.name].add_metric(identity, told.rows)
    if told.share_labelled is not None:
        share = families[catalogue.PERFORMANCE_LABELLED.name]
        share.add_metric(identity, told.share_labelled)
    end = parse_time(told.window.end) / 1000
    families[catalogue.PERFORMANCE_END.name].add_metric(identity, end)
    if told.maturity is not None:
        _add_maturity(families, identity, told.maturity)
    for reason, rows in told.unusable.items():
        unusable = families[catalogue.PERFORMANCE_UNUSABLE.name]
        unusable.add_metric((*identity, reason), rows)


def _add_maturity(families: dict[str, Family], identity: Identity, maturity: Maturity) -> None:
    for name, estimate in maturity.corrected.items():
        if estimate.value is not None:
            corrected = families[catalogue.PERFORMANCE_CORRECTED.name]
            corrected.add_metric((*identity, name), estimate.value)
    if maturity.expected is not None:
        families[catalogue.LABEL_MATURITY.name].add_metric(identity, maturity.expected)
    for each in maturity.delays:
        labels = (*identity[:2], each.name, "predicted" if each.is_predicted else "missed")
        delays = families[catalogue.LABEL_DELAY.name]
        delays.add_metric((*labels, "0.5"), each.median_seconds)
        delays.add_metric((*labels, "0.9"), each.late_seconds)
