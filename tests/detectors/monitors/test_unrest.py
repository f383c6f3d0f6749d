from hypothesis import given
from hypothesis import strategies as st

from detectors.monitors.unrest import ALERTS, CLOSE, PEACE, Unrest


def _said(alerts: list[int], burn_in: int = 100) -> list[bool]:
    unrest = Unrest(burn_in)
    return [unrest.alert(values) for values in alerts]


def test_the_third_alert_within_a_few_burn_ins_is_one_too_many_and_so_are_all_until_peace() -> None:
    assert _said([1000, 1200, 1600]) == [False, False, True]
    assert _said([1000, 1200, 1601]) == [False, False, False]
    after = 1600 + PEACE * 100
    assert _said([1000, 1200, 1600, after]) == [False, False, True, True]
    assert _said([1000, 1200, 1600, after + 1, after + 2, after + 3]) == [
        *(False, False, True),
        *(False, False, True),
    ]


def test_unrest_lasts_until_there_was_peace_even_without_another_alert() -> None:
    unrest = Unrest(100)
    assert not unrest.is_on(0)
    for values in (1000, 1100, 1200):
        unrest.alert(values)
    assert unrest.is_on(1200 + PEACE * 100)
    assert not unrest.is_on(1201 + PEACE * 100)


@given(st.integers(1, 50), st.lists(st.integers(1, 600), max_size=20))
def test_it_goes_on_from_its_state(burn_in: int, gaps: list[int]) -> None:
    whole, cut, values = Unrest(burn_in), Unrest(burn_in), 0
    for gap in gaps:
        values += gap
        assert cut.alert(values) is whole.alert(values)
        state = cut.state()
        cut = Unrest(burn_in)
        cut.restore(state)
        assert cut.state() == state
        assert cut.is_on(values + gap) is whole.is_on(values + gap)
    assert Unrest(burn_in).state() is None
    assert CLOSE < PEACE
    assert ALERTS > 1
