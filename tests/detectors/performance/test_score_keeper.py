"""Scores of a window, and the room that counts of them have."""

import numpy as np
import pytest

from detectors.performance.score_keeper import WIDTHS, ScoreKeeper
from detectors.snapshots.codec import decode_snapshot, encode_snapshot

ONE_BIN = 70_000
"""Rows with one score: more than the narrowest counts have room for."""


def signed(rows: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return rows of one score, and every tenth of another one of the other class."""
    scores = np.full(rows, 0.9)
    scores[::10] = -0.2
    return scores


@pytest.mark.parametrize("cut", [1, 65_535, 65_536, 77_000])
def test_counts_have_room_for_all_rows_however_these_are_cut(cut: int) -> None:
    rows = signed(ONE_BIN + ONE_BIN // 7)
    whole, parts = ScoreKeeper(128), ScoreKeeper(128)
    whole.add(rows)
    parts.add(rows[:cut])
    assert not cut > 128 or parts.nbytes == 2 * 128 * (2 if cut < 72_000 else 4)
    parts.add(rows[cut:])
    positives, negatives = whole.counts()
    assert (positives.sum(), negatives.sum()) == (len(rows) - len(rows[::10]), len(rows[::10]))
    assert positives.max() > np.iinfo(WIDTHS[0]).max
    assert encode_snapshot({"all": whole.state()}) == encode_snapshot({"all": parts.state()})


@pytest.mark.parametrize("most", [9, 70_000, 2**31])
def test_counts_of_any_size_go_on_after_a_snapshot(most: int) -> None:
    bins = np.zeros((2, 128), dtype=np.int64)
    bins[0, 70] = most
    keeper = ScoreKeeper(128)
    keeper.restore(bins if most >= 2**31 else bins.astype(np.int32))
    again = ScoreKeeper(128)
    again.restore(decode_snapshot(encode_snapshot({"all": keeper.state()}))["all"])
    again.add(np.array([0.8, -0.8]))
    positives, negatives = again.counts()
    assert positives.sum() == most + 1
    assert negatives.sum() == 1


def test_few_scores_are_kept_as_they_are() -> None:
    keeper = ScoreKeeper(3)
    keeper.add(np.array([0.5, -0.0, 0.5]))
    assert keeper.is_exact
    positives, negatives = keeper.counts()
    assert (positives.tolist(), negatives.tolist()) == ([0, 2], [1, 0])
    keeper.add(np.array([0.1]))
    assert not keeper.is_exact
