"""The cost trigger: what errors and retraining cost by it, over the best schedule in hindsight.

Run it with ``python -m benchmarks.triggers [--seeds N]``; its last line is JSON. A linear
classifier is learned by least squares and serves on a stream whose concept moves; an error costs 1
and a retraining the price. Beside the trigger stand:

- *optimum*: the schedule that costs least of all that retrain at multiples of `STEP` rows, each
  time on the better one of two numbers of the latest rows, found by dynamic programming over the
  errors that were made, the future known;
- *fixed*: the interval between retrainings that costs least in hindsight;
- *always* (each `STEP` rows) and *never*.

The trigger's models learn from what a request recommends: the rows since the change, at most
`LATEST[-1]` of them. ``trigger_cost`` is that of the worst stream, all prices together, over the
optimum; ``over_fixed`` over the best fixed interval of each price; ``corrections_wrong`` how often
a retraining for corrected labels was asked for otherwise than due (``benchmarks.corrections``).
"""

import argparse
import json
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks import corrections
from detectors.retraining.conditions import Cost
from detectors.retraining.cost_gauge import CostGauge
from detectors.retraining.loss_history import BLOCK
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ObservationBatch, Origin, Source

Numbers: TypeAlias = NDArray[np.float64]
Errors: TypeAlias = NDArray[np.bool_]

ROWS: Final = 60_000
FEATURES: Final = 5
NOISE: Final = 0.25
STEP: Final = 100
"""Rows between two possible retrainings of the schedules."""

LATEST: Final = (200, 400)
"""Latest rows that a schedule's retraining may learn from; the first model has the last of them."""

PRICES: Final = (50.0, 150.0, 300.0)
"""Errors that a retraining is worth."""

_NONE: Final = 10**9
"""Steps of a schedule that never retrains."""


class Stream(NamedTuple):
    """Rows with their labels.

    Attributes
    ----------
    features, labels
        Shapes ``(n, FEATURES)`` and ``(n,)``.
    """

    features: Numbers
    labels: Errors


def in_steps(random: np.random.Generator) -> Numbers:
    """Return the angle of a concept that jumps each 2,500 to 8,000 rows."""
    angles, begin, angle = np.zeros(ROWS), 0, 0.0
    while begin < ROWS:
        end = begin + int(random.uniform(2500, 8000))
        angles[begin:end] = angle
        angle += random.choice([-1, 1]) * random.uniform(0.6, 1.6)
        begin = end
    return angles


