from dataclasses import replace

import pytest

from app.options import label_fields, monitor_options
from app.settings import InvalidConfiguration, load_settings
from detectors.performance.options import PerformanceOptions, ScoreOf
from detectors.performance.rate import Rate

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


def test_rates_are_of_their_models_and_their_fields_are_read_of_all_labels() -> None:
    settings = load_settings(
        None,
        {
            **KAFKA,
            "intake.label_fields": "{label: truth.class}",
            "models.chat.rates": "{escalation: {field: truth.escalated}}",
            "models.scan.rates": "{errors: {field: review.errors, high: 20}, "
            "escalation: {field: truth.escalated}}",
        },
        {},
    )
    escalation = Rate("escalation", "truth.escalated")
    assert monitor_options(settings, "chat").performance.rates == (escalation,)
    assert set(monitor_options(settings, "scan").performance.rates) == {
        escalation,
        Rate("errors", "review.errors", high=20.0),
    }
    assert monitor_options(settings, "churn").performance.rates == ()
    assert label_fields(settings).rates == ("review.errors", "truth.escalated")


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
        ("models.fraud", "{classes: [a, b], performance: {positive: c}}", "classes: a, b"),
        (
            "models.fraud",
            "{classes: [a, b], thresholds: ['recall[c] >= .8']}",
            "such as .recall.b..",
        ),
        ("models.fraud", "{classes: [a, b], thresholds: ['f1 >= .8']}", "such as .f1.b..: a, b"),
        (
            "models.fraud",
            "{classes: [a, b, c], thresholds: ['roc_auc[a] >= .8']}",
            "a metric of any number of classes: there are a, b, c",
        ),
        ("models.chat.rates", "{Escalation: {field: x}}", "a name of small letters"),
        ("models.chat.rates", "{accuracy: {field: x}}", "of no other metric"),
        ("models.chat.rates", "{cost: {field: x, low: 5, high: 5}}", "`high` above `low`"),
        ("models.chat.rates", "{cost: {}}", "field"),
        ("models.chat.rates", '{cost: {field: ""}}', "character"),
        ("performance.window_seconds", "60.001", "a multiple of 0.004 seconds"),
        ("performance.windows", "0", "1"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(InvalidConfiguration, match=words.replace("?", r"\?")):
        load_settings(None, {**KAFKA, name: value}, {})


@pytest.mark.parametrize(
    "model",
    [
        "{thresholds: ['recall[whatever] >= .8'], performance: {positive: whatever}}",
        "{classes: ['0', '1'], thresholds: ['recall >= .8'], performance: {positive: 'yes'}}",
        "{classes: ['no', 'yes'], thresholds: ['recall >= .8', 'roc_auc[yes] >= 0.7']}",
        "{classes: [a, b, c], thresholds: ['recall[c] >= .8', 'accuracy >= .9']}",
        "{classes: [A, B], values: {ignore_case: true}, thresholds: ['recall[b] >= .8']}",
    ],
)
def test_classes_that_are_the_models_in_another_spelling_or_may_come_are_taken(model: str) -> None:
    load_settings(None, {"kafka.bootstrap_servers": "kafka:9092", "models.fraud": model}, {})
