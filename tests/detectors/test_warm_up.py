import subprocess
import sys

from detectors.warm_up import warm_up

SCRIPT = """
import numpy as np
from detectors.algorithms import adwin, joint_bets, page_hinkley, rank_bets, share_cusum
from detectors.monitors import column_figures, fused_kernel, joint_look
from detectors.reference import bins, moments, ranks, residuals, season
from detectors.rows import row_positions
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.options import MonitorOptions
from detectors.algorithms.catalogue import build
from detectors.warm_up import warm_up
from schemas.tables.columns import Column, Kind, Role

kernels = [
    adwin.feed,
    adwin._places,
    column_figures._read,
    joint_bets.advance,
    joint_bets.contribute,
    joint_look.look,
    page_hinkley.feed,
    rank_bets.is_on_spread,
    share_cusum.feed,
    bins.count_at_most,
    ranks.rank,
    residuals.keep_residuals,
    season.is_calendar,
    moments.with_each,
    moments.keep_latest,
    row_positions.keep_rows,
    row_positions.keep_rows_of_many,
    row_positions.look_at_many,
    fused_kernel.watch_columns,
]
warm_up()
compiled = [each.signatures for each in kernels]
assert [len(each) for each in compiled] == [1] * 19, compiled

values = np.repeat([0.0, 9.0], 200)
frozen = values.copy()
frozen.flags.writeable = False
for columns in (values, frozen, values[::2], values.astype(np.float32), values.astype(int)):
    for kind in ("adwin", "page_hinkley"):
        assert build(kind, {}).update(columns)
for kind, column in (
    (Kind.NUMBER, np.frombuffer(np.random.default_rng(1).normal(size=5000).tobytes())),
    (Kind.CATEGORY, np.frombuffer(np.zeros(5000, dtype="<i4").tobytes(), dtype="<i4")),
):
    monitor = ColumnMonitor(
        kinds=(kind,), detectors=MonitorOptions().detectors, burn_in=1000, bins=64, seed=lambda n: n
    )
    monitor.update(Column("x", Role.FEATURE, kind, column, ("a",)), 0)
assert [each.signatures for each in kernels] == compiled
"""


def test_warm_up_leaves_nothing_to_compile() -> None:
    # From here on the cache has them: one that compiles others on its way has more signatures.
    warm_up()
    # In a process of its own: here the kernels are long compiled.
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_warm_up_can_be_called_again() -> None:
    warm_up()
    warm_up()
