"""Turns a drift into the alert that people and pipelines read."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np

from detectors.alerts.direction import direction_of, has_improved
from detectors.alerts.drift import Drift, Finding
from detectors.alerts.sighting import Sighting
from detectors.alerts.window_summaries import (
    category_summaries,
    finite,
    numbers_after,
    numbers_before,
)
from schemas.events.alert import AlertKind, Severity
from schemas.events.detector_report import DetectorReport, Stream
from schemas.events.drift_alert import Direction, DriftAlert, DriftKind
from schemas.events.summary import CategorySummary, NumberSummary
from schemas.tables.columns import Kind, Role

Window: TypeAlias = NumberSummary | CategorySummary
"""What a column looked like before or after."""

DRIFT_KINDS: Final[Mapping[Role, DriftKind]] = {
    Role.FEATURE: AlertKind.FEATURE,
    Role.PREDICTION: AlertKind.PREDICTION,
    Role.SCORE: AlertKind.SCORE,
    Role.ERROR: AlertKind.CONCEPT,
}

_STREAM_WORDS: Final = {
    Stream.LOCATION: "location of its ranks",
    Stream.SPREAD: "spread of its ranks",
    Stream.RAW: "values",
}


def alert_of(drift: Drift, sighting: Sighting) -> DriftAlert:
    """Return the alert of one drift.

    Concept drift is critical, unless the errors have become fewer; other drift is where the feature
    is marked so.
    """
    kind = DRIFT_KINDS[sighting.role]
    before, after = _summaries(drift)
    direction = direction_of(before, after)
    report = _report(drift.findings[0])
    return DriftAlert(
        alert_id=sighting.alert_id(report.kind, report.stream),
        kind=kind,
        severity=_severity(kind, before, after, critical=sighting.critical),
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
        message=(
            f"{sighting.subject} {_verb(kind, direction)}: "
            f"{_change(before, after)}, over {drift.rows_since_change} rows "
            f"({report.kind} on the {_STREAM_WORDS[report.stream]})."
        ),
    )


def _severity(kind: DriftKind, before: Window, after: Window, *, critical: bool) -> Severity:
    if kind is not AlertKind.CONCEPT:
        return Severity.CRITICAL if critical else Severity.WARNING
    if has_improved(before, after):
        return Severity.INFO
    # Most errors have shrunk and a few have grown: worth a look, no reason to retrain by itself.
    mixed = direction_of(before, after) is Direction.DOWN
    return Severity.WARNING if mixed else Severity.CRITICAL


def _verb(kind: DriftKind, direction: Direction | None) -> str:
    if kind is not AlertKind.CONCEPT or direction is None:
        return "changed"
    return "rose" if direction is Direction.UP else "fell"


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


def _change(before: Window, after: Window) -> str:
    if isinstance(before, CategorySummary) and isinstance(after, CategorySummary):
        shares = before.shares.keys() | after.shares.keys()
        gaps = {name: after.shares.get(name, 0.0) - before.shares.get(name, 0.0) for name in shares}
        most = max(sorted(gaps), key=lambda name: abs(gaps[name]), default="")
        then, now = before.shares.get(most, 0.0), after.shares.get(most, 0.0)
        return f"the share of {most!r} went from {then:.1%} to {now:.1%}"
    if isinstance(before, NumberSummary) and isinstance(after, NumberSummary):
        return (
            f"the mean went from {_short(before.mean)} to {_short(after.mean)}, "
            f"the standard deviation from {_short(before.std)} to {_short(after.std)}"
        )
    raise TypeError("a column has one kind before and after")


def _short(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}"
