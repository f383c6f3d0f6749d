"""Retraining because labels were corrected: when it is asked for, and when it should be.

Labels of a made-up model come in blocks, and later some of them again: most as they were, and some
corrected, more of these from a row on. When a condition is met is counted here label by label, in
the plainest way, and compared with when the gauge says so. A retraining follows each time.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.retraining.conditions import Corrections
from detectors.retraining.corrections_gauge import FEWEST_LABELS, CorrectionsGauge
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ObservationBatch, Origin, Source

LABELS: Final = 60_000
BLOCK: Final = 100
AGAIN: Final = 0.05
"""Share of labels that come again."""

CORRECTED: Final = (0.1, 0.6)
"""Share of those that are corrected, of the first half of labels, and of the second one."""

CONDITIONS: Final = {
    "200 labels": Corrections(labels=200),
    "1 % of all labels": Corrections(share=0.01),
}


class Asked(NamedTuple):
    """The corrections at which a retraining was asked for, by their number, and was due."""

    asked: list[int]
    due: list[int]


def _rows(origin: Origin, first: int, columns: tuple[Column, ...], count: int) -> ObservationBatch:
    numbers = np.arange(first, first + count, dtype=np.int64)
    source = (Source(str(origin), 0),), np.zeros(count, dtype=np.int64)
    return ObservationBatch("model", "1", origin, *source, numbers, numbers, columns)


def asked_of(condition: Corrections, seed: int) -> Asked:
    """Return when a retraining is asked for, and is due."""
    random = np.random.default_rng(seed)
    gauge = CorrectionsGauge(condition)
    asked: list[int] = []
    due: list[int] = []
    labels = corrections = since = 0
    for begin in range(0, LABELS, BLOCK):
        labels += BLOCK
        errors: NDArray[np.float64] = np.zeros(BLOCK)
        given = (Column("error", Role.ERROR, Kind.BOOLEAN, errors),)
        if gauge.update(_rows(Origin.LABELS, begin, given, BLOCK)):
            raise RuntimeError("labels that come once correct nothing")
        count = int(random.binomial(BLOCK, AGAIN))
        is_corrected = random.random(count) < CORRECTED[begin >= LABELS // 2]
        wanted = condition.labels or (condition.share or 0.0) * max(labels, FEWEST_LABELS)
        number = corrections
        for each in is_corrected.tolist():
            number += each
            if each and number - since >= wanted:
                due.append(number)
                since = number
        if not count:
            continue
        again = (Column("corrected", Role.CORRECTED, Kind.BOOLEAN, is_corrected.astype(float)),)
        numbers = corrections + np.cumsum(is_corrected)
        found = gauge.update(_rows(Origin.REPEATS, begin, again, count))
        asked += [int(numbers[reading.row]) for reading in found]
        corrections = number
    return Asked(asked, due)


def study(seeds: Sequence[int]) -> tuple[int, list[str]]:
    """Return how often a retraining was asked for otherwise than due, and a table."""
    lines = ["corrections      asked (mean)  first asked at  otherwise than due"]
    wrong = 0
    for name, condition in CONDITIONS.items():
        found = [asked_of(condition, seed) for seed in seeds]
        others = sum(len(set(each.asked) ^ set(each.due)) for each in found)
        wrong += others
        mean = np.mean([len(each.asked) for each in found])
        first = np.mean([each.asked[0] for each in found if each.asked])
        lines.append(f"{name:17}{mean:12.1f} {first:15.0f} {others:19d}")
    return wrong, lines
