"""What a comparison of two versions costs of a worker's processor: one backlog with it and without.

As `benchmarks.performance_cost` has it: a label for every prediction, half of them of each version,
and all that a worker does of its own in this process, Kafka's part left out.
"""

from statistics import median
from time import process_time

from app.options import new_fleet
from app.settings import load_settings
from benchmarks.events import FIRST_TIME, model_names
from benchmarks.performance_cost import WARM, Intake, blocks, detect
from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.monitors.fleet import Fleet
from detectors.performance.threshold import ThresholdMetric
from detectors.warm_up import warm_up
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.times import format_time


def _fleet(*, compares: bool) -> Fleet:
    fleet = new_fleet(load_settings(None, {"kafka.bootstrap_servers": "kafka:9092"}, {}))
    metric = ComparedMetric(metric=ThresholdMetric.ACCURACY, smallest_effect=0.01)
    stated = ComparisonOptions(metrics=(metric,), share=0.5)
    fleet.comparisons.options_of = lambda _: stated if compares else None
    (model,) = model_names(1)
    for kind, version in (
        (ModelEventType.VERSION_DEPLOYED, "1"),
        (ModelEventType.VERSION_CHALLENGER, "2"),
    ):
        event = ModelEvent(
            type=kind, model=model, version=version, timestamp=format_time(FIRST_TIME)
        )
        fleet.notice(event)
    return fleet


def shares_of(batches: int) -> tuple[float, float]:
    """Return how much longer a worker takes that compares, and by how much its detection does.

    Parameters
    ----------
    batches
        Of 2,000 predictions and their labels; the medians over them count.

    Returns
    -------
    tuple
        Ratios of processor time: of all that a worker does, and of detection alone.
    """
    warm_up()
    intake, fleets = Intake(), (_fleet(compares=False), _fleet(compares=True))
    whole, own = [], []
    for number, (predictions, labels) in enumerate(blocks(WARM + batches, versions=2)):
        began = process_time()
        frames = [*intake.predictions(predictions), *intake.labels(labels)]
        before = process_time() - began
        order = (0, 1) if number % 2 else (1, 0)
        spent = dict(zip(order, [detect(fleets[each], frames) for each in order], strict=True))
        if number >= WARM:
            whole.append((before + spent[1]) / (before + spent[0]))
            own.append(spent[1] / spent[0])
    return median(whole), median(own)


def main() -> None:
    """Print both ratios."""
    whole, own = shares_of(60)
    print(f"of a worker: {whole:.3f}, of its detection: {own:.3f}")


if __name__ == "__main__":
    main()
