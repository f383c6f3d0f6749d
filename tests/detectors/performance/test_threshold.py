import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.threshold import Base, InvalidThreshold, Threshold, ThresholdMetric
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
            Threshold(ThresholdMetric.ACCURACY, 0.05, base=Base.REFERENCE),
        ),
        ("rmse<=reference+1.5", Threshold(ThresholdMetric.RMSE, 1.5, base=Base.REFERENCE)),
        (
            "accuracy >= reference - 5%",
            Threshold(ThresholdMetric.ACCURACY, 0.05, base=Base.REFERENCE),
        ),
        ("mape <= reference + 5%", Threshold(ThresholdMetric.MAPE, 0.05, base=Base.REFERENCE)),
        (
            "accuracy >= previous - 2%",
            Threshold(ThresholdMetric.ACCURACY, 0.02, base=Base.PREVIOUS),
        ),
        (
            "mae <= 1.1 * reference",
            Threshold(ThresholdMetric.MAE, 1.1, base=Base.REFERENCE, is_factor=True),
        ),
        (
            "recall[fraud]>=95%*reference",
            Threshold(ThresholdMetric.RECALL, 0.95, "fraud", Base.REFERENCE, is_factor=True),
        ),
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
        ("mae <= reference + 10%", r"mae <= 1.1 \* reference"),
        ("mae <= 0.9 * reference", "above 1"),
        ("mae <= 1 * reference", "above 1"),
        ("accuracy >= 1.1 * reference", "between 0 and 1"),
        ("accuracy >= 0 * reference", "between 0 and 1"),
        ("accuracy >= reference", "a metric"),
        ("accuracy >= reference * 0.9", "a metric"),
        ("accuracy >= 0.9 * reference - 0.1", "a metric"),
        ("accuracy >= yesterday - 0.1", "a metric"),
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
    st.sampled_from([None, *Base]),
    st.booleans(),
)
def test_it_is_written_as_it_is_read(
    metric: ThresholdMetric, bound: float, of_class: str, base: Base | None, is_factor: bool
) -> None:
    named = class_name(of_class) if metric.is_of_a_class else None
    is_factor = is_factor and base is not None
    bound += 1.0 if is_factor and metric.is_loss else 0.0
    threshold = Threshold(metric, float(f"{bound:.15g}"), named, base, is_factor)
    assert Threshold.of(str(threshold)) == threshold


@pytest.mark.parametrize(
    "text", ["mae <= 1234567", "mae <= 1234567.5", "mse <= 0.00001", "accuracy >= 0.9999999"]
)
def test_two_thresholds_have_one_name_only_if_they_are_one(text: str) -> None:
    assert str(Threshold.of(text)) == text


def test_what_is_allowed_counts_from_the_value_of_the_base() -> None:
    allowed = {
        text: Threshold.of(text).allowed(0.5)
        for text in (
            "recall >= 0.8",
            "recall >= reference - 0.1",
            "recall >= 0.9 * reference",
            "mae <= reference + 0.1",
            "mae <= 1.1 * reference",
        )
    }
    assert list(allowed.values()) == pytest.approx([0.8, 0.4, 0.45, 0.6, 0.55])
    assert Threshold.of("recall >= reference - 0.9").allowed(0.5) == 0.0
