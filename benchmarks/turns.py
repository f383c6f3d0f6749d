"""Whether a change costs throughput: an older checkout's worker and this one's in turns.

``git worktree add --detach OLD COMMIT``, then ``python -m benchmarks.turns OLD [--labels]``: both
read the same topic, on one broker, in rounds of changing order. CPU time an event is the figure to
go by where a machine has other work; the last line printed has both ratios, new over old. The first
round of a checkout whose kernels are not compiled yet compiles them before it begins to measure.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final
from uuid import uuid4

from benchmarks.contenders.task import Task
from benchmarks.environment import ROOT
from benchmarks.events import Events
from benchmarks.labels import labels_of
from benchmarks.lineup import DRIFTLINE, LINEUP
from benchmarks.runner import Run, run_contender
from benchmarks.topic import PARTITIONS, fill
from tests.kafka import KafkaCluster

_AT_ONCE: Final = 10_000
"""Predictions that are produced before their labels."""


def filled(cluster: KafkaCluster, count: int, features: int, *, labelled: bool) -> tuple[str, str]:
    """Return the names of topics of predictions and of their labels; of these "" for none."""
    name = uuid4().hex[:12]
    predictions, labels = f"predictions-{name}", f"labels-{name}" if labelled else ""
    for topic in filter(None, (predictions, labels)):
        cluster.create_topic(topic, PARTITIONS)
    events = Events(features).take(count)
    while part := tuple(islice(events, _AT_ONCE)):
        fill(cluster.bootstrap, predictions, part, lambda _: None)
        if labelled:
            fill(cluster.bootstrap, labels, labels_of(part), lambda _: None)
    return predictions, labels


def take_turns(cluster: KafkaCluster, roots: Sequence[Path], task: Task, rounds: int) -> list[Run]:
    """Return the runs of the checkouts, one a round each, in the order of the checkouts.

    Parameters
    ----------
    cluster
        The broker.
    roots
        The checkouts.
    task
        What each run gets, but for its group and its topic of alerts, which are new.
    rounds
        How many; every other one begins with the last checkout.
    """
    (contender,) = (each for each in LINEUP if each.name == DRIFTLINE)
    runs: list[Run] = []
    for number in range(rounds):
        found: dict[Path, Run] = {}
        for root in roots if number % 2 == 0 else roots[::-1]:
            group = f"run-{uuid4().hex[:12]}"
            cluster.create_topic(f"{group}-alerts", PARTITIONS)
            own = replace(task, group=group, alerts=f"{group}-alerts")
            found[root] = run_contender(contender, own, root)
            print(f"{root}: {_line([found[root]])}", flush=True)
        runs += (found[root] for root in roots)
    return runs


def _line(runs: Sequence[Run]) -> str:
    rate, cost = median(run.rate for run in runs), median(run.cpu_per_event for run in runs)
    return f"{rate:,.0f} rows/s, {cost:.2f} us of CPU a row"


def ratios(old: Sequence[Run], new: Sequence[Run]) -> dict[str, float]:
    """Return the new figures over the old ones, medians of the rounds' own.

    Examples
    --------
    >>> old, new = Run(100, 1.0, 0.4, 0, 0), Run(100, 2.0, 0.6, 0, 0)
    >>> ratios([old], [new])
    {'rate': 0.5, 'cpu': 1.5}
    """
    pairs = tuple(zip(old, new, strict=True))
    return {
        "rate": round(median(one.rate / before.rate for before, one in pairs), 3),
        "cpu": round(median(one.cpu_per_event / before.cpu_per_event for before, one in pairs), 3),
    }


def main() -> None:
    """Print each run, and the ratios as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__)
    parser.add_argument("old", type=Path, help="an older checkout")
    parser.add_argument("--events", type=int, default=150_000, help="predictions of a run")
    parser.add_argument("--features", type=int, default=20, help="numeric features of an event")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--settling", type=int, default=0, help="of these, not measured: burn-ins")
    parser.add_argument("--labels", action="store_true", help="with a label for each prediction")
    given = parser.parse_args()
    rows = given.events * (2 if given.labels else 1)
    with KafkaCluster() as cluster:
        topics = filled(cluster, given.events, given.features, labelled=given.labels)
        task = Task(cluster.bootstrap, topics[0], "", "", rows, given.settling, topics[1])
        roots = given.old.resolve(), ROOT
        runs = take_turns(cluster, roots, task, given.rounds)
    for root, those in zip(roots, (runs[::2], runs[1::2]), strict=True):
        print(f"{root}: {_line(those)}, the median")
    print(json.dumps(ratios(runs[::2], runs[1::2])), flush=True)


if __name__ == "__main__":
    main()
