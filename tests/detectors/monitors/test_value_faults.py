"""What becomes of a column that stays at one value, or has new ones, whichever path they take."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.fused_models import watch_fused
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from schemas.events.alert import Alert, AlertKind
from schemas.events.published import PublishedEvent
from schemas.events.quality_alert import Quality, QualityAlert
from schemas.tables.columns import Kind
from tests.detectors.batches import batch_of, batches_of, plain, rows_of, table_of_many
from tests.detectors.drift_alerts import alerts_in

OPTIONS = MonitorOptions(burn_in=400)


def rows(size: int, since: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows of which from one on the amount is 0, the flag true, and half of the cities are new."""
    random = np.random.default_rng(seed)
    late = np.arange(size) >= since
    cities = random.choice(["Bern", "Rome", "Oslo"], size)
    return rows_of(
        amount=np.where(late, 0.0, random.normal(50, 9, size)),
        flag=(late | (random.random(size) < 0.3)).tolist(),
        city=np.where(late & (random.random(size) < 0.5), "Bonn", cities).tolist(),
        kept=random.normal(0, 1, size),
    )


def fed(monitor: ModelMonitor, those: list[dict[str, Any]], cuts: list[int]) -> list[Alert]:
    return alerts_in(event for batch in batches_of(those, cuts) for event in monitor.update(batch))


def test_each_fault_is_told_once_by_its_name_and_the_drift_that_follows_is_not() -> None:
    alerts = fed(ModelMonitor("fraud", "3", OPTIONS), rows(2000, 1200), [])
    assert all(isinstance(alert, QualityAlert) for alert in alerts)
    found = {alert.feature: alert for alert in alerts if isinstance(alert, QualityAlert)}
    assert len(found) == len(alerts) == 3
    assert {name: alert.quality for name, alert in found.items()} == {
        "amount": Quality.CONSTANT,
        "flag": Quality.CONSTANT,
        "city": Quality.UNSEEN,
    }
    for alert in alerts:
        assert alert.kind is AlertKind.QUALITY
        assert alert.detected_at.offset in range(1207, 1260)
    assert found["flag"].share_before == pytest.approx(0.3, abs=0.05)
    assert (found["amount"].share_after, found["city"].share_before) == (1.0, 0.0)
    assert "one value in all of the latest 16 rows" in found["amount"].message
    assert "never seen before in " in found["city"].message


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99), st.lists(st.integers(1, 1399), max_size=8), st.integers(600, 1300))
def test_alerts_and_state_depend_neither_on_batches_nor_on_being_restored(
    seed: int, cuts: list[int], since: int
) -> None:
    those = rows(1400, since, seed)
    whole, cut = (ModelMonitor("fraud", "3", OPTIONS) for _ in range(2))
    expected = fed(whole, those, [])
    found: list[PublishedEvent] = []
    for batch in batches_of(those, cuts):
        found += cut.update(batch)
        restored = ModelMonitor("fraud", "3", OPTIONS)
        restored.restore(cut.state())
        cut = restored
    assert found == expected
    assert plain(cut.state()) == plain(whole.state())


def test_the_fused_path_leaves_a_fault_to_the_plain_one() -> None:
    those = rows(1000, 700)
    alone, fused = (ModelMonitor("fraud", "3", OPTIONS) for _ in range(2))
    kinds = {"amount": Kind.NUMBER, "flag": Kind.BOOLEAN, "city": Kind.CATEGORY}
    expected, found = [], []
    for start in range(0, 1000, 40):
        batch = batch_of(those[start : start + 40], start=start, kinds=kinds)
        expected += alone.update(batch)
        table = table_of_many([batch])
        taken = watch_fused(table, {("fraud", "3"): fused})
        found += [alert for alerts in taken.values() for alert in alerts]
        if not taken:
            found += fused.update(batch)
    assert found == expected
    assert plain(fused.state()) == plain(alone.state())


def test_what_was_constant_is_no_fault_and_what_begins_to_vary_is_a_drift() -> None:
    values = [3.0] * 1000 + np.random.default_rng(1).normal(3, 1, 200).tolist()
    (alert, *_) = fed(ModelMonitor("m", "1", OPTIONS), rows_of(x=values), [])
    assert alert.kind is AlertKind.FEATURE
    assert alert.detected_at.offset >= 1000


def test_a_class_that_has_become_commoner_does_not_stay() -> None:
    random = np.random.default_rng(1)
    early = random.choice(["a", "b", "c"], 1000)
    late = random.choice(["a", "b"], 400, p=[0.8, 0.2])
    (alert, *_) = fed(ModelMonitor("m", "1", OPTIONS), rows_of(x=[*map(str, [*early, *late])]), [])
    assert alert.kind is AlertKind.FEATURE


def test_identifiers_are_new_each_time_and_no_fault() -> None:
    values = [f"id-{number:06}" for number in range(6000)]
    assert fed(ModelMonitor("m", "1", OPTIONS), rows_of(x=values), [1000, 2500]) == []
