"""Streams in which nothing changes: what is found in them is a false alarm."""

from collections.abc import Callable
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from benchmarks.watchers import Values
from schemas.tables.columns import Kind

Draw = Callable[[np.random.Generator, int], Values]


def rows_a_day(count: int) -> Callable[[int], Values]:
    """Return what gives event times of rows at a steady pace, in days."""

    def days(rows: int) -> Values:
        found: Values = np.arange(rows) / count
        return found

    return days


def _days_that_grow(rows: int) -> Values:
    """Return event times of days of 5,000 rows at first and of 15,000 at last."""
    # The rows of a day grow in proportion to the rows so far.
    growth = 10_000 / rows
    days: Values = np.log1p(np.arange(rows) * growth / 5000) / growth
    return days


STEADY: Final = rows_a_day(10_000)
"""Event times of streams that have no season: the full run takes a hundred days of them, of which
alarms are guaranteed from the third week on."""


class Stationary(NamedTuple):
    """A stream without a change.

    Attributes
    ----------
    draw
        Gives its values; categories are numbered, and what is missing is NaN.
    kind
        Of the column.
    days
        Gives the event times of so many rows, in days.
    """

    draw: Draw
    kind: Kind = Kind.NUMBER
    days: Callable[[int], Values] = STEADY

    @property
    def has_season(self) -> bool:
        """Whether something of it goes by the hour or the day."""
        return self.days is not STEADY


def rate(share: float) -> Draw:
    """Return 0/1 values with a share of 1."""
    return lambda rng, rows: (rng.random(rows) < share).astype(np.float64)


def categories(shares: Values) -> Draw:
    """Return numbered categories with some shares."""
    ends = np.cumsum(shares)
    return lambda rng, rows: np.searchsorted(ends, rng.random(rows) * ends[-1]).astype(np.float64)


def zipf(count: int) -> Values:
    """Return shares by Zipf's law."""
    weights: Values = 1 / np.arange(1, count + 1)
    shares: Values = weights / weights.sum()
    return shares


def autoregressive(coefficient: float) -> Draw:
    """Return normal values of variance 1, each of which is so much of the one before it."""

    def draw(rng: np.random.Generator, rows: int) -> Values:
        noise = rng.normal(0.0, np.sqrt(1 - coefficient**2), rows)
        noise[0] = rng.normal()
        return np.array(
            list(accumulate(noise.tolist(), lambda last, new: coefficient * last + new))
        )

    return draw


def season(period: int, amplitude: float) -> Draw:
    """Return a sine and normal noise of deviation 1."""

    def draw(rng: np.random.Generator, rows: int) -> Values:
        wave: Values = amplitude * np.sin(np.arange(rows) * 2 * np.pi / period)
        return wave + rng.normal(size=rows)

    return draw


def _exponential(draw: Draw, factor: float = 1.0) -> Draw:
    """Return amounts: the exponential of so many times what is drawn."""
    return lambda rng, rows: np.exp(factor * draw(rng, rows))


def _week(day: int) -> Draw:
    def draw(rng: np.random.Generator, rows: int) -> Values:
        weekend = np.arange(rows) // day % 7 >= 5
        return rng.normal(size=rows) + 0.5 * weekend

    return draw


def _growing_days(rng: np.random.Generator, rows: int) -> Values:
    """Return a sine a day, and normal noise of deviation 1."""
    return np.sin(2 * np.pi * _days_that_grow(rows)) + rng.normal(size=rows)


def _hourly_share(rng: np.random.Generator, rows: int) -> Values:
    """Return a category of two, whose share goes by the hour of a day of 10,000 rows."""
    share = 0.3 + 0.2 * np.sin(np.arange(rows) * 2 * np.pi / 10_000)
    return (rng.random(rows) < share).astype(np.float64)


def _garch(arch: float, garch: float) -> Draw:
    def draw(rng: np.random.Generator, rows: int) -> Values:
        variance, last, values = 1.0, 0.0, []
        for noise in rng.normal(size=rows).tolist():
            variance = 1.0 - arch - garch + arch * last * last + garch * variance
            last = noise * variance**0.5
            values.append(last)
        return np.array(values)

    return draw


