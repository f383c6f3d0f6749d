"""How good a version was, in lines for people."""

from collections.abc import Iterable, Iterator
from typing import Final

from detectors.performance.options import METRICS
from schemas.events.model_performance import Estimate, ModelPerformance, WindowKind

_TOLD: Final[tuple[str, ...]] = (
    *("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "log_loss"),
    *("mae", "rmse", "r2", "bias"),
)
"""Metrics of which people are told, as far as there are any; programs are told of all."""

_WHAT: Final = {
    WindowKind.TIME: "by the labels of its predictions",
    WindowKind.ROWS: "by labels as they came",
    WindowKind.ESTIMATED: "estimated before the labels came",
}


def lines_of(windows: Iterable[ModelPerformance]) -> Iterator[str]:
    """Yield lines about windows of one version."""
    for each in windows:
        window = each.window
        yield f"  {_WHAT[window.kind]}, {window.begin} to {window.end}: {_rows(each)}"
        metrics = [name for name in _TOLD if name in each.metrics]
        metrics += [name for name in each.metrics if name not in METRICS]
        for name in metrics:
            yield f"    {name} {_value(each.metrics[name])}{_corrected(each, name)}"
        for reason, count in sorted(each.unusable.items()):
            yield f"    not judged, {_words(reason)}: {count}"


def _rows(told: ModelPerformance) -> str:
    if told.window.kind is WindowKind.ESTIMATED:
        return f"{told.rows} predictions with a score"
    if told.share_labelled is None:
        return f"{told.rows} labels"
    return f"{told.rows} labels, {told.share_labelled:.1%} of the predictions"


def _value(metric: Estimate) -> str:
    if metric.value is None:
        return f"has no value: {_words(str(metric.reason))}"
    if metric.low is None or metric.high is None:
        return f"{metric.value:.4g}"
    return f"{metric.value:.4g} ({metric.low:.4g} to {metric.high:.4g})"


def _corrected(told: ModelPerformance, name: str) -> str:
    corrected = {} if told.maturity is None else told.maturity.corrected
    expected = corrected.get(name)
    if expected is None or expected.value is None:
        return ""
    return f"; {expected.value:.4g} is expected once all labels have come"


def _words(reason: str) -> str:
    return reason.replace("_", " ").replace(".", " ")
