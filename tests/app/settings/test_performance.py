from dataclasses import replace

import pytest

from app.options import monitor_options
from app.settings import InvalidConfiguration, load_settings
from detectors.performance.options import PerformanceOptions, ScoreOf

KAFKA = {"kafka.bootstrap_servers": "kafka:9092"}


def test_what_is_told_of_a_model_is_its_own_and_what_all_have() -> None:
    settings = load_settings(
        None,
        {
            **KAFKA,
            "performance.rows": "500",
            "performance.window_seconds": "3600",
            "performance.windows": "48",
            "models.fraud.performance": "{metrics: [recall], positive: fraud, threshold: 0.2, "
            "score: positive_class, quantile: 0.9}",
        },
        {},
    )
    general = PerformanceOptions(rows=500, window=3_600_000, kept=48)
    assert monitor_options(settings, "churn").performance == general
    assert monitor_options(settings, "fraud").performance == replace(
        general,
        metrics=("recall",),
        positive="fraud",
        threshold=0.2,
        score_of=ScoreOf.POSITIVE,
        quantile=0.9,
    )


def test_labels_with_names_of_their_own_reach_all_that_compares_them() -> None:
    model = '{classes: [genuine, fraud], label_names: {"-1": genuine, chargeback: fraud}}'
    settings = load_settings(None, {**KAFKA, "models.fraud": model}, {})
    classes = monitor_options(settings, "fraud").classes
    assert [classes.truth(each) for each in (-1, "chargeback", "genuine")] == [
        *("genuine", "fraud", "genuine")
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("models.fraud.performance", "{metrics: [recal]}", "did you mean 'recall'?"),
        ("models.fraud.performance", "{metrics: []}", "at least one metric"),
        ("models.fraud.performance", "{metrics: [mae, mae]}", "each once"),
        ("models.fraud", "{task: regression, performance: {threshold: 0.2}}", "task of classes"),
        (
            "models.fraud",
            "{task: probability, performance: {metrics: [recall, mae]}}",
            "metric of .task: probability.",
        ),
        ("models.fraud", "{task: probability, thresholds: [mae <= 2]}", "what .task: probability"),
        ("models.fraud", '{label_names: {"1": fraud, "1.0": genuine}}', "each label once"),
        ("models.fraud", "{classes: [a, b], label_names: {x: c}}", "one of the classes: a, b"),
        ("performance.window_seconds", "60.001", "a multiple of 0.004 seconds"),
        ("performance.windows", "0", "1"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(InvalidConfiguration, match=words.replace("?", r"\?")):
        load_settings(None, {**KAFKA, name: value}, {})
