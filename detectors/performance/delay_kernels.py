"""Compiled counts of the delays of labels, one row after the other."""

from enum import IntEnum
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.rows.label_counts import CLOCKS_AGREE

Integers = NDArray[np.int64]
Counts = NDArray[np.int32]
Numbers = NDArray[np.float64]

BINS: Final = 64
"""Of delays, three an octave: the coarser they are the less is known of when a label comes."""

MOST_STRETCHES: Final = 128
"""More than there ever are once those that have grown old are joined: some six of each width."""

_CLOCKS_AGREE: Final = CLOCKS_AGREE
_DONE: Final = -1
_AN_OCTAVE: Final = 3
_AGE: Final = 4
"""How many times as old as wide a stretch is, at least."""


class Meta(IntEnum):
    """Numbers of a table of delays."""

    NOW = 0
    """The latest time of a label; -1 before the first."""

    GENERATION = 1
    """The latest generation of predictions."""

    GROUPS = 2
    STRETCHES = 3


_NOW: Final = int(Meta.NOW)
_GENERATION: Final = int(Meta.GENERATION)
_GROUPS: Final = int(Meta.GROUPS)
_STRETCHES: Final = int(Meta.STRETCHES)


def bin_edges(longest: float) -> Numbers:
    """Return the longest delay of each bin, shape ``(64,)``, the last one being ``longest``."""
    edges: Numbers = longest * 2.0 ** ((np.arange(BINS) - (BINS - 1)) / _AN_OCTAVE)
    return edges


@njit(cache=True, nogil=True)
def _level(unit: int, now: int) -> int:
    """Return the level of the stretch of a unit of time: the widest that is old enough.

    What contains a stretch that is not old enough is not either, so stretches only ever join.
    """
    level = 0
    while True:
        wider = level + 1
        end = ((unit >> wider) + 1) << wider
        if now - end < _AGE << wider:
            return level
        level = wider


@njit(cache=True, nogil=True)
def _join(
    now: int, oldest: int, meta: Integers, begins: Integers, levels: Integers, ages: Counts
) -> None:
    """Join stretches that have grown old, and forget those before the oldest generation."""
    kept = 0
    count = meta[_STRETCHES]
    for place in range(count):
        if begins[place] < oldest:
            continue
        level = _level(begins[place], now)
        begin = (begins[place] >> level) << level
        if kept > 0 and begins[kept - 1] == begin:
            ages[kept - 1] += ages[place]
            continue
        begins[kept], levels[kept] = begin, level
        ages[kept] = ages[place]
        kept += 1
    ages[kept:count] = 0
    meta[_STRETCHES] = kept


@njit(cache=True, nogil=True)
def _place(unit: int, meta: Integers, begins: Integers, levels: Integers, ages: Counts) -> int:
    """Return the place of the stretch of a unit of time, made where there is none yet."""
    count = meta[_STRETCHES]
    place = int(np.searchsorted(begins[:count], unit, side="right"))
    if place > 0 and unit < begins[place - 1] + (1 << levels[place - 1]):
        return place - 1
    for other in range(count, place, -1):
        begins[other], levels[other] = begins[other - 1], levels[other - 1]
        ages[other] = ages[other - 1]
    # As narrow as can be: it is joined with the others once all are as old.
    begins[place], levels[place] = unit, 0
    ages[place] = 0
    meta[_STRETCHES] = count + 1
    return place


@njit(cache=True, nogil=True)
def _begin(generation: int, meta: Integers, delays: Counts, backdated: Counts) -> None:
    """Begin a generation; the one before it stays, in the other half."""
    delays[generation & 1] = 0
    backdated[generation & 1] = 0
    if generation > meta[_GENERATION] + 1:
        delays[:] = 0
        backdated[:] = 0
    meta[_GENERATION] = generation


@njit(cache=True, nogil=True, error_model="numpy")
def add_delays(
    keys: Integers,
    predicted_at: Integers,
    labelled_at: Integers,
    first: int,
    unit: int,
    units: int,
    edges: Numbers,
    groups: Integers,
    meta: Integers,
    begins: Integers,
    levels: Integers,
    ages: Counts,
    delays: Counts,
    backdated: Counts,
) -> int:
    """Count rows from the first one given on; return where groups lack room, -1 at the end.

    Parameters
    ----------
    keys, predicted_at, labelled_at
        As of `detectors.performance.label_delays.LabelDelays.add`.
    first
        The row to begin with.
    unit, units
        Milliseconds of a unit, and the power of two that a generation has of them.
    edges
        Of `bin_edges`.
    groups
        Numbers of groups by their keys; -1 where there is none yet.
    meta
        By `Meta`.
    begins, levels, ages
        Stretches of prediction time: the unit in which one begins, the power of two of units that
        it has, and shape ``(128, g)`` its rows by group.
    delays
        Shape ``(2, g, 64)``: rows by generation, group and delay.
    backdated
        Shape ``(2, g)``: rows whose label is dated before its prediction, in none of the others.
    """
    now = meta[_NOW]
    for row in range(first, len(keys)):
        key = keys[row]
        if groups[key] < 0:
            if meta[_GROUPS] == ages.shape[1]:
                return row
            groups[key] = meta[_GROUPS]
            meta[_GROUPS] += 1
        now = meta[_NOW] = max(now, labelled_at[row])
        at = min(predicted_at[row], labelled_at[row]) // unit
        generation = at >> units
        if generation > meta[_GENERATION]:
            _begin(generation, meta, delays, backdated)
            _join(now // unit, (generation - 1) << units, meta, begins, levels, ages)
        elif generation < meta[_GENERATION] - 1:
            continue
        group = groups[key]
        if labelled_at[row] < predicted_at[row] - _CLOCKS_AGREE:
            backdated[generation & 1, group] += 1
            continue
        if meta[_STRETCHES] == len(begins):
            _join(now // unit, (meta[_GENERATION] - 1) << units, meta, begins, levels, ages)
        ages[_place(at, meta, begins, levels, ages), group] += 1
        delay = labelled_at[row] - predicted_at[row]
        place = 0
        if delay > edges[0]:
            octaves = np.log2(delay / edges[0]) * _AN_OCTAVE
            place = min(int(np.ceil(octaves)), len(edges) - 1)
        delays[generation & 1, group, place] += 1
    if meta[_NOW] >= 0:
        _join(now // unit, (meta[_GENERATION] - 1) << units, meta, begins, levels, ages)
    return _DONE
