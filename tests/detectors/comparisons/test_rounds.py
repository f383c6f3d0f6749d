"""The traffic of versions whose rows of one round are tables one after the other."""

import numpy as np
import pytest

from detectors.comparisons.rounds import Rounds, Settled
from detectors.comparisons.traffic import Traffic
from schemas.events.model_comparison import ComparisonMode, ExposureFault
from schemas.tables.observations import Source

SOURCE, OTHER = Source("predictions", 0), Source("predictions", 1)
ROUND = 600


def rounds(share: float, count: int, *, restarts: bool = False) -> list[ExposureFault]:
    """Have so many rounds come, either version first; return what is wrong after any of them."""
    random = np.random.default_rng(0)
    traffic = Traffic(0.5)
    found: list[ExposureFault] = []
    for number in range(count):
        candidate = int(random.binomial(ROUND, share))
        tables = [(ROUND - candidate, 0), (0, candidate)]
        for place, table in enumerate(tables if random.random() < 0.5 else tables[::-1]):
            begin = ROUND * number
            traffic.add(*table, {SOURCE: (begin + place, begin + ROUND - 1)})
            found += traffic.faults(ComparisonMode.AB, 0)
            if restarts:
                state = traffic.state()
                traffic = Traffic(0.5)
                traffic.restore(state)
    return found


@pytest.mark.parametrize("restarts", [False, True])
def test_a_version_that_comes_behind_the_other_has_its_share_all_the_same(
    *, restarts: bool
) -> None:
    assert rounds(0.5, 40, restarts=restarts) == []
    assert ExposureFault.SPLIT in rounds(0.4, 40, restarts=restarts)


def test_a_round_that_is_met_in_its_middle_tests_nothing() -> None:
    traffic = Traffic(0.5)
    traffic.add(0, 300, {SOURCE: (1, 599)})
    for number in range(1, 5):
        begin = ROUND * number
        traffic.add(300, 0, {SOURCE: (begin, begin + 598)})
        traffic.add(0, 300, {SOURCE: (begin + 1, begin + 599)})
    assert traffic.counts == [1200, 1500]
    assert traffic.split is not None
    assert traffic.split < 0.0
    assert traffic.faults(ComparisonMode.AB, 0) == []


def test_a_version_is_missed_by_the_rounds_in_which_it_has_not_come() -> None:
    traffic = Traffic(0.5)
    for number in range(3):
        begin = 5000 * number
        traffic.add(2500, 0, {SOURCE: (begin, begin + 4998)})
        assert traffic.faults(ComparisonMode.AB, 0) == []
        traffic.add(0, 2500, {SOURCE: (begin + 1, begin + 4999)})
        assert traffic.faults(ComparisonMode.AB, 0) == []
    for number in range(3, 5):
        traffic.add(5000, 0, {SOURCE: (5000 * number, 5000 * number + 4999)})
    assert traffic.faults(ComparisonMode.AB, 0) == [ExposureFault.NO_TRAFFIC]


def test_rows_of_one_version_wait_for_those_of_the_other_in_whichever_partition() -> None:
    gathered = Rounds()
    gathered.add((5, 5), {SOURCE: (0, 9)})
    assert gathered.add((10, 0), {SOURCE: (10, 19)}) == Settled()
    assert gathered.add((10, 0), {SOURCE: (20, 29), OTHER: (0, 3)}) == Settled()
    assert gathered.add((0, 3), {OTHER: (1, 4)}) == Settled()
    assert gathered.add((1, 1), {SOURCE: (30, 31)}) == Settled(whole=(21, 4))


def test_what_a_release_before_wrote_is_restored_and_its_next_table_begins_a_round() -> None:
    traffic = Traffic(0.5)
    traffic.add(500, 500)
    state = {name: part for name, part in traffic.state().items() if name != "rounds"}
    restored = Traffic(0.5)
    restored.restore(state)
    restored.add(300, 0, {SOURCE: (0, 598)})
    assert restored.split == traffic.split
