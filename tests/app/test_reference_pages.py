from pathlib import Path

import pytest

from agents.transport.sizes import REQUEST
from app.kafka.operation import Operation
from app.kafka.topic_catalogue import CATALOGUE, TopicSpec
from app.metrics.catalogue import CATALOGUE as METRICS
from app.reference_pages import configuration_page, pages, topics_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", pages())
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text() == pages()[name], "stale: run make docs"


def test_every_metric_has_its_line() -> None:
    page = pages()["metrics.md"]
    assert all(page.count(f"`{metric.name}`") == 1 for metric in METRICS)


@pytest.mark.parametrize("spec", CATALOGUE.values(), ids=lambda spec: spec.role)
def test_every_topic_has_its_line_with_what_it_needs(spec: TopicSpec) -> None:
    (line,) = (each for each in topics_page().splitlines() if f"| `{spec.default_name}` |" in each)
    assert (f"`max.message.bytes={REQUEST}`" in line) == (spec.record_bytes is not None)
    for right in Operation:
        assert (f"`{right.name}`" in line) == (right in spec.rights)


@pytest.mark.parametrize(
    "setting",
    [
        "kafka.bootstrap_servers",
        "intake.pending.ttl_seconds",
        "monitor.detectors[].kind",
        "models.<name>.kinds",
        "models.<name>.monitor.burn_in",
    ],
)
def test_settings_at_every_depth_have_their_line(setting: str) -> None:
    assert f"\n| `{setting}` |" in configuration_page()
