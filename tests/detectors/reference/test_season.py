import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays.column import Numbers
from detectors.reference import block_means, season
from detectors.reference.season import is_calendar, keeps_to_calendar
from detectors.reference.season_learning import note
from schemas.events.durations import MS_PER_HOUR

NO_FLAGS = np.empty(0, dtype=np.uint8)


def states_of(values: Numbers, per_hour: int) -> list[Numbers]:
    """What is known of a column before its first value and after each."""
    memory, blocks = np.zeros(season.MEMORY), np.zeros(block_means.MEMORY)
    season.begin(memory, season.NUMBERS)
    block_means.begin(blocks)
    states = [memory.copy()]
    for row in range(len(values)):
        times = np.array([row * MS_PER_HOUR // per_hour])
        hours = times // MS_PER_HOUR
        note(values[row : row + 1], NO_FLAGS, times, hours, memory[season.STANDS], memory, blocks)
        states.append(memory.copy())
    return states


@given(
    st.sampled_from([5, 40]),
    st.integers(0, 400),
    st.integers(0, 400),
    st.sampled_from(["hours", "rises", "varies"]),
    st.integers(0, 400),
    st.integers(0, 400),
)
def test_what_is_said_to_have_stayed_was_so_at_every_row(
    per_hour: int, begin: int, end: int, kind: str, odd: int, other: int
) -> None:
    rows = np.arange(400)
    values = {"hours": rows // per_hour, "rises": rows, "varies": rows * 7 % 5}[kind].astype(float)
    values[[min(odd, 399), min(other, 399)]] = -1.0
    states = states_of(values, per_hour)
    begin, end = sorted((begin, end))
    told = {is_calendar(state) for state in states[begin : end + 1]}
    if keeps_to_calendar(states[begin], states[end]):
        assert len(told) == 1


def test_rows_that_change_nothing_settle_it() -> None:
    for values in (np.arange(400) // 40, np.arange(400), np.arange(400) * 7 % 5):
        states = states_of(values.astype(float), 40)
        assert keeps_to_calendar(states[300], states[400])


def test_a_column_that_ceases_to_follow_the_calendar_between_two_rows_does_not_settle_it() -> None:
    values = (np.arange(400) // 40).astype(float)
    values[300:] = np.arange(100) * 7 % 5
    states = states_of(values, 40)
    assert not keeps_to_calendar(states[0], states[400])
    assert is_calendar(states[300])
    assert not is_calendar(states[400])


def test_what_is_no_amount_is_learned_as_it_is_cut_off_though_most_amounts_are_the_same() -> None:
    random = np.random.default_rng(0)
    spread = np.exp(random.exponential(0.5, 1000) * random.choice([-1.0, 1.0], 1000))
    prices = np.where(random.random(1000) < 0.6, 10.0, 10.0 * spread)
    memory, blocks = np.zeros(season.MEMORY), np.zeros(block_means.MEMORY)
    season.begin(memory, season.NUMBERS)
    block_means.begin(blocks)
    season.gauge(memory, prices, prices)
    assert memory[season.MODE] == season.LOGARITHMS
    free, times = np.array([10.0, 0.0, -3.0]), np.zeros(3, dtype=np.int64)
    note(free, NO_FLAGS, times, times, memory[season.STANDS], memory, blocks)
    assert memory[season.COUNT] == 3.0
    assert memory[season.SUM] == season.cut_off(free, memory).sum()
    assert memory[season.SUM] > -1500.0
