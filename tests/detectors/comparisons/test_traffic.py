from math import log

import numpy as np

from detectors.comparisons.split import LEVEL, split_evidence
from detectors.comparisons.traffic import BLOCK, FEWEST, Traffic
from schemas.events.model_comparison import ComparisonMode, ExposureFault


def fed(traffic: Traffic, share: float, rows: int, seed: int = 0) -> Traffic:
    random = np.random.default_rng(seed)
    for _ in range(rows // 100):
        candidate = int(random.binomial(100, share))
        traffic.add(100 - candidate, candidate)
    return traffic


def test_a_split_as_stated_is_called_wrong_in_one_of_a_hundred_at_most() -> None:
    random = np.random.default_rng(5)
    wrong = 0
    for _ in range(200):
        counts = np.cumsum(random.binomial(200, 0.5, 100))
        found = [split_evidence((200 * (n + 1) - c, c), 0.5) for n, c in enumerate(counts.tolist())]
        wrong += max(found) >= -log(LEVEL)
    assert wrong <= 6  # .01 of 200, and three standard errors


def test_a_point_too_many_is_found_within_30_000_rows_as_a_rule() -> None:
    random = np.random.default_rng(6)
    found = 0
    for _ in range(200):
        counts = np.cumsum(random.binomial(200, 0.51, 150))
        evidence = [
            split_evidence((200 * (n + 1) - c, c), 0.5) for n, c in enumerate(counts.tolist())
        ]
        found += max(evidence) >= -log(LEVEL)
    assert found > 110


def test_a_wrong_split_stays_wrong() -> None:
    traffic = fed(Traffic(0.5), 0.3, 2000)
    assert traffic.faults(ComparisonMode.AB, 0) == [ExposureFault.SPLIT]
    restored = Traffic(0.5)
    restored.restore(traffic.state())
    fed(restored, 0.5, 1000)
    assert ExposureFault.SPLIT in restored.faults(ComparisonMode.AB, 0)
    assert traffic.faults(ComparisonMode.SHADOW, 0) == []


def test_rows_from_before_the_other_version_was_there_test_no_split() -> None:
    traffic = Traffic(0.5)
    traffic.add(600, 0)  # those of the other are held until it has shown itself
    traffic.add(50, 600)
    fed(traffic, 0.5, 4 * BLOCK)
    assert traffic.faults(ComparisonMode.AB, 0) == []
    assert traffic.rows == 1250 + 4 * BLOCK
    traffic.add(500, 0)
    assert traffic.faults(ComparisonMode.AB, 0) == [ExposureFault.SPLIT]


def test_a_version_that_never_comes_is_missed() -> None:
    traffic = Traffic(0.5)
    traffic.add(FEWEST - 1, 0)
    assert traffic.faults(ComparisonMode.AB, 0) == []
    traffic.add(1, 0)
    assert traffic.faults(ComparisonMode.AB, 0) == [ExposureFault.NO_TRAFFIC]


def test_a_version_that_stops_is_missed_until_it_comes_back() -> None:
    traffic = fed(Traffic(None), 0.5, 1000)
    assert traffic.faults(ComparisonMode.AB, 0) == []
    traffic.add(FEWEST, 0)
    assert traffic.faults(ComparisonMode.SHADOW, 0) == [ExposureFault.NO_TRAFFIC]
    traffic.add(0, 1)
    assert ExposureFault.NO_TRAFFIC not in traffic.faults(ComparisonMode.AB, 0)


def test_a_version_with_a_small_share_is_not_missed_at_once() -> None:
    traffic = Traffic(None)
    for _ in range(100):
        traffic.add(499, 1)
    traffic.add(FEWEST, 0)
    assert traffic.faults(None, 0) == []


def test_shares_that_change_are_told_until_they_stay() -> None:
    traffic = fed(Traffic(None), 0.05, 5 * BLOCK)
    assert traffic.faults(ComparisonMode.AB, 0) == []
    fed(traffic, 0.25, BLOCK, seed=1)
    assert traffic.faults(ComparisonMode.AB, 0) == [ExposureFault.ASSIGNMENT_CHANGED]
    fed(traffic, 0.25, BLOCK, seed=2)
    assert traffic.faults(ComparisonMode.AB, 0) == []


def test_ids_that_have_rows_of_both_are_a_fault_unless_all_have() -> None:
    traffic = fed(Traffic(None), 0.5, 1000)
    traffic.shared = 20
    assert traffic.faults(ComparisonMode.AB, 500) == [ExposureFault.SHARED_IDS]
    assert traffic.faults(ComparisonMode.AB, 50_000) == []
    assert traffic.faults(ComparisonMode.SHADOW, 500) == []
    assert traffic.faults(None, 500) == []


def test_a_comparison_of_many_millions_of_blocks_goes_on() -> None:
    traffic = Traffic(None)
    traffic.restore({**fed(Traffic(None), 0.5, 4 * BLOCK).state(), "blocks": 10**8})
    fed(traffic, 0.5, BLOCK)
    assert traffic.faults(ComparisonMode.AB, 0) == []
