from typing import Any

import pytest

from detectors.alerts.recoveries import Recoveries
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from schemas.events.alert import Severity
from schemas.events.drift_alert import DriftAlert
from tests.detectors.batches import batch_of, rows_of
from tests.detectors.drift_alerts import drift_alerts


@pytest.fixture(scope="module")
def alert() -> DriftAlert:
    values: list[Any] = [0.0, 1.0] * 700 + [9.0, 8.0] * 20
    (found,) = drift_alerts(
        ModelMonitor("fraud", "3", MonitorOptions()).update(batch_of(rows_of(x=values)))
    )
    return found


def _of(alert: DriftAlert, name: str, severity: Severity) -> DriftAlert:
    return alert.model_copy(update={"alert_id": name, "severity": severity})


def test_each_fall_names_the_latest_rise(alert: DriftAlert) -> None:
    recoveries = Recoveries()
    found = [
        recoveries.noted(_of(alert, name, severity)).recovery_of
        for name, severity in (
            ("early", Severity.INFO),
            ("first", Severity.CRITICAL),
            ("better", Severity.INFO),
            ("still better", Severity.INFO),
            ("mixed", Severity.WARNING),
            ("good", Severity.INFO),
        )
    ]
    assert found == [None, None, "first", "first", None, "mixed"]


def test_it_goes_on_from_its_state_and_from_that_of_a_release_without_one(
    alert: DriftAlert,
) -> None:
    recoveries, restored = Recoveries(), Recoveries()
    recoveries.noted(_of(alert, "first", Severity.CRITICAL))
    restored.restore(recoveries.state())
    assert restored.noted(_of(alert, "good", Severity.INFO)).recovery_of == "first"
    restored.restore(None)
    assert restored.noted(_of(alert, "good", Severity.INFO)).recovery_of is None
    recoveries.restart()
    assert recoveries.noted(_of(alert, "good", Severity.INFO)).recovery_of is None