def _cauchy(coefficient: float) -> Draw:
    """Return values of infinite variance, each of which is so much of the one before it."""
    return lambda rng, rows: np.array(
        list(
            accumulate(
                rng.standard_cauchy(rows).tolist(), lambda last, new: coefficient * last + new
            )
        )
    )


def _dependent_day(rng: np.random.Generator, rows: int) -> Values:
    """Return a sine a day of 10,000 rows, and values that depend on those before them."""
    wave: Values = np.sin(np.arange(rows) * 2 * np.pi / 10_000)
    return wave + autoregressive(0.9)(rng, rows)


def _missing(rng: np.random.Generator, rows: int) -> Values:
    return np.where(rng.random(rows) < 0.3, np.nan, rng.normal(size=rows))


STATIONARY: Final[dict[str, Stationary]] = {
    "normal": Stationary(lambda rng, rows: rng.normal(size=rows)),
    "Student t, 3 df": Stationary(lambda rng, rows: rng.standard_t(3, rows)),
    "lognormal, sigma 2": Stationary(lambda rng, rows: rng.lognormal(0.0, 2.0, rows)),
    "Cauchy": Stationary(lambda rng, rows: rng.standard_cauchy(rows)),
    "integers with ties": Stationary(lambda rng, rows: rng.poisson(3.0, rows).astype(np.float64)),
    "30 % missing": Stationary(_missing),
    "Bernoulli, 0.1": Stationary(rate(0.1), Kind.BOOLEAN),
    "Bernoulli, 0.001": Stationary(rate(0.001), Kind.BOOLEAN),
    **{
        f"{count:,} categories, {name}": Stationary(categories(shares(count)), Kind.CATEGORY)
        for count in (2, 20, 100, 1000, 20_000, 1_000_000)
        for name, shares in {"even": lambda n: np.full(n, 1 / n), "Zipf": zipf}.items()
    },
    "50 categories, even": Stationary(categories(np.full(50, 1 / 50)), Kind.CATEGORY),
    "200 categories, even": Stationary(categories(np.full(200, 1 / 200)), Kind.CATEGORY),
    **{
        f"AR(1), {coefficient}": Stationary(autoregressive(coefficient))
        for coefficient in (0.3, 0.5, 0.9, 0.99, 0.999)
    },
    "lognormal AR(1), 0.9": Stationary(_exponential(autoregressive(0.9))),
    "lognormal AR(1), 0.99": Stationary(_exponential(autoregressive(0.99))),
    "Cauchy AR(1), 0.9": Stationary(_cauchy(0.9)),
    "GARCH(0.1, 0.85)": Stationary(_garch(0.1, 0.85)),
    "GARCH(0.05, 0.94)": Stationary(_garch(0.05, 0.94)),
    "sine of 48 rows, 1 sd": Stationary(season(48, 1.0)),
    "sine of 1,000 rows, 1 sd": Stationary(season(1000, 1.0)),
    "day of 10,000 rows, 0.3 sd": Stationary(season(10_000, 0.3), days=rows_a_day(10_000)),
    "day of 10,000 rows, 1 sd": Stationary(season(10_000, 1.0), days=rows_a_day(10_000)),
    "lognormal day of 10,000 rows": Stationary(
        _exponential(season(10_000, 1.0), 0.5), days=rows_a_day(10_000)
    ),
    "lognormal day with AR(1), 0.9": Stationary(
        _exponential(_dependent_day, 0.5), days=rows_a_day(10_000)
    ),
    "day of 86,400 rows, 0.3 sd": Stationary(season(86_400, 0.3), days=rows_a_day(86_400)),
    "day of 86,400 rows, 1 sd": Stationary(season(86_400, 1.0), days=rows_a_day(86_400)),
    "week of days of 1,000 rows": Stationary(_week(1000), days=rows_a_day(1000)),
    "week of days of 10,000 rows": Stationary(_week(10_000), days=rows_a_day(10_000)),
    "a share by the hour": Stationary(_hourly_share, Kind.CATEGORY, rows_a_day(10_000)),
    "days that grow": Stationary(_growing_days, days=_days_that_grow),
}
