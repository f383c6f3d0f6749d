"""Interleaved rounds: every contender in each, so that a slow minute slows them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final
from uuid import uuid4

from benchmarks.contenders.task import Task
from benchmarks.events import Events
from benchmarks.lineup import Contender
from benchmarks.runner import Run, run_contender
from benchmarks.steps import Steps
from benchmarks.topic import PARTITIONS, fill
from tests.kafka import KafkaCluster

LEAST_EVENTS: Final = 25_000
SETTLED: Final = 1_500
"""Rows of a model after which its references are complete, by default."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What is to be processed.

    Attributes
    ----------
    features, models
        How many numeric features an event has, and how many models there are.
    seconds
        How long a run should take, about.
    settling
        Events that come before those that are measured.
    """

    features: int = 20
    models: int = 1
    seconds: float = 12.0
    settling: int = 0

    @property
    def title(self) -> str:
        """What it is called in the output."""
        return f"{self.features} features, {self.models} model{'s' if self.models > 1 else ''}"


@dataclass(slots=True)
class Outcome:
    """All runs of one contender on one workload."""

    contender: Contender
    runs: list[Run] = field(default_factory=list)

    def median(self, figure: Callable[[Run], float]) -> float:
        """Return the median of a figure over the rounds."""
        return median(map(figure, self.runs))

    @property
    def rate(self) -> float:
        """Events per second, the median of the rounds."""
        return self.median(lambda run: run.rate)

    def over(self, other: "Outcome") -> float:
        """Return how many times the other's rate this one's is: the median of the rounds."""
        pairs = zip(self.runs, other.runs, strict=True)
        return median(own.rate / others.rate for own, others in pairs)


def play(
    cluster: KafkaCluster,
    contenders: Sequence[Contender],
    workload: Workload,
    rounds: int,
    steps: Steps,
) -> tuple[float, dict[str, Outcome]]:
    """Have every contender read the same events in each round; return their mean size, too."""
    events = Events(workload.features, workload.models)
    sharing = [contender for contender in contenders if not contender.to_the_end]
    shared, most, size = "", 0, 0.0
    if sharing:
        # Some more: a machine may be faster than what the first runs are laid out for.
        fastest = max(contender.expected(workload.features) for contender in sharing)
        most = max(round(fastest * workload.seconds * 1.2), LEAST_EVENTS)
        steps.begin(f"{workload.title}: producing {most:,} events", total=most)
        shared, size = _filled(cluster, events, most, steps.advance)
        steps.end(f"{size:.0f} bytes each")
    outcomes = {contender.name: Outcome(contender) for contender in contenders}
    for number in range(rounds):
        for contender, outcome in ((outcome.contender, outcome) for outcome in outcomes.values()):
            steps.begin(f"{workload.title}: round {number + 1}, {contender.title}")
            last = outcome.runs[-1].rate if outcome.runs else contender.expected(workload.features)
            count = max(round(last * workload.seconds), LEAST_EVENTS)
            topic = shared
            count += workload.settling
            if contender.to_the_end:
                topic, size = _filled(cluster, events, count)
            else:
                count = min(count, most)
            run = run_contender(contender, _task(cluster, topic, count, workload.settling))
            outcome.runs.append(run)
            steps.end(f"{run.rate:,.0f} events/s, {run.cpu_per_event:.1f} us of CPU an event")
    return size, outcomes


def _filled(
    cluster: KafkaCluster,
    events: Events,
    count: int,
    report: Callable[[int], object] = lambda _: None,
) -> tuple[str, float]:
    """Return the name of a new topic of the first events, and their mean size."""
    name = f"predictions-{uuid4().hex[:12]}"
    cluster.create_topic(name, PARTITIONS)
    return name, fill(cluster.bootstrap, name, events.take(count), report) / count


def _task(cluster: KafkaCluster, topic: str, events: int, settling: int) -> Task:
    group = f"run-{uuid4().hex[:12]}"
    alerts = f"{group}-alerts"
    cluster.create_topic(alerts, PARTITIONS)
    return Task(cluster.bootstrap, topic, alerts, group, events, settling)
