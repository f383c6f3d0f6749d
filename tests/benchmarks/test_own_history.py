import numpy as np

from benchmarks.comparing.own_history import RATE, outcome_of


def test_a_version_as_good_as_the_one_before_is_rarely_worse_and_a_bad_one_is() -> None:
    random = np.random.default_rng(0)

    assert outcome_of(RATE, 20, random).found <= 0.1
    assert outcome_of(3 * RATE, 5, random).found == 1.0


def test_without_ages_the_young_labels_of_a_good_version_would_look_bad() -> None:
    random = np.random.default_rng(0)

    assert outcome_of(RATE, 10, random, by_age=False).found > outcome_of(RATE, 10, random).found
