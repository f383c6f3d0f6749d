"""Streams for comparisons with River: every shape that has ever told two implementations apart."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from river import base

from detectors.algorithms.contract import Detection, Detector
from detectors.arrays.column import Numbers

_SHAPES = ("uniform", "normal", "cauchy", "lognormal", "bits", "constant")


def autoregressive(coefficient: float, rows: int, seed: int) -> Numbers:
    """Return normal values, each of which is so much of the one before it."""
    values = np.random.default_rng(seed).normal(size=rows)
    for row in range(1, rows):
        values[row] += coefficient * values[row - 1]
    return values


def _segment(random: np.random.Generator, shape: str, length: int) -> Numbers:
    match shape:
        case "uniform":
            return random.random(length)
        case "normal":
            return random.normal(size=length)
        case "cauchy":
            return random.standard_cauchy(length)
        case "lognormal":
            return random.lognormal(0, 2, length)
        case "bits":
            return (random.random(length) < random.random()).astype(np.float64)
        case _:
            return np.full(length, random.normal())


@st.composite
def streams(draw: st.DrawFn, *, longest: int = 1500) -> Numbers:
    """Draw up to four segments of different shapes, levels and scales, or bare floats."""
    if draw(st.booleans()):
        floats = st.floats(-1e6, 1e6)
        return np.array(draw(st.lists(floats, max_size=120)), dtype=np.float64)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    parts = []
    for shape in draw(st.lists(st.sampled_from(_SHAPES), min_size=1, max_size=4)):
        length = draw(st.integers(0, longest // 4))
        scale = draw(st.sampled_from([1.0, 1.0, 0.01, 100.0]))
        level = draw(st.sampled_from([0.0, 0.0, 0.5, 3.0, -1000.0]))
        parts.append(_segment(random, shape, length) * scale + level)
    return np.concatenate(parts)


def river_indices(river: base.DriftDetector, values: Numbers) -> list[int]:
    """Feed River's own object one value at a time and return the rows at which it fires."""
    found = []
    for index, value in enumerate(values.tolist()):
        river.update(value)
        if river.drift_detected:
            found.append(index)
    return found


def fed_in_pieces(detector: Detector, values: Numbers, cuts: list[int]) -> list[Detection]:
    """Feed the values cut at the given rows; detections have rows of the whole column."""
    found: list[Detection] = []
    bounds = sorted({0, len(values), *(cut for cut in cuts if cut < len(values))})
    for start, stop in pairwise(bounds):
        pieces = detector.update(values[start:stop])
        found += [replace(each, index=each.index + start) for each in pieces]
    return found
