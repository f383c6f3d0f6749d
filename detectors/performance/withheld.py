"""Windows whose figures are not told: labels call classes otherwise than the model."""

from collections.abc import Mapping
from typing import Final

from detectors.performance.estimates import none
from detectors.performance.options import METRICS
from detectors.performance.telling import Telling
from schemas.events.model_performance import ClassReport, Estimate, NoValue

_NONE: Final = none(NoValue.UNLIKE_NAMES)


def withheld(told: Telling) -> Telling:
    """Return a window without the figures that say what is right.

    Its counts are as they are, and so are the rates that the user names: they are of label events.
    """
    maturity = told.maturity
    if maturity is not None:
        maturity = maturity.model_copy(update={"corrected": _of(maturity.corrected)})
    return told._replace(
        maturity=maturity,
        metrics={**told.metrics, **_of(told.metrics)},
        classes=[_without_figures(each) for each in told.classes],
        estimate_errors={},
    )


def _of(metrics: Mapping[str, Estimate]) -> dict[str, Estimate]:
    return {name: _NONE for name in metrics if name in METRICS}


def _without_figures(report: ClassReport) -> ClassReport:
    figures = dict.fromkeys(("precision", "recall", "specificity", "f1"), _NONE)
    return report.model_copy(update=figures)
