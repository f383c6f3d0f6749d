"""What labelled rows give for the metrics by which versions are compared."""

import numpy as np
import pytest

from detectors.comparisons.options import ComparedMetric
from detectors.comparisons.row_values import row_values
from detectors.performance.stray_scores import StrayScores
from detectors.performance.threshold import ThresholdMetric
from tests.detectors.performance.test_losses import view_of

BRIER = (ComparedMetric(metric=ThresholdMetric.BRIER),)
OUTCOMES = [True, False] * 20
PERCENT, GOOD = [90.0, 0.5] * 20, [0.9] * 40


def test_what_rows_give_does_not_depend_on_those_of_other_models() -> None:
    row_values(BRIER, view_of(OUTCOMES, OUTCOMES, PERCENT), 40)
    (values,) = row_values(BRIER, view_of(OUTCOMES, OUTCOMES, GOOD), 40)
    assert values == pytest.approx(0.01)


@pytest.mark.parametrize("metric", [ThresholdMetric.BRIER, ThresholdMetric.LOG_LOSS])
@pytest.mark.parametrize("size", [1, 7, 40])
def test_of_a_version_whose_scores_are_out_of_range_those_between_say_nothing(
    metric: ThresholdMetric, size: int
) -> None:
    metrics = (ComparedMetric(metric=metric), ComparedMetric(metric=ThresholdMetric.ACCURACY))
    strays = StrayScores()
    for begin in range(0, 40, size):
        part = slice(begin, begin + size)
        outcomes, scores = OUTCOMES[part], PERCENT[part]
        values = row_values(metrics, view_of(outcomes, outcomes, scores), len(outcomes), strays)
        assert np.isnan(values[0]).all()
        assert (values[1] == 0.0).all()
