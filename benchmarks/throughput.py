"""Driftline beside its peers on a real Kafka: rates, CPU, memory, latency, scaling, kernels.

``python -m benchmarks.throughput`` measures everything, in about a quarter of an hour;
``--quick`` the heart of it in about two minutes. Progress goes to standard error, the tables to
standard output, all figures to a JSON file; the last line printed has those that matter most.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks import report
from benchmarks.environment import ROOT, own_python
from benchmarks.kernels import kernel_table, measure_kernels
from benchmarks.labels import TITLES, measure_labels
from benchmarks.latency import measure_latency
from benchmarks.lineup import DRIFTLINE, LINEUP, Contender
from benchmarks.rounds import SETTLED, Outcome, Workload, play
from benchmarks.scaling import measure_scaling
from benchmarks.steps import Steps
from tests.kafka import KafkaCluster

RATE: Final = 10_000
"""Events per second at which the latency is measured."""

GROWTH: Final = (
    *((features, 1) for features in (5, 100, 500)),
    *((20, models) for models in (1, 10, 100, 1000)),
)
"""Features and models on which Driftline is measured alone."""

_RATE_ALONE: Final = 80_000
"""Events per second for which these runs are laid out: what is measured takes some seconds more."""

_STEPS_BESIDE: Final = 2
"""The kernels, and the filling of the topic."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Attributes
    ----------
    workload, contenders, rounds
        Of the comparison.
    growth
        Workloads on which Driftline is measured alone, one round each.
    latency_seconds
        How long traffic is timed; 0 for no latency.
    workers, scaling_events
        How many workers are compared with one, on how many events; 1 for no scaling.
    output
        Where the JSON file goes.
    """

    workload: Workload
    contenders: tuple[Contender, ...]
    rounds: int
    growth: tuple[Workload, ...]
    latency_seconds: float
    workers: int
    scaling_events: int
    output: Path

    @property
    def steps(self) -> int:
        """How many steps the progress display counts."""
        scaling = 0 if self.workers == 1 else 3
        compared = self.rounds * (len(self.contenders) + len(TITLES))
        return compared + len(self.growth) + scaling + bool(self.latency_seconds) + _STEPS_BESIDE


def plan_from(arguments: Sequence[str] | None = None) -> Plan:
    """Return what a command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    names = [contender.name for contender in LINEUP]
    parser.add_argument("--quick", action="store_true", help="the heart of it, in two minutes")
    parser.add_argument("--features", type=int, default=20, help="numeric features of an event")
    parser.add_argument("--models", type=int, default=1, help="models that take turns")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--seconds", type=float, help="of one run, about (12; quick: 2.5)")
    parser.add_argument("--contenders", nargs="+", choices=names, help="these only")
    parser.add_argument("--latency", type=float, help="seconds of paced traffic (30; quick: 8)")
    parser.add_argument("--workers", type=int, help="compared with one worker (2; quick: 1)")
    parser.add_argument("--no-growth", action="store_true", help="not on other workloads")
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / ".cache" / "benchmarks" / "throughput.json",
        help="the JSON file",
    )
    given = parser.parse_args(arguments)
    if min(given.features, given.models, given.rounds) < 1:
        parser.error("features, models and rounds are at least 1")
    quick = given.quick
    chosen = tuple(
        contender
        for contender in LINEUP
        if (
            contender.name in given.contenders if given.contenders else contender.quick or not quick
        )
    )
    seconds = given.seconds or (2.5 if quick else 12.0)
    growth = () if quick or given.no_growth else GROWTH
    latency = given.latency if given.latency is not None else (8.0 if quick else 30.0)
    return Plan(
        workload=Workload(given.features, given.models, seconds),
        contenders=chosen,
        rounds=given.rounds,
        growth=tuple(
            Workload(features, models, seconds, settling=_settling(features))
            for features, models in growth
        ),
        latency_seconds=latency,
        workers=given.workers or (1 if quick else 2),
        scaling_events=round(50_000 * seconds),
        output=given.output,
    )


def _settling(features: int) -> int:
    """Return the events after which all models of the workloads of so many features have settled.

    The same for all of these: by then their predictions wait in the same number, too.
    """
    return SETTLED * max(models for each, models in GROWTH if each == features)


def measure(plan: Plan) -> None:
    """Measure, and print the tables as they come."""
    if any(contender.own_environment for contender in plan.contenders):
        own_python()
    growth: dict[Workload, Outcome] = {}
    latency, scaled = None, []
    with Steps(plan.steps) as steps:
        steps.begin("kernels")
        costs = measure_kernels()
        steps.end("done")
        with KafkaCluster() as cluster:
            event_bytes, outcomes = play(
                cluster, plan.contenders, plan.workload, plan.rounds, steps
            )
            print(report.rate_table(plan.workload, event_bytes, outcomes), flush=True)
            labels = measure_labels(cluster, plan.workload, plan.rounds, steps)
            print(f"\n{report.labels_line(labels)}", flush=True)
            alone = [
                replace(contender, rate=_RATE_ALONE)
                for contender in LINEUP
                if contender.name == DRIFTLINE
            ]
            for workload in plan.growth:
                growth[workload] = play(cluster, alone, workload, 1, steps)[1][DRIFTLINE]
        if plan.latency_seconds:
            # A broker of its own: the other one writes gigabytes to disk for a while yet.
            with KafkaCluster() as cluster:
                latency = measure_latency(cluster, RATE, plan.latency_seconds, steps)
        if plan.workers > 1:
            scaled = measure_scaling(plan.workers, plan.scaling_events, steps)
    if growth:
        print(f"\n{report.growth_table(growth)}")
    if latency is not None:
        print(f"\n{report.latency_table(latency)}")
    if scaled:
        print(f"\n{report.scaling_table(scaled)}")
    print(f"\n{kernel_table(costs)}")
    everything = report.document(
        plan.workload, event_bytes, outcomes, growth, latency, scaled, costs, labels
    )
    plan.output.parent.mkdir(parents=True, exist_ok=True)
    plan.output.write_text(json.dumps(everything, indent=2) + "\n", "utf-8")
    print(f"\nAll figures: {plan.output}")
    print(json.dumps(report.headline(outcomes, latency, costs, labels)), flush=True)


if __name__ == "__main__":
    measure(plan_from())
