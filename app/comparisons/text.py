"""Comparisons in lines for people."""

from schemas.events.model_comparison import (
    MetricComparison,
    ModelComparison,
    SegmentComparison,
    SegmentMetric,
)


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
        *(
            f"  {segment.name} {_value_of(segment)}: {_line_in(each)}"
            for segment in look.segments
            for each in segment.metrics
        ),
    ]


def _value_of(segment: SegmentComparison) -> str:
    return "of another value" if segment.value is None else segment.value


def _line_in(metric: SegmentMetric) -> str:
    begin = f"{metric.metric} ({metric.role}): {metric.finding}"
    if metric.difference is None:
        return f"{begin}; {metric.rows[0]} and {metric.rows[1]} rows"
    return _measured(begin, metric)


def _line_of(metric: MetricComparison) -> str:
    begin = f"{metric.metric} ({metric.role}): {metric.finding}"
    if metric.difference is None:
        return f"{begin}; {metric.baseline.rows} and {metric.candidate.rows} rows"
    return _measured(begin, metric)


def _measured(begin: str, metric: MetricComparison | SegmentMetric) -> str:
    return (
        f"{begin}; difference {metric.difference:+.4g} ({metric.low:.4g} to {metric.high:.4g}), "
        f"evidence {max(metric.better, metric.worse):.3g} of {metric.threshold:.3g}"
    )
