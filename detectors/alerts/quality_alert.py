"""Turns changes of quality into the alerts that people and pipelines read."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.against import report_of
from detectors.alerts.quality_change import QualityChange
from detectors.alerts.sentences import quality_sentence, values_sentence
from detectors.alerts.sighting import Sighting
from detectors.alerts.values_change import ValuesChange
from detectors.algorithms.share_cusum import ROWS_TO_A_FALSE_ALARM
from detectors.algorithms.value_faults import STAYS, VALUES_TO_A_FALSE_ALARM
from schemas.events.alert import Severity
from schemas.events.detector_report import DetectorReport, Stream
from schemas.events.quality_alert import Quality, QualityAlert
from schemas.events.reference_report import ReferenceReport
from schemas.tables.columns import Flag

DETECTOR: Final = "share_cusum"
"""The detector's name in alerts."""

VALUES_DETECTOR: Final = "latest_values"
"""The name of what looks at usable values."""

MOST_INFLATION: Final = 2.0
"""Inflation by dependence up to which the stated false-alarm rate was measured to hold."""

_FLAGS: Final[Mapping[Quality, tuple[Flag, ...]]] = {
    Quality.ABSENT: (Flag.ABSENT,),
    Quality.NULL: (Flag.NULL,),
    Quality.MISTYPED: (Flag.MISTYPED,),
    Quality.NON_FINITE: (Flag.NAN, Flag.INFINITE),
}


def quality_alert_of(change: QualityChange, sighting: Sighting) -> QualityAlert:
    """Return the alert of one change of quality; it names the quality whose share rose most."""
    rise = change.rise
    before = {quality: _share(rise.before, flags) for quality, flags in _FLAGS.items()}
    after = {quality: _share(rise.after, flags) for quality, flags in _FLAGS.items()}
    quality = max(_FLAGS, key=lambda each: after[each] - before[each])
    shares = before[quality], after[quality]
    rows = change.rows_since_change
    detector = DetectorReport(
        kind=DETECTOR,
        stream=Stream.RAW,
        parameters={"ratio": rise.ratio, "rows_to_a_false_alarm": ROWS_TO_A_FALSE_ALARM},
        statistic=rise.statistic,
        threshold=rise.limit,
    )
    return _alert(
        sighting,
        quality,
        detector,
        shares=shares,
        rows=(int(rise.before.sum()), rows),
        rows_since_change=rows,
        guaranteed=rise.inflation <= MOST_INFLATION,
        message=quality_sentence(sighting, quality, shares, rows, DETECTOR),
    )


def values_alert_of(change: ValuesChange, sighting: Sighting) -> QualityAlert:
    """Return the alert of a value that stays, or of values that were never seen before."""
    fault = change.fault
    quality = Quality.CONSTANT if fault.what == STAYS else Quality.UNSEEN
    shares = fault.before, fault.after
    detector = DetectorReport(
        kind=VALUES_DETECTOR,
        stream=Stream.RAW,
        parameters={"values_to_a_false_alarm": VALUES_TO_A_FALSE_ALARM},
        statistic=fault.statistic,
        threshold=fault.limit,
    )
    return _alert(
        sighting,
        quality,
        detector,
        shares=shares,
        rows=(fault.values_before, fault.values),
        rows_since_change=change.rows_since_change,
        guaranteed=change.independent,
        reference=report_of(change.against, fault.values_before),
        message=values_sentence(sighting, quality, shares, fault.values, VALUES_DETECTOR),
    )


def _alert(
    sighting: Sighting,
    quality: Quality,
    detector: DetectorReport,
    *,
    shares: tuple[float, float],
    rows: tuple[int, int],
    rows_since_change: int,
    guaranteed: bool,
    message: str,
    reference: ReferenceReport | None = None,
) -> QualityAlert:
    """Return the alert of a quality; shares and rows are those before the change, and since."""
    return QualityAlert(
        alert_id=sighting.alert_id(detector.kind, quality),
        severity=Severity.CRITICAL if sighting.critical else Severity.WARNING,
        model=sighting.model,
        version=sighting.version,
        feature=sighting.feature,
        quality=quality,
        detector=detector,
        share_before=shares[0],
        share_after=shares[1],
        rows_before=rows[0],
        rows_after=rows[1],
        change_at=sighting.change_at,
        detected_at=sighting.detected_at,
        rows_since_change=rows_since_change,
        rows_observed=sum(rows),
        guaranteed=guaranteed,
        reference=reference,
        message=message,
    )


def _share(counts: NDArray[np.int64], flags: tuple[Flag, ...]) -> float:
    return float(counts[list(flags)].sum()) / max(int(counts.sum()), 1)
