from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays.column import Numbers
from detectors.reference.column_block import RECENT
from detectors.reference.dependence import MOST_STRIDE
from detectors.reference.reference import Reference
from detectors.reference.residuals import PART
from detectors.reference.stored_reference import is_ready
from tests.detectors.batches import plain
from tests.detectors.streams import autoregressive


def _reference(burn_in: int = 1000, *, categorical: bool = False) -> Reference:
    return Reference(burn_in=burn_in, bins=16, categorical=categorical, seed=5)


def _feed(reference: Reference, values: Numbers, first_row: int = 0) -> None:
    """Feed values as a column's monitor does, categories as texts, without a detection."""
    rows = np.arange(first_row, first_row + len(values))
    while not reference.ready and len(values):
        taken = min(reference.missing, len(values))
        reference.burn(_standing(reference, values[:taken]), rows[:taken])
        values, rows = values[taken:], rows[taken:]
    values = _standing(reference, values)
    while reference.ready and len(values):
        taken = min(reference.until_look or len(values), len(values))
        judged = reference.judged(taken)
        reference.ranks(reference.bins(values[judged]))
        reference.absorb(values[judged], rows[judged])
        reference.passed(values[:taken], rows[:taken])
        values, rows = values[taken:], rows[taken:]


def _standing(reference: Reference, values: Numbers) -> Numbers:
    """Return what stands for values in a reference."""
    if reference.categories is None:
        return values
    texts = tuple(map(str, range(int(values.max(initial=0)) + 1)))
    return reference.categories.of(values.astype(np.int32), texts)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(900, 5500),
    st.lists(st.integers(0, 5500), max_size=8),
    st.sampled_from(["normal", "categories", "correlated", "rounded", "lasting", "cyclic"]),
)
def test_a_reference_does_not_depend_on_batches_nor_on_being_restored(
    seed: int, size: int, cuts: list[int], shape: str
) -> None:
    random = np.random.default_rng(seed)
    categorical = shape == "categories"
    most = int(random.choice([5, 300, 3000]))
    values = random.normal(size=size)
    if categorical:
        values = random.integers(0, most, size).astype(float)
    if shape in ("correlated", "rounded"):
        values = autoregressive(0.8, size, seed)
    if shape == "cyclic":
        values = 4.0 * np.sin(2 * np.pi * np.arange(size) / 60) + values
    if shape == "rounded":
        values = values.round(1)
    if shape == "lasting":
        values = np.repeat(values > 1.0, 4)[:size].astype(np.float64)
    whole, cut = (_reference(categorical=categorical) for _ in range(2))
    _feed(whole, values)
    bounds = sorted({0, size, *(each for each in cuts if each < size)})
    for start, end in pairwise(bounds):
        _feed(cut, values[start:end], start)
        restored = _reference(categorical=categorical)
        restored.restore(cut.state())
        cut = restored
    assert plain(cut.state()) == plain(whole.state())
    assert (whole.stride > 1) >= (shape == "lasting" and whole.ready)
    whitened = shape in ("correlated", "rounded", "cyclic") and whole.ready
    # Sizes of a few in a hundred independent samples look as if they came in bursts.
    assert (len(whole.block.apart) > 0) >= whitened
    assert ("cyclic" in whole.state()) == (shape == "cyclic" and whole.ready)


@given(st.integers(0, 2**32 - 1), st.integers(1, RECENT), st.sampled_from([0.0, 1e6, -1e-6]))
def test_what_was_before_is_what_numpy_says_of_the_true_values(
    seed: int, since: int, level: float
) -> None:
    values = np.random.default_rng(seed).normal(level, 2, 1200)
    reference = _reference(1000)
    _feed(reference, values)
    before = reference.without(since)
    true = values[:-since]
    assert before.count == len(true)
    assert before.mean == pytest.approx(true.mean(), rel=1e-12, abs=1e-12)
    assert before.std == pytest.approx(true.std(ddof=1), rel=1e-9)
    assert before.counts.sum() == len(true)
    for level_of, tolerance in ((0.05, 1.5), (0.5, 0.5), (0.95, 1.5)):
        assert before.quantile(level_of) == pytest.approx(
            np.quantile(true, level_of), abs=tolerance
        )
    assert reference.mean == pytest.approx(values.mean(), rel=1e-12, abs=1e-12)
    assert reference.count == 1200


