from tests.chaos.patience import Patience


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_patience_lasts_as_long_as_there_is_progress_however_slow_it_is() -> None:
    clock = _Clock()
    patience = Patience(10.0, 100.0, clock)
    for done in range(9):
        clock.now += 9.0
        assert patience.lasts(done)


def test_patience_is_over_where_nothing_moves_or_only_back_and_forth() -> None:
    clock = _Clock()
    patience = Patience(10.0, 100.0, clock)
    assert patience.lasts(5)
    clock.now += 6.0
    assert patience.lasts(4)
    clock.now += 6.0
    assert not patience.lasts(5)


def test_patience_has_an_end_whatever_the_progress() -> None:
    clock = _Clock()
    patience = Patience(10.0, 15.0, clock)
    clock.now += 9.0
    assert patience.lasts(1)
    clock.now += 9.0
    assert not patience.lasts(2)
