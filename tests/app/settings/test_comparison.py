import pytest
from pydantic import ValidationError

from app.settings import InvalidConfiguration, Settings, load_settings
from app.settings.comparison import ComparedMetricSettings, ComparisonSettings
from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.performance.threshold import ThresholdMetric
from schemas.events.model_comparison import ComparisonMode, MetricRole


def test_settings_say_what_is_compared() -> None:
    given = ComparisonSettings.model_validate(
        {
            "metrics": (
                {"metric": "accuracy", "smallest_effect": 0.01},
                {"metric": "recall[fraud]", "role": "guardrail", "margin": 0.02},
            ),
            "mode": "shadow",
            "share": 0.1,
            "segments": ("country",),
        }
    )
    assert given.options == ComparisonOptions(
        metrics=(
            ComparedMetric(metric=ThresholdMetric.ACCURACY, smallest_effect=0.01, margin=0.01),
            ComparedMetric(
                metric=ThresholdMetric.RECALL,
                of_class="fraud",
                role=MetricRole.GUARDRAIL,
                margin=0.02,
            ),
        ),
        mode=ComparisonMode.SHADOW,
        share=0.1,
        segments=("country",),
    )


def test_nothing_said_compares_and_disabled_does_not() -> None:
    assert ComparisonSettings().options == ComparisonOptions()
    assert ComparisonSettings(enabled=False).options is None


@pytest.mark.parametrize("metric", ["roc_auc_macro", "acuracy", "mae[1]", "recall[", "[1]"])
def test_a_metric_that_is_none_is_refused(metric: str) -> None:
    with pytest.raises(ValidationError, match=r"one of|class"):
        ComparedMetricSettings(metric=metric)


def test_a_class_of_a_metric_that_has_none_is_what_is_refused() -> None:
    with pytest.raises(ValidationError, match="`mae` without a class"):
        ComparedMetricSettings(metric="MAE[1]")


@pytest.mark.parametrize(
    "given",
    [
        {"metrics": ({"metric": "recall", "role": "guardrail"},)},
        {"metrics": ({"metric": "recall"}, {"metric": "recall[1]"})},
        {"baseline": "3", "candidates": ("3",)},
        {"candidates": ("4", "4")},
        {"share": 1.0},
        {"segments": ("country", "country")},
        {"segments": ("",)},
        {"level": 0.0},
    ],
)
def test_what_contradicts_itself_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ComparisonSettings.model_validate(given)


@pytest.mark.parametrize("metric", ["accuracy", "recall[fraud]", "roc_auc", "brier"])
def test_a_difference_that_no_two_versions_have_is_refused(metric: str) -> None:
    for value in (1.0, 2.0, 80.0):
        with pytest.raises(ValidationError, match="a number below 1"):
            ComparedMetricSettings.model_validate({"metric": metric, "smallest_effect": value})
    ComparedMetricSettings.model_validate({"metric": metric, "smallest_effect": 0.99})
    ComparedMetricSettings.model_validate({"metric": "mae", "smallest_effect": 80.0})


@pytest.mark.parametrize("metric", ["accuracy", "mae"])
def test_a_guardrail_may_have_a_margin_that_nothing_reaches(metric: str) -> None:
    given = {"metric": metric, "role": "guardrail", "margin": 1.0}
    assert ComparedMetricSettings.model_validate(given).compared.margin == 1.0


@pytest.mark.parametrize(
    ("task", "metric", "fits"),
    [
        ("classification", "mae", False),
        ("probability", "rmse", False),
        ("regression", "accuracy", False),
        ("regression", "mae", True),
        ("classification", "accuracy", True),
        ("auto", "mae", True),
    ],
)
def test_a_metric_of_another_task_is_refused(task: str, metric: str, fits: bool) -> None:
    if fits:
        _loaded(task, metric)
        return
    with pytest.raises(InvalidConfiguration, match=f"a metric of what `task: {task}` predicts"):
        _loaded(task, metric)


def test_metrics_of_another_task_do_not_matter_where_nothing_is_compared() -> None:
    settings = _loaded("regression", "accuracy", **{"models.m.comparison.enabled": "false"})
    assert settings.models["m"].comparison.options is None


def test_a_metric_that_is_named_twice_is_called_by_its_name() -> None:
    with pytest.raises(InvalidConfiguration, match="found 'accuracy', expected each metric once"):
        _loaded("classification", "accuracy", "accuracy")


def _loaded(task: str, *metrics: str, **more: str) -> Settings:
    named = ", ".join(f"{{metric: {each}}}" for each in metrics)
    given = {"models.m.task": task, "models.m.comparison.metrics": f"[{named}]"}
    return load_settings(None, {"kafka.bootstrap_servers": "kafka:9092", **given, **more}, {})
