import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from detectors.algorithms.adwin import Adwin
from detectors.algorithms.catalogue import InvalidDetector, build, kinds
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.river_detector import RiverDetector, river_detectors


def test_the_kernels_and_every_river_detector_have_names() -> None:
    assert set(kinds()) >= {
        "adwin",
        "page_hinkley",
        "kswin",
        "ddm",
        "eddm",
        "fhddm",
        "hddm_a",
        "hddm_w",
        "river.ADWIN",
        "river.PageHinkley",
        "river.KSWIN",
        "river.DDM",
        "river.EDDM",
        "river.FHDDM",
        "river.HDDMA",
        "river.HDDMW",
    }
    assert {f"river.{name}" for name in river_detectors()} <= set(kinds())


def test_what_does_not_look_at_its_values_is_no_detector() -> None:
    assert not {"DummyDriftDetector", "NoDrift", "DriftRetrainingClassifier"} & set(
        river_detectors()
    )


def test_short_names_of_kernels_are_the_kernels_and_long_ones_river_s() -> None:
    assert isinstance(build("adwin", {}), Adwin)
    assert isinstance(build("page_hinkley", {}), PageHinkley)
    assert isinstance(build("river.ADWIN", {}), RiverDetector)
    assert isinstance(build("kswin", {}), RiverDetector)


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.name)
def test_every_kind_is_described_and_so_are_its_parameters(kind: Any) -> None:
    assert kind.description.endswith(".")
    assert "[^" not in kind.description
    assert all(parameter.text for parameter in kind.parameters.values())
    for parameter in kind.parameters.values():
        assert parameter.default is None or parameter.accepts(parameter.default)


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidDetector, match="unknown detector 'adwim', expected one of: adwin"):
        build("adwim", {})


@pytest.mark.parametrize("kind", ["adwin", "river.ADWIN"])
def test_all_problems_are_reported_at_once_with_what_was_expected(kind: str) -> None:
    wrong: Mapping[str, Any] = {"delta": 2.0, "clock": "often", "buckets": 5}
    with pytest.raises(InvalidDetector) as refused:
        build(kind, wrong)
    assert refused.value.problems == (
        f"{kind}: unknown parameter 'buckets', did you mean 'max_buckets'?",
        f"{kind}: delta is 2.0, expected a number in (0, 1]",
        f"{kind}: clock is 'often', expected a whole number in [1, 2147483647]",
    )


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        ("kswin", {"window_size": 50}, "at most half of window_size"),
        ("kswin", {"window": 3}, "unknown parameter 'window'"),
        ("eddm", {"alpha": 0.5}, "'alpha' must be greater or equal to 'beta'"),
        ("fhddm", {"short_window_size": 101}, "at most sliding_window_size"),
        ("hddm_a", {"two_sided_test": 1}, "two_sided_test is 1, expected true or false"),
        ("ddm", {"warm_start": True}, "warm_start is True, expected a whole number"),
    ],
)
def test_what_river_would_trip_over_later_is_refused(
    kind: str, parameters: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(InvalidDetector, match=message):
        build(kind, parameters)


def test_a_whole_number_is_good_enough_for_a_number() -> None:
    threshold = build("page_hinkley", {"threshold": 8}).parameters["threshold"]
    assert (threshold, type(threshold)) == (8.0, float)


def test_an_optional_parameter_is_in_force_only_when_given() -> None:
    assert "short_window_size" not in build("fhddm", {}).parameters
    assert build("fhddm", {"short_window_size": 20}).parameters["short_window_size"] == 20


def test_river_is_not_loaded_where_nothing_of_it_is_asked_for() -> None:
    # It takes most of a second, of every start.
    start = "import sys, app.worker.process; from detectors.algorithms.catalogue import build"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"{start}; build('adwin', {{}}); print('river' in sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "False\n"
