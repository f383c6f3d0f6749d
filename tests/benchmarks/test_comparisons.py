import numpy as np
import pytest

from benchmarks.comparing.late import DELAYS
from benchmarks.comparing.powers import CASES as METRICS
from benchmarks.comparisons import (
    CASES,
    PARTS,
    figures_of,
    gains,
    lines_of_parts,
    savings,
    split_stops,
)
from detectors.comparisons.matched import MatchedArms

NAMES = (
    "false_decisions",
    "power_n",
    "power_1_5n",
    "mean_stop",
    "shadow_saving",
    "split_false",
    "split_found",
    "rollback_p99_s",
    "rollback_broker",
    "cost",
    "cost_of_detection",
)


@pytest.mark.parametrize("name", CASES)
def test_what_is_simulated_is_what_a_worker_computes(name: str) -> None:
    case = CASES[name]
    random = np.random.default_rng(0)
    is_new = random.random(500) < 0.4
    values = case.draw(random, is_new, case.effect)
    at, gain, information = gains(values, is_new, is_zero_one=case.is_zero_one)
    for look in (0, 50, len(at) - 1):
        arms = MatchedArms(is_zero_one=case.is_zero_one)
        for arm in (0, 1):
            own = values[: at[look]][is_new[: at[look]] == bool(arm)]
            arms.add(arm, np.zeros(len(own), dtype=np.int64), own)
        found = arms.contrast()
        assert found is not None
        assert found.difference == pytest.approx(gain[look])
        assert found.information == pytest.approx(information[look])


def test_pairs_save_labels_where_versions_mostly_agree() -> None:
    assert all(2.0 < times < 4.0 for times in savings(3, np.random.default_rng(0)).values())


def test_a_split_that_is_far_off_is_found_at_once() -> None:
    (found,) = split_stops(0.8, 2000, 1, np.random.default_rng(0), every=10)
    assert found < 500


def test_the_last_line_has_the_least_favourable_figures_of_all_parts() -> None:
    found = {name: [0.04, 0.66, 0.86, 0.84] for name in PARTS}
    found[f"{min(CASES)}, stated"] = [0.03, 0.7, 0.9, 0.86]
    found |= {f"metric: {name}": [1000, 0.01, 0.7, 0.9, 0.8, 0.05, 0.8, 0.9] for name in METRICS}
    found |= {f"delays: {name}": [0.04, 0.99, 1.0] for name in DELAYS}
    parts = {
        **found,
        "pairs": [[0.8, 0.88, 2.6], [0.95, 0.97, 3.2]],
        "split, even": 0.25,
        "split, 51 to 49": [20_000.0, 24_000.0, 31_000.0],
        "price": [1.08, 1.17],
        "rollback": [100, 0.2, 0.7, 0.9, "embedded", 0.3, 0.6, 0.4, 0.5],
    }
    figures = figures_of(parts)
    assert {name: figures[name] for name in NAMES} == {
        "false_decisions": 0.04,
        "power_n": 0.66,
        "power_1_5n": 0.86,
        "mean_stop": 0.86,
        "shadow_saving": [2.6, 3.2],
        "split_false": 0.25,
        "split_found": 24_000.0,
        "rollback_p99_s": 0.7,
        "rollback_broker": "embedded",
        "cost": 1.08,
        "cost_of_detection": 1.17,
    }
    assert len(lines_of_parts(parts)) > len(CASES) + len(METRICS) + len(DELAYS)
