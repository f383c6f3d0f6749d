import json
from typing import Any

import pytest

from app.options import new_policy, policy_options, row_conditions
from app.settings import InvalidConfiguration, Settings, load_settings
from detectors.retraining.conditions import (
    Combination,
    Corrections,
    Cost,
    Drift,
    Performance,
    Schedule,
    Volume,
)
from detectors.retraining.options import PolicyOptions
from schemas.events.alert import AlertKind, Severity

KAFKA = {"kafka.bootstrap_servers": "kafka:9092"}


def _loaded(*triggers: Any, **more: Any) -> Settings:
    overrides = {
        "models.fraud.thresholds": '["recall[fraud] >= 0.8"]',
        "models.fraud.retraining": json.dumps({"triggers": triggers, **more}),
    }
    return load_settings(None, {**KAFKA, **overrides}, {})


def _problems(*triggers: Any, **more: Any) -> list[str]:
    with pytest.raises(InvalidConfiguration) as caught:
        _loaded(*triggers, **more)
    return [str(problem) for problem in caught.value.problems]


def test_what_asks_for_a_retraining_is_what_is_configured() -> None:
    settings = _loaded(
        {"performance": {"metrics": ["recall[fraud]"]}},
        {"drift": {"features": 2, "severity": "critical", "kinds": ["score_drift"]}},
        {"all": [{"rows": 1000}, {"any": [{"labelled_rows": 500}, {"performance": {}}]}]},
        {
            "at_least": 2,
            "of": [
                {"schedule": " 0  3 * * 1", "zone": "Europe/Zurich"},
                {"rows": 1000},
                {"drift": {}},
            ],
        },
        cooldown_seconds=0,
        labelled_rows=10,
    )
    rows, labelled = Volume(1000), Volume(500, is_labelled=True)
    weekly = Schedule("0 3 * * 1", "Europe/Zurich")
    trigger = Combination(
        1,
        (
            Performance(frozenset({"recall[fraud]"})),
            Drift(2, Severity.CRITICAL, frozenset({AlertKind.SCORE})),
            Combination(2, (rows, Combination(1, (labelled, Performance())))),
            Combination(2, (weekly, rows, Drift())),
        ),
    )
    expected = PolicyOptions(trigger, cooldown=0, labelled_rows=10)
    assert policy_options(settings, "fraud") == expected
    assert policy_options(settings, "churn") == policy_options(settings) == PolicyOptions()
    assert row_conditions(settings, "fraud") == (rows, labelled, weekly)
    assert row_conditions(settings, "churn") == ()
    assert len(new_policy(settings)) == 0


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        ({}, "expected one of performance, drift"),
        ({"rows": 1000, "labelled_rows": 100}, "not rows and labelled_rows"),
        ({"rows": 0}, "greater than or equal to 100"),
        ({"rows": -5}, "greater than or equal to 100"),
        ({"labelled_rows": 1e30}, "labelled_rows"),
        ({"rows": True}, "rows"),
        ({"row": 1000}, "did you mean 'rows'?"),
        ({"drift": {"features": 0}}, "greater than or equal to 1"),
        ({"drift": {"kinds": []}}, "at least one"),
        ({"drift": {"kinds": ["quality_drift"]}}, "kinds of drift"),
        ({"drift": {"kinds": ["other"]}}, "kinds"),
        ({"drift": {"severity": "info"}}, "warning or critical"),
        ({"performance": {"metrics": []}}, "at least one"),
        ({"performance": {"metrics": ["recall[frud]"]}}, "did you mean 'recall[fraud]'?"),
        ({"cost": {"retraining": -1, "error": 1}}, "greater than 0"),
        ({"cost": {"retraining": 5, "error": 0}}, "greater than 0"),
        ({"cost": {"retraining": 5}}, "what an error costs"),
        ({"any": []}, "at least one"),
        ({"all": [{"any": []}]}, "at least one"),
        ({"at_least": 2}, "at_least and of together"),
        ({"of": [{"rows": 1000}]}, "one of performance"),
        ({"at_least": 0, "of": [{"rows": 1000}]}, "greater than or equal to 1"),
        ({"at_least": 2, "of": [{"rows": 1000}]}, "which are 1"),
        ({"rows": 1000, "zone": "Europe/Zurich"}, "a zone only with a schedule"),
        ({"schedule": "0 0 30 2 *"}, "wrong day-of-month"),
        ({"schedule": "* * */20 * 1L"}, "never does"),
        ({"schedule": "0 3 * *"}, "five fields"),
        ({"schedule": "0 3 * * *", "zone": "Mars/Olympus"}, "a time zone of the tz database"),
    ],
)
def test_what_makes_no_sense_is_refused(trigger: dict[str, Any], words: str) -> None:
    found = _problems(trigger)
    assert len(found) == 1
    assert words in found[0]
    assert found[0].startswith("models.fraud.retraining.triggers.0")


