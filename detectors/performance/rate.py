"""Rates that users name: the means of numbers in label events, such as the share of escalations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.performance import estimates
from detectors.performance.estimates import none
from detectors.snapshots.tree import State
from schemas.events.model_performance import Estimate, NoValue
from schemas.tables.columns import Column, Flag, Role
from schemas.values.numbers import number_name

Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of label events whose mean is told as a metric.

    Attributes
    ----------
    name
        Of the metric.
    field
        Its path in label events.
    low, high
        Between which it lies; what does not is counted as such.
    """

    name: str
    field: str
    low: float = 0.0
    high: float = 1.0

    @property
    def key(self) -> str:
        """What tells it from any other one, also of the same name."""
        return f"{self.name} {self.field} {number_name(self.low)} {number_name(self.high)}"


class RateProblem(IntEnum):
    """Why a row has no value of a rate."""

    NONE = 0
    ABSENT = 1
    """Its label event has no such field, or one that says nothing."""

    NOT_A_NUMBER = 2
    OUT_OF_RANGE = 3


class RateRows(NamedTuple):
    """The values of some rates in some rows.

    Attributes
    ----------
    values
        Shape ``(r, n)``; what stands where there is a problem has no meaning.
    problems
        Shape ``(r, n)``, of `RateProblem`.
    """

    values: Numbers
    problems: Codes


def rate_rows(columns: Sequence[Column], rates: Sequence[Rate], rows: int) -> RateRows:
    """Return the values of rates in labelled rows.

    Parameters
    ----------
    columns, rows
        The rows; their features are the fields of their label events.
    rates
        Which ones.
    """
    fields = {column.name: column for column in columns if column.role is Role.FEATURE}
    found = RateRows(
        np.zeros((len(rates), rows)),
        np.full((len(rates), rows), RateProblem.ABSENT, dtype=np.uint8),
    )
    for place, rate in enumerate(rates):
        column = fields.get(rate.field)
        if column is None:
            continue
        flags = np.zeros(rows, np.uint8) if column.flags is None else column.flags
        is_there = (flags != Flag.ABSENT) & (flags != Flag.NULL)
        outside = ~((column.values >= rate.low) & (column.values <= rate.high))
        problems = np.where(outside, RateProblem.OUT_OF_RANGE, RateProblem.NONE)
        problems = np.where(flags == Flag.OK, problems, RateProblem.NOT_A_NUMBER)
        found.problems[place] = np.where(is_there, problems, RateProblem.ABSENT)
        found.values[place] = column.values
    return found


_COUNTS: Final = len(RateProblem)
_TOTAL: Final = _COUNTS
_SQUARES: Final = _COUNTS + 1


class RateSums:
    """The sums of the rates of one window.

    Parameters
    ----------
    rates
        Of the model.
    """

    __slots__ = ("_rates", "_sums")

    def __init__(self, rates: Sequence[Rate]) -> None:
        self._rates = rates
        # Rows by their problem, then the sum of the values and that of their squares.
        self._sums: Numbers = np.zeros((len(rates), _SQUARES + 1))

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return self._sums.nbytes

    def add(self, rows: RateRows, which: NDArray[np.int64]) -> None:
        """Add some rows, by their numbers."""
        for sums, values, problems in zip(
            self._sums, rows.values[:, which], rows.problems[:, which], strict=True
        ):
            sums[:_COUNTS] += np.bincount(problems, minlength=_COUNTS)
            good = values[problems == RateProblem.NONE]
            # One after the other: what the sum is must not depend on where the rows were cut.
            sums[_TOTAL] = np.cumsum(np.append(sums[_TOTAL], good))[-1]
            sums[_SQUARES] = np.cumsum(np.append(sums[_SQUARES], good * good))[-1]

    def metrics(self) -> dict[str, Estimate]:
        """Return the means by the names of the rates."""
        return {rate.name: _mean(sums) for rate, sums in zip(self._rates, self._sums, strict=True)}

    def unusable(self) -> dict[str, int]:
        """Return the rows without a value, by the rate and the reason."""
        return {
            f"{rate.name}.{problem.name.lower()}": int(sums[problem])
            for rate, sums in zip(self._rates, self._sums, strict=True)
            for problem in RateProblem
            if problem is not RateProblem.NONE and sums[problem]
        }

    def state(self) -> State:
        """Return the whole state: the sums of each rate."""
        pairs = zip(self._rates, self._sums, strict=True)
        return {rate.key: sums.tolist() for rate, sums in pairs}

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Restore a state; a rate that is new, or was changed, begins with the next row."""
        for place, rate in enumerate(self._rates):
            if rate.key in state:
                self._sums[place] = state[rate.key]


def _mean(sums: Numbers) -> Estimate:
    rows, total, squares = int(sums[RateProblem.NONE]), float(sums[_TOTAL]), float(sums[_SQUARES])
    if rows == 0:
        return none(NoValue.NO_ROWS)
    # Of values that are 0 or 1 the mean is a proportion.
    if total == squares and total.is_integer():
        return estimates.share(total, rows, NoValue.NO_ROWS)
    return estimates.mean(rows, total, squares)
