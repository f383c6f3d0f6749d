import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays.column import Numbers
from detectors.reference import block_means
from detectors.reference.block_means import (
    BEGAN,
    COUNT,
    COUNTS,
    DUE,
    MEMORY,
    MOST,
    NEVER,
    SMALLEST,
    SQUARES,
    SUM,
    SUMS,
    SUMS_OF_SQUARES,
    USED,
)


def _filled(values: Numbers) -> Numbers:
    blocks = np.empty(MEMORY)
    block_means.begin(blocks)
    block_means.fill(values, blocks)
    return blocks


def _totals(blocks: Numbers) -> tuple[float, float, float]:
    return (
        float(blocks[COUNTS].sum() + blocks[COUNT]),
        float(blocks[SUMS].sum() + blocks[SUM]),
        float(blocks[SUMS_OF_SQUARES].sum() + blocks[SQUARES]),
    )


@given(st.integers(0, 5000))
def test_blocks_hold_every_value_and_none_of_them_much_more_than_others(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    blocks = _filled(values)

    assert _totals(blocks) == pytest.approx((count, values.sum(), (values * values).sum()))
    sizes = blocks[COUNTS][: int(blocks[USED])]
    assert (sizes == sizes[:1]).all()
    assert count < SMALLEST or len(sizes) >= min(MOST // 2, count // SMALLEST)


def test_the_latest_values_get_a_block_of_their_own() -> None:
    values = np.arange(1000.0)
    for latest in (1, 5, 20, 96):
        blocks = _filled(values)
        block_means.split(values[-latest:], blocks)
        used = int(blocks[USED])

        assert _totals(blocks) == pytest.approx((1000, values.sum(), (values * values).sum()))
        assert blocks[COUNT] == latest or blocks[COUNTS][used - 1] == latest


def test_what_came_before_the_reference_is_forgotten() -> None:
    blocks = _filled(np.arange(1000.0))
    block_means.forget(400.0, blocks)

    assert abs(_totals(blocks)[0] - 400) <= blocks[COUNTS].max()


def test_few_blocks_are_kept_of_what_was_before_and_they_stay_as_they_are() -> None:
    blocks = _filled(np.zeros(1000))
    block_means.rest(blocks)
    kept = int(blocks[USED])
    before = blocks[COUNTS][:kept].copy()
    for _ in range(10_000):
        block_means.add(1.0, blocks[SUM] + 1.0, blocks[SQUARES] + 1.0, blocks)

    assert kept <= MOST // 4 + 1
    assert (blocks[COUNTS][: kept - 1] == before[: kept - 1]).all()
    assert _totals(blocks) == (11_000, 10_000, 10_000)


def test_sums_move_with_the_middle() -> None:
    values = np.random.default_rng(1).normal(size=777)
    moved, expected = _filled(values), _filled(values + 3.0)
    block_means.move(3.0, moved)

    assert moved == pytest.approx(expected, nan_ok=True)


def test_what_is_due_comes_before_the_end_of_a_block() -> None:
    blocks = _filled(np.zeros(2))
    assert block_means.until_next(blocks) == SMALLEST - 2
    blocks[DUE] = 3.0
    block_means.add(2.0, 0.0, 0.0, blocks)
    assert block_means.until_next(blocks) == 1.0


def test_a_column_is_known_to_have_begun_until_it_is_another_one() -> None:
    blocks = _filled(np.zeros(100))
    blocks[BEGAN] = 5.0
    block_means.renew(blocks)
    assert (blocks[BEGAN], blocks[USED], blocks[DUE]) == (5.0, 0.0, NEVER)
    other = np.empty(MEMORY)
    block_means.restore(other, block_means.state_of(blocks))
    assert other.tolist() == blocks.tolist()
    for state in (None, {"means": np.zeros(3)}):
        block_means.restore(other, state)
        assert np.isnan(other[BEGAN])
