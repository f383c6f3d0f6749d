from typing import Any
from uuid import UUID

import numpy as np
import pytest

from detectors.alerts.against import Against
from detectors.alerts.quality_alert import quality_alert_of, values_alert_of
from detectors.alerts.quality_change import QualityChange
from detectors.alerts.sighting import Sighting
from detectors.alerts.values_change import ValuesChange
from detectors.algorithms.share_cusum import Rise
from detectors.algorithms.value_faults import NEW, STAYS, Fault
from schemas.events.alert import AlertKind, Severity
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_object, encode_event
from schemas.events.position import Position
from schemas.events.quality_alert import Quality, QualityAlert
from schemas.tables.columns import Role

BEFORE = [1900, 20, 50, 10, 10, 10]
"""Rows that were ok, absent, null, NaN, infinite and mistyped."""


def _alert(after: list[int], *, before: list[int] | None = None, **more: Any) -> QualityAlert:
    rise = Rise(np.array(before or BEFORE), np.array(after), 12.5, 11.0, 2.0, 1.0)
    where = Position(topic="predictions", partition=0, offset=2010, time="2026-01-01T00:00:00Z")
    change = QualityChange(2000 + sum(after) - 1, rise._replace(**more))
    assert (change.change_row, change.rows_since_change) == (2000, sum(after))
    sighting = Sighting(
        model="credit",
        version="3",
        role=Role.FEATURE,
        feature="income",
        critical=False,
        change_at=where,
        detected_at=where,
    )
    return quality_alert_of(change, sighting)


@pytest.mark.parametrize(
    ("after", "quality", "share"),
    [
        ([2, 18, 0, 0, 0, 0], Quality.ABSENT, 0.9),
        ([2, 0, 18, 0, 0, 0], Quality.NULL, 0.9),
        ([0, 0, 0, 0, 0, 20], Quality.MISTYPED, 1.0),
        ([10, 0, 0, 5, 5, 0], Quality.NON_FINITE, 0.5),
        ([4, 3, 0, 2, 3, 8], Quality.MISTYPED, 0.4),
    ],
)
def test_it_names_the_quality_whose_share_rose_most(
    after: list[int], quality: Quality, share: float
) -> None:
    alert = _alert(after)
    assert (alert.kind, alert.quality) == (AlertKind.QUALITY, quality)
    assert alert.share_after == pytest.approx(share)
    assert (alert.rows_before, alert.rows_after) == (2000, 20)


def test_its_sentence_says_what_is_wrong_and_since_how_many_rows() -> None:
    assert _alert([2, 0, 18, 0, 0, 0]).message == (
        "Feature 'income' of credit 3 changed: null in 90.0% of the rows, before 2.5%, over 20 "
        "rows (share_cusum on the share of rows that are not ok)."
    )


def test_it_is_an_event_with_its_evidence() -> None:
    alert = _alert([2, 0, 18, 0, 0, 0])
    assert decode_alert(decode_object(encode_event(alert))) == alert
    assert UUID(alert.alert_id).version == 5
    assert alert.severity is Severity.WARNING
    assert (alert.detector.statistic, alert.detector.threshold) == (12.5, 11.0)
    assert alert.rows_observed == 2020


def test_nothing_is_guaranteed_where_faults_come_in_bursts() -> None:
    assert _alert([2, 0, 18, 0, 0, 0]).guaranteed
    assert not _alert([2, 0, 18, 0, 0, 0], inflation=9.0).guaranteed


@pytest.mark.parametrize(
    ("fault", "quality", "said"),
    [
        (
            Fault(15, STAYS, 16, 0.01, 1.0, 5000, 16.0, 16.0),
            Quality.CONSTANT,
            "one value in all of the latest 16 rows, before in 1.0%",
        ),
        (
            Fault(31, NEW, 32, 0.0, 0.25, 5000, 20.0, 15.4),
            Quality.UNSEEN,
            "never seen before in 25.0% of the latest 32 rows, before in 0.0%",
        ),
    ],
)
def test_faults_of_usable_values_say_which(fault: Fault, quality: Quality, said: str) -> None:
    where = Position(topic="predictions", partition=0, offset=2010, time="2026-01-01T00:00:00Z")
    sighting = Sighting(
        model="credit",
        version="3",
        role=Role.FEATURE,
        feature="income",
        critical=True,
        change_at=where,
        detected_at=where,
    )
    change = ValuesChange(2015, 2000, fault, independent=False, against=Against(None, 0))
    alert = values_alert_of(change, sighting)
    assert alert.reference is not None
    assert (alert.reference.kind, alert.reference.rows) == ("rows", fault.values_before)
    assert (alert.quality, alert.severity, alert.guaranteed) == (quality, Severity.CRITICAL, False)
    assert (alert.rows_since_change, alert.rows_after) == (16, fault.values)
    assert said in alert.message
    assert decode_alert(decode_object(encode_event(alert))) == alert
