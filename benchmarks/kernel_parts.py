"""What each part of the fused pass takes by itself: nanoseconds of CPU a value.

``python -m benchmarks.kernel_parts [--values N] [--repeats N]``: a column of normal values in 64
bins, fed batch by batch to the kernels that `detectors.monitors.fused_kernel` is made of. The
lowest tenth of the batches is what counts where a machine has other work. The three e-detectors are
`rank_bets`, `multinomial` and `joint_bets`.
"""

import argparse
import json
from collections.abc import Callable
from time import thread_time_ns
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms import joint_bets, multinomial, rank_bets
from detectors.algorithms.adwin import Adwin
from detectors.algorithms.adwin_pair import feed_pair
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.page_hinkley import feed as feed_page_hinkley
from detectors.algorithms.value_faults import may_stay
from detectors.reference import block_means, season
from detectors.reference.bins import NumberBins, count_at_most
from detectors.reference.moments import keep_latest
from detectors.reference.ranks import folded, rank
from detectors.reference.season_learning import note

Part = Callable[[int], object]

_NEVER: Final = 1e300
"""What a detector must reach: it goes on."""

_ROOM: Final = 400
"""Numbers of a window: more than any here needs."""

_LATEST: Final = 1024
"""Latest values that are kept of a column."""


def parts(values: int, repeats: int) -> dict[str, Part]:
    """Return what feeds a batch to each part, by its number."""
    rng = np.random.default_rng(3)
    batches = rng.normal(0.5, 0.15, (repeats, values))
    sample = NumberBins.of_sample(rng.normal(0.5, 0.15, 1000), 64)
    bins = np.stack([sample.of(batch) for batch in batches])
    counts = np.bincount(bins[0], minlength=sample.size)
    location = np.empty((repeats, values))
    for own, ranks in zip(bins, location, strict=True):
        rank(own, counts, np.uint64(5), ranks)
    spread, rows = folded(location), np.arange(values)
    into, ranks = np.empty(values, dtype=np.int64), np.empty(values)
    windows, settings = np.zeros((2, _ROOM)), Adwin().settings
    page_hinkley = PageHinkley(threshold=_NEVER)
    won = np.empty(rank_bets.MEMORY)
    rank_bets.begin(won)
    shares, recent = np.zeros(multinomial.MEMORY), np.zeros(sample.size, dtype=np.uint16)
    joint, bets = np.zeros(joint_bets.MEMORY), np.zeros((joint_bets.WIDTH, values))
    latest, no_rows = np.full(_LATEST, 0.5), np.empty(0, dtype=np.int64)
    course, blocks = np.empty(season.MEMORY), np.empty(block_means.MEMORY)
    season.begin(course, season.NUMBERS)
    course[season.CENTRE], course[season.REACH] = 0.5, 1.0
    block_means.begin(blocks)
    hours, flags = np.zeros(values, dtype=np.int64), np.empty(0, dtype=np.uint8)

    def feed_shares(number: int) -> None:
        # The counts stay as they are: else its share of each bin would be too low.
        shares[multinomial.COUNTED] = 0.0
        multinomial.feed(bins[number], counts, shares, recent, _NEVER)

    return {
        "bins": lambda number: count_at_most(sample.edges, batches[number], into),
        "ranks": lambda number: rank(bins[number], counts, np.uint64(5), ranks),
        "adwin, both streams": lambda number: feed_pair(
            location[number], spread[number], windows[0], windows[1], settings
        ),
        "page_hinkley, one stream": lambda number: feed_page_hinkley(
            location[number], 0, page_hinkley.memory, page_hinkley.settings
        ),
        "rank_bets": lambda number: rank_bets.feed(location[number], won, _NEVER),
        "multinomial": feed_shares,
        "joint_bets": lambda number: joint_bets.contribute(location[number], rows, joint, 0, bets),
        "season": lambda number: note(
            batches[number], flags, hours, hours, course[season.STANDS], course, blocks
        ),
        "faults": lambda number: may_stay(batches[number], latest),
        "latest values": lambda number: keep_latest(
            batches[number], rows, latest, no_rows, _LATEST, 5000, 0.5, 9.0
        ),
    }


def nanoseconds(part: Part, values: int, repeats: int) -> NDArray[np.float64]:
    """Return what a value takes in each batch, in order."""
    part(0)
    times = []
    for number in range(repeats):
        began = thread_time_ns()
        part(number)
        times.append((thread_time_ns() - began) / values)
    return np.sort(times)


def main() -> None:
    """Print a table, and the lowest tenths as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernel_parts", description=__doc__)
    parser.add_argument("--values", type=int, default=2000, help="of a batch")
    parser.add_argument("--repeats", type=int, default=150, help="batches")
    given = parser.parse_args()
    print("| ns a value | lowest tenth | median |\n| --- | ---: | ---: |")
    least = {}
    for name, part in parts(given.values, given.repeats).items():
        times = nanoseconds(part, given.values, given.repeats)
        least[name] = round(float(times[given.repeats // 10]), 2)
        print(f"| {name} | {least[name]:.1f} | {np.median(times):.1f} |", flush=True)
    print(json.dumps(least))


if __name__ == "__main__":
    main()
