"""Rows of a range of event time in the topic of predictions, for a reference."""

from dataclasses import replace

from agents.observations.event_time import bounded_time
from app.kafka.whole_topic import reading
from app.options import intake_options
from app.references.drawn import Found
from app.references.row_sample import RowSample
from app.settings import Settings, TopicRole
from schemas.events.invalid import InvalidMessage
from schemas.events.not_taken import NotTaken
from schemas.events.reference_report import ReferenceKind
from schemas.events.times import clamped_time, format_time


async def rows_between(
    settings: Settings, model: str, since: int, until: int, *, version: str | None, most: int
) -> Found:
    """Return a sample of the rows of a model whose event times are in a range.

    All records from the beginning of the range on are read, to the end of the topic: what is late
    is written late.

    Parameters
    ----------
    since, until
        Milliseconds since the epoch; the latter is not in the range.
    version
        Whose rows are wanted; None for those of all versions.
    most
        Rows of the sample.

    Raises
    ------
    TopicRefused
        If the topic does not exist, or may not be read.
    BrokersUnreachable
        If no broker answers.
    """
    options = intake_options(settings)
    form, tolerance = options.prediction_format(), options.clock_tolerance
    topic = settings.topics.full_name(TopicRole.PREDICTIONS)
    found = Found(ReferenceKind.RANGE, topic, RowSample(most), has_times=True, has_predictions=True)
    oldest: int | None = None
    async with reading(settings, topic) as whole:
        async for record in whole.records(since=max(since - tolerance, 0)):
            oldest = min(record.timestamp, oldest or record.timestamp)
            try:
                rows = form.rows(
                    record.value, key=record.key, headers=record.headers, time=record.timestamp
                )
            except InvalidMessage as why:
                found.refused[str(why.reason)] += 1
                continue
            except NotTaken:
                continue
            for row in rows:
                if row.model != model:
                    continue
                time, _ = bounded_time(row.time, record.timestamp, tolerance)
                if not since <= time < until:
                    found.refused["of another time"] += 1
                elif version not in {None, row.version}:
                    found.refused["of another version"] += 1
                else:
                    found.sample.add(row, time)
    if oldest is None:
        return replace(found, note=f"{topic} has no record that was written since then")
    if oldest <= since:
        return found
    written = format_time(clamped_time(oldest))
    return replace(found, note=f"the oldest record since then was written at {written}")