def with_rests(random: np.random.Generator) -> Numbers:
    """Return that of one that rests, turns for as long, rests again, jumps, and begins anew."""
    parts, angle = [], 0.0
    for _ in range(2):
        turned = angle + random.uniform(1.8, 2.6)
        jumped = turned - random.uniform(1.0, 1.8)
        third, rest = ROWS // 6, ROWS // 2 - 3 * (ROWS // 6)
        parts += [
            np.full(third, angle),
            np.linspace(angle, turned, third),
            np.full(third // 2, turned),
            np.full(third - third // 2 + rest, jumped),
        ]
        angle = jumped
    return np.concatenate(parts)


def at_changing_speed(random: np.random.Generator) -> Numbers:
    """Return that of one that turns all the time, four times slowly and four times fast."""
    wave = 1 - np.cos(np.linspace(0, 8 * np.pi, ROWS) + random.uniform(0, 2 * np.pi))
    speed: Numbers = wave**2
    angles: Numbers = np.cumsum(speed) / speed.sum() * random.uniform(5.0, 7.0)
    return angles


STREAMS: Final[dict[str, Callable[[np.random.Generator], Numbers]]] = {
    "steps": in_steps,
    "rests": with_rests,
    "speed": at_changing_speed,
}


def stream_of(name: str, seed: int) -> Stream:
    """Return a stream whose concept turns in the plane of two of its features."""
    random = np.random.default_rng([seed, list(STREAMS).index(name)])
    angles = STREAMS[name](random)
    features = random.normal(size=(ROWS, FEATURES))
    score = features[:, 0] * np.cos(angles) + features[:, 1] * np.sin(angles)
    return Stream(features, score + random.normal(size=ROWS) * NOISE > 0)


def errors_of(stream: Stream, begin: int, end: int) -> Errors:
    """Return in which rows a model that has learned from some of them is wrong, shape ``(n,)``."""
    rows, signs = stream.features[begin:end], stream.labels[begin:end] * 2.0 - 1.0
    weights = np.linalg.solve(rows.T @ rows + np.eye(FEATURES), rows.T @ signs)
    wrong: Errors = (stream.features @ weights > 0) != stream.labels
    return wrong


class Schedules:
    """What every schedule of retrainings costs on a stream.

    Parameters
    ----------
    stream
        The rows; the first ones of them train the first model.
    """

    def __init__(self, stream: Stream) -> None:
        rows = len(stream.labels)
        self._starts = np.arange(LATEST[-1], rows, STEP)
        self._bounds = np.append(self._starts, rows)
        # Errors up to each bound, of each model.
        self._sums = np.array(
            [
                [
                    np.append(0, np.cumsum(errors_of(stream, start - latest, start)))[self._bounds]
                    for start in self._starts.tolist()
                ]
                for latest in LATEST
            ],
            dtype=np.float64,
        )

    def optimum(self, price: float) -> float:
        """Return what the best of all costs."""
        count = len(self._starts)
        best = np.zeros(count + 1)
        for start in range(count - 1, -1, -1):
            latest = self._sums[-1:] if start == 0 else self._sums
            errors = latest[:, start, start + 1 :] - latest[:, start, start, None]
            after = best[start + 1 :] + price
            after[-1] = 0.0
            best[start] = (errors + after).min()
        return float(best[0])

    def fixed(self, price: float, steps: int) -> float:
        """Return what retraining after so many steps, again and again, costs."""
        total, start, count = 0.0, 0, len(self._starts)
        while start < count:
            end = min(start + steps, count)
            total += self._sums[-1, start, end] - self._sums[-1, start, start]
            total += price if end < count else 0.0
            start = end
        return total


def triggered(stream: Stream, price: float) -> tuple[float, int]:
    """Return what the trigger's retrainings and the errors cost, and how many there were."""
    gauge = CostGauge(Cost(price, 1.0, labelled_rows=LATEST[-1]))
    wrong = errors_of(stream, 0, LATEST[-1])
    total, asked = 0.0, 0
    for numbers in _blocks(len(wrong)):
        end = int(numbers[-1]) + 1
        total += float(wrong[numbers].sum())
        for reading in gauge.update(_labelled(numbers, wrong[numbers])):
            wrong = errors_of(stream, max(reading.since, end - LATEST[-1]), end)
            total += price
            asked += 1
            gauge.retrained(end - 1)
    return total, asked


def _blocks(rows: int) -> Iterator[NDArray[np.int64]]:
    """Yield the numbers of the rows after those that train the first model, some at a time."""
    for begin in range(LATEST[-1], rows, BLOCK):
        yield np.arange(begin, min(begin + BLOCK, rows))


def _labelled(numbers: NDArray[np.int64], wrong: Errors) -> ObservationBatch:
    """Return labelled rows whose times are their numbers."""
    return ObservationBatch(
        "model",
        "1",
        Origin.LABELS,
        (Source("labels", 0),),
        np.zeros(len(numbers), dtype=np.int64),
        numbers,
        numbers,
        (Column("error", Role.ERROR, Kind.BOOLEAN, wrong.astype(np.float64)),),
    )


def study(seeds: int) -> tuple[float, float, list[str]]:
    """Return the trigger's cost over the optimum and over the best fixed schedule, and a table.

    Both are those of the worst stream.
    """
    lines = ["stream  price  optimum  trigger  fixed  always  never  retrainings"]
    worst, worst_fixed = 0.0, 0.0
    for name in STREAMS:
        runs = []
        for seed in range(seeds):
            stream = stream_of(name, seed)
            schedules = Schedules(stream)
            intervals = range(1, len(range(LATEST[-1], ROWS, STEP)))
            for price in PRICES:
                best = schedules.optimum(price)
                cost, asked = triggered(stream, price)
                fixed = min(schedules.fixed(price, steps) for steps in intervals)
                always, never = (schedules.fixed(price, steps) for steps in (1, _NONE))
                runs.append((price, best, cost, fixed, always, never, asked))
        for price in PRICES:
            mean = np.mean([run for run in runs if run[0] == price], axis=0).tolist()
            _, best, cost, fixed, always, never, asked = mean
            lines.append(
                f"{name:7} {price:5.0f} {best:8.0f} {cost / best:8.3f} {fixed / best:6.3f} "
                f"{always / best:7.2f} {never / best:6.2f} {asked:7.1f}"
            )
        _, best, cost, fixed, *_ = np.sum(runs, axis=0).tolist()
        worst, worst_fixed = max(worst, cost / best), max(worst_fixed, cost / fixed)
    return worst, worst_fixed, lines


def main() -> None:
    """Measure, and print a line for each stream and price."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    seeds: int = parser.parse_args().seeds
    worst, worst_fixed, lines = study(seeds)
    print("\n".join(lines))
    wrong, lines = corrections.study(range(seeds))
    print("\n".join(["", *lines]))
    print(f"Seeds: 0 to {seeds - 1}.")
    figures = {"trigger_cost": round(worst, 3), "over_fixed": round(worst_fixed, 3)}
    print(json.dumps({**figures, "corrections_wrong": wrong}))


if __name__ == "__main__":
    main()
