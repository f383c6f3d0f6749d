import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.prediction_counts import PredictionCounts

times = st.lists(st.integers(0, 20_000), min_size=1, max_size=40)


@given(times, st.integers(1, 10))
def test_counts_do_not_depend_on_how_rows_are_cut(rows: list[int], size: int) -> None:
    whole, cut = PredictionCounts(1000, 5), PredictionCounts(1000, 5)
    for row in rows:
        assert whole.skim(1, row, row)
    for begin in range(0, len(rows), size):
        part = rows[begin : begin + size]
        if not cut.skim(len(part), min(part), max(part)):
            cut.add(np.array(part))
    assert cut.state() == whole.state()
    assert len(cut.state()) <= 5
    newest = max(rows) // 1000
    assert cut.of(newest) == sum(row // 1000 == newest for row in rows)
    restored = PredictionCounts(1000, 5)
    restored.restore(cut.state())
    assert restored.state() == cut.state()


def test_rows_of_several_windows_are_not_skimmed() -> None:
    counts = PredictionCounts(1000, 5)
    assert not counts.skim(2, 999, 1000)
    assert counts.state() == []
