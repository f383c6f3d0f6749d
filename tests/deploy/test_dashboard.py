import itertools
import json
import re
from typing import Any, Final

import pytest

from detectors.performance.options import METRICS
from tests.deploy import ROOT
from tests.deploy.promql import known_metrics, strangers

DASHBOARD: Final[dict[str, Any]] = json.loads(
    (ROOT / "deploy/grafana/dashboards/driftline.json").read_text("utf-8")
)
PANELS: Final[list[dict[str, Any]]] = DASHBOARD["panels"]
VARIABLES: Final[dict[str, dict[str, Any]]] = {
    variable["name"]: variable for variable in DASHBOARD["templating"]["list"]
}
DRAWN: Final = [panel for panel in PANELS if panel["type"] != "row"]
BUILT_IN: Final = {"__range", "__rate_interval", "__all"}

each_drawn = pytest.mark.parametrize(
    "panel", [pytest.param(panel, id=f"{panel['id']}-{panel['title']}") for panel in DRAWN]
)


def test_there_is_a_row_for_each_level_of_looking() -> None:
    rows = [panel["title"] for panel in PANELS if panel["type"] == "row"]

    assert rows == ["Overview", "Model", "Features"]
    assert all(not panel["panels"] for panel in PANELS if panel["type"] == "row")


def test_the_variables_are_the_data_source_and_the_levels() -> None:
    assert list(VARIABLES) == ["datasource", "model", "version", "feature"]
    assert VARIABLES["datasource"]["type"] == "datasource"
    assert VARIABLES["datasource"]["query"] == "prometheus"


def test_ids_are_unique() -> None:
    ids = [panel["id"] for panel in PANELS]

    assert len(set(ids)) == len(ids)


def test_no_panel_lies_on_another_one_or_beyond_the_grid() -> None:
    for panel in PANELS:
        place = panel["gridPos"]
        assert 0 <= place["x"] < place["x"] + place["w"] <= 24, panel["title"]
    for one, other in itertools.combinations(PANELS, 2):
        assert not _overlap(one["gridPos"], other["gridPos"]), (one["title"], other["title"])


@each_drawn
def test_what_is_per_second_says_so_and_nothing_else_does(panel: dict[str, Any]) -> None:
    # Of CPU seconds a rate is a share, and within a quantile it takes off its own seconds.
    unit = panel["fieldConfig"]["defaults"]["unit"]
    are_rates = ["rate(" in target["expr"] for target in panel["targets"]]

    assert set(are_rates) == {unit in {"cps", "Bps"}} or (
        all(are_rates) and unit in {"percentunit", "s"}
    )


@each_drawn
def test_a_sum_of_all_alerts_is_not_called_drift_and_news_are_no_alarm(
    panel: dict[str, Any],
) -> None:
    of_all = [
        target["expr"] for target in panel["targets"] if "driftline_alerts_total" in target["expr"]
    ]
    if of_all and not any("kind=" in each for each in of_all):
        assert "drift" not in panel["title"].lower()
    if panel["type"] == "stat":
        assert all(each.count("alerts_total{") == each.count('!="info"') for each in of_all)


@each_drawn
def test_a_panel_has_queries_a_unit_and_says_what_it_shows(panel: dict[str, Any]) -> None:
    targets = panel["targets"]
    references = [target["refId"] for target in targets]

    assert targets
    assert len(set(references)) == len(references)
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["description"].endswith(".")


@each_drawn
def test_a_panel_asks_the_chosen_data_source(panel: dict[str, Any]) -> None:
    chosen = {"type": "prometheus", "uid": "${datasource}"}

    assert panel["datasource"] == chosen
    assert all(target["datasource"] == chosen for target in panel["targets"])


@each_drawn
def test_a_panel_queries_metrics_and_labels_that_exist(panel: dict[str, Any]) -> None:
    known = known_metrics()
    for target in panel["targets"]:
        shown = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
        assert list(strangers(target["expr"], known, shown)) == []


def test_the_metrics_of_performance_that_are_matched_are_told() -> None:
    expressions = [target["expr"] for panel in DRAWN for target in panel["targets"]]
    matched = re.findall(
        r'driftline_model_performance\w*\{[^}]*metric=~?"([^"]+)"', str(expressions)
    )

    assert matched
    assert {name for names in matched for name in names.split("|")} <= set(METRICS)


def test_rates_of_users_own_are_all_that_are_no_metrics_of_ours() -> None:
    expressions = [target["expr"] for panel in DRAWN for target in panel["targets"]]
    (excepted,) = re.findall(
        r'driftline_model_performance\{[^}]*metric!~"([^"]+)"', str(expressions)
    )

    assert set(excepted.split("|")) == set(METRICS)


def test_the_choices_of_the_variables_come_from_labels_that_exist() -> None:
    known = known_metrics()
    for variable in list(VARIABLES.values())[1:]:
        assert variable["query"]["query"] == variable["definition"]
        called = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["definition"])
        assert called is not None
        assert list(strangers(called[1], known, {called[2]})) == []


def test_every_variable_that_is_used_is_defined_and_the_other_way_round() -> None:
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD))) - BUILT_IN

    assert used == set(VARIABLES)


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )
