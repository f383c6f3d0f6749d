import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.threshold import InvalidThreshold, Threshold, ThresholdMetric
from schemas.values.classes import class_name


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("recall >= 0.8", Threshold(ThresholdMetric.RECALL, 0.8, "1")),
        ("f1[true] >= 0.5", Threshold(ThresholdMetric.F1, 0.5, "1")),
        (" RECALL [ fraud ]>=80 %", Threshold(ThresholdMetric.RECALL, 0.8, "fraud")),
        ("precision[no, really] >= .5", Threshold(ThresholdMetric.PRECISION, 0.5, "no, really")),
        ("mae <= 12", Threshold(ThresholdMetric.MAE, 12.0)),
        (
            "accuracy >= reference - 0.05",
            Threshold(ThresholdMetric.ACCURACY, 0.05, is_relative=True),
        ),
        ("rmse<=reference+1.5", Threshold(ThresholdMetric.RMSE, 1.5, is_relative=True)),
    ],
)
def test_a_threshold_is_read_as_people_write_it(text: str, meant: Threshold) -> None:
    assert Threshold.of(text) == meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a metric"),
        ("recall", "a metric"),
        ("recall > 0.8", "a metric"),
        ("recall >= -1", "a metric"),
        ("recall >= nan", "a metric"),
        ("sharpness >= 0.8", "one of accuracy, precision"),
        ("recall <= 0.8", "more of it is better"),
        ("mae >= 3", "less of it is better"),
        ("accuracy[fraud] >= 0.9", "without a class"),
        ("accuracy >= reference + 0.1", "how much worse"),
        ("mae <= reference - 1", "how much worse"),
        ("recall >= 80", "between 0 and 1"),
        ("recall >= 0", "between 0 and 1"),
        ("mae <= 0", "above 0"),
        ("accuracy >= 1", "between 0 and 1"),
    ],
)
def test_what_is_no_threshold_is_refused_with_what_is(text: str, expected: str) -> None:
    with pytest.raises(InvalidThreshold, match=expected.replace("[", r"\[")):
        Threshold.of(text)


@given(
    st.sampled_from(ThresholdMetric),
    st.floats(0.001, 0.999),
    st.text(st.characters(exclude_characters="]", exclude_categories=["C", "Z"]), min_size=1),
    st.booleans(),
)
def test_it_is_written_as_it_is_read(
    metric: ThresholdMetric, bound: float, of_class: str, is_relative: bool
) -> None:
    named = class_name(of_class) if metric.is_of_a_class else None
    threshold = Threshold(metric, float(f"{bound:g}"), named, is_relative)
    assert Threshold.of(str(threshold)) == threshold
