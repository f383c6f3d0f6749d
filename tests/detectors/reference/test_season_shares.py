"""Shares of categories by the hour."""

import numpy as np

from detectors.arrays.column import Numbers
from detectors.reference import season
from detectors.reference.season import DAY_KNOWN, HOURS, LEVELS, SHARES, SLOTS, STANDS
from detectors.reference.season_shares import slot_of, without_course
from schemas.events.durations import MS_PER_HOUR


def _memory(shares: Numbers) -> Numbers:
    """Return what is known of shares, shape ``(24, 5)``."""
    memory = np.empty(season.MEMORY)
    season.begin(memory, season.CATEGORIES)
    memory[STANDS] = np.arange(SLOTS) + 10.0
    memory[LEVELS] = shares.mean(axis=0)
    memory[DAY_KNOWN] = 1.0
    season.means_of(memory)[SHARES] = (shares - shares.mean(axis=0)).T.reshape(-1)
    return memory


def test_what_is_left_has_the_shares_of_a_whole_day_at_every_hour() -> None:
    random = np.random.default_rng(1)
    shares = random.dirichlet(np.full(SLOTS, 5.0), HOURS)
    memory = _memory(shares)
    for hour in (0, 7, 23):
        values = random.choice(SLOTS, 20_000, p=shares[hour]) + 10.0
        time = hour * MS_PER_HOUR + MS_PER_HOUR // 2
        left = [without_course(value, time, random.random(), memory) for value in values.tolist()]
        counts = np.bincount([slot_of(value, memory[STANDS]) for value in left], minlength=SLOTS)
        assert np.abs(counts / len(values) - shares.mean(axis=0)).max() < 0.015


def test_other_categories_and_slots_that_an_hour_has_too_few_of_stay() -> None:
    shares = np.tile([0.2, 0.2, 0.2, 0.2, 0.2], (HOURS, 1))
    shares[3] = 0.6, 0.1, 0.1, 0.1, 0.1
    memory = _memory(shares)
    time = 3 * MS_PER_HOUR + MS_PER_HOUR // 2
    assert without_course(99.0, time, 0.999, memory) == 99.0
    assert without_course(11.0, time, 0.999, memory) == 11.0
    assert without_course(10.0, time, 0.1, memory) == 10.0
    assert without_course(10.0, time, 0.999, memory) != 10.0
