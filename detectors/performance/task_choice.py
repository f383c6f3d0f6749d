"""Whether a model classifies or regresses, by what its first labelled rows say."""

from collections.abc import Sequence
from typing import Any, Final

from detectors.performance.error import Task, unwrapped
from detectors.snapshots.tree import State
from schemas.values.numbers import number_of

EVIDENCE: Final = 100
"""Labelled rows after which the choice stands, until the references begin anew."""

_SHARE: Final = 10
"""One in so many pairs of numbers with a fraction makes a regression: prices may be round, and one
odd label is no evidence."""


class TaskChoice:
    """The task of one model version.

    Until `EVIDENCE` rows were seen, each row's error is by what they say up to and with it: a
    regression where at least half of the pairs are numbers, of which at least one in ten have a
    fraction; else a classification.

    Parameters
    ----------
    declared
        What the configuration says; `Task.AUTO` for nothing.

    Attributes
    ----------
    settled
        The task that stands; None as long as none does.
    """

    def __init__(self, declared: Task) -> None:
        self._declared = None if declared is Task.AUTO else declared
        self.settled: Task | None = self._declared
        self._rows = self._numeric = self._fractional = 0

    @property
    def rows_left(self) -> int:
        """Rows until the choice stands."""
        return 0 if self.settled is not None else EVIDENCE - self._rows

    def of_next(self, prediction: Any, label: Any) -> Task:
        """Return the task by which the error of the next row is reckoned, which counts for it."""
        if self.settled is not None:
            return self.settled
        pair = _numbers(prediction, label)
        self._rows += 1
        self._numeric += pair is not None
        self._fractional += pair is not None and not all(number.is_integer() for number in pair)
        is_regression = (
            self._fractional > 0
            and 2 * self._numeric >= self._rows
            and _SHARE * self._fractional >= self._numeric
        )
        found = Task.REGRESSION if is_regression else Task.CLASSIFICATION
        if self._rows >= EVIDENCE:
            self.settled = found
        return found

    def restart(self) -> None:
        """Choose anew, where nothing is declared."""
        self.settled = self._declared
        self._rows = self._numeric = self._fractional = 0

    def settle(self, task: Task) -> None:
        """Choose what an earlier version chose; what is declared stands."""
        self.settled = self.settled or task

    def state(self) -> State:
        """Return the whole state."""
        settled = None if self.settled is None else str(self.settled)
        return {"settled": settled, "counts": [self._rows, self._numeric, self._fractional]}

    def restore(self, state: State) -> None:
        """Restore a state; what is declared by now stands."""
        self._rows, self._numeric, self._fractional = state["counts"]
        if self._declared is None:
            self.settled = None if state["settled"] is None else Task(state["settled"])


def _numbers(prediction: Any, label: Any) -> Sequence[float] | None:
    """Return all numbers of a pair that could be a regression's; None where it is none."""
    prediction, label = unwrapped(prediction), unwrapped(label)
    if isinstance(prediction, list) is not isinstance(label, list):
        return None
    values = [*prediction, *label] if isinstance(prediction, list) else [prediction, label]
    numbers = [None if isinstance(each, bool) else number_of(each, exact=True) for each in values]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else None
