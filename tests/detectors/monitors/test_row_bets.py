from detectors.algorithms.joint_bets import WIDTH
from detectors.monitors.row_bets import NO_ROW_BETS, RowBets


def test_bets_begin_with_nothing_on_them() -> None:
    bets = RowBets.on(7, 3)
    assert (bets.first, bets.rows.shape) == (7, (WIDTH, 3))
    assert not bets.rows.any()


def test_where_nobody_asks_there_is_no_row() -> None:
    assert NO_ROW_BETS.rows.shape == (WIDTH, 0)
