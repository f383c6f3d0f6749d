"""What is simulated of thresholds is what they have to keep; the figures are no test's business."""

import numpy as np
import pytest

from benchmarks import guarantee
from benchmarks.guarantee import MODELS, Bound, Kept, cells, kept
from detectors.performance.losses import Losses, to_value
from detectors.performance.threshold import DEFAULT_CLASS, Threshold, ThresholdMetric


def test_every_metric_that_can_have_a_threshold_is_simulated() -> None:
    assert {metric for _, metric, _ in cells()} == set(ThresholdMetric)


@pytest.mark.parametrize("name", MODELS)
def test_rows_have_the_metrics_that_they_are_said_to_have(name: str) -> None:
    for model in MODELS[name]:
        view = model.draw(np.random.default_rng(7), 100_000)
        for metric, value in model.values().items():
            known = ThresholdMetric(metric)
            of_class = DEFAULT_CLASS if known.is_of_a_class else None
            _, losses = Losses(Threshold(known, 0.5, of_class)).of(view)
            assert to_value(known, float(losses.mean())) == pytest.approx(value, rel=0.05)


def test_false_alarms_are_at_most_those_that_are_stated() -> None:
    whole = kept("often wrong", "accuracy", Bound.ABSOLUTE, range(20))
    assert whole.losses > 10 * guarantee.LOSSES
    # Eight standard deviations above what may be.
    assert whole.over(guarantee.LIMIT) < 5.0
    assert kept("often wrong", "accuracy", Bound.RELATIVE, range(5)).alarms <= 3


def test_alarms_are_told_over_those_that_may_be() -> None:
    assert Kept(3, 200_000).over(100_000.0) == pytest.approx(1.5)
