from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from detectors.performance.guess import Guess
from detectors.performance.whole_numbers import Numbers, guess_of

Drawn = tuple[Numbers, Numbers]
"""What was predicted, and what was true."""


def ages(random: Generator) -> Drawn:
    true = random.integers(18, 80, 100)
    return np.round(true + random.normal(0, 5, 100)), true.astype(np.float64)


def prices(random: Generator) -> Drawn:
    true = np.exp(random.normal(12, 0.5, 100))
    said = true * np.exp(random.normal(0, 0.2, 100))
    return 1000 * np.round(said / 1000), 1000 * np.round(true / 1000)


def orders(random: Generator) -> Drawn:
    mean = random.gamma(4, 2.5, 100)
    return np.round(mean), random.poisson(mean).astype(np.float64)


def articles(random: Generator) -> Drawn:
    """Numbers of articles: those that are often bought have small ones."""
    said, true = random.zipf(1.2, (2, 100)).astype(np.float64)
    return np.minimum(said, 1e9), np.minimum(true, 1e9)


def numbered_from_one(random: Generator) -> Drawn:
    true = random.integers(0, 1000, 100).astype(np.float64)
    return true + 1, true


def digits(random: Generator) -> Drawn:
    said, true = random.integers(0, 10, (2, 100)).astype(np.float64)
    return said, true


def stars(random: Generator) -> Drawn:
    true = random.integers(1, 6, 100).astype(np.float64)
    return np.clip(true + random.integers(-1, 2, 100), 1, 5), true


def codes(random: Generator) -> Drawn:
    """Codes of a taxonomy: half are right, the others are of the same branch."""
    true = random.integers(1000, 9999, 100).astype(np.float64)
    said = np.where(random.random(100) < 0.5, true, true + random.integers(1, 10, 100))
    return said, true


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (ages, Guess.AMOUNTS),
        (prices, Guess.AMOUNTS),
        (orders, Guess.AMOUNTS),
        (articles, Guess.CLASSES),
        (numbered_from_one, Guess.CLASSES),
        (digits, None),
        (stars, None),
        (codes, None),
    ],
)
def test_whole_numbers_are_amounts_where_those_that_differ_are_near(
    seed: int, drawn: Callable[[Generator], Drawn], expected: Guess | None
) -> None:
    said, true = drawn(default_rng(seed))
    assert guess_of(list(zip(said.tolist(), true.tolist(), strict=True))) is expected


def test_of_what_is_always_the_same_nothing_is_near() -> None:
    assert guess_of([(0.0, float(row)) for row in range(100)]) is Guess.CLASSES


def test_a_few_rows_say_nothing() -> None:
    assert guess_of([]) is None
    assert guess_of([(row + row % 7 - 3, row) for row in range(50)]) is None
