import numpy as np
import pytest

from detectors.monitors.fleet import Fleet
from detectors.monitors.model_summary import summary_of
from detectors.monitors.options import MonitorOptions
from detectors.performance.error import Task
from detectors.snapshots.codec import decode_snapshot
from schemas.tables.columns import Kind, Role
from tests.detectors.batches import rows_of, table_of
from tests.detectors.stored import snapshot_of


def test_a_summary_tells_the_columns_of_a_state_their_kinds_and_whether_they_are_ready() -> None:
    fleet = Fleet(lambda _: MonitorOptions(burn_in=100))
    x = np.random.default_rng(1).normal(size=150)
    fleet.update(table_of(rows_of(x=x, y=["a", None] * 75)))
    state = decode_snapshot(snapshot_of(fleet, ("fraud", "3")))["state"]
    assert summary_of(state) == (
        {"predictions": 150, "labels": 0},
        Task.AUTO,
        [
            (Role.FEATURE, "x", Kind.NUMBER, True, {Kind.NUMBER: 100}, 0, None, "unknown"),
            (Role.FEATURE, "y", Kind.CATEGORY, False, {Kind.CATEGORY: 75}, 0, None, "unknown"),
        ],
    )


@pytest.mark.parametrize("task", [Task.CLASSIFICATION, Task.REGRESSION])
def test_a_summary_tells_the_task(task: Task) -> None:
    fleet = Fleet(lambda _: MonitorOptions(task=task))
    fleet.update(table_of(rows_of(x=[1.0, 2.0])))
    state = decode_snapshot(snapshot_of(fleet, ("fraud", "3")))["state"]
    assert summary_of(state).task is task
