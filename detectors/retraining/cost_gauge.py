"""The gauge of a cost: avoidable errors since the last training against the price of the next."""

import numpy as np

from detectors.retraining.conditions import Cost
from detectors.retraining.cost_rule import excess_of
from detectors.retraining.gauges import Reading
from detectors.retraining.loss_history import LossHistory
from detectors.rows.predicted_at import predicted_at
from detectors.snapshots.tree import State
from schemas.tables.columns import Role, of_role
from schemas.tables.observations import ObservationBatch, Origin


class CostGauge:
    """Meets its condition when a retraining is worth its price, and again with each further price.

    Labels of predictions up to the end of the training data tell of the model before, and do not
    count, nor do errors that cannot be reckoned.

    Parameters
    ----------
    condition
        What a retraining and an error costs.
    """

    def __init__(self, condition: Cost) -> None:
        self._condition = condition
        self._price = condition.retraining / condition.error
        self._history = LossHistory()
        self._until = -1
        self._due = self._price
        """What must be lost for the next reading; the price where there was none."""

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Tell whether rows meet nothing: predictions do not."""
        del rows, oldest, newest
        return origin is not Origin.LABELS

    def pass_over(self, origin: Origin, rows: int) -> None:
        """Pass over predictions."""
        del origin, rows

    def update(self, rows: ObservationBatch) -> list[Reading]:
        """Learn from labelled rows; return with which ones a retraining is worth its price."""
        column = of_role(rows.columns, Role.ERROR)
        if rows.origin is not Origin.LABELS or column is None:
            return []
        counts = (predicted_at(rows) > self._until) & column.usable
        numbers = np.flatnonzero(counts)
        losses, times = column.values[numbers].tolist(), rows.times[numbers].tolist()
        found: list[Reading] = []
        begin = 0
        while begin < len(losses):
            end = min(begin + self._history.room, len(losses))
            if self._history.add(losses[begin:end], times[begin]):
                found += self._look(int(numbers[end - 1]), times[end - 1])
            begin = end
        return found

    def retrained(self, until: int) -> None:
        """Begin a new reference with the first predictions after the training data."""
        self._history.clear()
        self._until, self._due = until, self._price

    def state(self) -> State:
        """Return the whole state."""
        return {"history": self._history.state(), "until": self._until, "due": self._due}

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._history.restore(state["history"])
        self._until, self._due = state["until"], state["due"]

    def _look(self, row: int, time: int) -> list[Reading]:
        blocks = self._history.blocks()
        excess = excess_of(blocks)
        if excess is None:
            self._due = self._price
            return []
        is_first = self._due == self._price
        worth = excess.is_worth(self._price, self._condition.labelled_rows)
        if excess.total < self._due and not (is_first and worth):
            return []
        self._due = excess.total + self._price
        cost = excess.total * self._condition.error
        since = int(blocks[excess.block, 3])
        return [Reading(row, cost, since, time, excess.rows)]
