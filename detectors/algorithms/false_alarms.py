"""A budget of false alarms: how many are affordable, in how many rows or how long, of what."""

import math
import re
from dataclasses import dataclass, replace
from typing import Final

from schemas.events.durations import MS_PER_DAY, MS_PER_HOUR

GRAMMAR: Final = (
    "`N per M rows` or `N per 30d` (h, d or w of event time), of a whole model; "
    "`per column` behind it makes it one of each column"
)

FEWEST_ROWS: Final = 1_000
"""Rows of a column to a false alarm, at least: with fewer, detectors of changes say nothing."""

MOST_ROWS: Final = 10**12
"""The same, at most."""

SHORTEST: Final = MS_PER_HOUR
"""Milliseconds to a false alarm, at least."""

LONGEST: Final = 3_650 * MS_PER_DAY
"""The same, at most."""

SLOWEST: Final = 1 / MS_PER_DAY
"""Rows in a millisecond that are reckoned with at least: one a day."""

FASTEST: Final = 1_000.0
"""The same, at most."""

_UNITS: Final = {"h": MS_PER_HOUR, "d": MS_PER_DAY, "w": 7 * MS_PER_DAY}

_FORM: Final = re.compile(
    r"(?P<alarms>\d+(?:\.\d+)?) +per +"
    r"(?:(?P<rows>\d[\d,_]*) +rows?|(?P<count>\d+(?:\.\d+)?) ?(?P<unit>[hdw]))"
    r"(?P<column> +per +column)?",
    re.ASCII,
)


class InvalidBudget(ValueError):
    """A budget that says nothing that can be kept; its text is what was expected."""


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """A budget that a user states.

    Attributes
    ----------
    text
        As it is told, in alerts too.
    amount
        Rows to one false alarm, or milliseconds of event time.
    timed
        Whether it is time.
    per_column
        Whether it is a budget of each column, and not of the whole model.

    Examples
    --------
    >>> month = FalseAlarms.of("2 per 30d")
    >>> month.rows_of(columns=10, pace=1 / 1000)  # ten columns, a row each second
    12960000.0
    """

    text: str
    amount: float
    timed: bool
    per_column: bool

    @classmethod
    def of(cls, text: str) -> "FalseAlarms":
        """Read a budget.

        Raises
        ------
        InvalidBudget
            Where it has another form, or is out of bounds.
        """
        plain = " ".join(text.lower().split())
        found = _FORM.fullmatch(plain)
        if found is None:
            raise InvalidBudget(GRAMMAR)
        alarms = float(found["alarms"])
        if alarms <= 0.0 or math.isinf(alarms):
            raise InvalidBudget("more than 0 false alarms: some come by chance, however few")
        own = found["column"] is not None
        if found["rows"] is not None:
            rows = float(re.sub("[,_]", "", found["rows"])) / alarms
            if not FEWEST_ROWS <= rows <= MOST_ROWS:
                raise InvalidBudget(
                    f"from {FEWEST_ROWS:,} to {MOST_ROWS:,} rows to one false alarm"
                )
            return cls(plain, rows, timed=False, per_column=own)
        span = float(found["count"]) * _UNITS[found["unit"]] / alarms
        if not SHORTEST <= span <= LONGEST:
            raise InvalidBudget("from 1h to 3650d to one false alarm")
        return cls(plain, span, timed=True, per_column=own)

    def part(self, share: float) -> "FalseAlarms":
        """Return what a part of it comes to, told as the whole is.

        Examples
        --------
        >>> FalseAlarms.of("1 per 1000 rows").part(0.2).amount
        5000.0
        """
        return replace(self, amount=self.amount / share)

    def rows_of(self, *, columns: int, pace: float) -> float:
        """Return how many rows of a column there are to one false alarm of it.

        Parameters
        ----------
        columns
            Watched columns of the model. False alarms of all of them together are not more than the
            sum of each one's, whatever their dependence (union bound).
        pace
            Rows in a millisecond of event time.
        """
        rows = self.amount * min(max(pace, SLOWEST), FASTEST) if self.timed else self.amount
        shared = rows if self.per_column else rows * columns
        return min(max(shared, float(FEWEST_ROWS)), float(MOST_ROWS))


DEFAULT: Final = FalseAlarms.of("1 per 1,000,000 rows per column")
