from math import log

import numpy as np
import pytest

from detectors.comparisons.split import LEVEL, split_evidence


@pytest.mark.parametrize("share", [0.5, 0.2, 0.02])
def test_the_evidence_against_a_split_that_is_as_stated_is_one_on_the_average(share: float) -> None:
    random = np.random.default_rng(0)
    for rows in (1000, 20_000):
        counts = random.binomial(rows, share, 4000).tolist()
        wealth = [np.exp(split_evidence((rows - each, each), share)) for each in counts]
        assert np.mean(wealth) < 1.0 + 4.0 * np.std(wealth) / np.sqrt(len(wealth))


def test_a_shift_of_one_point_is_found_within_thirty_thousand_rows_as_a_fixed_test_would() -> None:
    # By 29,500 rows of which 51 % are the candidate's and one standard deviation less.
    rows, candidate = 29_500, int(0.51 * 29_500 - 0.8 * np.sqrt(29_500) / 2.0)
    assert split_evidence((rows - candidate, candidate), 0.5) < -log(LEVEL)
    rows, candidate = 29_990, int(0.51 * 29_990 - 0.6 * np.sqrt(29_990) / 2.0)
    assert split_evidence((rows - candidate, candidate), 0.5) > -log(LEVEL)


def test_what_is_far_off_is_found_at_once_and_a_test_that_is_over_counts_no_more() -> None:
    assert split_evidence((100, 200), 0.5) > -log(LEVEL)
    assert split_evidence((50_000, 50_000), 0.5) < 0.0
    assert split_evidence((49_000, 51_000), 0.5) > -log(LEVEL)
