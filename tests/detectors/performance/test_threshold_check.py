from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.performance.outcome_view import OutcomeView
from detectors.performance.threshold import Threshold
from detectors.performance.threshold_check import REFERENCE_LOSSES, ThresholdCheck, Turn
from schemas.tables.columns import Column, Kind, Role
from schemas.values.class_order import USUAL_CLASSES

LIMIT = 1_000_000.0


def errors_view(errors: Sequence[float], kind: Kind = Kind.BOOLEAN) -> OutcomeView:
    values = np.array(errors, dtype=np.float64)
    return OutcomeView([Column("error", Role.ERROR, kind, values)], len(values), USUAL_CLASSES)


def drawn(rate: float, rows: int, seed: int = 7) -> list[float]:
    return [float(draw < rate) for draw in np.random.default_rng(seed).random(rows).tolist()]


def fed(
    test: ThresholdCheck, errors: Sequence[float], size: int, kind: Kind = Kind.BOOLEAN
) -> list[Turn]:
    turns: list[Turn] = []
    for begin in range(0, len(errors), size):
        turns += test.update(errors_view(errors[begin : begin + size], kind), begin)
    return turns


def test_a_model_that_goes_bad_and_gets_good_again_is_told_once_each() -> None:
    test = ThresholdCheck(Threshold.of("accuracy >= 0.9"), LIMIT)
    errors = drawn(0.05, 20_000) + drawn(0.2, 5000) + drawn(0.05, 5000)
    worse, better = fed(test, errors, 1000)
    assert worse.is_breach
    assert 20_000 <= worse.row < 20_500
    assert abs(worse.crossing.first_row - 20_000) < 100
    assert worse.value == pytest.approx(0.8, abs=0.08)
    assert worse.bound == 0.9
    assert not better.is_breach
    assert 25_000 <= better.row < 26_000
    assert better.value == pytest.approx(0.95, abs=0.05)
    assert not test.is_breached
    assert test.losses == 30_000


def told(turn: Turn) -> tuple[Turn, tuple[float, float] | None]:
    """Return a turn and what it says of the reference, which are equal if they say the same."""
    reference = turn.reference
    return turn._replace(reference=None), None if reference is None else reference.interval(0.05)


@settings(max_examples=20)
@given(
    st.integers(0, 100),
    st.integers(1, 3000),
    st.sampled_from(
        ["accuracy >= 0.9", "accuracy >= reference - 0.05", "accuracy >= 0.94 * reference"]
    ),
)
def test_turns_do_not_depend_on_where_rows_are_cut(seed: int, size: int, text: str) -> None:
    errors = drawn(0.03, 1500, seed) + drawn(0.3, 700, seed) + drawn(0.01, 700, seed)
    threshold = Threshold.of(text)
    whole = fed(ThresholdCheck(threshold, LIMIT), errors, len(errors))
    assert [turn.is_breach for turn in whole] == [True, False]
    parts: list[Turn] = []
    test = ThresholdCheck(threshold, LIMIT)
    for begin in range(0, len(errors), size):
        restored = ThresholdCheck(threshold, LIMIT)
        restored.restore(test.state())
        test = restored
        parts += test.update(errors_view(errors[begin : begin + size]), begin)
    assert [told(turn) for turn in parts] == [told(turn) for turn in whole]


def test_a_relative_threshold_counts_from_the_first_labels() -> None:
    test = ThresholdCheck(Threshold.of("accuracy >= reference - 0.05"), LIMIT)
    fed(test, drawn(0.2, REFERENCE_LOSSES - 1), 100)
    assert test.bound is None
    fed(test, [0.0], 1)
    assert test.bound == pytest.approx(0.75, abs=0.03)
    assert not fed(test, drawn(0.2, 50_000, seed=8), 1000)
    (turn,) = fed(test, drawn(0.4, 2000, seed=9), 1000)
    assert turn.is_breach
    assert turn.reference is not None
    assert turn.bound == pytest.approx(turn.reference.value - 0.05)
    low, high = turn.reference.interval(0.05)
    assert low < 0.8 < high
    assert high - low < 0.1


def test_a_relative_threshold_of_distances_goes_by_their_size() -> None:
    rng = np.random.default_rng(7)
    test = ThresholdCheck(Threshold.of("mae <= reference + 100"), LIMIT)
    steady, worse = np.abs(rng.normal(0, 1000, 20_000)), np.abs(rng.normal(0, 1500, 5000))
    assert not fed(test, steady.tolist(), 1000, Kind.NUMBER)
    (turn,) = fed(test, worse.tolist(), 1000, Kind.NUMBER)
    assert turn.is_breach
    assert turn.value == pytest.approx(1500 * np.sqrt(2 / np.pi), rel=0.15)


def test_after_a_deployment_a_relative_threshold_takes_a_new_reference_and_others_stand() -> None:
    relative = ThresholdCheck(Threshold.of("accuracy >= reference - 0.05"), LIMIT)
    absolute = ThresholdCheck(Threshold.of("accuracy >= 0.9"), LIMIT)
    for test in relative, absolute:
        fed(test, drawn(0.05, 2000) + drawn(0.5, 1000), 500)
        assert test.is_breached
        test.restart()
    assert not relative.is_breached
    assert relative.bound is None
    assert absolute.is_breached


