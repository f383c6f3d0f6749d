"""The watched models' metrics, made at the scrape from the last status of each."""

from collections.abc import Mapping
from threading import Lock
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from agents.stages.telemetry import ModelStatus
from app.metrics import catalogue
from app.metrics.catalogue import MetricSpec
from app.metrics.label_cap import OTHER, Identity, LabelCap
from app.metrics.rendering import Check
from detectors.monitors.column_figures import Figures
from detectors.reference.season import UNKNOWN
from schemas.tables.columns import Flag
from schemas.tables.model_version import ModelVersion

Family = CounterMetricFamily | GaugeMetricFamily

_QUALITIES: Final = tuple(flag.name.lower() for flag in Flag)


def family(spec: MetricSpec) -> Family:
    """Return an empty family of samples."""
    kind = CounterMetricFamily if spec.type == "counter" else GaugeMetricFamily
    return kind(spec.name, spec.text, labels=spec.labels)


def _go_on() -> None:
    """Be the check of a scrape that nobody gives up."""


class ModelCollector(Collector):
    """Keeps the last status of each model version; a batch costs one assignment.

    Scrapes run in a thread of their own: with tens of thousands of columns one takes half a
    second. `keep`, `drop` and `forget` never wait for it, and `check` may end it between models.

    Counters beyond the cap are summed into ``other``, which never falls: what a folded model
    counts is added as it grows, and stays when the model has gone.

    Parameters
    ----------
    limit
        Model versions, and columns, that are told apart.

    Attributes
    ----------
    check
        Called before each model of a scrape; what it raises ends the scrape.
    """

    def __init__(self, limit: int) -> None:
        self._statuses: dict[ModelVersion, tuple[int, ModelStatus]] = {}
        self._models = LabelCap(limit)
        self._columns = LabelCap(limit)
        self._folded: dict[tuple[str, Identity], float] = {}
        self._seen: dict[tuple[str, Identity, Identity], float] = {}
        self._is_any_gone = False
        self._scrape = Lock()
        self.check: Check = _go_on

    def keep(self, partition: int, status: ModelStatus) -> None:
        """Take the status of a model version that is watched in a partition."""
        self._statuses[status.model, status.version] = (partition, status)

    def drop(self, partition: int) -> set[ModelVersion]:
        """Forget the models of a partition; return them."""
        gone = {key for key, (place, _) in self._statuses.items() if place == partition}
        for key in gone:
            self.forget(key)
        return gone

    def forget(self, key: ModelVersion) -> None:
        """Forget a model version."""
        if self._statuses.pop(key, None) is not None:
            # What belongs to the scrape is cleaned by the scrape, which may be at work.
            self._is_any_gone = True

    def describe(self) -> list[Family]:
        """Return the families without samples, so that one who asks for others does not wait."""
        return [family(spec) for spec in MODEL_SPECS]

    def collect(self) -> list[Family]:
        """Return the families of all models and columns."""
        with self._scrape:
            self._forget_gone()
            return self._families()

    def _forget_gone(self) -> None:
        if self._is_any_gone:
            self._is_any_gone = False
            kept = set(self._statuses)
            for cap in (self._models, self._columns):
                cap.release(lambda identity: identity[:2] not in kept)
            self._seen = {key: last for key, last in self._seen.items() if key[1][:2] in kept}

    def _families(self) -> list[Family]:
        families = {spec.name: family(spec) for spec in MODEL_SPECS}
        folded_models = folded_columns = 0
        for key, (_, status) in list(self._statuses.items()):
            self.check()
            admitted = self._models.admits(key)
            folded_models += not admitted
            self._add_model(families, key, status, admitted=admitted)
            for (role, name), figures in status.columns.items():
                identity = (*key, str(role), name)
                shown = admitted and self._columns.admits(identity)
                folded_columns += not shown
                self._add_column(families, identity, figures, admitted=shown)
            for (role, name), outcome in status.references.items():
                given = (*key, str(role), name)
                if admitted and self._columns.admits(given):
                    told = families[catalogue.FEATURE_REFERENCE.name]
                    told.add_metric((*given, str(outcome)), 1)
        for (name, labels), total in self._folded.items():
            families[name].add_metric(labels, total)
        folded = families[catalogue.FOLDED.name]
        folded.add_metric(("models",), folded_models)
        folded.add_metric(("columns",), folded_columns)
        return list(families.values())

    def _add_model(
        self,
        families: Mapping[str, Family],
        key: ModelVersion,
        status: ModelStatus,
        *,
        admitted: bool,
    ) -> None:
        for spec, value in (
            (catalogue.MODEL_ROWS, status.rows),
            (catalogue.MODEL_LABELLED_ROWS, status.labelled_rows),
            (catalogue.MODEL_REPLAYED_ROWS, status.replayed_rows),
            (catalogue.MODEL_REFUSED_COLUMNS, status.refused_columns),
        ):
            if admitted:
                families[spec.name].add_metric(key, value)
            else:
                self._fold(spec, key, (), value)
        if admitted:
            families[catalogue.MODEL_LAST_EVENT.name].add_metric(key, status.newest)
            families[catalogue.MODEL_TASK.name].add_metric((*key, str(status.task)), 1)
            for threshold, (losses, is_breached, uncompared) in status.thresholds.items():
                labels = (*key, threshold)
                if uncompared is not None:
                    reasons = families[catalogue.THRESHOLD_UNCOMPARED.name]
                    reasons.add_metric((*labels, uncompared), 1)
                families[catalogue.THRESHOLD_LOSSES.name].add_metric(labels, losses)
                families[catalogue.THRESHOLD_BREACHED.name].add_metric(labels, int(is_breached))
            families[catalogue.VERSION_STATUS.name].add_metric((*key, str(status.status)), 1)
            families[catalogue.OPEN_ALERTS.name].add_metric(key, status.open_alerts)
            repeated = families[catalogue.LABELS_REPEATED.name]
            repeated.add_metric((*key, "duplicate"), status.labels.duplicates)
            repeated.add_metric((*key, "corrected"), status.labels.corrections)
            dated = families[catalogue.LABELS_BACKDATED.name]
            dated.add_metric(key, status.labels.backdated)

    def _add_column(
        self,
        families: Mapping[str, Family],
        identity: Identity,
        figures: Figures,
        *,
        admitted: bool,
    ) -> None:
        values = families[catalogue.FEATURE_VALUES.name]
        for quality, count in zip(_QUALITIES, figures.problems, strict=True):
            if admitted:
                values.add_metric((*identity, quality), count)
            else:
                self._fold(catalogue.FEATURE_VALUES, identity, (quality,), count)
        if not admitted:
            self._fold(catalogue.FEATURE_DISCARDED, identity, (), figures.discarded)
        else:
            families[catalogue.FEATURE_DISCARDED.name].add_metric(identity, figures.discarded)
            families[catalogue.FEATURE_KIND.name].add_metric((*identity, figures.kind), 1)
            families[catalogue.FEATURE_REFERENCE_ROWS.name].add_metric(identity, figures.rows)
            families[catalogue.FEATURE_READY.name].add_metric(identity, figures.ready)
            families[catalogue.FEATURE_BUDGET.name].add_metric(identity, figures.budget)
            if figures.doubt is not None:
                families[catalogue.FEATURE_DOUBT.name].add_metric((*identity, figures.doubt), 1)
            if figures.season != UNKNOWN:
                families[catalogue.FEATURE_SEASON.name].add_metric((*identity, figures.season), 1)
            if figures.rows:  # else there is no mean, and 0 would be read as one
                families[catalogue.FEATURE_MEAN.name].add_metric(identity, figures.mean)

    def _fold(self, spec: MetricSpec, identity: Identity, rest: Identity, value: float) -> None:
        key = (spec.name, identity, rest)
        last = self._seen.get(key, 0)
        self._seen[key] = value
        labels = ((OTHER,) * len(identity)) + rest
        total = self._folded.get((spec.name, labels), 0)
        # Below the last value, the model began anew.
        self._folded[spec.name, labels] = total + (value - last if value >= last else value)


MODEL_SPECS: Final = (
    catalogue.MODEL_ROWS,
    catalogue.MODEL_LABELLED_ROWS,
    catalogue.MODEL_REPLAYED_ROWS,
    catalogue.MODEL_REFUSED_COLUMNS,
    catalogue.MODEL_LAST_EVENT,
    catalogue.MODEL_TASK,
    catalogue.THRESHOLD_LOSSES,
    catalogue.THRESHOLD_BREACHED,
    catalogue.THRESHOLD_UNCOMPARED,
    catalogue.VERSION_STATUS,
    catalogue.OPEN_ALERTS,
    catalogue.LABELS_REPEATED,
    catalogue.LABELS_BACKDATED,
    catalogue.FEATURE_VALUES,
    catalogue.FEATURE_DISCARDED,
    catalogue.FEATURE_KIND,
    catalogue.FEATURE_REFERENCE_ROWS,
    catalogue.FEATURE_READY,
    catalogue.FEATURE_DOUBT,
    catalogue.FEATURE_SEASON,
    catalogue.FEATURE_REFERENCE,
    catalogue.FEATURE_MEAN,
    catalogue.FEATURE_BUDGET,
    catalogue.FOLDED,
)
"""What is told of models when they are scraped."""