def test_a_cost_waits_for_as_many_labelled_rows_as_the_model_needs() -> None:
    cost = {"cost": {"retraining": 500, "error": 1.5}}
    (condition,) = row_conditions(_loaded(cost, labelled_rows=70), "fraud")
    assert condition == Cost(500, 1.5, labelled_rows=70)
    (usual,) = row_conditions(_loaded(cost), "fraud")
    assert usual == Cost(500, 1.5, labelled_rows=1000)
    assert str(usual) == str(condition)


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"labels": 500}, Corrections(labels=500)), ({"share": 0.02}, Corrections(share=0.02))],
)
def test_label_corrections_are_a_number_or_a_share(
    given: dict[str, Any], expected: Corrections
) -> None:
    settings = _loaded({"label_corrections": given})
    assert row_conditions(settings, "fraud") == (expected,)
    assert len(_problems({"label_corrections": {}})) == 1
    assert len(_problems({"label_corrections": {"labels": 5, "share": 0.1}})) == 1
    assert len(_problems({"label_corrections": {"labels": 0}})) == 1
    assert len(_problems({"label_corrections": {"share": 1.5}})) == 1


def test_every_error_is_told_at_once() -> None:
    found = _problems(
        {"rows": 1}, {"schedule": "x"}, {"all": [{"any": []}, {"drift": {"features": 0}}]},
        cooldown_seconds=-1,
        labelled_rows=0,
    )  # fmt: skip
    assert [each.partition(" (")[0] for each in found] == [
        "models.fraud.retraining.triggers.0.rows",
        "models.fraud.retraining.triggers.1",
        "models.fraud.retraining.triggers.2.all.0.any",
        "models.fraud.retraining.triggers.2.all.1.drift.features",
        "models.fraud.retraining.cooldown_seconds",
        "models.fraud.retraining.labelled_rows",
    ]


def test_no_trigger_at_all_and_too_many_are_refused() -> None:
    assert "at least one" in _problems()[0]
    assert "at most 32 conditions, not 33" in _problems({"any": [{"rows": 1000}] * 33})[0]


def test_performance_without_a_threshold_would_never_ask() -> None:
    overrides = {"models.fraud.retraining": '{"triggers": [{"any": [{"performance": {}}]}]}'}
    with pytest.raises(InvalidConfiguration, match="thresholds of the model to cross") as caught:
        load_settings(None, {**KAFKA, **overrides}, {})
    (problem,) = caught.value.problems
    assert problem.path == "models.fraud.retraining.triggers.0.any.0.performance"


def test_triggers_that_are_nested_without_end_are_refused_and_no_crash() -> None:
    trigger: dict[str, Any] = {"rows": 1000}
    for _ in range(10):
        trigger = {"any": [trigger]}
    assert row_conditions(_loaded(trigger), "fraud") == (Volume(1000),)
    for _ in range(60):
        trigger = {"any": [trigger]}
    (found,) = _problems(trigger)
    assert "too deep within each other" in found
