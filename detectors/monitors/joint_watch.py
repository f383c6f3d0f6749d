"""Joint watch: all columns of one model version on one budget, and few alerts where many change.

Its statistic is the wealth of bets on whole rows (`detectors.algorithms.joint_bets`). It is looked
at after rows of fixed numbers, so that what is found does not depend on batches
(`detectors.monitors.joint_look`).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from detectors.alerts.model_alert import Told
from detectors.algorithms.false_alarms import FalseAlarms
from detectors.algorithms.joint_bets import WEALTH, advance, mean_of
from detectors.arrays.addresses import address_of
from detectors.arrays.column import Numbers
from detectors.monitors.joint_look import (
    DUE,
    IS_ON,
    LIMIT,
    NEXT_LOOK,
    NUMBERS,
    PER_COLUMN,
    STATED,
    STEP,
    has_won,
    look,
)
from detectors.monitors.row_bets import RowBets
from detectors.reference.column_block import ColumnBlock
from detectors.snapshots.tree import State
from schemas.events.model_alert import ChangedColumn

SPAN: Final = 256
MOST_SINGLE: Final = 5
"""Drifts of columns within `SPAN` rows that are told one by one; further ones are told together."""

WAIT: Final = 128
"""Rows from the first of these to the alert, at least: of one event more are on their way."""

SHORTEST_PAUSE: Final = 128
LONGEST_PAUSE: Final = 1024
"""Rows from one alert of a model to the next, at least and at most, where an event goes on."""


class JointWatch:
    """Watches the columns of one model version together.

    Parameters
    ----------
    limit
        Rows of a model from one false alarm of the model to the next, at least; None where that
        follows from the budget.
    budget
        Of the model, or of each of its columns, as which the model itself counts then.

    Attributes
    ----------
    numbers
        Of the model, shape ``(NUMBERS,)``: the wealth of the bets, then those by
        `detectors.monitors.joint_look`.
    pending
        Drifts of columns that are to be told together.
    """

    def __init__(self, limit: float | None, budget: FalseAlarms) -> None:
        self.numbers: Numbers = np.zeros(NUMBERS)
        self.numbers[NEXT_LOOK], self.numbers[DUE] = STEP, np.inf
        self.numbers[STATED] = limit or 0.0
        self.numbers[PER_COLUMN] = float(budget.per_column)
        self.pending: list[Told] = []
        self._address = address_of(self.numbers)
        self._single: list[int] = []
        self._told_at = -LONGEST_PAUSE
        self._pause = 0

    @property
    def address(self) -> int:
        """Where its numbers lie."""
        return self._address

    @property
    def next_look(self) -> int:
        """The number of the row before which it looks next."""
        return int(self.numbers[NEXT_LOOK])

    @property
    def limit(self) -> float:
        """What the statistic must reach; 0 while that is not known."""
        return float(self.numbers[LIMIT])

    @property
    def statistic(self) -> float:
        """The mean of what the bets have won."""
        return float(mean_of(self.numbers))

    @property
    def is_on(self) -> bool:
        """Whether there were columns enough at the latest look."""
        return bool(self.numbers[IS_ON])

    @property
    def has_won(self) -> bool:
        """Whether the statistic has reached its limit."""
        return has_won(self.numbers)

    def settle(self, bets: RowBets, resets: Sequence[int] = ()) -> None:
        """Settle the bets on rows.

        Parameters
        ----------
        bets
            On the next rows.
        resets
            Rows after which the wealth begins anew, in their order: a drift was told.
        """
        begin, count = 0, bets.rows.shape[1]
        for row in resets:
            end = min(row - bets.first + 1, count)
            advance(bets.rows, begin, end, self.numbers)
            self._begin()
            begin = end
        advance(bets.rows, begin, count, self.numbers)

    def holds(self, row: int) -> bool:
        """Tell whether a drift of a column is to be told together with others, not by itself."""
        if not self.is_on:
            return False
        if row < self._told_at + self._pause:
            return True
        self._single = [each for each in self._single if row - SPAN < each]
        if len(self._single) >= MOST_SINGLE:
            return True
        self._single.append(row)
        return False

    def hold(self, row: int, told: Told) -> None:
        """Keep a drift that was found at a row and is to be told together with others."""
        if not self.pending:
            self.numbers[DUE] = max(self._told_at + self._pause, row + WAIT)
        self.pending.append(told)

    def look(self, rows: int, blocks: Sequence[ColumnBlock]) -> bool:
        """Look after so many rows, `next_look`; tell whether there is something to say.

        Parameters
        ----------
        rows
            All so far.
        blocks
            Of all columns.
        """
        addresses = np.array([block.address for block in blocks], dtype=np.int64)
        return bool(look(addresses, self.numbers, rows))

    def told(self, rows: int) -> None:
        """Begin anew after an alert of the model; the next one of the same event is longer off."""
        goes_on = rows - self._told_at < 2 * LONGEST_PAUSE
        longer = min(max(2 * self._pause, SHORTEST_PAUSE), LONGEST_PAUSE)
        self._pause = longer if goes_on else SHORTEST_PAUSE
        self._told_at = rows
        self.pending = []
        self.numbers[DUE] = np.inf
        self._begin()

    def restart(self) -> None:
        """Begin anew with new references; what is to be told remains so."""
        self._begin()

    def _begin(self) -> None:
        self.numbers[:WEALTH] = 0.0

    def state(self) -> State:
        """Return the whole state."""
        return {
            "wealth": self.numbers[:WEALTH].copy(),
            "next_look": self.next_look,
            "limit": self.limit,
            "is_on": self.is_on,
            "due": None if not self.pending else int(self.numbers[DUE]),
            "pending": [
                [each.column.model_dump(mode="json"), each.guaranteed] for each in self.pending
            ],
            "single": list(self._single),
            "told_at": self._told_at,
            "pause": self._pause,
        }

    def restore(self, state: State | None, rows: int) -> None:
        """Take over a state; with none, begin after so many rows."""
        if state is None:
            self.numbers[NEXT_LOOK] = (rows // STEP + 1) * STEP
            return
        self.numbers[:WEALTH] = state["wealth"]
        self.numbers[NEXT_LOOK], self.numbers[LIMIT] = state["next_look"], state["limit"]
        self.numbers[IS_ON] = float(state["is_on"])
        self.pending = [
            Told(ChangedColumn.model_validate(column), guaranteed)
            for column, guaranteed in state["pending"]
        ]
        self._single = list(state["single"])
        self._told_at, self._pause = state["told_at"], state["pause"]
        self.numbers[DUE] = np.inf if state["due"] is None else state["due"]
