import numpy as np
import pytest

from detectors.comparisons.rare import Kinds, alike_evidence, rare_evidence, within_evidence


def test_rates_at_the_bound_are_seldom_called_rare_at_any_look() -> None:
    random = np.random.default_rng(0)
    fooled = 0
    for _ in range(400):
        rare = np.cumsum(random.random(2000) < 0.02)
        fooled += any(
            rare_evidence(rows, float(rare[rows - 1]), 0.02) >= np.log(20.0)
            for rows in range(20, 2001, 20)
        )
    assert fooled <= 0.07 * 400


def test_the_rule_of_three_is_about_how_many_rows_without_an_error_it_takes() -> None:
    needed = next(rows for rows in range(1000) if rare_evidence(rows, 0, 0.01) >= np.log(20.0))
    assert 300 < needed < 450


@pytest.mark.parametrize("bound", [0.0, 1.0, 5.0])
def test_a_bound_that_is_no_rate_shows_nothing(bound: float) -> None:
    assert rare_evidence(1000, 0, bound) == -np.inf


def test_both_versions_have_to_show_it_and_the_margin_is_the_candidates_to_show() -> None:
    right = Kinds(np.array([50.0, 5000.0]), np.zeros(2), are_wrong=True)
    assert alike_evidence(right, 0.01) < np.log(20.0) < within_evidence(right, 0.01)
    wrong = right._replace(are_wrong=False)
    assert within_evidence(wrong, 0.01) < np.log(20.0)
