"""Whether thresholds keep their budget: models that are exactly as good as they have to be.

Each metric that can have a threshold is simulated where its true value is known: rows are drawn of
which it is at the threshold itself, or, of a relative one, worse than the reference by all that is
allowed. Looked at after every label, there may be one false alarm in so many losses as are stated.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import product
from math import erf, log, pi, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection.section import Plan, Pool, Section, table
from benchmarks.thresholds import BEFORE, delays_of, e_detector
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.threshold import DEFAULT_CLASS, Base, Threshold, ThresholdMetric
from detectors.performance.threshold_check import REFERENCE_LOSSES, ThresholdCheck, Turn
from schemas.tables.columns import Column, Kind, Role
from schemas.values.class_order import USUAL_CLASSES

Numbers = NDArray[np.float64]

LOSSES: Final = 20_000
"""Labels of a run that the metric is of, at least."""

LIMIT: Final = 100_000.0
"""Losses to a false alarm that are stated: a tenth of the default, so that there are some."""

CHANGE: Final = (0.06, 0.05, 0.08)
"""The rate of errors that is allowed, that before the change, and after it."""

_OURS: Final = 2
"""Of `Bound`, those that come first."""

_PARTS: Final = 4
_SHARE: Final = 0.2
_SCORES: Final = np.array([0.6, 0.8, 0.95])


class Bound(StrEnum):
    """What a threshold counts from."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    NAIVE = "estimate as truth"
    """Relative, as if what the first labels have were what the model has; not ours."""


class Rates(NamedTuple):
    """A binary model: how often the class is found where it is true, and where it is not."""

    found: float
    alarmed: float

    def draw(self, rng: np.random.Generator, rows: int) -> OutcomeView:
        """Return rows of it."""
        true = rng.random(rows) < _SHARE
        said = rng.random(rows) < np.where(true, self.found, self.alarmed)
        return _view(Kind.BOOLEAN, said, true, said != true)

    def values(self) -> dict[str, float]:
        """Return what its metrics are."""
        hits, false = _SHARE * self.found, (1 - _SHARE) * self.alarmed
        return {
            "accuracy": 1 - (_SHARE - hits) - false,
            "precision": hits / (hits + false),
            "recall": self.found,
            "specificity": 1 - self.alarmed,
            "f1": 2 * hits / (hits + false + _SHARE),
        }


class Scored(NamedTuple):
    """A model whose predictions have one of three scores, and are right as often as it says."""

    right: tuple[float, float, float]

    def draw(self, rng: np.random.Generator, rows: int) -> OutcomeView:
        """Return rows of it."""
        which = rng.integers(0, len(_SCORES), rows)
        is_right = rng.random(rows) < np.array(self.right)[which]
        said = rng.random(rows) < _SHARE
        return _view(Kind.BOOLEAN, said, said == is_right, ~is_right, _SCORES[which])

    def values(self) -> dict[str, float]:
        """Return what its metrics are."""
        pairs = list(zip(self.right, _SCORES.tolist(), strict=True))
        return {
            "brier": sum(p * (1 - s) ** 2 + (1 - p) * s**2 for p, s in pairs) / len(pairs),
            "log_loss": -sum(p * log(s) + (1 - p) * log(1 - s) for p, s in pairs) / len(pairs),
        }


class Ranked(NamedTuple):
    """A model whose scores of the class lie higher by so many standard deviations."""

    apart: float

    def draw(self, rng: np.random.Generator, rows: int) -> OutcomeView:
        """Return rows of it."""
        true = rng.random(rows) < _SHARE
        odds = rng.normal(np.where(true, self.apart, 0.0), 1.0, rows)
        chances = 1 / (1 + np.exp(-odds))
        said = chances >= 0.5
        return _view(Kind.BOOLEAN, said, true, said != true, np.where(said, chances, 1 - chances))

    def values(self) -> dict[str, float]:
        """Return what its metrics are."""
        return {"roc_auc": (1 + erf(self.apart / 2)) / 2}


class Normal(NamedTuple):
    """A regression with normal errors."""

    deviation: float

    def draw(self, rng: np.random.Generator, rows: int) -> OutcomeView:
        """Return rows of it."""
        return _distances(rng, rng.normal(0.0, self.deviation, rows))

    def values(self) -> dict[str, float]:
        """Return what its metrics are."""
        mae = self.deviation * sqrt(2 / pi)
        return {"mae": mae, "mse": self.deviation**2, "rmse": self.deviation, "mape": mae}


class HeavyTailed(NamedTuple):
    """A regression whose errors have Student's t distribution with three degrees of freedom."""

    scale: float

    def draw(self, rng: np.random.Generator, rows: int) -> OutcomeView:
        """Return rows of it."""
        return _distances(rng, self.scale * rng.standard_t(3, rows))

    def values(self) -> dict[str, float]:
        """Return what its metrics are."""
        mae = self.scale * 2 * sqrt(3) / pi
        variance = 3 * self.scale**2
        return {"mae": mae, "mse": variance, "rmse": sqrt(variance), "mape": mae}


Model = Rates | Scored | Ranked | Normal | HeavyTailed

MODELS: Final[dict[str, tuple[Model, Model]]] = {
    "seldom wrong": (Rates(0.9, 0.01), Rates(0.85, 0.02)),
    "often wrong": (Rates(0.6, 0.1), Rates(0.55, 0.12)),
    "with scores": (Scored((0.65, 0.85, 0.97)), Scored((0.6, 0.8, 0.94))),
    "ranked": (Ranked(2.0), Ranked(1.8)),
    "normal errors": (Normal(1.0), Normal(1.1)),
    "errors with heavy tails": (HeavyTailed(1.0), HeavyTailed(1.1)),
}
"""Models as they were while their reference was taken, and as they may become."""


