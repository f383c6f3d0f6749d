import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.references.row_sample import RowSample
from schemas.payloads.rows import PredictionRow


def _row(number: int) -> PredictionRow:
    return PredictionRow(str(number), "fraud", "7", number, {"x": number}, 0, None, None)


def _drawn(seen: int, most: int) -> list[int]:
    sample = RowSample(most)
    for number in range(seen):
        sample.add(_row(number), number)
    assert sample.seen == seen
    rows = sample.rows()
    assert [row.time for row, _ in rows] == [time for _, time in rows]
    return [time for _, time in rows]


@given(st.integers(min_value=0, max_value=300), st.integers(min_value=1, max_value=50))
def test_no_row_is_drawn_twice_and_all_are_where_there_are_few(seen: int, most: int) -> None:
    drawn = _drawn(seen, most)
    assert len(set(drawn)) == len(drawn) == min(seen, most)
    assert set(drawn) <= set(range(seen))
    assert drawn == _drawn(seen, most)


def test_every_row_is_as_likely_and_the_order_tells_nothing() -> None:
    drawn = np.array(_drawn(20_000, 2_000))
    # Uniform on the rows: mean and spread within five standard errors.
    assert abs(drawn.mean() - 10_000) < 5 * 20_000 / np.sqrt(12 * 2_000)
    assert abs(np.corrcoef(drawn, np.arange(2_000))[0, 1]) < 5 / np.sqrt(2_000)
