"""The latest look at each pair of versions that was published."""

from collections.abc import Iterable

from agents.records.record import Record
from app.kafka.whole_topic import reading
from app.settings import Settings, TopicRole
from schemas.events.codec import decode_event, decode_object
from schemas.events.model_comparison import MetricComparison, ModelComparison
from schemas.events.not_taken import NotTaken


async def read_comparisons(settings: Settings) -> tuple[list[ModelComparison], int]:
    """Read the topic to its end; return the latest look at each pair, and how many records are odd.

    Raises
    ------
    TopicRefused
        If it does not exist, or may not be read.
    BrokersUnreachable
        If no broker answers.
    """
    topic = settings.topics.full_name(TopicRole.MODEL_COMPARISONS)
    async with reading(settings, topic) as reader:
        return latest_looks([record async for record in reader.records()])


def latest_looks(records: Iterable[Record]) -> tuple[list[ModelComparison], int]:
    """Return the last look at each pair, by model and versions, and how many records are none.

    A comparison that began anew counts from its first look on: what stands last in the log is the
    latest, whatever its number. Of several partitions the one that was written last counts.
    """
    latest: dict[tuple[str, str, str], tuple[Record, ModelComparison]] = {}
    strange = 0
    for record in records:
        try:
            look = decode_event(ModelComparison, decode_object(record.value))
        except NotTaken:
            strange += 1
            continue
        pair = look.model, look.baseline, look.version
        known = latest.get(pair)
        if (
            known is None
            or known[0].partition == record.partition
            or known[0].timestamp <= record.timestamp
        ):
            latest[pair] = record, look
    return [latest[pair][1] for pair in sorted(latest)], strange


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
