from benchmarks.burn_ins import YOUNG, spent_on, tables_of


def test_burn_ins_take_longer_than_the_rows_after_them() -> None:
    spent = spent_on(tables_of(YOUNG + 3))
    assert spent.burn_ins_ms > 0.0
    assert spent.row_us > 0.0
