"""What the columns of one model version say together where something has changed."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from detectors.algorithms.discoveries import discoveries
from detectors.algorithms.joint_bets import CLEAR
from detectors.arrays.column import Numbers
from detectors.monitors.column_evidence import ON_LOCATION, ON_SPREAD, STATISTIC, evidence_of
from detectors.reference.column_block import ColumnBlock

MOST_UNCLEAR: Final = 10
"""Columns that are listed where none leans clearly."""

_PLAIN: Final = 3.0
"""Deviations from which on a lean of one column is no chance, where others do not lean."""

_MEDIAN: Final = 0.674
"""Of the leans while nothing changes."""

_ALL_LEAN: Final = 1 / 3
"""How much more it is, at least, where the whole model has changed."""

_ERRORS: Final = 3 * 0.79
"""Standard errors of the median that it must be more, of one column."""


class Event(NamedTuple):
    """What the columns of a model say together.

    Attributes
    ----------
    statistics
        Shape ``(c,)``: of the columns.
    leans
        Shape ``(c, 2)``: how far they lean on location and spread, in deviations.
    discovered
        Those whose own statistics tell of a change, by their numbers.
    whole
        Whether all columns have changed, as far as one can tell.
    """

    statistics: Numbers
    leans: Numbers
    discovered: frozenset[int]
    whole: bool

    @classmethod
    def of(cls, blocks: Sequence[ColumnBlock], limit: float) -> "Event":
        """Return what the columns of a model say whose statistic has reached a limit."""
        evidence = evidence_of(blocks)
        leans = np.abs(evidence[:, [ON_LOCATION, ON_SPREAD]])
        found = frozenset(discoveries(evidence[:, STATISTIC], limit).tolist())
        judged = leans[leans.any(axis=1), 0]
        count = len(judged)
        more = np.median(judged) - _MEDIAN if count else 0.0
        whole = more > max(_ALL_LEAN, _ERRORS / max(count, 1) ** 0.5)
        return cls(evidence[:, STATISTIC], leans, found, bool(whole))

    def listed(self, keys: Sequence[tuple[str, str]]) -> list[int]:
        """Return the columns that have changed, those first that say so most clearly.

        Parameters
        ----------
        keys
            Role and name of each: the order must not depend on that of the columns.
        """
        lean = self.leans.max(axis=1)
        clear = np.flatnonzero(lean >= (CLEAR if self.whole else _PLAIN)).tolist()
        return sorted(
            self.discovered.union(clear),
            key=lambda each: (
                each not in self.discovered,
                -self.statistics[each] if each in self.discovered else 0.0,
                -lean[each],
                keys[each],
            ),
        )

    def most_leaning(self, keys: Sequence[tuple[str, str]]) -> list[int]:
        """Return the columns that lean most, where none does so clearly, likewise."""
        lean = self.leans.max(axis=1)
        those = np.flatnonzero(lean > 0).tolist()
        return sorted(those, key=lambda each: (-lean[each], keys[each]))[:MOST_UNCLEAR]

    def is_spread(self, number: int) -> bool:
        """Tell whether the spread of a column's ranks says more than their location."""
        return bool(self.leans[number, 1] > self.leans[number, 0])
