import numpy as np
import pytest

from benchmarks.comparing.judged import UNDECIDED, comparisons_of, contrast_of, verdict_of
from benchmarks.comparing.late import DELAYS, OPTIONS, rows_of, unmatched
from benchmarks.comparing.late import TABLE as LATE_TABLE
from benchmarks.comparing.powers import CASES, TABLE, lines_of, outcome_of
from schemas.events.model_comparison import Finding


@pytest.mark.parametrize("name", CASES)
def test_a_difference_that_is_drawn_is_that_of_the_metric(name: str) -> None:
    case = CASES[name]
    (metric, *_) = case.options.metrics
    random = np.random.default_rng(1)
    rows = case.rows(random, 200_000, case.difference)
    difference, _ = case.gain(rows)
    assert difference == pytest.approx(metric.smallest_effect or 0.0, rel=0.3)
    assert abs(case.gain(case.rows(random, 200_000, 0.0))[0]) < 0.02


@pytest.mark.parametrize("name", CASES)
def test_rows_are_judged_as_by_one_look_at_all_of_them(name: str) -> None:
    case = CASES[name]
    rows = case.rows(np.random.default_rng(2), 4000, case.difference)
    last = comparisons_of(rows, case.options, TABLE)[-1]
    labels = sum(each.labelled for each in (last.exposure.baseline, last.exposure.candidate))
    whole = contrast_of(rows.first(labels), case.options)
    told = last.metrics[0]
    assert whole is not None
    assert last.exposure.faults == []
    assert labels > 3000
    assert told.difference == pytest.approx(
        -whole.difference if told.higher_is_better else whole.difference, abs=0.02
    )


def test_a_difference_is_found_and_none_is_not() -> None:
    case = CASES["accuracy .9, pairs, effect .03"]
    random = np.random.default_rng(3)
    found = verdict_of(case.rows(random, 8000, case.difference), case.options, TABLE)
    assert not found.is_harm
    assert 100 < found.labels < 8000
    assert verdict_of(case.rows(random, 2000, 0.0), case.options, TABLE) == UNDECIDED


def test_harm_in_a_segment_is_found_though_nothing_is_found_in_all() -> None:
    case = CASES["accuracy .85, six segments, one worse by .12"]
    rows = case.rows(np.random.default_rng(4), 12_000, case.difference)
    assert verdict_of(rows, case.options, TABLE).is_harm
    last = comparisons_of(rows, case.options, TABLE)[-1]
    assert last.metrics[0].finding is not Finding.WORSE
    assert [each.value for each in last.segments if each.metrics[0].is_harm] == ["it"]


def test_a_fixed_test_has_the_power_that_n_is_chosen_for() -> None:
    outcome = outcome_of(CASES["recall .7, effect .1"], 30, np.random.default_rng(0))
    assert 0.5 < outcome.fixed_found < 1.0
    assert outcome.fixed_false < 0.3
    assert len(lines_of({"one": outcome})) == 5


def test_a_delay_that_goes_by_the_class_is_mistaken_for_a_difference_where_nothing_is_matched() -> (
    None
):
    random = np.random.default_rng(5)
    rows = rows_of(random, DELAYS["of the rare class, three hours"], 0.0)
    assert unmatched(rows)
    assert verdict_of(rows, OPTIONS, LATE_TABLE) == UNDECIDED
    worse = rows_of(random, DELAYS["of the rare class, three hours"], -0.06)
    assert verdict_of(worse, OPTIONS, LATE_TABLE).is_harm
