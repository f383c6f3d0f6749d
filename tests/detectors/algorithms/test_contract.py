"""Every registered detector keeps the contract."""

from collections.abc import Mapping

import numpy as np
import pytest

from detectors.algorithms.catalogue import DetectorKind, build, kinds
from detectors.algorithms.contract import Detection, Detector
from detectors.algorithms.river_state import StateUnavailable
from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State

# KSWIN costs 0.3 ms a value once its window is full; the others a microsecond.
_BEFORE, _AFTER = 300, 400

# Page-Hinkley's default threshold is in units of the input: 50 is out of reach of 0/1-sized shifts.
_SENSITIVE: Mapping[str, Mapping[str, float]] = {
    "page_hinkley": {"threshold": 10.0},
    "river.PageHinkley": {"threshold": 10.0},
}

_ALL = pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.name)


def _made(kind: DetectorKind) -> Detector:
    return build(kind.name, _SENSITIVE.get(kind.name, {}))


def _constant(kind: DetectorKind) -> Numbers:
    # No errors for the binary ones: one value, as for the others.
    return np.full(_BEFORE + _AFTER, 0.0 if kind.input == "binary" else 0.3)


def _shifted(kind: DetectorKind, *, upwards: bool = True) -> Numbers:
    random = np.random.default_rng(8)  # at which EDDM too is silent before the shift
    if kind.input == "binary":
        shares = np.repeat([0.2, 0.9] if upwards else [0.9, 0.2], [_BEFORE, _AFTER])
        return (random.random(_BEFORE + _AFTER) < shares).astype(np.float64)
    step = np.repeat([0.0, 0.6 if upwards else -0.6], [_BEFORE, _AFTER])
    values: Numbers = random.random(_BEFORE + _AFTER) * 0.4 + step
    return values


def _key(found: Detection, offset: int = 0) -> tuple[float, ...]:
    return (
        found.index + offset,
        found.statistic,
        found.threshold,
        found.mean_before,
        found.mean_after,
        found.rows_after,
    )


def _assert_same(left: list[tuple[float, ...]], right: list[tuple[float, ...]]) -> None:
    np.testing.assert_array_equal(np.array(left), np.array(right))  # NaN equals NaN


def _assert_same_state(left: State, right: State) -> None:
    assert left.keys() == right.keys()
    for name, value in left.items():
        assert type(value) is type(right[name]), name
        np.testing.assert_array_equal(value, right[name], err_msg=name)


def _assert_equal(left: Detector, right: Detector, kind: DetectorKind) -> None:
    if kind.durable:
        _assert_same_state(left.state(), right.state())


@_ALL
def test_it_is_a_detector_that_knows_its_kind(kind: DetectorKind) -> None:
    detector = build(kind.name, {})
    assert isinstance(detector, Detector)
    assert detector.kind == kind.name
    defaults = {name: each.default for name, each in kind.parameters.items()}
    assert detector.parameters == {k: v for k, v in defaults.items() if v is not None}


@_ALL
def test_a_constant_is_silent(kind: DetectorKind) -> None:
    assert _made(kind).update(_constant(kind)) == []


@_ALL
def test_a_clear_shift_fires_after_the_shift_and_not_before(kind: DetectorKind) -> None:
    # FHDDM watches the share of successes, so it fires on a fall only.
    upwards = not kind.name.lower().endswith("fhddm")
    found = _made(kind).update(_shifted(kind, upwards=upwards))
    assert found
    assert _BEFORE <= found[0].index < _BEFORE + _AFTER
    assert found[0].rows_after >= 1
    assert not found[0].statistic <= found[0].threshold


@_ALL
@pytest.mark.parametrize("sizes", [(1,), (7, 64), (333,)], ids=str)
def test_a_batch_gives_what_its_values_give_one_at_a_time(
    kind: DetectorKind, sizes: tuple[int, ...]
) -> None:
    values = _shifted(kind, upwards=not kind.name.lower().endswith("fhddm"))
    whole, split = _made(kind), _made(kind)
    expected = [_key(found) for found in whole.update(values)]
    actual, start, turn = [], 0, 0
    while start < len(values):
        size = sizes[turn % len(sizes)]
        actual += [_key(found, start) for found in split.update(values[start : start + size])]
        start, turn = start + size, turn + 1
    _assert_same(actual, expected)
    _assert_equal(split, whole, kind)


@_ALL
@pytest.mark.parametrize("split", [0, 1, 31, 150, 299, 310, 324, 350, 699, 700])
def test_restored_anywhere_it_continues_as_if_never_stopped(kind: DetectorKind, split: int) -> None:
    values = _shifted(kind, upwards=not kind.name.lower().endswith("fhddm"))
    stopped = _made(kind)
    stopped.update(values[:split])
    if not kind.durable:
        with pytest.raises(StateUnavailable):
            stopped.state()
        return
    restored = _made(kind)
    restored.update(values[:50])  # what it has seen before the restore must not count
    restored.restore(stopped.state())
    _assert_equal(restored, stopped, kind)
    expected = [_key(found) for found in stopped.update(values[split:])]
    _assert_same([_key(found) for found in restored.update(values[split:])], expected)
    _assert_equal(restored, stopped, kind)


@_ALL
def test_restored_right_after_a_detection_it_starts_anew(kind: DetectorKind) -> None:
    values = _shifted(kind, upwards=not kind.name.lower().endswith("fhddm"))
    fired = _made(kind).update(values)[0].index
    stopped, fresh = _made(kind), _made(kind)
    stopped.update(values[: fired + 1])
    if kind.durable:
        restored = _made(kind)
        restored.restore(stopped.state())
        stopped = restored
    stopped.update(values[:40])
    fresh.update(values[:40])
    _assert_equal(stopped, fresh, kind)


@_ALL
def test_a_state_is_plain_and_a_copy(kind: DetectorKind) -> None:
    if not kind.durable:
        pytest.skip("Rust keeps the state")
    values = _shifted(kind)
    detector = _made(kind)
    detector.update(values[:200])
    state = detector.state()
    for value in state.values():
        assert value is None or isinstance(value, bool | int | float | str | np.ndarray)
        if isinstance(value, np.ndarray):
            assert value.dtype.kind in "biuf"
    before = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in state.items()}
    detector.update(values[200:])
    _assert_same_state(state, before)
    restored = _made(kind)
    restored.restore(state)
    restored.update(values[200:])
    _assert_same_state(state, before)


@_ALL
def test_reset_equals_fresh(kind: DetectorKind) -> None:
    values = _shifted(kind)
    used, fresh = _made(kind), _made(kind)
    used.update(values)
    used.reset()
    _assert_equal(used, fresh, kind)
    expected = [_key(found) for found in fresh.update(values)]
    _assert_same([_key(found) for found in used.update(values)], expected)


@_ALL
def test_an_empty_column_changes_nothing(kind: DetectorKind) -> None:
    detector = _made(kind)
    detector.update(_shifted(kind)[:100])
    other = _made(kind)
    other.update(_shifted(kind)[:100])
    assert detector.update(np.array([], dtype=np.float64)) == []
    _assert_equal(detector, other, kind)


@_ALL
def test_columns_are_left_as_they_were(kind: DetectorKind) -> None:
    values = _shifted(kind)
    values.flags.writeable = False
    copied = values.copy()
    _made(kind).update(values)
    np.testing.assert_array_equal(values, copied)
