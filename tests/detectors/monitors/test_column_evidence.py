import numpy as np
import pytest

from detectors.algorithms import bernoulli, multinomial
from detectors.algorithms.joint_bets import CALENDAR, DEPENDENT, LOCATION, NOISE, SPREAD
from detectors.monitors.column_evidence import EVIDENCE, evidence_of
from detectors.reference.column_block import ODDS_LIMIT, READY, WATCHED, ColumnBlock


def watched_block() -> ColumnBlock:
    block = ColumnBlock(size=4)
    block.words[READY] = WATCHED
    block.bets[:-1] = 30.0
    block.shares[multinomial.STATISTIC] = 10.0
    block.joint[[LOCATION, SPREAD]] = 3.0 * NOISE, -5.0 * NOISE
    return block


def test_a_column_says_the_mean_of_its_own_statistics_and_its_leans() -> None:
    assert evidence_of([watched_block()]).tolist() == [[20.0, 3.0, -5.0]]


def test_a_column_of_booleans_says_what_its_odds_say() -> None:
    block = watched_block()
    block.limits[ODDS_LIMIT] = 1000.0
    block.odds[: bernoulli.STAKE] = 50.0
    assert evidence_of([block])[0, 0] == 40.0


@pytest.mark.parametrize("reason", [CALENDAR, DEPENDENT])
def test_nothing_is_said_of_ranks_that_are_not_independent(reason: int) -> None:
    block = watched_block()
    block.joint[reason] = 1.0
    assert not evidence_of([block]).any()


def test_nothing_is_said_before_the_reference() -> None:
    block = watched_block()
    block.words[READY] = 0
    assert evidence_of([block, watched_block()])[:, 0].tolist() == [0.0, 20.0]


def test_of_no_columns_there_is_none() -> None:
    assert evidence_of([]).shape == (0, EVIDENCE)
    assert np.array_equal(evidence_of([]), np.empty((0, EVIDENCE)))
