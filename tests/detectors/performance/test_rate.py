from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.intervals import of_mean, of_proportion
from detectors.performance.rate import Rate, RateSums, rate_rows
from schemas.events.model_performance import NoValue
from schemas.tables.rated_columns import rated_columns
from schemas.values.rated_label import rated

ESCALATION = Rate("escalation", "escalated")
ERRORS = Rate("extraction_errors", "result.errors", high=20.0)
NOTHING = "nothing"


def sums_of(values: Sequence[Any], rate: Rate = ESCALATION) -> RateSums:
    """The sums of label events that have a value, or `NOTHING`."""
    labels = [rated(1, {} if value is NOTHING else {rate.field: value}) for value in values]
    sums = RateSums([rate])
    rows = rate_rows(list(rated_columns(labels)), [rate], len(labels))
    sums.add(rows, np.arange(len(labels)))
    return sums


def test_a_rate_of_booleans_is_a_proportion_with_its_interval() -> None:
    found = sums_of([1.0] * 3 + [0.0] * 7).metrics()["escalation"]
    assert (found.value, (found.low, found.high)) == (0.3, of_proportion(3, 10))


def test_a_rate_of_numbers_is_their_mean_with_its_interval() -> None:
    values = [0.5, 3.0, 12.0, 0.0]
    found = sums_of(values, ERRORS).metrics()["extraction_errors"]
    squares = float(np.square(values).sum())
    assert (found.value, (found.low, found.high)) == (3.875, of_mean(4, sum(values), squares))


def test_what_is_absent_is_no_zero_and_is_counted_as_what_is_no_number_and_out_of_range() -> None:
    sums = sums_of([1.0, NOTHING, None, 1.5, -0.1, NOTHING, 0.0])
    assert sums.metrics()["escalation"].value == 0.5
    assert sums.unusable() == {
        "escalation.absent": 2,
        "escalation.not_a_number": 1,
        "escalation.out_of_range": 2,
    }


@pytest.mark.parametrize("values", [[NOTHING] * 3, [None, 7.0]])
def test_a_rate_of_which_no_row_has_a_value_says_so(values: list[Any]) -> None:
    found = sums_of(values).metrics()["escalation"]
    assert (found.value, found.reason) == (None, NoValue.NO_ROWS)


def test_a_field_of_another_rate_is_not_taken_for_it() -> None:
    rows = rate_rows(list(rated_columns([rated(1, {"other": 1.0})])), [ESCALATION], 1)
    sums = RateSums([ESCALATION])
    sums.add(rows, np.arange(1))
    assert sums.unusable() == {"escalation.absent": 1}


values = st.one_of(st.none(), st.floats(-1, 2), st.sampled_from([0.0, 1.0]), st.just(NOTHING))


@given(st.lists(values, min_size=1, max_size=40), st.integers(1, 39))
def test_sums_do_not_depend_on_how_rows_are_cut(found: list[Any], size: int) -> None:
    labels = [rated(1, {} if each is NOTHING else {"escalated": each}) for each in found]
    cut = RateSums([ESCALATION])
    for begin in range(0, len(labels), size):
        part = labels[begin : begin + size]
        rows = rate_rows(list(rated_columns(part)), [ESCALATION], len(part))
        again = RateSums([ESCALATION])
        again.restore(cut.state())
        again.add(rows, np.arange(len(part)))
        cut = again
    assert cut.state() == sums_of(found).state()


def test_a_rate_that_was_changed_begins_anew_and_the_others_go_on() -> None:
    kept = RateSums([ESCALATION, ERRORS])
    labels = [rated(1, {"escalated": 1.0, "result.errors": 4.0})]
    kept.add(rate_rows(list(rated_columns(labels)), [ESCALATION, ERRORS], 1), np.arange(1))
    narrower = Rate("extraction_errors", "result.errors", high=10.0)
    restored = RateSums([narrower, ESCALATION])
    restored.restore(kept.state())
    assert restored.metrics()["escalation"].value == 1.0
    assert restored.metrics()["extraction_errors"].value is None


@pytest.mark.parametrize("high", [1234568.0, 0.123456789, 1e6 + 0.5])
def test_a_rate_with_another_bound_begins_anew_however_close_it_is(high: float) -> None:
    one = sums_of([1.0, 0.0], Rate("errors", "result.errors", high=high))
    other = RateSums([Rate("errors", "result.errors", high=high * (1 + 1e-7))])
    other.restore(one.state())
    assert other.metrics()["errors"].reason is NoValue.NO_ROWS
    same = RateSums([Rate("errors", "result.errors", high=high)])
    same.restore(one.state())
    assert same.metrics() == one.metrics()
