"""Streams of categories: even, long-tailed, all different, and what may change in them."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Source = Callable[[np.random.Generator, int], Codes]
"""Draws the codes of so many rows; equal codes are one category."""

SIZES: Final = (2, 5, 20, 50, 200, 1000, 20_000, 1_000_000)
EXPONENTS: Final = {"even": 0.0, "Zipf 1.1": 1.1, "Zipf 1.5": 1.5}

LENGTH: Final = 8
"""Characters of a category's text; what is changed in that is longer."""


def text_of(code: int) -> str:
    """Return the text of a category."""
    return f"{code:0{LENGTH}x}"


def shares(categories: int, exponent: float) -> NDArray[np.float64]:
    """Return the shares of categories by Zipf's law, shape ``(categories,)``; even ones for 0."""
    weights = 1.0 / np.arange(1, categories + 1) ** exponent
    result: NDArray[np.float64] = weights / weights.sum()
    return result


def drawn_from(probabilities: NDArray[np.float64]) -> Source:
    """Return a stream of independent categories with these shares."""
    ends = np.cumsum(probabilities)

    def draw(rng: np.random.Generator, rows: int) -> Codes:
        found: Codes = np.searchsorted(ends, rng.random(rows) * ends[-1], side="right")
        return found

    return draw


def all_different(rng: np.random.Generator, rows: int) -> Codes:
    """Draw categories none of which comes twice, in any order."""
    drawn: Codes = rng.permutation(rows)
    return drawn


def longer(rng: np.random.Generator, rows: int) -> Codes:
    """Draw what `all_different` does, each with a text that has one character more."""
    drawn: Codes = all_different(rng, rows) + 16**LENGTH
    return drawn


def stationary() -> dict[str, Source]:
    """Return the streams in which nothing changes, by what they are called."""
    named = {
        f"{size:,} values, {shape}": drawn_from(shares(size, exponent))
        for size in SIZES
        for shape, exponent in EXPONENTS.items()
    }
    return {**named, "all different": all_different}


def changes() -> dict[str, tuple[Source, Source]]:
    """Return what comes before and after a change, by what the change is called."""
    zipf, even, tail = shares(20, 1.0), shares(10, 0.0), shares(1000, 1.1)
    gains, swapped, moved = zipf * 0.95, zipf.copy(), even.copy()
    gains[3] += 0.05
    swapped[[0, 9]] = zipf[[9, 0]]
    moved[[2, 7]] += 0.05, -0.05
    pairs = {
        "Zipf 20: one gains 5 points": (zipf, gains),
        "Zipf 20: first and tenth swap": (zipf, swapped),
        "even 10: one 10 to 15 %, one to 5 %": (even, moved),
        "Zipf 20: a new one at 2 %": (zipf, np.append(0.98 * zipf, 0.02)),
        "Zipf 20: a new one at 10 %": (zipf, np.append(0.9 * zipf, 0.1)),
        "Zipf 1,000: a new one at 10 %": (tail, np.append(0.9 * tail, 0.1)),
        "Zipf 1,000: half of the categories go": (tail, tail * (np.arange(1000) % 2)),
    }
    streams = {name: (drawn_from(old), drawn_from(new)) for name, (old, new) in pairs.items()}
    return {**streams, "all different: one character longer": (all_different, longer)}
