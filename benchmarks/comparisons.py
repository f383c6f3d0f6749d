"""Comparisons of two versions: false decisions, power, what pairs save, the split, and the cost.

Run it with ``python -m benchmarks.comparisons [--runs N] [--seed N] [--quick]``; the last line is
JSON. Each part draws by its own seed: with ``--keep FILE`` those that a file has are not simulated
again, so that an hour's run can be stopped, or shared among processes by ``--part``. A fixed test
of the same level has a power of .8 at ``n`` labels; false decisions are counted up to 2 ``n``. Of
means there is a look after every label, and ten times as many experiments; what a worker's own
classes find of all metrics, of pairs and of segments is looked at table by table, and so are labels
that come late. How often a split is called wrong that is as stated is no simulation: it is known
of all courses that the rows can take.
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.cost import shares_of
from benchmarks.comparing.even_splits import share_called_wrong
from benchmarks.comparing.kept import Kept
from benchmarks.comparing.late import DELAYS, Delayed, delayed
from benchmarks.comparing.powers import CASES as METRICS
from benchmarks.comparing.powers import Case as MetricCase
from benchmarks.comparing.powers import Outcome, lines_of, outcome_of
from benchmarks.comparing.rollback_delay import Delays, measure_delays
from detectors.comparisons.evidence import evidence_of, spread_of
from detectors.comparisons.matched import (
    BORROWED,
    BORROWED_OF_A_KIND,
    FEWEST,
    FEWEST_OF_A_KIND,
    MatchedArms,
)
from detectors.comparisons.pairs import PairedArms
from detectors.comparisons.split import LEVEL as SPLIT_LEVEL
from detectors.comparisons.split import split_evidence

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Draw = Callable[[np.random.Generator, Mask, float], Numbers]
"""Gives what rows of the newer version (True) and of the older one give, by the difference."""

LEVEL: Final = 0.05
_QUANTILES: Final = (1.959964 + 0.841621) ** 2
SPLIT_ROWS: Final = 100_000
SPLIT_LIMIT: Final = 30_000
_AGREED: Final = 2
_OF_MEANS: Final = 10
"""Experiments with means for each of the others: they are that much cheaper."""


class Case(NamedTuple):
    """Rows that are simulated.

    Attributes
    ----------
    draw
        Makes them.
    effect, variance
        The difference that is to be found, and the variance of a row.
    is_zero_one
        Whether rows give 0 or 1.
    """

    draw: Draw
    effect: float
    variance: float
    is_zero_one: bool

    @property
    def fixed(self) -> int:
        """The labels at which a fixed test has a power of .8."""
        return int(np.ceil(4.0 * _QUANTILES * self.variance / self.effect**2))


def _bernoulli(rate: float) -> Draw:
    def draw(random: np.random.Generator, is_new: Mask, difference: float) -> Numbers:
        rates = rate + np.where(is_new, difference, -difference) / 2.0
        return (random.random(len(is_new)) < rates).astype(np.float64)

    return draw


def _gamma(random: np.random.Generator, is_new: Mask, difference: float) -> Numbers:
    return random.gamma(4.0, 0.5, len(is_new)) + difference * is_new


CASES: Final = {
    "accuracy .5, effect .06": Case(_bernoulli(0.5), 0.06, 0.25 - 0.0009, is_zero_one=True),
    "accuracy .9, effect .03": Case(_bernoulli(0.9), 0.03, 0.09 - 0.000225, is_zero_one=True),
    "gamma of shape 4, effect .1 sd": Case(_gamma, 0.1, 1.0, is_zero_one=False),
}


def gains(
    values: Numbers, is_new: Mask, *, is_zero_one: bool
) -> tuple[NDArray[np.int64], Numbers, Numbers]:
    """Return the labels after which there is a look, and gain and information at each.

    As `detectors.comparisons.matched.MatchedArms` has them of rows of one hour; a test holds the
    two together.
    """
    rows = np.arange(1.0, len(values) + 1.0)
    new = np.cumsum(is_new, dtype=np.float64)
    old = rows - new
    sums = np.stack([np.cumsum(values * ~is_new), np.cumsum(values * is_new)])
    squares = np.stack([np.cumsum(values**2 * ~is_new), np.cumsum(values**2 * is_new)])
    looked = np.minimum(old, new) >= FEWEST
    if is_zero_one:
        ones = sums.sum(axis=0)
        looked &= np.minimum(ones, rows - ones) >= FEWEST_OF_A_KIND
    at = np.flatnonzero(looked)
    counts = np.stack([old, new])[:, at]
    sums, squares = sums[:, at], squares[:, at]
    variances = (squares - sums**2 / counts) / (counts - 1.0)
    both = counts.sum(axis=0)
    common = (squares.sum(axis=0) - sums.sum(axis=0) ** 2 / both) / (both - 1.0)
    borrowed = np.full(len(at), float(BORROWED))
    if is_zero_one:
        borrowed = BORROWED_OF_A_KIND * both / np.minimum(sums.sum(axis=0), both - sums.sum(axis=0))
    variances = ((counts - 1.0) * variances + borrowed * common) / (counts - 1.0 + borrowed)
    weights = counts[0] * counts[1] / both
    spread = (variances[0] * counts[1] + variances[1] * counts[0]) / both
    means = sums / counts
    return at + 1, means[1] - means[0], weights / spread


def stops(
    case: Case,
    difference: float,
    labels: int,
    runs: int,
    random: np.random.Generator,
    *,
    is_stated: bool,
) -> Numbers:
    """Return after how many labels each experiment was decided; infinity where it was not."""
    found = np.full(runs, np.inf)
    effect = case.effect if is_stated else None
    for run in range(runs):
        is_new = random.random(labels) < 0.5
        values = case.draw(random, is_new, difference)
        at, gain, information = gains(values, is_new, is_zero_one=case.is_zero_one)
        if not len(at):
            continue
        spread = spread_of(effect, float(information[0]), float(at[0]))
        evidence = evidence_of(
            gain, information, level=LEVEL, effect=effect, margin=0.0, spread=spread
        )
        decided = np.maximum(evidence.better, evidence.worse) >= evidence.threshold
        if decided.any():
            found[run] = at[decided.argmax()]
    return found


class Power(NamedTuple):
    """What experiments of one case have come to."""

    false: float
    at_n: float
    at_1_5n: float
    mean_stop: float


def power_of(case: Case, runs: int, random: np.random.Generator, *, is_stated: bool) -> Power:
    """Return the shares of experiments that were decided, and the mean labels over ``n``."""
    fixed = case.fixed
    without = stops(case, 0.0, 2 * fixed, runs, random, is_stated=is_stated)
    labels = int(1.5 * fixed)
    found = stops(case, case.effect, labels, runs, random, is_stated=is_stated)
    return Power(
        float(np.isfinite(without).mean()),
        float((found <= fixed).mean()),
        float((found <= labels).mean()),
        float(np.minimum(found, labels).mean()) / fixed,
    )


def savings(runs: int, random: np.random.Generator) -> dict[tuple[float, float], float]:
    """Return how many times fewer labelled requests pairs need for the width of two samples.

    Of two samples each version has as many labelled requests as there are pairs. By accuracy, and
    by the share of requests in which both are right or both wrong.
    """
    found: dict[tuple[float, float], float] = {}
    for accuracy, agreement in ((0.8, 0.88), (0.85, 0.9), (0.9, 0.93), (0.95, 0.97)):
        apart = (1.0 - agreement) / 2.0
        ratios = []
        for _ in range(runs):
            kind = random.choice(3, 4000, p=[apart, apart, 1.0 - 2.0 * apart])
            both = random.random(4000) < (accuracy - apart) / (1.0 - 2.0 * apart)
            old = np.where(kind == _AGREED, both, kind == 0).astype(np.float64)
            new = np.where(kind == _AGREED, both, kind == 1).astype(np.float64)
            pairs, apiece = PairedArms(), MatchedArms(is_zero_one=True)
            pairs.add(old, new)
            for arm, values in enumerate((old, new)):
                apiece.add(arm, np.zeros(len(values), dtype=np.int64), values)
            found_by = pairs.contrast(), apiece.contrast()
            if found_by[0] is not None and found_by[1] is not None:
                # The width goes by the information, which labels bring evenly.
                ratios.append(found_by[0].information / found_by[1].information)
        found[accuracy, agreement] = float(np.mean(ratios))
    return found


def split_stops(
    share: float, rows: int, runs: int, random: np.random.Generator, *, every: int
) -> Numbers:
    """Return after how many rows a split of a half was called wrong."""
    found = np.full(runs, np.inf)
    limit = -np.log(SPLIT_LEVEL)
    for run in range(runs):
        counts = np.cumsum(random.random(rows) < share)[every - 1 :: every].tolist()
        for look, candidate in enumerate(counts, 1):
            if split_evidence((look * every - candidate, candidate), 0.5) >= limit:
                found[run] = look * every
                break
    return found


Part = Callable[[int, np.random.Generator], Any]
"""Simulates so many experiments; gives what they came to, as JSON has it."""


def _mean(case: Case, *, is_stated: bool) -> Part:
    times = _OF_MEANS if is_stated else _OF_MEANS // 4
    return lambda runs, random: power_of(case, runs * times, random, is_stated=is_stated)


def _saved(runs: int, random: np.random.Generator) -> list[list[float]]:
    saved = savings(max(runs // 10, 1), random)
    return [[accuracy, agreement, times] for (accuracy, agreement), times in saved.items()]


def _metric(case: MetricCase) -> Part:
    return lambda runs, random: outcome_of(case, runs, random)


def _delayed(delays: tuple[float, float]) -> Part:
    return lambda runs, random: delayed(delays, max(runs // 2, 1), random)


def _shifted(runs: int, random: np.random.Generator) -> list[float]:
    return list(map(float, split_stops(0.51, SPLIT_ROWS, runs, random, every=10)))


def _price(runs: int, _random: np.random.Generator) -> list[float]:
    return list(shares_of(max(runs // 10, 10)))


def _rollback(runs: int, random: np.random.Generator) -> list[float | str]:
    return list(measure_delays(max(runs // 200, 1), int(random.integers(1 << 31))))


PARTS: Final[dict[str, Part]] = {
    **{
        f"{name}, {stated}": _mean(case, is_stated=stated == "stated")
        for name, case in CASES.items()
        for stated in ("stated", "none")
    },
    "pairs": _saved,
    **{f"metric: {name}": _metric(case) for name, case in METRICS.items()},
    **{f"delays: {name}": _delayed(delays) for name, delays in DELAYS.items()},
    "split, even": lambda _runs, _random: share_called_wrong(SPLIT_ROWS),
    "split, 51 to 49": _shifted,
    "price": _price,
    "rollback": _rollback,
}
"""What is measured, each by a seed of its own."""


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="experiments of each case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="an eighth of the experiments")
    parser.add_argument("--keep", type=Path, help="a file of what parts have come to")
    parser.add_argument("--part", default="", help="only parts with this in their name, untold")
    arguments = parser.parse_args()
    runs = arguments.runs // (8 if arguments.quick else 1)
    kept = Kept(arguments.keep, runs, arguments.seed)
    found = {}
    for name, part in PARTS.items():
        if arguments.part in name:
            random = np.random.default_rng([arguments.seed, crc32(name.encode())])
            found[name] = kept.of(name, partial(part, runs, random))
    if not arguments.part:
        print("\n".join(lines_of_parts(found)))
        print("\n" + json.dumps(figures_of(found)))


def lines_of_parts(found: dict[str, Any]) -> list[str]:
    """Return tables of what parts have come to."""
    lines = ["| rows | n | smallest effect | false | at n | at 1.5 n | mean stop / n |"]
    lines.append("|" + " --- |" * 7)
    for name, case in CASES.items():
        for stated in ("stated", "none"):
            told = " | ".join(f"{each:.3f}" for each in found[f"{name}, {stated}"])
            lines.append(f"| {name} | {case.fixed} | {stated} | {told} |")
    lines += ["", "| accuracy | agreement | labelled requests saved |", "|" + " --- |" * 3]
    for accuracy, agreement, times in found["pairs"]:
        lines.append(f"| {accuracy} | {agreement} | {times:.2f} |")
    lines += ["", *lines_of({name: Outcome(*found[f"metric: {name}"]) for name in METRICS}), ""]
    lines += ["| delays | false | worse one found | false without matching |", "|" + " --- |" * 4]
    for name in DELAYS:
        told = " | ".join(f"{each:.3f}" for each in found[f"delays: {name}"])
        lines.append(f"| {name} | {told} |")
    return lines


def figures_of(found: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of the last line."""
    stated = [Power(*found[f"{name}, stated"]) for name in CASES]
    outcomes = {name: Outcome(*found[f"metric: {name}"]) for name in METRICS}
    late = [Delayed(*found[f"delays: {name}"]) for name in DELAYS]
    saved = [times for _, _, times in found["pairs"]]
    shifted = np.array(found["split, 51 to 49"])
    rollback = Delays(*found["rollback"])
    return {
        "false_decisions": max(each.false for each in stated),
        "power_n": min(each.at_n for each in stated),
        "power_1_5n": min(each.at_1_5n for each in stated),
        "mean_stop": max(each.mean_stop for each in stated),
        "false_by_metric": {name: each.false for name, each in outcomes.items()},
        "power_by_metric": {name: [each.at_n, each.at_1_5n] for name, each in outcomes.items()},
        "false_with_delays": max(each.false for each in late),
        "found_with_delays": min(each.found for each in late),
        "shadow_saving": [min(saved), max(saved)],
        "split_false": found["split, even"],
        "split_found": float(np.median(shifted)),
        "split_found_by_30000": float((shifted <= SPLIT_LIMIT).mean()),
        "rollback_broker": rollback.broker,
        "rollback_requests": rollback.requests,
        "rollback_p99_s": round(rollback.p99, 4),
        "cost": found["price"][0],
        "cost_of_detection": found["price"][1],
    }


if __name__ == "__main__":
    main()
