"""What is deployed for roll-outs, read as they read it, against the port of a worker."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.events.model_comparison import ModelComparison
from tests.app.web.fake_versions import FakeComparisons, FakeRoutes
from tests.app.web.test_verdicts import ask, server_of
from tests.schemas.events.comparisons import comparison_of, good_comparison, open_comparison
from tests.schemas.events.routes import route_of

ROLLOUTS = Path(__file__).parents[2] / "deploy" / "rollouts"
LOOKS = [
    (good_comparison(version="8"), "Successful"),
    (open_comparison(version="8"), "Inconclusive"),
    (good_comparison(), "Inconclusive"),  # of another version
    (comparison_of(version="8"), "Failed"),
]


def rendered(text: str, arguments: dict[str, str]) -> str:
    """Put arguments where an analysis has ``{{args.name}}``."""
    return re.sub(r"\{\{\s*args\.([\w-]+)\s*\}\}", lambda found: arguments[found[1]], text)


def at_path(path: str, document: Any) -> Any:
    """Return what is at ``{$.a.b}`` of a document."""
    found = re.fullmatch(r"\{\$((?:\.\w+)+)\}", path)
    assert found is not None, path
    for member in found[1].split(".")[1:]:
        document = document[member]
    return document


def holds(condition: str, result: Any) -> bool:
    """Evaluate ``result == "text"``, all that the conditions are."""
    found = re.fullmatch(r'result == "(\w+)"', condition)
    assert found is not None, condition
    return bool(result == found[1])


def phase_of(metric: dict[str, Any], status: int, document: Any) -> str:
    """Return what Argo Rollouts takes a measurement for."""
    if not 200 <= status < 300:
        return "Error"
    result = at_path(metric["provider"]["web"]["jsonPath"], document)
    if holds(metric["failureCondition"], result):
        return "Failed"
    return "Successful" if holds(metric["successCondition"], result) else "Inconclusive"


@pytest.mark.parametrize(("look", "phase"), LOOKS)
async def test_argo_rollouts_measures_what_the_verdict_is(
    look: ModelComparison, phase: str
) -> None:
    template = yaml.safe_load((ROLLOUTS / "argo-rollouts.yaml").read_text())
    (metric,) = template["spec"]["metrics"]
    named = {each["name"]: each.get("value", "") for each in template["spec"]["args"]}
    server = server_of(FakeComparisons(look))
    async with server:
        url = metric["provider"]["web"]["url"]
        arguments = {**named, "model": "fraud", "version": "8", "url": ""}
        assert phase_of(metric, *await ask(server, rendered(url, arguments))) == phase
        unknown = rendered(url, {**arguments, "model": "other"})
        assert phase_of(metric, *await ask(server, unknown)) == "Error"
    assert named["url"].startswith("http://")


@pytest.mark.parametrize(("look", "verdict"), LOOKS)
async def test_flagger_goes_back_holds_or_goes_on_as_the_verdict_says(
    look: ModelComparison, verdict: str
) -> None:
    canary = yaml.safe_load((ROLLOUTS / "flagger.yaml").read_text())
    opened = set()
    server = server_of(FakeComparisons(look), FakeRoutes(route_of()))
    async with server:
        for hook in canary["spec"]["analysis"]["webhooks"]:
            path = hook["url"].removeprefix("http://driftline:9464")
            status, _ = await ask(server, path, "POST")
            if status == 200:
                opened.add(hook["type"])
    assert (
        opened
        == {
            "Successful": {"rollout", "confirm-promotion"},
            "Inconclusive": {"rollout"},
            "Failed": {"rollback"},
        }[verdict]
    )
