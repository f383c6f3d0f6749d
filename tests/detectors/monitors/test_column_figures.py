import numpy as np
import pytest

from detectors.monitors.column_figures import figures_of
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from detectors.reference.column_block import BUDGET
from schemas.tables.columns import Flag
from tests.detectors.batches import batch_of, rows_of


@pytest.mark.parametrize("rows", [1, 99, 100, 150, 5000])
def test_the_figures_are_what_the_columns_say(rows: int) -> None:
    rng = np.random.default_rng(1)
    columns = {
        "x": rng.normal(size=rows).tolist(),
        "gaps": [None if gone else 1.5 for gone in rng.random(rows) < 0.3],
        "country": rng.choice(["a", "b"], rows).tolist(),
        "slow": np.cumsum(rng.normal(size=rows)).tolist(),
    }
    monitor = ModelMonitor("m", "1", MonitorOptions(burn_in=100, bins=16))
    for start in range(0, rows, 70):
        part = {name: values[start : start + 70] for name, values in columns.items()}
        monitor.update(batch_of(rows_of(**part), start=start))
    figures = figures_of(monitor.columns.values())
    for column, found in zip(monitor.columns.values(), figures, strict=True):
        assert found.ready is column.reference.ready
        assert found.rows == column.reference.count
        assert found.mean == column.reference.mean
        assert (found.kind, found.discarded) == (column.kind, column.discarded)
        assert found.budget == column.reference.block.limits[BUDGET] == 1_000_000
        assert found.doubt is column.doubt
        assert found.season == column.season
        assert found.problems == tuple(column.problems.tolist())
        assert len(found.problems) == len(Flag)


def test_no_columns_have_no_figures() -> None:
    assert figures_of([]) == []