def test_a_constant_reference_has_no_spread_left_of_what_came_after() -> None:
    reference = _reference(1000)
    _feed(reference, np.concatenate([np.full(1000, 0.1), np.full(50, 1e12)]))
    before = reference.without(50)
    assert (before.count, before.mean, before.std) == (1000, 0.1, 0.0)
    assert before.quantile(0.5) == pytest.approx(0.1)


def test_categories_before_are_counted_exactly() -> None:
    reference = _reference(categorical=True)
    values = np.array([0.0, 1.0, 1.0, 4.0])[np.random.default_rng(2).integers(0, 4, 1200)]
    _feed(reference, values)
    before = reference.without(40)
    categories = reference.categories
    assert categories is not None
    assert dict(zip(categories.names, before.category_counts.tolist(), strict=True)) == {
        "(other)": 0,
        **{f"{value:.0f}": int((values[:-40] == value).sum()) for value in (0.0, 1.0, 4.0)},
    }
    with pytest.raises(TypeError, match="no quantiles"):
        before.quantile(0.5)


def test_the_latest_values_and_their_rows_are_kept() -> None:
    reference = _reference()
    values = np.random.default_rng(3).normal(size=1400)
    _feed(reference, values, first_row=1000)
    latest, rows = reference.latest(10)
    assert latest.tolist() == values[-10:].tolist()
    assert rows.tolist() == list(range(2390, 2400))
    assert len(reference.latest(1000)[0]) == RECENT


def test_withdrawn_values_leave_no_trace_in_the_bins() -> None:
    reference = _reference()
    random = np.random.default_rng(4)
    _feed(reference, random.normal(size=1000))
    counts = plain(reference.state()["counts"])
    further = random.normal(size=30)
    reference.ranks(reference.bins(further))
    reference.withdraw(further)
    assert plain(reference.state()["counts"]) == counts


def test_nothing_is_ranked_before_the_burn_in_is_complete() -> None:
    reference = _reference()
    _feed(reference, np.zeros(999))
    assert (reference.ready, reference.missing) == (False, 1)
    with pytest.raises(RuntimeError, match="not ready"):
        reference.bins(np.zeros(1))


def test_values_near_the_end_of_float64_have_quantiles() -> None:
    reference = _reference()
    _feed(reference, np.random.default_rng(1).uniform(-1, 1, 1200) * 1.7e308)
    quantiles = [reference.without(1).quantile(level) for level in (0.0, 0.05, 0.5, 0.95, 1.0)]
    assert np.isfinite(quantiles).all()
    assert quantiles == sorted(quantiles)


def test_expected_ranks_and_folds_are_those_of_uniform_ranks_within_the_bins() -> None:
    reference = Reference(burn_in=100, bins=64, categorical=False, seed=1)
    values = np.repeat([0.0, 1.0], [90, 10])
    reference.burn(np.random.default_rng(1).permutation(values), np.arange(100))
    reference.absorb(np.array([0.0, 1.0]), np.array([100, 101]))
    np.testing.assert_allclose(reference.latest_ranks(2, fold=False), [0.45, 0.95])
    ranks = np.linspace(0, 1, 1_000_001)
    folds = np.abs(2 * ranks - 1)
    expected = [folds[ranks < 0.9].mean(), folds[ranks > 0.9].mean()]
    np.testing.assert_allclose(reference.latest_ranks(2, fold=True), expected, atol=1e-5)


def test_of_residuals_all_figures_are_of_the_values() -> None:
    values = 100.0 + autoregressive(0.9, 7000, 1)
    reference = _reference()
    _feed(reference, values)
    assert len(reference.block.apart)
    assert (reference.stride, reference.until_look) == (1, None)
    before = reference.without(60)
    # Since the second sample was looked at.
    true = values[1000:-60]
    assert before.count == before.counts.sum() == len(true)
    assert before.mean == pytest.approx(true.mean())
    assert before.std == pytest.approx(true.std(ddof=1))
    for level in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert before.quantile(level) == pytest.approx(np.quantile(true, level), abs=0.3)
    latest, rows = reference.latest(96)
    assert latest.tolist() == values[-96:].tolist()
    assert rows.tolist() == list(range(6904, 7000))
    ranks = reference.latest_ranks(96, fold=False)
    assert ranks.mean() == pytest.approx(0.5, abs=0.1)


