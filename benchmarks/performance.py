"""How right what is said of a model's performance is, where the truth is known, and what it costs.

Run it with ``python -m benchmarks.performance [--quick] [--runs N] [--seed N]``. The last line is
JSON: ``false_alarms`` are those of thresholds over the stated level, of the worst metric, whether
absolute, relative to the reference, or to the version before (``benchmarks.previous``);
``labels_to_alarm`` the median of labels until errors of .05 that become .08 are found against a
threshold of .06; ``cbpe_error`` the mean error of accuracy, precision, recall and F1 as estimated
without labels, in the worst case; ``maturity_bias`` the error of figures corrected by the delays of
labels over that of figures on the labels that have come; ``trigger_cost`` what the cost trigger's
retrainings and the errors cost over the optimum in hindsight, of the worst stream; ``cost`` the
share of a worker's throughput that performance takes with a label for every prediction; ``bytes``
what a metric set of a version takes, in its snapshot or in memory, with few labels or many,
whichever is more.
"""

import argparse
import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Final, NamedTuple

from benchmarks import estimates, guarantee, maturity, previous, triggers
from benchmarks.detection.section import Pool
from benchmarks.performance_bytes import ROWS_A_DAY, measure_bytes
from benchmarks.performance_cost import share_of
from benchmarks.quality import Processes

FIGURES: Final = (
    "false_alarms",
    "labels_to_alarm",
    "cbpe_error",
    "maturity_bias",
    "trigger_cost",
    "cost",
    "bytes",
)


class Amount(NamedTuple):
    """How much is measured.

    Attributes
    ----------
    runs
        Of each threshold.
    histories, streams
        Seeds of made-up histories of labels, and of streams with retrainings.
    batches
        Of predictions and their labels, by which the cost is measured.
    """

    runs: int
    histories: int
    streams: int
    batches: int


WHOLE: Final = Amount(runs=1000, histories=5, streams=10, batches=100)
QUICK: Final = Amount(runs=200, histories=1, streams=2, batches=20)


def parts(amount: Amount, seed: int, pool: Pool) -> Iterator[tuple[dict[str, float | None], str]]:
    """Yield the figures of each part by their names, and its table."""
    share = share_of(amount.batches)
    yield {"cost": share}, f"Share of throughput that performance takes: {share:.3f}"
    measured = {rows: measure_bytes(rows=rows) for rows in ROWS_A_DAY}
    yield (
        {"bytes": max(each.per_set for each in measured.values())},
        "\n".join(
            f"A model version's performance with {rows} labels a day: {each.snapshot} bytes of "
            f"snapshot and {each.memory} in memory of {each.sets} sets"
            for rows, each in measured.items()
        ),
    )
    trigger_cost, _, lines = triggers.study(amount.streams)
    yield {"trigger_cost": trigger_cost}, "\n".join(lines)
    for key, study in (("maturity_bias", maturity.study), ("cbpe_error", estimates.study)):
        figure, lines = study(amount.histories, seed)
        yield {key: figure}, "\n".join(lines)
    seeds = range(seed, seed + amount.runs)
    section = guarantee.of_runs(pool, seeds)
    before, lines = previous.study(pool, seeds)
    worst = max(section.figures["false_alarms"] or 0.0, before)
    yield {**section.figures, "false_alarms": worst}, "\n".join([*section.lines, "", *lines])


def main() -> None:
    """Print the tables, and the figures in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a first answer in three minutes")
    parser.add_argument("--runs", type=int, help="of each threshold")
    parser.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    arguments = parser.parse_args()
    amount = QUICK if arguments.quick else WHOLE
    if arguments.runs is not None:
        amount = amount._replace(runs=arguments.runs)
    figures: dict[str, float | None] = dict.fromkeys(FIGURES)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as executor:
        for found, text in parts(amount, arguments.seed, Processes(executor)):
            figures |= found
            print(f"\n{text}", flush=True)
    print(f"\nSeeds: from {arguments.seed} on, {amount.runs} of each threshold.")
    print(
        json.dumps({key: None if each is None else round(each, 4) for key, each in figures.items()})
    )


if __name__ == "__main__":
    main()
