"""What is estimated of a window of which only some labels have come."""

import numpy as np
import pytest

from detectors.performance.delay_curves import DelayCurves
from detectors.performance.estimated_counts import EstimatedCounts
from detectors.performance.label_delays import LabelDelays
from schemas.events.model_performance import NoValue


@pytest.mark.parametrize("name", ["accuracy", "precision_macro", "recall_weighted", "f1_macro"])
def test_of_a_window_without_a_row_that_can_be_judged_each_metric_says_so(name: str) -> None:
    curves = DelayCurves(LabelDelays(86_400_000))
    pairs, groups = np.zeros((3, 3), dtype=np.int64), np.full((3, 3), -1)
    counts = EstimatedCounts(pairs, groups, curves, np.zeros(0), np.zeros(0))
    assert counts.metric(name, 1).reason is NoValue.NO_ROWS