def test_withdrawn_residuals_leave_no_trace_in_the_bins() -> None:
    values = autoregressive(0.9, 1300, 4)
    reference, other = _reference(), _reference()
    for each in (reference, other):
        _feed(each, values[:1200])
    reference.ranks(reference.bins(values[1200:]))
    reference.absorb(values[1200:1240], np.arange(1200, 1240))
    reference.withdraw(values[1240:])
    other.ranks(other.bins(values[1200:1240]))
    other.absorb(values[1200:1240], np.arange(1200, 1240))
    assert plain(reference.state()["whitened"]) == plain(other.state()["whitened"])


def test_a_release_without_residuals_begins_such_a_reference_anew() -> None:
    reference = _reference()
    _feed(reference, autoregressive(0.9, 1500, 4))
    assert is_ready(reference.state())
    state = {name: part for name, part in reference.state().items() if name != "whitened"}
    assert not is_ready(state)
    restored = _reference()
    restored.restore(state)
    assert (restored.ready, restored.missing, restored.count) == (False, 1000, 0)


def test_filters_that_a_release_before_knew_are_kept_as_it_kept_them() -> None:
    reference = _reference()
    _feed(reference, autoregressive(0.9, 1500, 4))
    state = reference.state()
    assert len(state["whitened"]["dependent"]["apart"]) == PART - 3
    restored = _reference()
    restored.restore(state)
    assert restored.block.apart.tolist() == reference.block.apart.tolist()


def test_a_release_without_cycles_begins_such_a_reference_anew() -> None:
    reference = _reference()
    _feed(reference, 4.0 * np.sin(np.arange(1500) / 9) + np.random.default_rng(1).normal(size=1500))
    state = reference.state()
    assert is_ready(state)
    assert not is_ready({name: part for name, part in state.items() if name != "cyclic"})
    restored = _reference()
    restored.restore(state)
    assert restored.block.apart.tolist() == reference.block.apart.tolist()


def test_a_release_that_doubts_no_weights_begins_such_a_reference_anew() -> None:
    reference = _reference()
    values = np.random.default_rng(1).standard_cauchy(1500)
    for row in range(1, 1500):
        values[row] += 0.9 * values[row - 1]
    _feed(reference, values)
    state = reference.state()
    assert is_ready(state)
    assert not is_ready({name: part for name, part in state.items() if name != "heavy"})
    restored = _reference()
    restored.restore(state)
    assert restored.block.apart.tolist() == reference.block.apart.tolist()


def test_what_looked_dependent_and_is_not_is_judged_as_it_is_from_the_second_sample_on() -> None:
    random = np.random.default_rng(1)
    levels = np.repeat([0.0, 3.0, 0.0, 3.0], 250)
    reference = _reference()
    _feed(reference, levels + random.normal(size=1000))
    assert reference.ready
    assert len(reference.block.apart) or reference.stride > 1
    _feed(reference, random.normal(3, 1, 900), 1000)
    assert len(reference.block.apart) or reference.stride > 1
    _feed(reference, random.normal(3, 1, 600), 1900)
    assert (len(reference.block.apart), reference.stride, reference.independent) == (0, 1, True)
    assert reference.mean == pytest.approx(3.0, abs=0.1)


def test_an_earlier_release_that_judged_too_few_judges_more_without_a_guarantee() -> None:
    reference = _reference()
    _feed(reference, np.random.default_rng(2).normal(size=1200))
    state = reference.state() | {"stride": 500, "skip": 411}
    restored = _reference()
    restored.restore(state)
    assert restored.stride == MOST_STRIDE
    assert not restored.independent
    assert restored.judged(MOST_STRIDE).start < MOST_STRIDE
