import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest

from app.metrics.rendering import CheckedCollector, RenderingGivenUp


def registry(series: int) -> CollectorRegistry:
    made = CollectorRegistry()
    counter = Counter("driftline_things", "Things.", ["number"], registry=made)
    for number in range(series):
        counter.labels(str(number)).inc()
    return made


def test_what_is_checked_is_rendered_as_it_is_otherwise() -> None:
    source = registry(600)
    assert generate_latest(CheckedCollector(source, lambda: None)) == generate_latest(source)


def test_a_rendering_can_be_given_up_within_a_family() -> None:
    checks = 0

    def check() -> None:
        nonlocal checks
        checks += 1
        if checks == 3:
            raise RenderingGivenUp

    with pytest.raises(RenderingGivenUp):
        generate_latest(CheckedCollector(registry(10_000), check))
    assert checks == 3
