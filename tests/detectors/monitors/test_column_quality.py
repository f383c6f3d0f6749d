"""What becomes of a column whose values go missing, whichever path its rows take."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.fused_models import watch_fused
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from schemas.events.alert import Severity
from schemas.events.published import PublishedEvent
from schemas.events.quality_alert import Quality, QualityAlert
from schemas.tables.columns import Kind
from tests.detectors.batches import batch_of, batches_of, plain, rows_of, table_of_many
from tests.detectors.drift_alerts import alerts_in

OPTIONS = MonitorOptions(burn_in=1000)
KINDS = {"income": Kind.NUMBER, "age": Kind.NUMBER, "share": Kind.NUMBER, "flag": Kind.BOOLEAN}


def rows(size: int, since: int, *, seed: int = 1, missing: float = 0.9) -> list[dict[str, Any]]:
    """Rows in which income goes null, age absent and share not finite; the flag stays as it was."""
    random = np.random.default_rng(seed)
    whole = rows_of(
        income=random.normal(50, 9, size),
        age=random.normal(40, 9, size),
        share=random.random(size),
        flag=random.random(size) < 0.3,
    )
    for row in whole[since:]:
        if random.random() < missing:
            row["income"] = None
        row["share"] = float("nan")
        del row["age"]
    return whole


def test_each_column_that_breaks_is_told_of_once_and_what_follows_is_folded() -> None:
    broken = rows(9000, 3000)
    monitor = ModelMonitor("credit", "3", OPTIONS)
    alerts = [
        alert
        for batch in batches_of(broken, range(0, 9000, 500), kinds=KINDS)
        for alert in monitor.update(batch)
    ]
    assert all(isinstance(alert, QualityAlert) for alert in alerts)
    told = {alert.feature: alert for alert in alerts if isinstance(alert, QualityAlert)}
    assert {name: alert.quality for name, alert in told.items()} == {
        "income": Quality.NULL,
        "age": Quality.ABSENT,
        "share": Quality.NON_FINITE,
    }
    assert len(alerts) == 3
    for alert in told.values():
        assert alert.change_at.offset in range(3000, 3005)
        assert alert.detected_at.offset < 3020
        assert alert.share_before == 0.0
        assert alert.share_after >= 0.7


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(200, 700),
    st.lists(st.integers(1, 899), max_size=8),
    st.sampled_from([0.1, 0.5, 1.0]),
)
def test_alerts_and_state_do_not_depend_on_where_rows_are_cut(
    seed: int, since: int, cuts: list[int], missing: float
) -> None:
    broken = rows(900, since, seed=seed, missing=missing)
    options = MonitorOptions(burn_in=100, bins=8)
    whole, cut = (ModelMonitor("credit", "3", options) for _ in range(2))
    expected = whole.update(batch_of(broken, kinds=KINDS))
    found: list[PublishedEvent] = []
    for batch in batches_of(broken, cuts, kinds=KINDS):
        found += cut.update(batch)
        restored = ModelMonitor("credit", "3", options)
        restored.restore(cut.state())
        cut = restored
    assert found == expected
    assert {alert.subject for alert in found} >= {"age", "share"}
    assert plain(cut.state()) == plain(whole.state())


def tables(seed: int, size: int) -> Iterator[list[list[dict[str, Any]]]]:
    """The rows of three models, of which two break, a piece of each at a time."""
    streams = [rows(900, since, seed=seed + since) for since in (450, 600, 900)]
    for begin in range(0, 900, size):
        yield [[{"age": None, **row} for row in stream[begin : begin + size]] for stream in streams]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.integers(20, 200))
def test_models_in_one_table_give_what_they_give_one_after_the_other(seed: int, size: int) -> None:
    options = MonitorOptions(burn_in=100, bins=8)
    together, alone = Fleet(lambda _: options), Fleet(lambda _: options)
    found: list[PublishedEvent] = []
    expected: list[PublishedEvent] = []
    start = 0
    for pieces in tables(seed, size):
        batches = [
            batch_of(piece, start=start, model=f"m{number}", kinds=KINDS)
            for number, piece in enumerate(pieces)
        ]
        found += together.update(table_of_many(batches))
        for batch in batches:
            expected += alone.update(table_of_many([batch]))
        start += len(pieces[0])
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert {(alert.model, alert.subject) for alert in found} == {
        (model, name) for model in ("m0", "m1") for name in ("income", "age", "share")
    }
    assert plain(together.state()) == plain(alone.state())


def test_the_fused_path_counts_values_that_are_missing_and_leaves_a_rise_to_the_plain_one() -> None:
    monitor = ModelMonitor("credit", "3", MonitorOptions(burn_in=100))
    monitor.update(batch_of(rows(300, 300), kinds=KINDS, model="credit"))
    broken = rows(40, 10)
    batch = batch_of(
        [{"age": None, **row} for row in broken], start=300, model="credit", kinds=KINDS
    )
    (alerts,) = watch_fused(table_of_many([batch]), {("credit", "3"): monitor}).values()
    assert sorted(alert.subject for alert in alerts) == ["age", "income", "share"]


def test_a_critical_feature_that_goes_missing_is_critical() -> None:
    monitor = ModelMonitor("credit", "3", MonitorOptions(critical=frozenset({"age"})))
    alerts = alerts_in(monitor.update(batch_of(rows(3000, 2000), kinds=KINDS)))
    assert {alert.subject: alert.severity for alert in alerts} == {
        "income": Severity.WARNING,
        "age": Severity.CRITICAL,
        "share": Severity.WARNING,
    }


def test_a_drift_leaves_the_quality_of_values_as_it_was() -> None:
    random = np.random.default_rng(1)
    values = [None if random.random() < 0.3 else float(random.normal()) for _ in range(2000)]
    values += [None if random.random() < 0.3 else float(random.normal(5)) for _ in range(300)]
    values += [None] * 100
    monitor = ModelMonitor("credit", "3", OPTIONS)
    alerts = alerts_in(monitor.update(batch_of(rows_of(x=values), kinds={"x": Kind.NUMBER})))
    # A reference of quality that began with the drift would still be in its burn-in.
    assert [alert.kind for alert in alerts] == ["feature_drift", "quality_drift"]
    assert isinstance(alerts[1], QualityAlert)
    assert alerts[1].share_before == pytest.approx(0.3, abs=0.03)
