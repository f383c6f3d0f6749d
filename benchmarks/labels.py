"""What a label for every prediction costs: one backlog with labels beside the same without."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from statistics import median
from typing import Any, Final
from uuid import uuid4

from benchmarks.contenders.task import Task
from benchmarks.events import Events
from benchmarks.lineup import DRIFTLINE, LINEUP
from benchmarks.rounds import LEAST_EVENTS, Workload
from benchmarks.runner import Run, run_contender
from benchmarks.steps import Steps
from benchmarks.topic import PARTITIONS, fill
from tests.kafka import KafkaCluster

RATE: Final = 60_000
"""Predictions per second for which the runs are laid out."""

TITLES: Final = ("labels: none", "labels: one for every prediction")

_AT_ONCE: Final = 10_000
"""Predictions that are produced before their labels: the times of both run side by side."""

_WRONG: Final = 20
"""One label in so many says something else than the prediction."""


@dataclass(frozen=True, slots=True)
class LabelCost:
    """Runs of the same predictions in turns, without labels and with one for each.

    Attributes
    ----------
    without, labelled
        One a round; the events of the latter are predictions and labels.
    """

    without: tuple[Run, ...]
    labelled: tuple[Run, ...]

    @property
    def rate(self) -> float:
        """Predictions a second with labels over those without, the median of the rounds."""
        return median(
            labelled.rate / 2 / without.rate
            for without, labelled in zip(self.without, self.labelled, strict=True)
        )

    @property
    def microseconds(self) -> float:
        """CPU of a label, the median of the rounds."""
        return median(
            2 * labelled.cpu_per_event - without.cpu_per_event
            for without, labelled in zip(self.without, self.labelled, strict=True)
        )

    def document(self) -> dict[str, Any]:
        """Return all of it, for the JSON file."""
        return asdict(self)


def measure_labels(
    cluster: KafkaCluster, workload: Workload, rounds: int, steps: Steps
) -> LabelCost:
    """Have the worker read backlogs without labels and with them, in turns."""
    (contender,) = (each for each in LINEUP if each.name == DRIFTLINE)
    count = max(round(RATE * workload.seconds), LEAST_EVENTS)
    runs: tuple[list[Run], list[Run]] = ([], [])
    for number in range(rounds):
        for is_labelled, title in enumerate(TITLES):
            steps.begin(f"{title}, round {number + 1}")
            task = _task(cluster, workload, count, is_labelled=bool(is_labelled))
            runs[is_labelled].append(run_contender(contender, task))
            steps.end(f"{runs[is_labelled][-1].rate:,.0f} rows/s")
    return LabelCost(tuple(runs[0]), tuple(runs[1]))


def _task(cluster: KafkaCluster, workload: Workload, count: int, *, is_labelled: bool) -> Task:
    name = uuid4().hex[:12]
    topics = [f"{what}-{name}" for what in ("predictions", "labels", "alerts")]
    for topic in topics:
        cluster.create_topic(topic, PARTITIONS)
    events = Events(workload.features, workload.models).take(count)
    while part := tuple(islice(events, _AT_ONCE)):
        fill(cluster.bootstrap, topics[0], part, lambda _: None)
        if is_labelled:
            fill(cluster.bootstrap, topics[1], labels_of(part), lambda _: None)
    rows = 2 * count if is_labelled else count
    return Task(cluster.bootstrap, topics[0], topics[2], f"run-{name}", rows, labels=topics[1])


def labels_of(events: Sequence[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values of the labels of some events."""
    for number, (key, value) in enumerate(events):
        refused = (b'"prediction":"refuse"' in value) != (number % _WRONG == 0)
        said = b"refuse" if refused else b"approve"
        yield key, b'{"prediction_id":"%b","label":"%b"}' % (key, said)
