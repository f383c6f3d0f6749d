"""A figure on some of the labels against that on all of them, where the truth is known.

Labels of a made-up model come with delays that depend on the class, and on whether it was
predicted. Of a day's predictions precision, recall, F1 and accuracy are compared, once a tenth and
once half of the labels have come, with what they are when all have: as the labels so far have them
(naive), and corrected by the delays of each class.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.performance.error import Task
from detectors.performance.options import PerformanceOptions
from detectors.performance.performance import Performance
from detectors.performance.prediction_counts import PredictionCounts
from detectors.performance.telling import Telling
from schemas.events.model_performance import WindowKind
from schemas.tables.columns import Column, Kind, Role
from schemas.values.class_order import USUAL_CLASSES

DAY: Final = 86_400_000
DAYS: Final = 75
JUDGED: Final = range(56, 60)
"""Days whose figures are compared."""

PER_DAY: Final = 6000
MATURITIES: Final = (0.1, 0.5)
METRICS: Final = ("precision", "recall", "f1", "accuracy")

_SPREAD: Final = 0.8
"""Standard deviation of the logarithm of delays."""

_BATCH: Final = 1000


class Delays(NamedTuple):
    """Median delays in days: of a positive that was found and one that was missed, and likewise."""

    found: float
    missed: float
    false_alarm: float
    negative: float


CASES: Final = {
    "positives late": Delays(found=8.0, missed=8.0, false_alarm=3.0, negative=3.0),
    "positives early": Delays(found=2.0, missed=2.0, false_alarm=6.0, negative=6.0),
    "missed ones late": Delays(found=2.0, missed=9.0, false_alarm=3.0, negative=4.0),
}


@dataclass
class Errors:
    """Errors in one case at one maturity, by what the figure is made of.

    Attributes
    ----------
    naive, corrected
        Sums of absolute errors of the figures that were not withheld.
    told, withheld
        How many.
    """

    naive: float = 0.0
    corrected: float = 0.0
    told: int = 0
    withheld: int = 0


class _History(NamedTuple):
    made: NDArray[np.int64]
    known: NDArray[np.int64]
    said: NDArray[np.bool_]
    true: NDArray[np.bool_]


def _history(case: Delays, seed: int) -> _History:
    random = np.random.default_rng(seed)
    rows = DAYS * PER_DAY
    made = np.sort((random.random(rows) * DAYS * DAY).astype(np.int64)) + 20_000 * DAY
    true = random.random(rows) < 0.1
    said = random.random(rows) < np.where(true, 0.7, 0.04)
    medians = np.where(
        true,
        np.where(said, case.found, case.missed),
        np.where(said, case.false_alarm, case.negative),
    )
    delays = medians * np.exp(_SPREAD * random.standard_normal(rows)) * DAY
    return _History(made, made + delays.astype(np.int64), said, true)


def _told(history: _History) -> Iterator[Telling]:
    """Yield what is told of windows of a day."""
    counts = PredictionCounts(DAY, 32)
    performance = Performance(Task.CLASSIFICATION, USUAL_CLASSES, PerformanceOptions(), counts)
    counts.add(history.made)
    order = np.argsort(history.known, kind="stable")
    for begin in range(0, len(order), _BATCH):
        rows = order[begin : begin + _BATCH]
        columns = (
            Column(
                "prediction", Role.PREDICTION, Kind.BOOLEAN, history.said[rows].astype(np.float64)
            ),
            Column("label", Role.LABEL, Kind.BOOLEAN, history.true[rows].astype(np.float64)),
        )
        yield from performance.add(columns, history.made[rows], history.known[rows])


def _truth(history: _History, day: int) -> dict[str, float]:
    rows = history.made // DAY == day
    said, true = history.said[rows], history.true[rows]
    hits = float((said & true).sum())
    return {
        "precision": hits / said.sum(),
        "recall": hits / true.sum(),
        "f1": 2 * hits / (said.sum() + true.sum()),
        "accuracy": float((said == true).mean()),
    }


def errors_of(case: Delays, seeds: Sequence[int]) -> dict[float, Errors]:
    """Return the errors in one case, by maturity."""
    found = {maturity: Errors() for maturity in MATURITIES}
    for seed in seeds:
        history = _history(case, seed)
        days = [20_000 + day for day in JUDGED]
        left = {(day, maturity) for day in days for maturity in MATURITIES}
        for told in _told(history):
            for maturity in MATURITIES:
                key = told.number, maturity
                is_due = told.kind is WindowKind.TIME and told.rows >= maturity * PER_DAY
                if is_due and key in left:
                    left.remove(key)
                    _compare(told, _truth(history, told.number), found[maturity])
            if not left:
                break
    return found


def _compare(told: Telling, truth: dict[str, float], errors: Errors) -> None:
    for name in METRICS:
        naive = told.metrics[name].value
        corrected = None if told.maturity is None else told.maturity.corrected[name].value
        if naive is None or corrected is None:
            errors.withheld += 1
            continue
        errors.told += 1
        errors.naive += abs(naive - truth[name])
        errors.corrected += abs(corrected - truth[name])


def study(runs: int, seed: int) -> tuple[float, list[str]]:
    """Return the error of corrected figures over that of naive ones, and a table.

    The worst of both maturities, over all cases; figures that are withheld count in neither.
    """
    lines = [
        "| delays | labels that have come | naive | corrected | withheld |",
        "|" + " --- |" * 5,
    ]
    totals = {maturity: Errors() for maturity in MATURITIES}
    for name, case in CASES.items():
        for maturity, found in errors_of(case, range(seed, seed + runs)).items():
            told = max(found.told, 1)
            lines.append(
                f"| {name} | {maturity:.0%} | {found.naive / told:.4f} | "
                f"{found.corrected / told:.4f} | {found.withheld} of "
                f"{found.told + found.withheld} |"
            )
            totals[maturity].naive += found.naive
            totals[maturity].corrected += found.corrected
    worst = max(each.corrected / max(each.naive, 1e-9) for each in totals.values())
    return worst, lines