def _view(
    kind: Kind,
    said: NDArray[np.generic],
    true: NDArray[np.generic],
    errors: NDArray[np.generic],
    scores: Numbers | None = None,
) -> OutcomeView:
    columns = [
        Column(str(role), role, kind, values.astype(np.float64))
        for role, values in ((Role.PREDICTION, said), (Role.LABEL, true), (Role.ERROR, errors))
    ]
    if scores is not None:
        columns.append(Column("score", Role.SCORE, Kind.NUMBER, scores))
    return OutcomeView(columns, len(errors), USUAL_CLASSES)


def _distances(rng: np.random.Generator, errors: Numbers) -> OutcomeView:
    labels = rng.choice([-1.0, 1.0], len(errors))
    return _view(Kind.NUMBER, labels + errors, labels, np.abs(errors))


class Kept(NamedTuple):
    """What came of the runs of one threshold.

    Attributes
    ----------
    alarms
        Runs with a false alarm.
    losses
        Until then, or to their end.
    """

    alarms: int
    losses: int

    def over(self, limit: float) -> float:
        """Return the false alarms over those that are stated."""
        return self.alarms * limit / self.losses


def kept(name: str, metric: str, kind: Bound, seeds: Sequence[int]) -> Kept:
    """Return what comes of a threshold that a model is exactly at."""
    before, after = MODELS[name]
    value = after.values()[metric]
    is_relative = kind is not Bound.ABSOLUTE
    bound = abs(value - before.values()[metric]) if is_relative else value
    of_class = DEFAULT_CLASS if ThresholdMetric(metric).is_of_a_class else None
    base = Base.REFERENCE if is_relative else None
    threshold = Threshold(ThresholdMetric(metric), bound, of_class, base)
    alarms = losses = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        check = ThresholdCheck(threshold, LIMIT)
        while check.bound is None:
            check.update(before.draw(rng, REFERENCE_LOSSES), 0)
        if kind is Bound.NAIVE:
            check = ThresholdCheck(replace(threshold, bound=check.bound, base=None), LIMIT)
        begun = before_last = check.losses
        turns: list[Turn] = []
        while not turns and check.losses < begun + LOSSES:
            before_last = check.losses
            turns = check.update(after.draw(rng, LOSSES // 4), 0)
        share = (turns[0].row + 1) / (LOSSES // 4) if turns else 1.0
        alarms += bool(turns)
        losses += before_last - begun + round((check.losses - before_last) * share)
    return Kept(alarms, losses)


def cells() -> list[tuple[str, str, Bound]]:
    """Return the models, their metrics, and what the threshold counts from."""
    return [
        (name, metric, kind)
        for (name, (model, _)), kind in product(MODELS.items(), Bound)
        for metric in model.values()
    ]


def measure(pool: Pool, plan: Plan) -> Section:
    """Count the false alarms of every metric, and measure the labels until a change is found."""
    section = of_runs(pool, range(plan.seeds.start, plan.seeds.start + plan.runs))
    names = {"false_alarms": "threshold_alarms", "labels_to_alarm": "threshold_delay"}
    return replace(section, figures={names[key]: each for key, each in section.figures.items()})


def of_runs(pool: Pool, seeds: range) -> Section:
    """Return what comes of a run of each threshold for each seed."""
    parts = [seeds[at::_PARTS] for at in range(_PARTS)]
    tasks = [(*cell, part) for cell in cells() for part in parts]
    found = pool.map(kept, tasks)
    over: dict[tuple[str, str], list[float]] = {}
    for at, (name, metric, _) in enumerate(cells()):
        those = found[at * _PARTS : (at + 1) * _PARTS]
        whole = Kept(sum(each.alarms for each in those), sum(each.losses for each in those))
        over.setdefault((name, metric), []).append(whole.over(LIMIT))
    delays = delays_of(e_detector(LIMIT), CHANGE, seeds)
    middle, late = np.quantile(delays, [0.5, 0.95]).tolist()
    figures: dict[str, float | None] = {
        "false_alarms": max(max(each[:_OURS]) for each in over.values()),
        "labels_to_alarm": middle,
    }
    head = (
        f"{len(seeds):,} runs of {LOSSES:,} labels a figure (seeds {seeds.start} to "
        f"{seeds.stop - 1}): false alarms over those that are stated, one in {LIMIT:,.0f}, of "
        "models that are exactly at their threshold, looked at after every label; of a threshold "
        f"as it is, and of one relative to the first {REFERENCE_LOSSES:,} labels. Beside it what "
        "comes of it where the estimate is taken for the truth. What always alarms would have "
        f"{LIMIT:,.0f}, and what never does 0."
    )
    allowed, before, after = CHANGE
    found_within = (
        f"Errors of {before} that become {after}, {allowed} allowed, after {BEFORE:,} labels: "
        f"found within {middle:,.0f} labels (median), and {late:,.0f} in 95 % of the runs."
    )
    rows = [(*key, *(f"{each:.2f}" for each in both)) for key, both in over.items()]
    shown = table(("model", "metric", *Bound), rows)
    lines = ["## Thresholds of performance", "", head, "", *shown, "", found_within]
    return Section(lines, figures)
