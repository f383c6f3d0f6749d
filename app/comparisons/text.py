"""Comparisons in lines for people."""

from schemas.events.model_comparison import MetricComparison, ModelComparison


def lines_of(look: ModelComparison) -> list[str]:
    """Return what people are told of a look."""
    exposure = look.exposure
    mode = "not known yet" if look.mode is None else str(look.mode)
    arms = " and ".join(
        f"{arm.labelled} labels of {arm.predictions} predictions of {arm.version}"
        for arm in (exposure.baseline, exposure.candidate)
    )
    return [
        look.message,
        f"  {look.decision}, {look.verdict} ({look.reason})",
        f"  as of {look.as_of.time}, since {look.since}",
        f"  {arms}; mode {mode}",
        *(f"  {_line_of(each)}" for each in look.metrics),
    ]


def _line_of(metric: MetricComparison) -> str:
    begin = f"{metric.metric} ({metric.role}): {metric.finding}"
    if metric.difference is None:
        return f"{begin}; {metric.baseline.rows} and {metric.candidate.rows} rows"
    return (
        f"{begin}; difference {metric.difference:+.4g} ({metric.low:.4g} to {metric.high:.4g}), "
        f"evidence {max(metric.better, metric.worse):.3g} of {metric.threshold:.3g}"
    )
