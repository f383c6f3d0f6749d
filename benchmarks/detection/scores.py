"""Tables of scores: each watcher's alarms around injected drifts, by kinds of drift."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection.episodes import Episode, score
from benchmarks.detection.error_oracle import ORACLE
from benchmarks.detection.error_watchers import NAMES
from benchmarks.detection.intervals import bootstrap
from benchmarks.detection.section import table

Group = Mapping[str, Sequence[Mapping[str, Episode]]]
"""By the kind of drift: of each run what each watcher did."""

HEAD: Final = (
    "watched by",
    "F1 (95 %)",
    "drifts found",
    "mean delay",
    "false alarms per 100,000 rows",
)


def mean_f1(group: Group, watcher: str, max_delay: int) -> float:
    """Return the mean of the F1 of each kind of drift."""
    return float(
        np.mean([score([run[watcher] for run in runs], max_delay).f1 for runs in group.values()])
    )


def _drawn(group: Group, watcher: str, max_delay: int, draw: NDArray[np.int64]) -> float:
    drawn = {kind: [runs[number] for number in draw] for kind, runs in group.items()}
    return mean_f1(drawn, watcher, max_delay)


def score_table(group: Group, max_delay: int, rows: int) -> list[str]:
    """Return the table of all watchers, each over all kinds of drifts.

    Parameters
    ----------
    group
        As many runs of each kind.
    max_delay
        Rows after a drift's end up to which an alarm is right.
    rows
        That are watched, in all runs.
    """
    lines = []
    for watcher in (*NAMES, ORACLE):
        runs = [run for kind in group.values() for run in kind]
        whole = score([run[watcher] for run in runs], max_delay)
        kind = next(iter(group.values()))
        low, high = bootstrap(kind, partial(_drawn, group, watcher, max_delay))
        f1 = mean_f1(group, watcher, max_delay)
        lines.append(
            (
                watcher,
                f"{f1:.3f} ({low:.3f} to {high:.3f})",
                f"{whole.found:.2f}",
                "" if np.isnan(whole.delay) else f"{whole.delay:,.0f}",
                f"{whole.false / rows * 1e5:,.1f}",
            )
        )
    return table(HEAD, lines)
