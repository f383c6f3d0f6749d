import numpy as np

from detectors.algorithms.value_faults import NEW, STAYS
from detectors.reference.latest_faults import staying, unseen_among


def test_a_rare_value_that_is_all_of_the_latest_ones_stays() -> None:
    fault = staying(40, 0, np.array([41.0, 999.0]))
    assert fault is not None
    assert (fault.what, fault.row, fault.values, fault.values_before) == (STAYS, 39, 40, 1000)
    assert fault.before == 1 / 1000


def test_a_common_value_may_be_all_of_the_latest_ones_by_chance() -> None:
    assert staying(40, 0, np.array([940.0, 100.0])) is None


def test_values_never_seen_before_are_told_where_they_explain_the_change() -> None:
    bins = np.array([0, 1, *[2] * 30])
    fault = unseen_among(32, bins, np.array([501, 501, 30]), 2)
    assert fault is not None
    assert (fault.what, fault.row, fault.values_before) == (NEW, 31, 1000)
    assert fault.after == 30 / 32


def test_none_of_them_is_new_where_all_were_seen_before() -> None:
    assert unseen_among(32, np.array([0, 1] * 16), np.array([516, 516, 0]), 2) is None
