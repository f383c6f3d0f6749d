"""Labelled rows of two versions, and which of them have one label: those are pairs."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State
from schemas.tables.coded import Coded
from schemas.tables.observations import LARGEST_OFFSET, Integers, Source

Numbers = NDArray[np.float64]

MOST_WAITING: Final = 1024
"""Rows of a version that wait for the other one's with the same label: both come with one batch of
labels, in the one table or the next."""


class LabelledRows(NamedTuple):
    """Labelled rows of one version, in their order.

    Attributes
    ----------
    sources, source_of, offsets
        Where each label came from.
    predicted
        Shape ``(n,)``: when the predictions were made, milliseconds since the epoch.
    losses
        Shape ``(metrics, n)``; NaN where a row has none.
    segments
        The segment of each as it is written; None where it has none, or none matters.
    """

    sources: tuple[Source, ...]
    source_of: Integers
    offsets: Integers
    predicted: Integers
    losses: Numbers
    segments: Coded[str | None]


class Half(NamedTuple):
    """Rows of a version: their keys, losses, and the numbers of their segments.

    Attributes
    ----------
    keys
        Shape ``(n,)``: those of one label are the same.
    losses
        Shape ``(metrics, n)``.
    places
        Shape ``(names of segments, n)``.
    """

    keys: Integers
    losses: Numbers
    places: Integers


class Pairing:
    """Rows whose label has not met the other version yet.

    Parameters
    ----------
    metrics, names
        How many losses rows have, and how many names of segments there are.
    """

    def __init__(self, metrics: int, names: int) -> None:
        self._shape = (metrics, names)
        self._sources: dict[Source, int] = {}
        self._waiting = [self._none(), self._none()]

    def met(
        self, arrived: Sequence[LabelledRows | None], places: Sequence[Integers]
    ) -> tuple[Half, Half]:
        """Return the rows of baseline and candidate that have one label, in one order.

        Parameters
        ----------
        arrived
            New rows of both; None where a version has none.
        places
            The numbers of their segments, of shape ``(names, n)`` each.
        """
        both = [
            waiting if rows is None else self._joined(waiting, rows, own)
            for waiting, rows, own in zip(self._waiting, arrived, places, strict=True)
        ]
        first, second = _common(both[0].keys, both[1].keys)
        if not len(first):
            self._waiting = [_latest(each) for each in both]
            return self._none(), self._none()
        self._waiting = [_without(both[0], first), _without(both[1], second)]
        return _taken(both[0], first), _taken(both[1], second)

    def forget(self) -> None:
        """Let no row wait."""
        self._waiting = [self._none(), self._none()]

    def state(self) -> State:
        """Return the whole state."""
        return {
            "sources": [list(each) for each in self._sources],
            "waiting": [[part.copy() for part in each] for each in self._waiting],
        }

    def restore(self, state: State) -> None:
        """Restore a state; one of an earlier release has no numbers of segments."""
        self._sources = {Source(*each): place for place, each in enumerate(state["sources"])}
        self._waiting = [self._half(each) for each in state["waiting"]]

    def _half(self, parts: Sequence[Any]) -> Half:
        keys, losses, *places = (part.copy() for part in parts)
        return Half(keys, losses, places[0] if places else _nowhere(self._shape[1], len(keys)))

    def _joined(self, waiting: Half, rows: LabelledRows, places: Integers) -> Half:
        # By the rows alone: which other sources are told of depends on what was read at once.
        there, first = np.unique(rows.source_of, return_index=True)
        numbers = np.zeros(len(rows.sources), dtype=np.int64)
        for number in there[np.argsort(first)].tolist():
            source = rows.sources[number]
            numbers[number] = self._sources.setdefault(source, len(self._sources))
        keys = numbers[rows.source_of] * (LARGEST_OFFSET + 1) + rows.offsets
        if not len(waiting.keys):
            return Half(keys, rows.losses, places)
        return Half(
            np.concatenate([waiting.keys, keys]),
            np.concatenate([waiting.losses, rows.losses], axis=1),
            np.concatenate([waiting.places, places], axis=1),
        )

    def _none(self) -> Half:
        metrics, names = self._shape
        return Half(np.zeros(0, dtype=np.int64), np.zeros((metrics, 0)), _nowhere(names, 0))


def _common(one: Integers, other: Integers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the keys are that both have, in the keys' order."""
    # Mostly none are, or all: to look for that is cheaper than to sort.
    if not set(one.tolist()).intersection(other.tolist()):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    _, first, second = np.intersect1d(one, other, return_indices=True)
    return first, second


def _latest(rows: Half) -> Half:
    """Return the rows that go on waiting, of those that have waited."""
    if len(rows.keys) <= MOST_WAITING:
        return rows
    return Half(
        rows.keys[-MOST_WAITING:], rows.losses[:, -MOST_WAITING:], rows.places[:, -MOST_WAITING:]
    )


def _nowhere(names: int, rows: int) -> Integers:
    return np.full((names, rows), -1, dtype=np.int64)


def _without(rows: Half, matched: NDArray[np.int64]) -> Half:
    """Return the latest rows that have not met their other half."""
    left = np.ones(len(rows.keys), dtype=np.bool_)
    left[matched] = False
    return _taken(rows, np.flatnonzero(left)[-MOST_WAITING:])


def _taken(rows: Half, which: NDArray[np.int64]) -> Half:
    return Half(rows.keys[which], rows.losses[:, which], rows.places[:, which])
