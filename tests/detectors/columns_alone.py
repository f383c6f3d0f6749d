"""Columns that a model watches together, held against what each of them gives by itself."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from detectors.monitors.column_monitor import Integers
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from schemas.tables.columns import Column, Role
from schemas.tables.observations import ObservationBatch, Origin, Run
from tests.detectors.batches import plain
from tests.detectors.drift_alerts import alerts_in
from tests.runs import sources_of


def assert_each_gives_what_it_gives_alone(
    whole: Sequence[Column], times: Integers, sizes: Sequence[int]
) -> None:
    """Feed columns together in batches of some sizes, and each at once: nothing may differ."""
    options = MonitorOptions(burn_in=100, bins=16)
    monitor = ModelMonitor("m", "1", options)
    alerts = []
    for begin, end in pairwise(np.cumsum([0, *sizes]).tolist()):
        offsets = np.arange(begin, end)
        columns = tuple(column.between(begin, end) for column in whole)
        source = sources_of(Run("predictions", 0, len(offsets)))
        alerts += alerts_in(
            monitor.update(
                ObservationBatch(
                    "m", "1", Origin.PREDICTIONS, *source, offsets, times[begin:end], columns
                )
            )
        )
    found = []
    for column in whole:
        key = Role.FEATURE, column.name
        alone = ModelMonitor("m", "1", options)._drift._columns.new_monitor(key)
        found += [change.row for change in alone.update(column, 0, times)]
        assert plain(alone.state()) == plain(monitor.columns[key].state())
    assert sorted(alert.detected_at.offset for alert in alerts) == sorted(found)
