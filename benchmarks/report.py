"""The tables that people read and the figures that scripts read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from benchmarks.kernels import Cost
from benchmarks.labels import LabelCost
from benchmarks.latency import Latency
from benchmarks.lineup import DRIFTLINE, FLOOR, FORGETFUL, STOCK
from benchmarks.rounds import Outcome, Workload
from benchmarks.scaling import Scaled

CAPTION: Final = (
    "Medians of {rounds} interleaved rounds, in parentheses the slowest and the fastest; {events}. "
    "CPU is that of the contender's process, all threads, without the broker's. The contenders "
    "with River run two detectors on each feature, on its values; Driftline runs four (both kinds "
    "on two rank streams), watches the prediction and its score as well, keeps the predictions "
    "for their labels, and passes its observations through Kafka so that each model's rows meet. "
    "`times Faust` is the rate over that of stock Faust, the median over the rounds."
)


def rate_table(workload: Workload, event_bytes: float, outcomes: Mapping[str, Outcome]) -> str:
    """Return the contenders as a Markdown table with its caption."""
    stock = outcomes.get(STOCK)
    rounds = len(next(iter(outcomes.values())).runs)
    lines = [
        f"| {workload.title} | events/s | CPU us/event | peak MB | alerts | times Faust |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for outcome in sorted(outcomes.values(), key=lambda outcome: outcome.rate):
        rates = [run.rate for run in outcome.runs]
        times = "" if stock is None else f"{outcome.over(stock):.1f}"
        lines.append(
            f"| {outcome.contender.title} "
            f"| {outcome.rate:,.0f} ({min(rates):,.0f} to {max(rates):,.0f}) "
            f"| {outcome.median(lambda run: run.cpu_per_event):.1f} "
            f"| {outcome.median(lambda run: run.peak_rss) / 1e6:,.0f} "
            f"| {outcome.median(lambda run: run.alerts):,.0f} | {times} |"
        )
    events = f"events of {event_bytes:.0f} bytes, JSON, lz4, 4 partitions"
    return "\n".join([*lines, "", CAPTION.format(rounds=rounds, events=events)])


def growth_table(outcomes: Mapping[Workload, Outcome]) -> str:
    """Return Driftline on other workloads as a Markdown table."""
    lines = [
        "| Driftline, references complete | events/s | CPU us/event | peak MB |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {workload.title} | {outcome.rate:,.0f} "
        f"| {outcome.median(lambda run: run.cpu_per_event):.1f} "
        f"| {outcome.median(lambda run: run.peak_rss) / 1e6:,.0f} |"
        for workload, outcome in outcomes.items()
    ]
    return "\n".join(lines)


def labels_line(cost: LabelCost) -> str:
    """Return what a label for every prediction costs, in a sentence."""
    return (
        f"With a label for every prediction: {cost.rate:.2f} of the rate of predictions without, "
        f"{cost.microseconds:.1f} us of CPU a label"
    )


def latency_table(latency: Latency) -> str:
    """Return the latency as a Markdown table."""
    return (
        "| produced | alerts | p50 ms | p99 ms | max ms |\n| ---: | ---: | ---: | ---: | ---: |\n"
        f"| {latency.rate:,.0f} events/s | {latency.alerts} | {latency.p50:.0f} "
        f"| {latency.p99:.0f} | {latency.largest:.0f} |"
    )


def scaling_table(scaled: Sequence[Scaled]) -> str:
    """Return the scaling as a Markdown table."""
    lines = ["| workers | events/s | CPU us/event |", "| ---: | ---: | ---: |"]
    lines += [f"| {one.workers} | {one.rate:,.0f} | {one.cpu_per_event:.1f} |" for one in scaled]
    return "\n".join(lines)


def best_river(outcomes: Mapping[str, Outcome]) -> Outcome | None:
    """Return the fastest of the others with River, stock Faust not among them."""
    others = [
        outcome
        for name, outcome in outcomes.items()
        if name not in {DRIFTLINE, FLOOR, FORGETFUL, STOCK} and outcome.runs
    ]
    return max(others, key=lambda outcome: outcome.rate, default=None)


def headline(
    outcomes: Mapping[str, Outcome],
    latency: Latency | None,
    costs: Mapping[str, Cost],
    labels: LabelCost | None = None,
) -> dict[str, float | None]:
    """Return the figures to reach; None for what was not measured."""
    own = outcomes.get(DRIFTLINE)

    def over(other: Outcome | None) -> float | None:
        return None if own is None or other is None else round(own.over(other), 3)

    return {
        "vs_stock": over(outcomes.get(STOCK)),
        "vs_best_river": over(best_river(outcomes)),
        "vs_floor": over(outcomes.get(FLOOR)),
        "labels_rate": None if labels is None else round(labels.rate, 3),
        "p99_ms": None if latency is None else round(latency.p99, 1),
        "adwin_ns": round(costs["adwin"].kernel, 1),
        "page_hinkley_ns": round(costs["page_hinkley"].kernel, 1),
    }


def document(
    workload: Workload,
    event_bytes: float,
    outcomes: Mapping[str, Outcome],
    growth: Mapping[Workload, Outcome],
    latency: Latency | None,
    scaled: Sequence[Scaled],
    costs: Mapping[str, Cost],
    labels: LabelCost | None = None,
) -> dict[str, Any]:
    """Return everything that was measured, for the JSON file."""
    return {
        **headline(outcomes, latency, costs, labels),
        "labels": None if labels is None else labels.document(),
        "workload": asdict(workload),
        "event_bytes": event_bytes,
        "contenders": {
            name: [asdict(run) for run in outcome.runs] for name, outcome in outcomes.items()
        },
        "growth": [
            {**asdict(workload), "runs": [asdict(run) for run in outcome.runs]}
            for workload, outcome in growth.items()
        ],
        "latency": None if latency is None else asdict(latency),
        "scaling": [asdict(one) for one in scaled],
        "kernels": {name: asdict(cost) for name, cost in costs.items()},
    }
