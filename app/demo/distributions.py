"""What the demo's features are drawn from; every value is drawn independently."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Value = float | int | str | bool


class Distribution(Protocol):
    """The distribution of one feature."""

    def draw(self, rng: np.random.Generator, size: int) -> list[Value]:
        """Return ``size`` independent values, as JSON writes them."""


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Positive numbers with a heavy tail; `mean` and `sd` are those of their logarithm."""

    mean: float
    sd: float

    def draw(self, rng: np.random.Generator, size: int) -> list[Value]:
        """Return the values, rounded to hundredths."""
        return [round(value, 2) for value in rng.lognormal(self.mean, self.sd, size).tolist()]


@dataclass(frozen=True, slots=True)
class Exponential:
    """Waiting times."""

    mean: float

    def draw(self, rng: np.random.Generator, size: int) -> list[Value]:
        """Return the values, rounded to tenths."""
        return [round(value, 1) for value in rng.exponential(self.mean, size).tolist()]


@dataclass(frozen=True, slots=True)
class Beta:
    """Shares and risks between 0 and 1."""

    a: float
    b: float

    def draw(self, rng: np.random.Generator, size: int) -> list[Value]:
        """Return the values, rounded to thousandths."""
        return [round(value, 3) for value in rng.beta(self.a, self.b, size).tolist()]


@dataclass(frozen=True, slots=True)
class Poisson:
    """Counts."""

    mean: float

    def draw(self, rng: np.random.Generator, size: int) -> list[Value]:
        """Return the counts."""
        return list(rng.poisson(self.mean, size).tolist())


@dataclass(frozen=True, slots=True)
class Integers:
    """Whole numbers from `low` to `high`, both included, all equally likely."""

    low: int
    high: int

    def draw(self, rng: np.random.Generator, size: int) -> list[Value]:
        """Return the numbers."""
        # From floats: how many bits an integer draw takes depends on the size that is asked for.
        span = self.high - self.low + 1
        return [self.low + int(value * span) for value in rng.random(size).tolist()]


@dataclass(frozen=True, slots=True)
class Rate:
    """Booleans, true at a rate from 0 to 1."""

    rate: float

    def draw(self, rng: np.random.Generator, size: int) -> list[Value]:
        """Return the booleans."""
        return [value < self.rate for value in rng.random(size).tolist()]


@dataclass(frozen=True)
class Mix:
    """Categories and the share of each; the shares add up to 1."""

    shares: Mapping[str, float]

    def draw(self, rng: np.random.Generator, size: int) -> list[Value]:
        """Return the categories."""
        names = list(self.shares)
        ends = np.cumsum(list(self.shares.values()))
        chosen = np.searchsorted(ends, rng.random(size), side="right")
        return [names[min(number, len(names) - 1)] for number in chosen.tolist()]
