"""Turns a drift into the alert that people and pipelines read."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from detectors.alerts.against import report_of, words_of
from detectors.alerts.direction import direction_of, has_improved
from detectors.alerts.drift import Drift, Finding
from detectors.alerts.sentences import Window, drift_sentence
from detectors.alerts.sighting import Sighting
from detectors.alerts.window_summaries import (
    category_summaries,
    finite,
    numbers_after,
    numbers_before,
)
from schemas.events.alert import AlertKind, Severity
from schemas.events.detector_report import DetectorReport
from schemas.events.drift_alert import Direction, DriftAlert, DriftKind
from schemas.events.window_summary import CategorySummary, NumberSummary
from schemas.tables.columns import Kind, Role

DRIFT_KINDS: Final[Mapping[Role, DriftKind]] = {
    Role.FEATURE: AlertKind.FEATURE,
    Role.PREDICTION: AlertKind.PREDICTION,
    Role.SCORE: AlertKind.SCORE,
    Role.ERROR: AlertKind.CONCEPT,
}


def alert_of(drift: Drift, sighting: Sighting) -> DriftAlert:
    """Return the alert of one drift.

    Concept drift is critical, unless the errors have become fewer; other drift is where the feature
    is marked so. That the predictions and scores of a version that learns on change is news.
    """
    kind = DRIFT_KINDS[sighting.role]
    before, after = _summaries(drift)
    direction = direction_of(before, after)
    report = _report(drift.findings[0])
    reference = report_of(drift.against, drift.before.count)
    return DriftAlert(
        alert_id=sighting.alert_id(report.kind, report.stream),
        kind=kind,
        severity=_severity(kind, before, after, sighting),
        model=sighting.model,
        version=sighting.version,
        feature=sighting.feature,
        detector=report,
        corroborated_by=[_report(finding) for finding in drift.findings[1:]],
        before=before,
        after=after,
        direction=direction,
        change_at=sighting.change_at,
        detected_at=sighting.detected_at,
        rows_since_change=drift.rows_since_change,
        rows_observed=drift.rows_observed,
        autocorrelation=drift.autocorrelation,
        stride=drift.stride,
        guaranteed=drift.independent,
        false_alarms=drift.false_alarms,
        budget_rows=drift.budget_rows,
        reference=reference,
        message=drift_sentence(
            sighting,
            kind,
            direction,
            (before, after),
            report,
            drift.rows_since_change,
            without=drift.without,
            reference=words_of(reference),
        ),
    )


def _severity(kind: DriftKind, before: Window, after: Window, sighting: Sighting) -> Severity:
    if sighting.learns_on and kind in {AlertKind.PREDICTION, AlertKind.SCORE}:
        return Severity.INFO
    if kind is not AlertKind.CONCEPT:
        return Severity.CRITICAL if sighting.critical else Severity.WARNING
    if has_improved(before, after):
        return Severity.INFO
    # Most errors have shrunk and a few have grown: worth a look, no reason to retrain by itself.
    mixed = direction_of(before, after) is Direction.DOWN
    return Severity.WARNING if mixed else Severity.CRITICAL


def _report(finding: Finding) -> DetectorReport:
    return DetectorReport(
        kind=finding.detector.kind,
        stream=finding.stream,
        parameters=dict(finding.detector.parameters),
        statistic=finite(finding.detection.statistic),
        threshold=finite(finding.detection.threshold),
    )


def _summaries(
    drift: Drift,
) -> tuple[NumberSummary, NumberSummary] | tuple[CategorySummary, CategorySummary]:
    if drift.kind is not Kind.CATEGORY:
        return numbers_before(drift.before), numbers_after(drift.after)
    size = len(drift.names)
    counts_before = np.zeros(size, dtype=np.int64)
    counts_before[: len(drift.before.category_counts)] = drift.before.category_counts
    counts_after = np.bincount(drift.after.astype(np.int64), minlength=size)
    return category_summaries(counts_before, counts_after, drift.names)
