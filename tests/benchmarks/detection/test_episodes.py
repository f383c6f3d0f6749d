import math

import pytest

from benchmarks.detection.episodes import Episode, score


def test_an_alarm_is_right_from_the_drift_to_the_longest_delay_both_included() -> None:
    found = score([Episode([99, 100, 300, 301], 100, 100)], 200)

    assert (found.right, found.false, found.missed) == (2, 2, 0)
    assert found.delay == 0.0


def test_the_example_of_capymoa_has_its_f1() -> None:
    # Its own: alarms at 500, 1200, 1250 and 2100, drifts at 1000 and 2000, at most 200 late. Each
    # episode has the alarms up to its end, and the next one those behind it.
    episodes = [Episode([500, 1200], 1000, 1000), Episode([50, 900], 800, 800)]

    assert score(episodes, 200).f1 == pytest.approx(2 / 3)


def test_a_gradual_drift_may_be_told_until_so_long_after_its_end() -> None:
    found = score([Episode([1400], 1000, 1300)], 200)

    assert (found.right, found.missed, found.delay) == (1, 0, 400.0)


def test_every_right_alarm_counts_but_a_drift_is_found_once() -> None:
    found = score([Episode([110, 120, 130], 100, 100), Episode([], 100, 100)], 50)

    assert (found.right, found.missed, found.found) == (3, 1, 0.5)
    # Precision 1, recall 3/4.
    assert found.f1 == pytest.approx(2 * 0.75 / 1.75)


def test_who_never_alarms_has_no_score_and_no_delay() -> None:
    found = score([Episode([], 100, 100)], 50)

    assert (found.f1, found.missed) == (0.0, 1)
    assert math.isnan(found.delay)


def test_who_always_alarms_has_the_share_of_rows_that_are_right_as_precision() -> None:
    found = score([Episode(range(1000), 900, 900)], 100)

    assert found.f1 == pytest.approx(2 * 0.1 / 1.1)
