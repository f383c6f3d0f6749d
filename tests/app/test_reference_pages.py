from pathlib import Path

import pytest

from app.metrics.catalogue import CATALOGUE
from app.reference_pages import configuration_page, pages

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", pages())
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text() == pages()[name], "stale: run make docs"


def test_every_metric_has_its_line() -> None:
    page = pages()["metrics.md"]
    assert all(page.count(f"`{metric.name}`") == 1 for metric in CATALOGUE)


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
