"""Evidence of the columns of a model, read from their blocks."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from detectors.algorithms import bernoulli, multinomial, rank_bets
from detectors.algorithms.joint_bets import CALENDAR, DEPENDENT, LOCATION, NOISE, SPREAD
from detectors.arrays.column import Numbers
from detectors.reference.column_block import ODDS_LIMIT, READY, ColumnBlock

STATISTIC: Final = 0  # of its e-detectors
ON_LOCATION: Final = 1  # its leans, in deviations without a change
ON_SPREAD: Final = 2
EVIDENCE: Final = 3
"""Numbers of a column."""


def evidence_of(blocks: Sequence[ColumnBlock]) -> Numbers:
    """Return the evidence of columns, shape ``(c, EVIDENCE)``; none of those that take no part."""
    return np.array([_evidence(block) for block in blocks]).reshape(-1, EVIDENCE)


def _evidence(block: ColumnBlock) -> tuple[float, float, float]:
    memory = block.joint
    if not block.length(READY) or memory[CALENDAR] or memory[DEPENDENT]:
        return 0.0, 0.0, 0.0
    shares = block.shares[multinomial.STATISTIC]
    if block.limits[ODDS_LIMIT]:
        shares = block.odds[: bernoulli.STAKE].mean()
    # The mean of two e-detectors is one.
    statistic = (block.bets[: rank_bets.BETS].mean() + shares) / 2
    return float(statistic), float(memory[LOCATION] / NOISE), float(memory[SPREAD] / NOISE)
