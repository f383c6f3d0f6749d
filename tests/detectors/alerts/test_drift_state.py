import numpy as np

from detectors.alerts import drift_state
from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.options import MonitorOptions
from detectors.snapshots.codec import decode_snapshot, encode_snapshot
from schemas.tables.columns import Column, Kind, Role
from tests.detectors.batches import plain


def _drift(kind: Kind, values: Numbers) -> Drift:
    monitor = ColumnMonitor(
        kinds=(kind,),
        detectors=MonitorOptions().detectors,
        burn_in=1000,
        bins=64,
        seed=lambda restarts: restarts,
    )
    categories = ("a", "b", "c") if kind is Kind.CATEGORY else ()
    codes = values.astype(np.int32) if categories else values
    (found, *_) = monitor.update(Column("x", Role.FEATURE, kind, codes, categories), 0)
    assert isinstance(found, Drift)
    return found


def test_a_drift_of_a_state_is_the_one_that_it_was_made_of() -> None:
    random = np.random.default_rng(1)
    numbers = random.normal(size=2000)
    numbers[1500:] += 2
    categories = random.choice(3, 2000, p=[0.6, 0.3, 0.1]).astype(np.float64)
    categories[1500:] = random.choice(3, 500, p=[0.1, 0.3, 0.6])
    for drift in (_drift(Kind.NUMBER, numbers), _drift(Kind.CATEGORY, categories)):
        state = decode_snapshot(encode_snapshot(drift_state.state_of(drift)))
        again = drift_state.restored(state)

        assert plain(drift_state.state_of(again)) == plain(drift_state.state_of(drift))
        assert again.findings[0].detector.kind == drift.findings[0].detector.kind
        assert again.findings[0].stream is drift.findings[0].stream
