import numpy as np
import pytest

from detectors.comparisons.measured import Known, Measured
from detectors.comparisons.options import ComparedMetric
from detectors.performance.threshold import ThresholdMetric
from schemas.events.model_comparison import ComparisonMode, Finding
from schemas.events.position import Position

AT = Position(topic="labels", partition=0, offset=1, time="2026-03-01T12:00:00.000Z")
Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


def measured(metric: ThresholdMetric, effect: float | None = 0.02) -> Measured:
    return Measured(ComparedMetric(metric=metric, smallest_effect=effect, margin=0.02), 0.05)


def look(found: Measured, *arms: Numbers, is_shadow: bool = False) -> Known:
    for arm, values in enumerate(arms):
        found.add(arm, np.zeros(len(values), dtype=np.int64), values)
    if is_shadow:
        found.add_pairs(*arms)
    return found.look(ComparisonMode.SHADOW if is_shadow else ComparisonMode.AB, AT)


@pytest.mark.parametrize("is_shadow", [False, True])
@pytest.mark.parametrize(
    ("metric", "value"),
    [
        (ThresholdMetric.ACCURACY, 0.0),
        (ThresholdMetric.ACCURACY, 1.0),
        (ThresholdMetric.F1, 2.0),
        (ThresholdMetric.MAE, 0.0),
        (ThresholdMetric.MAE, 1.5),
        (ThresholdMetric.RMSE, 1.5),
    ],
)
@pytest.mark.parametrize("effect", [None, 0.02])
def test_versions_without_variance_are_alike_once_there_are_rows_enough(
    metric: ThresholdMetric, value: float, effect: float | None, is_shadow: bool
) -> None:
    found = measured(metric, effect)
    few, many = np.full(60, value), np.full(500, value)
    assert look(found, few, few, is_shadow=is_shadow).finding is Finding.TOO_FEW_LABELS
    known = look(found, many, many, is_shadow=is_shadow)
    assert known.finding is Finding.NO_RELEVANT_DIFFERENCE
    assert known.shows_margin


def test_constant_errors_that_differ_are_told_apart() -> None:
    known = look(measured(ThresholdMetric.MAE), np.full(40, 0.3), np.full(40, 0.1))
    assert known.finding is Finding.BETTER
    assert known.gain == pytest.approx(0.2)


@pytest.mark.parametrize("is_shadow", [False, True])
def test_a_root_is_compared_as_such(is_shadow: bool) -> None:
    random = np.random.default_rng(0)
    errors = random.normal(size=(2, 4000)) * np.array([[1.0], [2.0]])
    found = measured(ThresholdMetric.RMSE)
    known = look(found, *errors**2, is_shadow=is_shadow)
    roots = [float(np.sqrt((each**2).mean())) for each in errors]
    assert [found.value(0), found.value(1)] == pytest.approx(roots)
    assert known.gain == pytest.approx(roots[0] - roots[1])
    assert known.half_width is not None
    assert 0.02 < known.half_width < 0.2
    assert known.finding is Finding.WORSE


def test_what_is_known_survives_as_a_state() -> None:
    known = look(measured(ThresholdMetric.MAE), np.full(40, 0.3), np.full(40, 0.1))
    assert Known.of(known.state()) == known
