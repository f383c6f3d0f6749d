import random
from collections import deque
from typing import Any

import numpy as np
import pytest
from river import stats
from river.drift import KSWIN
from river.drift.binary import DDM

from detectors.algorithms.parameter import InvalidDetector
from detectors.algorithms.river_detector import RiverDetector, river_detectors
from detectors.algorithms.river_state import StateUnavailable, read, write
from tests.detectors.streams import river_indices


def test_it_fires_where_river_does() -> None:
    values = np.concatenate([np.random.default_rng(1).random(300), np.ones(100)])
    ours = RiverDetector("KSWIN", {"seed": 3}).update(values)
    assert [found.index for found in ours] == river_indices(KSWIN(seed=3), values)
    assert ours


@pytest.mark.parametrize("name", ["DDM", "EDDM", "FHDDM", "HDDMA", "HDDMW"])
def test_the_binary_ones_take_bits_only_and_say_so(name: str) -> None:
    detector = RiverDetector(name)
    assert detector.input == "binary"
    before = detector.state()
    with pytest.raises(ValueError, match=r"takes 0 and 1 only, row 2 is 0\.5"):
        detector.update(np.array([0.0, 1.0, 0.5]))
    after = detector.state()
    assert after.keys() == before.keys()
    assert all(np.array_equal(after[path], before[path]) for path in before)


@pytest.mark.parametrize("name", ["ADWIN", "KSWIN", "PageHinkley"])
def test_the_others_take_any_number(name: str) -> None:
    assert RiverDetector(name).input == "real"


def test_only_what_keeps_its_state_in_compiled_code_is_not_durable() -> None:
    lost = {name for name in river_detectors() if not RiverDetector(name).durable}
    assert lost == {"ADWIN"}
    with pytest.raises(StateUnavailable, match="_helper is a AdaptiveWindowing"):
        RiverDetector("ADWIN").state()
    with pytest.raises(StateUnavailable):
        RiverDetector("ADWIN").restore({})


def test_a_warning_is_told() -> None:
    detector = RiverDetector("DDM")
    detector.update(np.tile([0.0, 0.0, 0.0, 1.0], 50))
    assert not detector.warning
    detector.update(np.ones(12))
    assert detector.warning


def test_what_river_does_not_estimate_is_not_a_number() -> None:
    (found,) = RiverDetector("HDDMA").update(np.repeat([0.0, 1.0], [200, 10]))[:1]
    assert np.isnan([found.statistic, found.threshold, found.mean_before, found.mean_after]).all()
    assert found.rows_after == 1


def test_river_s_window_tells_the_mean_and_the_rows_after() -> None:
    values = np.repeat([0.0, 1.0], [200, 200])
    river = river_detectors()["ADWIN"]()
    index = 0
    while not river.drift_detected:
        river.update(values[index])
        index += 1
    found = RiverDetector("ADWIN").update(values)[0]
    assert (found.mean_after, found.rows_after) == (river.estimation, river.width)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidDetector, match="no detector 'NoDrift', expected one of: ADWIN"):
        RiverDetector("NoDrift")


def test_a_state_of_another_detector_is_refused() -> None:
    with pytest.raises(ValueError, match="not a state of DDM: missing or unknown"):
        RiverDetector("DDM").restore(RiverDetector("EDDM").state())


def test_a_state_names_only_what_the_detector_has() -> None:
    state = RiverDetector("DDM").state()
    state["__class__"] = "anything"
    with pytest.raises(ValueError, match="__class__"):
        RiverDetector("DDM").restore(state)


@pytest.mark.parametrize("seen", [[], [0.0], [0.0, 0.0], [1.0], [0.3, 0.7]], ids=str)
def test_an_exponential_mean_is_restored_whether_it_has_values_or_not(seen: list[float]) -> None:
    original, restored = (river_detectors()["HDDMW"]() for _ in range(2))
    for value in seen:
        original._total._ewma.update(value)
    write(restored, read(original))
    for value in (1.0, 0.0, 1.0):
        original._total._ewma.update(value)
        restored._total._ewma.update(value)
        assert restored._total.ewma == original._total.ewma


def test_a_generator_of_random_numbers_continues_exactly() -> None:
    original, restored = KSWIN(seed=5), KSWIN(seed=9)
    original._rng.gauss(0, 1)  # leaves a second number waiting
    write(restored, read(original))
    for _ in range(4):
        assert restored._rng.gauss(0, 1) == original._rng.gauss(0, 1)
        assert restored._rng.random() == original._rng.random()


def test_a_bounded_window_stays_bounded_and_keeps_its_types() -> None:
    original, restored = KSWIN(seed=1, window_size=60), KSWIN(seed=1, window_size=60)
    original.window.extend([1.5, 2.5])
    write(restored, read(original))
    assert restored.window == deque([1.5, 2.5], maxlen=60)
    assert restored.window.maxlen == 60
    original.window = deque([True, False])
    assert read(original)["window"].dtype == np.bool_


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({1: 2}, "odd is a dict"),
        ([1, 2.5], "odd does not hold numbers of one type"),
        ([None], "odd does not hold numbers of one type"),
    ],
    ids=str,
)
def test_an_attribute_without_a_plain_form_has_no_state(value: Any, message: str) -> None:
    detector: Any = DDM()
    detector.odd = value
    with pytest.raises(StateUnavailable, match=message):
        read(detector)


def test_two_attributes_that_share_an_object_have_no_state() -> None:
    detector: Any = DDM()
    detector.other = detector._p
    with pytest.raises(StateUnavailable, match="shares"):
        read(detector)


def test_arrays_and_lists_come_back_as_they_were() -> None:
    original: Any = DDM()
    restored: Any = DDM()
    for detector in (original, restored):
        detector.numbers = [0]
        detector.table = np.zeros(2)
        detector.inner = stats.Var()
        detector.chance = random.Random(1)
    original.numbers = [1, 2, 3]
    original.table = np.array([4.0, 5.0])
    original.inner.update(2.0)
    write(restored, read(original))
    assert restored.numbers == [1, 2, 3]
    assert restored.table.tolist() == [4.0, 5.0]
    assert restored.table is not original.table
    assert restored.inner.mean.get() == 2.0
