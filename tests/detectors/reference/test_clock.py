from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference import block_means, clock, season
from detectors.reference.season import Integers, is_calendar, name_of, restore, state_of
from detectors.reference.season_learning import note
from schemas.events.durations import MS_PER_DAY, MS_PER_HOUR

NO_FLAGS = np.empty(0, dtype=np.uint8)
DAY = MS_PER_DAY
START = 20_000 * DAY

Floats = NDArray[np.floating[Any]]

CLOCKS: dict[str, Callable[[Numbers], Floats]] = {
    "hour": lambda days: np.floor(days % 1 * 24),
    "hour in India": lambda days: np.floor((days * 24 + 5.5) % 24),
    "hour in Nepal": lambda days: np.floor((days * 24 + 5.75) % 24),
    "night until half past six": lambda days: (days % 1 * 24 < 6.5) * 1.0,
    "weekday in India": lambda days: np.floor(days + 5.5 / 24) % 7,
    "date": np.floor,
    "half hour": lambda days: np.floor(days % 1 * 48),
    "minute of the day": lambda days: np.floor(days % 1 * 1440),
    "second of the day": lambda days: np.floor(days % 1 * 86_400),
    "decimal hour": lambda days: days % 1 * 24,
    "sine of the day": lambda days: np.sin(2 * np.pi * days),
    "cosine of the day": lambda days: np.cos(2 * np.pi * days),
}

