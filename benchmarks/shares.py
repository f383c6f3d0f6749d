"""Changes that ranks hardly see: of rates, of categories' shares, of a distribution's shape."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from benchmarks.watchers import Values
from schemas.tables.columns import Kind

Draw = Callable[[np.random.Generator, int], Values]


class Case(NamedTuple):
    """A change.

    Attributes
    ----------
    kind
        Of the column; categories are numbered.
    before, after
        Draw its values.
    """

    kind: Kind
    before: Draw
    after: Draw


def _rate(share: float) -> Draw:
    return lambda rng, rows: (rng.random(rows) < share).astype(np.float64)


def _shares(shares: Values) -> Draw:
    return lambda rng, rows: rng.choice(len(shares), rows, p=shares).astype(np.float64)


def _normal(rng: np.random.Generator, rows: int) -> Values:
    return rng.normal(size=rows)


def _rounded(rng: np.random.Generator, rows: int) -> Values:
    return np.round(rng.normal(size=rows) * 2) / 2


def _humps(rng: np.random.Generator, rows: int) -> Values:
    return (rng.integers(0, 4, rows) + 0.5 + 0.11 * rng.normal(size=rows)) / 4


def _outliers(share: float) -> Draw:
    return lambda rng, rows: rng.normal(size=rows) * np.where(rng.random(rows) < share, 10.0, 1.0)


def _amounts(rng: np.random.Generator, rows: int) -> Values:
    return rng.normal(5.0, 1.0, rows)


def _amounts_in_two_units(rng: np.random.Generator, rows: int) -> Values:
    return _amounts(rng, rows) * np.where(rng.random(rows) < 0.01, 1000.0, 1.0)


def _repeated(rng: np.random.Generator, rows: int) -> Values:
    return np.where(rng.random(rows) < 0.1, 0.3, rng.normal(size=rows))


def _skewed(rng: np.random.Generator, rows: int) -> Values:
    return (rng.gamma(4.0, size=rows) - 4) / 2


_ZIPF: Final[Values] = 1 / np.arange(1, 21) / np.sum(1 / np.arange(1, 21))
_SWAPPED: Final[Values] = _ZIPF[[0, 1, 6, 3, 4, 5, 2, *range(7, 20)]]
_GAINED: Final[Values] = _ZIPF * 0.95 + 0.05 * (np.arange(20) == 10)
_EVEN: Final[Values] = np.full(10, 0.1)
_UNEVEN: Final[Values] = np.array([0.15, 0.05, *[0.1] * 8])

CASES: Final[dict[str, Case]] = {
    "errors 0.1 to 0.15": Case(Kind.BOOLEAN, _rate(0.1), _rate(0.15)),
    "errors 0.1 to 0.2": Case(Kind.BOOLEAN, _rate(0.1), _rate(0.2)),
    "errors 0.01 to 0.02": Case(Kind.BOOLEAN, _rate(0.01), _rate(0.02)),
    "errors 0.01 to 0.05": Case(Kind.BOOLEAN, _rate(0.01), _rate(0.05)),
    "errors 0.001 to 0.01": Case(Kind.BOOLEAN, _rate(0.001), _rate(0.01)),
    "20 categories, Zipf: one gains 5 points": Case(
        Kind.CATEGORY, _shares(_ZIPF), _shares(_GAINED)
    ),
    "20 categories, Zipf: two swap shares": Case(Kind.CATEGORY, _shares(_ZIPF), _shares(_SWAPPED)),
    "10 even categories: 15 % and 5 %": Case(Kind.CATEGORY, _shares(_EVEN), _shares(_UNEVEN)),
    "20 categories, Zipf: a new one, 2 %": Case(
        Kind.CATEGORY, _shares(_ZIPF), _shares(np.append(_ZIPF * 0.98, 0.02))
    ),
    "20 categories, Zipf: a new one, 10 %": Case(
        Kind.CATEGORY, _shares(_ZIPF), _shares(np.append(_ZIPF * 0.9, 0.1))
    ),
    "normal, rounded to 0.5": Case(Kind.NUMBER, _normal, _rounded),
    "uniform to four humps": Case(Kind.NUMBER, lambda rng, rows: rng.random(rows), _humps),
    "normal, 5 % of 10 sd": Case(Kind.NUMBER, _normal, _outliers(0.05)),
    "normal, 1 % of 10 sd": Case(Kind.NUMBER, _normal, _outliers(0.01)),
    "1 % in a unit a thousand times as small": Case(Kind.NUMBER, _amounts, _amounts_in_two_units),
    "normal, 10 % repeat one value": Case(Kind.NUMBER, _normal, _repeated),
    "normal to skewed": Case(Kind.NUMBER, _normal, _skewed),
}
