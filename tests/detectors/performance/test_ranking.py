import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.ranking import (
    BINS,
    at_scores,
    average_precision,
    bin_of,
    count_in_bins,
    roc_auc,
)


@given(st.integers(0, 10_000), st.integers(1, 400), st.integers(1, 400))
def test_bins_of_scores_tell_by_how_much_they_may_be_wrong(
    seed: int, positives: int, negatives: int
) -> None:
    random = np.random.default_rng(seed)
    found, others = random.beta(3, 40, positives), random.beta(1, 60, negatives)
    exact = at_scores(found, others)
    binned = np.zeros((2, BINS), dtype=np.int64)
    signed = np.concatenate([found, -others])
    assert count_in_bins(signed, 0, binned, len(signed)) == -1
    for metric in (roc_auc, average_precision):
        known, rough = metric(*exact), metric(*binned)
        assert abs(known.value - rough.value) <= rough.error + 1e-12


def test_bins_are_of_equal_width_in_log_odds() -> None:
    assert [bin_of(score) for score in (0.0, 1e-9, 0.5, 1.0)] == [0, 0, 64, 127]
    assert [bin_of(1 / (1 + np.exp(-odds))) for odds in (0.1, 0.3, -0.1)] == [64, 65, 63]
