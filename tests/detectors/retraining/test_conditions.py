import pytest

from detectors.retraining.conditions import (
    Combination,
    Condition,
    Corrections,
    Cost,
    Drift,
    Performance,
    Schedule,
    Volume,
    leaves_of,
    met,
)
from schemas.events.alert import AlertKind, Severity
from schemas.events.retrain_request import AlertReference

ROWS, WEEKLY = Volume(1000), Schedule("0 3 * * 1", "Europe/Zurich")


def _alert(
    feature: str,
    kind: AlertKind = AlertKind.FEATURE,
    severity: Severity = Severity.WARNING,
) -> AlertReference:
    return AlertReference(alert_id=feature, kind=kind, severity=severity, feature=feature, time="")


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Performance(), "performance"),
        (Performance(frozenset({"mae", "f1[1]"})), "performance [f1[1], mae]"),
        (Drift(3), "drift in 3 at warning"),
        (
            Drift(1, Severity.CRITICAL, frozenset({AlertKind.CONCEPT})),
            "drift [concept_drift] in 1 at critical",
        ),
        (ROWS, "rows >= 1000"),
        (Volume(5, is_labelled=True), "labelled_rows >= 5"),
        (WEEKLY, "schedule 0 3 * * 1 (Europe/Zurich)"),
        (Cost(500, 1.5), "cost 500 at 1.5 an error"),
        (Cost(1234567.5, 0.1234567), "cost 1234567.5 at 0.1234567 an error"),
        (Corrections(labels=500), "label_corrections >= 500"),
        (Corrections(share=0.0123456789), "label_corrections >= 0.0123456789 of labels"),
    ],
)
def test_each_condition_is_told_by_its_text(condition: Condition, text: str) -> None:
    assert str(condition) == text


@pytest.mark.parametrize(
    ("condition", "alerts", "signals", "expected"),
    [
        (Drift(2), ["x"], [], 0),
        (Drift(2), ["x", "x"], [], 0),
        (Drift(2), ["x", "y"], [], 1),
        (Drift(1, Severity.CRITICAL), ["x"], [], 0),
        (Drift(1, kinds=frozenset({AlertKind.CONCEPT})), ["x"], [], 0),
        (Performance(), ["x"], [], 0),
        (ROWS, ["x"], ["rows >= 1000"], 1),
        (ROWS, ["x"], ["rows >= 2000"], 0),
        (Combination(1, (Drift(2), ROWS)), ["x"], [str(ROWS)], 1),
        (Combination(2, (Drift(1), ROWS)), ["x"], [], 0),
        (Combination(2, (Drift(1), ROWS)), ["x"], [str(ROWS)], 2),
        (Combination(2, (Drift(1), ROWS, WEEKLY)), ["x"], [str(WEEKLY)], 2),
        (Combination(1, (Combination(2, (ROWS, WEEKLY)), ROWS)), [], [str(ROWS)], 1),
        (Combination(2, (ROWS, ROWS)), [], [str(ROWS)], 1),
    ],
)
def test_a_combination_holds_by_as_many_as_it_says(
    condition: Condition, alerts: list[str], signals: list[str], expected: int
) -> None:
    assert len(met(condition, list(map(_alert, alerts)), set(signals))) == expected


def test_a_crossed_threshold_counts_by_its_metric() -> None:
    crossed = [_alert("recall[fraud]", AlertKind.PERFORMANCE, Severity.CRITICAL)]
    assert Performance(frozenset({"recall[fraud]"})).holds(crossed)
    assert not Performance(frozenset({"mae"})).holds(crossed)
    assert not Drift(1).holds(crossed)


def test_leaves_are_those_that_are_no_combinations() -> None:
    inner = Combination(1, (ROWS, WEEKLY))
    assert list(leaves_of(Combination(2, (Performance(), inner)))) == [Performance(), ROWS, WEEKLY]
