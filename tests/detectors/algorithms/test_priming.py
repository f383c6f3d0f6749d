import numpy as np
import pytest

from detectors.algorithms.catalogue import build, kinds
from detectors.algorithms.priming import MOST, prime, uniform_sequence
from detectors.monitors.options import DEFAULT_DETECTORS


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_the_sequence_is_nearly_uniform(count: int) -> None:
    values = np.sort(uniform_sequence(count))
    assert values[0] >= 0
    assert values[-1] < 1
    even = (np.arange(count) + 0.5) / count
    assert np.abs(values - even).max() < 3 / count


@pytest.mark.parametrize("options", DEFAULT_DETECTORS, ids=lambda options: options.kind)
def test_nothing_is_found_in_the_sequence(options: object) -> None:
    assert hasattr(options, "kind")
    assert hasattr(options, "parameters")
    assert build(options.kind, options.parameters).update(uniform_sequence(MOST)) == []


@pytest.mark.parametrize("kind", ["adwin", "page_hinkley", "kswin", "river.PageHinkley"])
def test_a_primed_detector_is_one_that_has_seen_uniform_values(kind: str) -> None:
    primed, fed = build(kind, {}), build(kind, {})
    prime(primed, 300)
    fed.update(uniform_sequence(300))
    ranks = np.random.default_rng(1).random(500) ** 2
    assert [found.index for found in primed.update(ranks)] == [
        found.index for found in fed.update(ranks)
    ]


def test_priming_does_not_share_state_between_detectors() -> None:
    first, second = build("adwin", {}), build("adwin", {})
    prime(first, 100)
    first.update(np.ones(50))
    prime(second, 100)
    fresh = build("adwin", {})
    fresh.update(uniform_sequence(100))
    for name, value in fresh.state().items():
        np.testing.assert_array_equal(second.state()[name], value)


@pytest.mark.parametrize("kind", ["ddm", "river.ADWIN"])
def test_what_cannot_be_primed_is_left_as_it_is(kind: str) -> None:
    assert kind in kinds()
    detector = build(kind, {})
    prime(detector, 100)
    assert detector.update(np.zeros(5)) == []
