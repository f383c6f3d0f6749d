"""Thresholds relative to the version before, where wrong predictions are labelled soon or late.

Run it with ``python -m benchmarks.previous [--runs N] [--seed N]``. Two versions, one after the
other, of 20,000 predictions each. False alarms are counted over those that are stated, of a second
version that is as good as the first one, and of one that is worse by all that is allowed; and the
labels until one that is worse by more is found. Beside ours stand a comparison of all labels that
have come, whatever their age, and one at an equal age that takes the estimate for the truth. What
always alarms has as many false alarms as labels are stated, and finds all after one label; what
never does has none, and finds nothing. A second version as good as the first one that has its
traffic step by step shows what labels of one age do not answer for; the first one has the rest of
it meanwhile, and ours waits until it has gone.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection.section import Pool, table
from detectors.algorithms.estimated_mean import EstimatedMean
from detectors.algorithms.relative_threshold import RelativeThreshold
from detectors.performance.inheritance import Inherited
from detectors.performance.kept_losses import Kept, LabelTimes
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.threshold import Threshold
from detectors.performance.threshold_check import ThresholdCheck
from schemas.tables.columns import Column, Kind, Role
from schemas.values.class_order import USUAL_CLASSES

LIMIT: Final = 100_000.0
PREDICTIONS: Final = 20_000
EVERY: Final = 60_000
"""Milliseconds from one prediction to the next: a version serves for a fortnight."""

HOUR: Final = 3_600_000.0
RATE: Final = 0.1
THRESHOLD: Final = Threshold.of("accuracy >= previous - 0.02")
RATES: Final = (RATE, RATE + THRESHOLD.bound, RATE + 4 * THRESHOLD.bound)
"""Of errors of the second version: nothing has changed, all that is allowed, more."""

STEPS: Final = np.array([0.01, 0.05, 0.25, 0.5, 1.0])
STEP: Final = 86_400_000
"""Shares of the traffic of a version that gets it step by step, and milliseconds of each."""


_PARTS: Final = 4


class Delays(NamedTuple):
    """Mean hours to the label, of predictions that are right and of those that are wrong."""

    right: float
    wrong: float


CASES: Final = {
    "alike": Delays(24.0, 24.0),
    "wrong ones late": Delays(4.0, 72.0),
    "wrong ones soon": Delays(72.0, 4.0),
}


class Labels(NamedTuple):
    """The labels of a version in the order in which they come.

    Attributes
    ----------
    errors
        Shape ``(n,)``: 1 where the prediction was wrong.
    times
        Of predictions and labels.
    """

    errors: NDArray[np.float64]
    times: LabelTimes

    def until(self, time: int) -> "Labels":
        """Return those that have come before a time."""
        rows = np.flatnonzero(self.times.labelled < time)
        return Labels(self.errors[rows], self.times.take(rows))


def drawn(rng: np.random.Generator, rate: float, delays: Delays, begun: int) -> Labels:
    """Return the labels of a version that begins at a time."""
    predicted = begun + EVERY * np.arange(PREDICTIONS, dtype=np.int64)
    errors = (rng.random(PREDICTIONS) < rate).astype(np.float64)
    hours = np.where(errors == 1.0, delays.wrong, delays.right)
    labelled = predicted + (rng.exponential(hours) * HOUR).astype(np.int64)
    order = np.argsort(labelled, kind="stable")
    return Labels(errors[order], LabelTimes(predicted, labelled).take(order))


def in_steps(rng: np.random.Generator, labels: Labels, begun: int) -> Labels:
    """Return the labels that there are where a version that begins gets its traffic in steps."""
    step = np.minimum((labels.times.predicted - begun) // STEP, len(STEPS) - 1)
    rows = np.flatnonzero(rng.random(len(step)) < STEPS[step])
    return Labels(labels.errors[rows], labels.times.take(rows))


def _fed(check: ThresholdCheck, labels: Labels) -> int | None:
    column = Column("error", Role.ERROR, Kind.BOOLEAN, labels.errors)
    view = OutcomeView([column], len(labels.errors), USUAL_CLASSES)
    turns = check.update(view, 0, labels.times)
    return turns[0].row if turns else None


def _kept(before: Labels) -> Kept | None:
    check = ThresholdCheck(THRESHOLD, LIMIT)
    _fed(check, before)
    return None if check.kept is None else check.kept.kept()


def ours(before: Labels, after: Labels, beside: int = 0) -> int | None:
    """Return the row of the first alarm of ours, if there is one.

    Parameters
    ----------
    before, after
        The labels of two versions.
    beside
        The latest prediction of the first one.
    """
    kept = _kept(before)
    check = ThresholdCheck(THRESHOLD, LIMIT)
    if kept is not None:
        check.inherit(Inherited("1", kept))
        check.serves_beside(beside)
    return _fed(check, after)


def any_age(before: Labels, after: Labels, beside: int = 0) -> int | None:
    """Return that of all labels against all labels."""
    del beside
    known = EstimatedMean()
    known.add(before.errors)
    watch = RelativeThreshold(known, lambda mean: mean + THRESHOLD.bound, LIMIT)
    found = watch.update(after.errors, np.arange(len(after.errors)))
    return None if found is None else found[0]


def as_truth(before: Labels, after: Labels, beside: int = 0) -> int | None:
    """Return that at an equal age, as if the estimate were what the first version is."""
    del beside
    kept = _kept(before)
    if kept is None:
        return None
    own = ThresholdCheck(THRESHOLD, LIMIT)
    _fed(own, after)
    if own.kept is None:
        return None
    rows = np.flatnonzero(own.kept.are_of(kept.within, after.times))
    bound = 1.0 - kept.known.mean - THRESHOLD.bound
    check = ThresholdCheck(replace(THRESHOLD, bound=bound, base=None), LIMIT)
    found = _fed(check, Labels(after.errors[rows], after.times.take(rows)))
    return None if found is None else int(rows[found])


WATCHERS: Final[dict[str, Callable[[Labels, Labels, int], int | None]]] = {
    "ours": ours,
    "labels of any age": any_age,
    "estimate as truth": as_truth,
}


def _beside(begun: int, *, steps: bool) -> int:
    """Return the latest prediction of the first version; until the second has all traffic."""
    return begun + (STEP * (len(STEPS) - 1) if steps else 0)


def rows_of(
    case: str, rate: float, seeds: Sequence[int], *, steps: bool = False
) -> dict[str, list[int | None]]:
    """Return the rows of the first alarms of all watchers, a seed each."""
    found: dict[str, list[int | None]] = {name: [] for name in WATCHERS}
    begun = EVERY * PREDICTIONS
    for seed in seeds:
        rng = np.random.default_rng(seed)
        before = drawn(rng, RATE, CASES[case], 0).until(begun)
        after = drawn(rng, rate, CASES[case], begun)
        if steps:
            after = in_steps(rng, after, begun)
        for name, watcher in WATCHERS.items():
            found[name].append(watcher(before, after, _beside(begun, steps=steps)))
    return found


def over(found: Sequence[int | None]) -> float:
    """Return the runs with an alarm over those that are stated."""
    alarms = sum(row is not None for row in found)
    return alarms / (len(found) * PREDICTIONS / LIMIT)


def alarms_of(case: str, rate: float, seeds: Sequence[int], *, steps: bool) -> int:
    """Return the runs in which ours alarms of a second version."""
    begun = EVERY * PREDICTIONS
    alarms = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        before = drawn(rng, RATE, CASES[case], 0).until(begun)
        after = drawn(rng, rate, CASES[case], begun)
        if steps:
            after = in_steps(rng, after, begun)
        alarms += ours(before, after, _beside(begun, steps=steps)) is not None
    return alarms


def alarms_of_steps(case: str, rate: float, seeds: Sequence[int]) -> int:
    """Return that of one that has its traffic in steps."""
    return alarms_of(case, rate, seeds, steps=True)


def alarms_at_once(case: str, rate: float, seeds: Sequence[int]) -> int:
    """Return that of one that has all of it at once."""
    return alarms_of(case, rate, seeds, steps=False)


def study(pool: Pool, seeds: range) -> tuple[float, list[str]]:
    """Return the false alarms of ours over those stated, in the worst case, and a table."""
    cells = [(case, rate) for case in CASES for rate in RATES[:2]]
    parts = [each for each in (seeds[at::_PARTS] for at in range(_PARTS)) if each]
    tasks = [(*cell, part) for cell in cells for part in parts]
    stated = len(seeds) * PREDICTIONS / LIMIT
    found = []
    for job in (alarms_at_once, alarms_of_steps):
        alarms = np.reshape(pool.map(job, tasks), (len(cells), len(parts))).sum(axis=1)
        found.append((alarms / stated).tolist())
    rows = [
        (case, f"{rate:.2f}", *(f"{each:.2f}" for each in both))
        for (case, rate), *both in zip(cells, *found, strict=True)
    ]
    told = (
        f"{THRESHOLD} after a version whose errors are {RATE}: false alarms over those that are "
        f"stated, {len(seeds):,} runs"
    )
    heads = ("labels", "errors", "traffic at once", "in steps")
    return max(map(max, found)), [told, "", *table(heads, rows)]


def lines_of(seeds: Sequence[int]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield f"\nSeeds: {seeds[0]} to {seeds[-1]}; one false alarm in {LIMIT:,.0f} is stated."
    rows = []
    for case in CASES:
        same, allowed, worse = (rows_of(case, rate, seeds) for rate in RATES)
        stepped = rows_of(case, RATE, seeds, steps=True)
        for name in WATCHERS:
            delays = [np.inf if row is None else row + 1.0 for row in worse[name]]
            delay = float(np.median(delays))
            told = "missed" if np.isinf(delay) else f"{delay:,.0f}"
            shares = (f"{over(each[name]):.2f}" for each in (same, stepped, allowed))
            rows.append((case, name, *shares, told))
    head = (
        *("labels", "watched by", "false alarms, same", "same, traffic in steps"),
        *("all that is allowed", "labels to find"),
    )
    yield from table(head, rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="seeds a cell")
    parser.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    arguments = parser.parse_args()
    for line in lines_of(range(arguments.seed, arguments.seed + arguments.runs)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
