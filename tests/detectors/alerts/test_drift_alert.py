from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.algorithms.false_alarms import FalseAlarms
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import DetectorOptions, MonitorOptions
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_object, encode_event
from schemas.events.detector_report import Stream
from schemas.events.drift_alert import DriftAlert
from schemas.events.times import parse_time
from schemas.events.window_summary import CategorySummary, NumberSummary
from tests.detectors.batches import START, batch_of, rows_of
from tests.detectors.drift_alerts import drift_alerts

SELDOM = FalseAlarms.of("1 per 1,000,000,000,000 rows per column")


def _alerts(values: Any, **more: Any) -> list[DriftAlert]:
    options = MonitorOptions(**more)
    return drift_alerts(ModelMonitor("fraud", "3", options).update(batch_of(rows_of(x=values))))


def _shifted(seed: int = 1) -> Any:
    random = np.random.default_rng(seed)
    return np.concatenate([random.normal(10, 2, 1500), random.normal(16, 2, 200)])


def test_the_evidence_is_numpys_on_the_true_rows() -> None:
    values = _shifted()
    (alert,) = _alerts(values)
    before, after = alert.before, alert.after
    assert isinstance(before, NumberSummary)
    assert isinstance(after, NumberSummary)
    seen = values[: alert.detected_at.offset + 1]
    late, early = seen[-after.count :], seen[: -after.count]
    assert (before.count, alert.rows_observed) == (len(early), len(seen))
    assert before.mean == pytest.approx(early.mean())
    assert before.std == pytest.approx(early.std(ddof=1))
    assert after.mean == pytest.approx(late.mean())
    assert after.std == pytest.approx(late.std(ddof=1))
    for name, level in (("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95)):
        assert before.quantiles[name] == pytest.approx(np.quantile(early, level), abs=0.3)
        assert after.quantiles[name] == pytest.approx(np.quantile(late, level))
    assert alert.change_at.offset == alert.detected_at.offset - alert.rows_since_change + 1
    assert abs(alert.change_at.offset - 1500) < 20
    assert parse_time(alert.detected_at.time) == START + 1000 * alert.detected_at.offset
    assert alert.detector.statistic is not None
    assert alert.detector.threshold is not None
    assert alert.detector.statistic > alert.detector.threshold
    assert alert.guaranteed
    assert alert.stride == 1


def test_the_message_is_a_sentence_for_people() -> None:
    (alert,) = _alerts(_shifted())
    head, _, tail = alert.message.partition(", over ")
    assert head.startswith("Feature 'x' of fraud 3 changed: the mean went from 9.")
    assert ", the standard deviation from 2." in head
    assert tail.startswith(f"{alert.rows_since_change} rows (")
    assert tail.endswith(" of its ranks).")


def test_shares_of_categories_are_told() -> None:
    random = np.random.default_rng(2)
    values = [*random.choice(["a", "b", "{c}"], 1500, p=[0.7, 0.2, 0.1]), *["{c}", "b"] * 40]
    (alert,) = _alerts([str(value) for value in values])
    before, after = alert.before, alert.after
    assert isinstance(before, CategorySummary)
    assert isinstance(after, CategorySummary)
    assert sum(before.shares.values()) == pytest.approx(1)
    assert before.shares["a"] == pytest.approx(0.7, abs=0.05)
    assert after.shares["a"] < 0.3
    assert "the share of 'a' went from 68." in alert.message
    assert "% to " in alert.message


def test_an_unseen_category_is_in_the_evidence_with_a_share_of_none_before() -> None:
    values = np.random.default_rng(2).choice(["a", "b"], 1500).tolist()
    late = np.random.default_rng(3).choice(["a", "new"], 300, p=[0.95, 0.05]).tolist()
    (alert, *_) = _alerts([*values, *late])
    assert isinstance(alert.before, CategorySummary)
    assert isinstance(alert.after, CategorySummary)
    assert alert.before.shares["new"] == 0.0
    assert 0.0 < alert.after.shares["new"] < 0.2


def test_ids_are_stable_and_tell_everything_apart() -> None:
    (first,), (again,) = _alerts(_shifted()), _alerts(_shifted())
    assert first == again
    assert UUID(first.alert_id).version == 5
    batch = batch_of(rows_of(x=_shifted(), y=_shifted()))
    more = drift_alerts(ModelMonitor("fraud", "3", MonitorOptions()).update(batch))
    other = ModelMonitor("fraud", "4", MonitorOptions()).update(batch)
    ids = {alert.event_id for alert in (*more, *other)}
    assert len(ids) == 4
    assert first.alert_id in {alert.alert_id for alert in more if alert.feature == "x"}


def test_a_change_of_spread_alone_fires_on_the_spread_stream() -> None:
    random = np.random.default_rng(4)
    values = np.concatenate([random.normal(0, 1, 1500), random.normal(0, 5, 200)])
    (alert,) = _alerts(values)
    assert alert.detector.stream is Stream.SPREAD
    assert "spread of its ranks" in alert.message


def test_detectors_that_fire_at_the_same_row_corroborate() -> None:
    only = (Stream.LOCATION,)
    twice = DetectorOptions("page_hinkley", {"delta": 0.05, "threshold": 8.0, "alpha": 1.0}, only)
    (alert,) = _alerts(_shifted(), detectors=(twice, twice), false_alarms=SELDOM)
    assert alert.corroborated_by == [alert.detector]


def test_a_detector_that_tells_no_statistic_still_alarms() -> None:
    kswin = DetectorOptions("kswin", {"alpha": 1e-9, "seed": 1}, (Stream.RAW,))
    alerts = _alerts(_shifted(), detectors=(kswin,), false_alarms=SELDOM)
    assert alerts
    assert alerts[0].detector.statistic is None
    assert alerts[0].rows_since_change >= 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1e308, -1.7e308, 5e-324, 1e18, -0.0]))
def test_every_alert_can_be_written_and_read_again(seed: int, huge: float) -> None:
    random = np.random.default_rng(seed)
    values = np.concatenate(
        [random.normal(size=1200), random.choice([huge, -huge, 1.0], 200), np.full(200, huge)]
    )
    alerts = _alerts(values)
    assert alerts
    for alert in alerts:
        assert decode_alert(decode_object(encode_event(alert))) == alert
