"""A part of the page on detection: what measures it, and what comes of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Pool(Protocol):
    """What makes measurements, several at a time."""

    def map(self, job: Callable[..., Result], tasks: Iterable[Sequence[object]]) -> list[Result]:
        """Return the results of a job's measurements, in the order of their arguments."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes
    ----------
    seeds
        Of the streams, one run each.
    rows
        Of a stationary stream, a seed.
    episodes
        Injected drifts of each kind.
    data
        Directory of the real streams; None where there is none.
    runs
        Of each threshold of performance.
    """

    seeds: range
    rows: int
    episodes: int
    data: Path | None
    runs: int = 1000


@dataclass(frozen=True, slots=True)
class Section:
    """What was measured.

    Attributes
    ----------
    lines
        Of Markdown, the heading first.
    figures
        By the name that they have on the last line of the page; None where there is none.
    pictures
        SVG by file name.
    """

    lines: Sequence[str]
    figures: dict[str, float | None]
    pictures: dict[str, str] = field(default_factory=dict)


Measure = Callable[[Pool, Plan], Section]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table of Markdown."""
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