def test_a_reference_without_an_error_allows_for_what_it_could_not_see() -> None:
    test = ThresholdCheck(Threshold.of("accuracy >= reference - 0.01"), LIMIT)
    fed(test, [0.0] * REFERENCE_LOSSES, 500)
    assert test.bound == pytest.approx(0.99)
    # One error in 80 is more than one in 100, but a reference of 1,000 labels says no more.
    assert not fed(test, drawn(0.0125, 20_000), 1000)
    assert fed(test, drawn(0.08, 2000), 1000)


def test_a_reference_that_was_lucky_is_not_held_against_the_model() -> None:
    relative = ThresholdCheck(Threshold.of("accuracy >= reference - 0.01"), LIMIT)
    lucky = ([1.0] + [0.0] * 24) * (REFERENCE_LOSSES // 25)  # .04 of what are .05
    fed(relative, lucky, 500)
    assert relative.bound is not None
    naive = ThresholdCheck(Threshold.of(f"accuracy >= {relative.bound:g}"), LIMIT)
    as_ever = drawn(0.06, 200_000)
    assert not fed(relative, as_ever, 5000)
    assert fed(naive, as_ever, 5000)


def test_a_factor_counts_from_the_reference_too() -> None:
    rng = np.random.default_rng(7)
    test = ThresholdCheck(Threshold.of("mae <= 1.1 * reference"), LIMIT)
    steady, worse = np.abs(rng.normal(0, 1000, 20_000)), np.abs(rng.normal(0, 1500, 5000))
    assert not fed(test, steady.tolist(), 1000, Kind.NUMBER)
    assert test.bound == pytest.approx(1100 * np.sqrt(2 / np.pi), rel=0.1)
    (turn,) = fed(test, worse.tolist(), 1000, Kind.NUMBER)
    assert turn.is_breach


@pytest.mark.parametrize("text", ["mae <= reference + 1", "mse <= 2 * reference"])
def test_a_few_huge_errors_in_the_reference_do_not_hide_that_all_are_worse(text: str) -> None:
    errors = np.abs(np.random.default_rng(7).normal(0, 1, 9000))
    errors[[7, 50, 500, 900]] = 1e300
    errors[5000:] *= 5
    test = ThresholdCheck(Threshold.of(text), LIMIT)
    (turn,) = fed(test, errors.tolist(), 1000, Kind.NUMBER)
    assert 5000 <= turn.row < 6000


def test_a_reference_without_any_distance_waits_for_one_of_which_a_factor_can_be() -> None:
    test = ThresholdCheck(Threshold.of("mae <= 1.1 * reference"), LIMIT)
    assert not fed(test, [0.0] * 3000, 700, Kind.NUMBER)
    assert test.bound is None
    fed(test, np.abs(np.random.default_rng(7).normal(0, 1, 1200)).tolist(), 700, Kind.NUMBER)
    assert test.bound is not None


def test_a_bound_that_a_release_before_has_counted_stands_until_a_deployment() -> None:
    threshold = Threshold.of("accuracy >= reference - 0.05")
    absolute = ThresholdCheck(Threshold.of("accuracy >= 0.9"), LIMIT)
    fed(absolute, drawn(0.05, 2000), 500)
    before = absolute.state()
    del before["reference"]
    test = ThresholdCheck(threshold, LIMIT)
    test.restore({**before, "sample": None})
    assert test.bound == 0.9
    again = ThresholdCheck(threshold, LIMIT)
    again.restore(test.state())
    assert again.bound == 0.9
    (turn,) = fed(again, drawn(0.3, 1000), 500)
    assert (turn.bound, turn.reference) == (0.9, None)
    again.restart()
    assert again.bound is None


def test_a_reference_that_a_release_before_has_begun_begins_anew() -> None:
    test = ThresholdCheck(Threshold.of("accuracy >= reference - 0.05"), LIMIT)
    fed(test, drawn(0.05, 500), 500)
    state = test.state()
    del state["reference"]
    test.restore({**state, "sample": [500, 25.0, 25.0], "watch": None})
    assert test.losses == 500
    fed(test, drawn(0.05, REFERENCE_LOSSES - 1), 500)
    test.restore(test.state())
    assert test.bound is None
    fed(test, [0.0], 1)
    assert test.bound is not None


def test_a_threshold_that_allows_everything_is_never_crossed() -> None:
    test = ThresholdCheck(Threshold.of("accuracy >= reference - 0.5"), LIMIT)
    assert not fed(test, [1.0] * 10_000, 1000)


def test_a_few_huge_errors_are_no_evidence_that_the_mean_is_too_large() -> None:
    errors = np.abs(np.random.default_rng(7).normal(0, 1, 20_000))
    errors[[5000, 9000, 15_000]] = 1e300
    check = ThresholdCheck(Threshold.of("mae <= 1"), LIMIT)
    assert not fed(check, errors.tolist(), 1000, Kind.NUMBER)


def test_a_limit_that_is_lowered_on_the_way_counts_what_was_won_so_far() -> None:
    errors = drawn(0.2, 200)
    strict, lax = (ThresholdCheck(Threshold.of("accuracy >= 0.9"), each) for each in (1e12, 1e3))
    assert not fed(strict, errors[:60], 60)
    strict.allow(1e3)
    (expected,) = fed(lax, errors, 60)
    (found,) = strict.update(errors_view(errors[60:]), 60)
    assert found.row == expected.row > 60