OTHERS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "normal": lambda random, rows: random.normal(size=rows),
    "walk": lambda random, rows: np.cumsum(random.normal(size=rows)),
    "one in ten": lambda random, rows: (random.random(rows) < 0.1) * 1.0,
    "one in a thousand": lambda random, rows: (random.random(rows) < 0.001) * 1.0,
    "bursts": lambda random, rows: np.repeat(random.random(rows // 30 + 1) < 0.01, 30)[:rows] * 1.0,
    "counts": lambda random, rows: random.poisson(3.0, rows).astype(float),
    "rare counts": lambda random, rows: random.poisson(0.01, rows).astype(float),
    "held": lambda random, rows: np.repeat(random.normal(size=rows // 10 + 1), 10)[:rows],
    "constant": lambda _, rows: np.ones(rows),
}


def known_of(times: Integers, shown: Floats, memory: Numbers | None = None) -> Numbers:
    """What is known of a column after values, as a monitor would have it learn from them."""
    values = shown.astype(np.float64)
    if memory is None:
        memory = np.zeros(season.MEMORY)
        season.begin(memory, season.NUMBERS)
        season.gauge(memory, values[:1000])
    blocks = np.zeros(block_means.MEMORY)
    block_means.begin(blocks)
    row = 0
    while row < len(values):
        rest, when = values[row:], times[row:]
        hours = when // MS_PER_HOUR
        stays = note(rest, NO_FLAGS, when, hours, memory[season.STANDS], memory, blocks)
        if stays == season.STAYS:
            break
        row += stays
        block_means.renew(blocks)
    return memory


def drawn(per_day: float, days: float, seed: int = 1) -> Integers:
    """Event times of rows that come at random."""
    random = np.random.default_rng(seed)
    return START + np.sort(random.random(int(per_day * days)) * days * DAY).astype(np.int64)


def since(times: Integers) -> Numbers:
    return (times - START) / DAY


@pytest.mark.parametrize("per_day", [1000, 20_000])
@pytest.mark.parametrize("clock", CLOCKS)
def test_what_can_be_read_off_a_clock_is_the_calendars_within_days(
    clock: str, per_day: int
) -> None:
    times = drawn(per_day, 8.0)
    assert is_calendar(known_of(times, CLOCKS[clock](since(times))))


@pytest.mark.parametrize("clock", ["hour", "hour in India", "night until half past six"])
def test_a_clock_that_was_read_a_little_before_is_one_too(clock: str) -> None:
    random = np.random.default_rng(2)
    times = drawn(200_000, 3.0)
    read = since(times - random.integers(0, 400, len(times)))
    assert is_calendar(known_of(times, CLOCKS[clock](read)))


def test_a_row_that_is_late_says_nothing_of_the_clock() -> None:
    times = drawn(20_000, 4.0)
    late = np.random.default_rng(3).random(len(times)) < 0.2
    times = np.where(late, times - MS_PER_HOUR // 2, times)
    assert is_calendar(known_of(times, CLOCKS["hour in India"](since(times))))


@budget(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(OTHERS)),
    st.sampled_from([20, 200, 2000, 20_000, 500_000]),
    st.integers(0, 2**32),
)
def test_nothing_else_is_the_calendars(other: str, per_day: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    times = drawn(per_day, 5000 / per_day, seed)
    assert not is_calendar(known_of(times, OTHERS[other](random, len(times))))


def test_a_course_of_the_day_under_noise_is_not_the_calendars() -> None:
    times = drawn(10_000, 5.0)
    noise = np.random.default_rng(4).normal(0.0, 0.05, len(times))
    assert not is_calendar(known_of(times, CLOCKS["sine of the day"](since(times)) + noise))


@pytest.mark.parametrize("until", [0.3, 1.0, 4.0])
def test_what_is_as_smooth_and_does_not_come_again_is_not(until: float) -> None:
    times = drawn(10_000, until)
    days = since(times)
    memory = known_of(times, np.sin(2 * np.pi * days / 0.83) + np.cos(2 * np.pi * days / 3.3))
    assert not is_calendar(memory)


def test_what_comes_again_nearly_is_not() -> None:
    times = drawn(1440, 8.0)
    days = since(times)
    values = 20.0 + 4.0 * np.sin(2 * np.pi * days) + 0.2 * np.sin(2 * np.pi * days / 3.3)
    assert not is_calendar(known_of(times, values))


def test_batches_at_one_hour_that_are_sorted_are_not() -> None:
    random = np.random.default_rng(7)
    nights = np.repeat(np.arange(20), 2000)
    times = START + nights * DAY + 2 * MS_PER_HOUR + np.tile(np.arange(2000) * 500, 20)
    values = np.concatenate([np.sort(random.lognormal(size=2000)) for _ in range(20)])
    assert not is_calendar(known_of(times, values))


@pytest.mark.parametrize("kind", ["levels", "walk"])
def test_what_is_made_anew_each_quarter_is_not(kind: str) -> None:
    times = drawn(10_000, 8.0)
    levels = np.random.default_rng(8).normal(size=8 * 96 + 1)
    levels = np.cumsum(levels) if kind == "walk" else levels
    assert not is_calendar(known_of(times, levels[(since(times) * 96).astype(int)]))


def test_what_is_smooth_where_no_time_goes_by_is_not_the_calendars() -> None:
    values = np.sin(np.arange(20_000) / 700)
    assert not is_calendar(known_of(np.full(len(values), START), values))
    assert not is_calendar(known_of(START + np.arange(len(values)), values))


@pytest.mark.parametrize("clock", ["decimal hour", "hour", "minute of the day"])
def test_a_clock_that_runs_wild_is_none_within_the_day(clock: str) -> None:
    times = drawn(10_000, 6.0)
    values = CLOCKS[clock](since(times))
    wild = since(times) >= 5.0
    values[wild] = np.random.default_rng(5).permutation(values[wild])
    before = known_of(times[~wild], values[~wild])
    assert is_calendar(before)
    assert not is_calendar(known_of(times[wild], values[wild], before))


def test_a_decimal_clock_that_is_off_by_hours_is_none_within_the_day() -> None:
    times = drawn(10_000, 6.0)
    days = since(times)
    memory = known_of(times, CLOCKS["sine of the day"](np.where(days < 5.2, days, days + 0.25)))
    assert not is_calendar(memory)


@budget(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(CLOCKS)), st.lists(st.integers(0, 6000), max_size=6))
def test_what_is_known_does_not_depend_on_batches(clock: str, cuts: list[int]) -> None:
    times = drawn(2000, 3.0)
    values = CLOCKS[clock](since(times)).astype(np.float64)
    memory = np.zeros(season.MEMORY)
    season.begin(memory, season.NUMBERS)
    season.gauge(memory, values[:1000])
    whole = known_of(times, values, memory.copy())
    for begin, end in pairwise(sorted({0, len(values), *cuts})):
        memory = known_of(times[begin:end], values[begin:end], memory)
    assert memory[season.CLOCK].tolist() == pytest.approx(whole[season.CLOCK].tolist(), nan_ok=True)


@pytest.mark.parametrize("clock", ["hour", "sine of the day"])
def test_what_is_known_is_restored(clock: str) -> None:
    times = drawn(5000, 4.0)
    state = state_of(known_of(times, CLOCKS[clock](since(times))))
    assert name_of(state) == "calendar"
    memory = np.zeros(season.MEMORY)
    season.begin(memory, season.NUMBERS)
    restore(memory, state)
    assert is_calendar(memory)
    np.testing.assert_array_equal(state_of(memory)["clock"], state["clock"])


def test_of_what_follows_from_no_time_for_good_no_more_is_kept() -> None:
    times = drawn(5000, 1.0)
    state = state_of(known_of(times, np.random.default_rng(6).normal(size=len(times))))
    assert len(state["clock"]) == 1
    memory = np.zeros(season.MEMORY)
    season.begin(memory, season.NUMBERS)
    restore(memory, state)
    assert memory[season.CLOCK_SETTLED] == 1.0
    assert name_of(state) == "unknown"
    assert name_of(None) == "unknown"


@pytest.mark.parametrize("clock", ["hour", "date"])
def test_what_a_release_before_called_the_calendars_stays_so(clock: str) -> None:
    times = drawn(5000, 8.0)
    days = since(times)
    values = CLOCKS[clock](days)
    state = state_of(known_of(times[days < 6.0], values[days < 6.0]))
    del state["clock"]
    assert name_of(state) == "calendar"
    memory = np.zeros(season.MEMORY)
    season.begin(memory, season.NUMBERS)
    restore(memory, state)
    rest = days >= 6.0
    assert is_calendar(known_of(times[rest], values[rest], memory))


def test_kernels_count_hours_and_days_as_all_else_does() -> None:
    assert (season.MS_PER_HOUR, clock.MS_PER_DAY) == (MS_PER_HOUR, MS_PER_DAY)
