import re
import shutil
import subprocess
from dataclasses import fields
from typing import Any, Final

import pytest
import yaml

from agents.join.telemetry import LabelOutcomes
from detectors.performance.inheritance import Uncompared
from detectors.requests.answers import AnswerOutcome
from detectors.rollback.cause import CauseOutcome
from schemas.events.alert import Severity
from schemas.events.model_event import EFFECTS, ModelEventType
from schemas.events.quality_alert import Quality
from schemas.tables.observations import Origin
from tests.deploy import ROOT
from tests.deploy.promql import known_metrics, strangers

FOLDER: Final = ROOT / "deploy/prometheus"
GROUPS: Final[list[dict[str, Any]]] = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))[
    "groups"
]
RULES: Final[list[dict[str, Any]]] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS: Final = [rule for rule in RULES if "alert" in rule]
RECORDED: Final = {
    rule["record"]: frozenset(re.findall(r"\w+", re.findall(r"by \(([^)]*)\)", rule["expr"])[0]))
    for rule in RULES
    if "record" in rule
}
"""Series that rules record, with the labels that are left of them."""

each_alert = pytest.mark.parametrize(
    "rule", [pytest.param(rule, id=rule["alert"]) for rule in ALERTS]
)


def test_names_of_groups_and_rules_are_unique() -> None:
    groups = [group["name"] for group in GROUPS]
    rules = [rule.get("alert", rule.get("record")) for rule in RULES]

    assert len(set(groups)) == len(groups)
    assert len(set(rules)) == len(rules)


def test_the_rules_cover_what_an_operator_must_know() -> None:
    assert {rule["alert"] for rule in ALERTS} >= {
        "DriftlineNoWorker",
        "DriftlineLagGrowing",
        "DriftlineCommitStalled",
        "DriftlineDeadLetters",
        "DriftlineDeadLetterLimitNear",
        "DriftlineLabelsUnmet",
        "DriftlineNoEvents",
        "DriftlineDrift",
        "DriftlineValuesUnseen",
        "DriftlineValuesConstant",
        "DriftlineRetrainRequestOpen",
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert", rule.get("record")))
def test_a_rule_names_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    known = known_metrics() | RECORDED
    annotations = " ".join(rule.get("annotations", {}).values())
    shown = set(re.findall(r"\$labels\.(\w+)", annotations))
    if rule.get("alert") == "DriftlineLimitReached":
        shown.discard("reason")  # one of its two halves has it, and the text asks which

    assert list(strangers(rule["expr"], known, shown)) == []


@each_alert
def test_an_alert_has_a_severity_and_a_summary(rule: dict[str, Any]) -> None:
    assert rule["annotations"]["summary"]
    if "labels" not in rule:  # that of the alert in the topic
        assert re.search(r"sum by \([^)]*severity\)", rule["expr"])
    else:
        assert rule["labels"]["severity"] in set(Severity)


def test_the_values_that_are_matched_are_values_that_occur() -> None:
    text = (FOLDER / "alerts.yml").read_text("utf-8")

    assert set(re.findall(r'origin="(\w+)"', text)) <= set(Origin)
    qualities = re.findall(r'quality_alerts_total\{quality(?:=|!~)"([\w|]+)"', text)
    assert set("|".join(qualities).split("|")) == {Quality.UNSEEN, Quality.CONSTANT}
    outcomes = re.findall(r'outcome=~?"([\w|]+)"', text)
    assert outcomes
    known = {outcome.name for outcome in fields(LabelOutcomes)} | {*AnswerOutcome, *CauseOutcome}
    assert {name for names in outcomes for name in names.split("|")} <= known
    types = {name for names in re.findall(r'type=~"([\w|]+)"', text) for name in names.split("|")}
    assert types
    assert types <= set(ModelEventType)


def test_the_reasons_that_are_no_fault_are_reasons() -> None:
    text = (FOLDER / "alerts.yml").read_text("utf-8")
    (matched,) = re.findall(r'threshold_uncompared\{reason!~"([\w|]+)"\}', text)

    assert set(matched.split("|")) == {Uncompared.WAITING, Uncompared.NO_VERSION_BEFORE}


def test_every_alert_has_a_unit_test() -> None:
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text("utf-8"))["tests"]
    tried = {case["alertname"] for test in tests for case in test["alert_rule_test"]}
    raised = {
        case["alertname"]
        for test in tests
        for case in test["alert_rule_test"]
        if case["exp_alerts"]
    }

    assert tried == raised == {rule["alert"] for rule in ALERTS}


@pytest.mark.parametrize(
    "command", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")]
)
def test_promtool_agrees(command: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not on the PATH; it comes with Prometheus")
    done = subprocess.run(  # noqa: S603 - the tool that was found, on our own files
        [promtool, *command], cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_ends_a_request_is_what_ends_it_in_the_policy() -> None:
    text = (FOLDER / "alerts.yml").read_text("utf-8")
    matched = {kind for each in re.findall(r'type=~"([^"]+)"', text) for kind in each.split("|")}

    assert matched == {kind for kind, effects in EFFECTS.items() if effects.ends_request}
